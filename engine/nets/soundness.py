"""Whether a net is sound, and if not, how it goes wrong.

Soundness (van der Aalst 1997, "Verification of workflow nets", here for any accepting net): from every reachable
marking a final one can be reached (option to complete); no reachable marking holds a final one and more (proper
completion); every transition can fire in some run (no dead transition). A net of a workflow net's shape is first
reduced by structure; only then are its markings explored, within a budget.

Each finding comes with a shortest run that leads to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import le

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.kernels.states import reaches
from engine.nets.net import SILENT, Net
from engine.nets.reduction import reduces_to_one_step
from engine.nets.state_space import Exploration, StateSpace, explore
from engine.nets.workflow import WorkflowEnds, workflow_ends

_MOST_ALIKE = 10
"""Deadlocks, and livelocks, that are shown with a run of their own; all are counted."""


_LONGEST_SHORTENED = 300
"""Firings of an unbounded run up to which a shorter beginning of it is looked for."""


class Verdict(StrEnum):
    """What is known of a net's soundness.

    ``sound`` and ``unsound``: proven. ``unbounded``: it has infinitely many markings, which is never sound.
    ``unknown``: the budget was spent before an answer was found.
    """

    SOUND = "sound"
    UNSOUND = "unsound"
    UNBOUNDED = "unbounded"
    UNKNOWN = "unknown"


class FindingKind(StrEnum):
    """How a net is not sound.

    ``final-unreachable``: no run ends. ``option-to-complete``: some runs can, others pass a point of no return.
    ``deadlock``: nothing can happen, and it is not the end. ``livelock``: it goes on for ever without a way out.
    ``improper-completion``: the end is reached while work is left. ``dead-step``: a step that no run performs.
    ``dead-transition``: another part of a node that no run uses. ``unbounded``: a part of a run can be repeated and
    leaves more tokens each time. ``not-a-workflow-net``: for information; alone it is nothing wrong.
    """

    FINAL_UNREACHABLE = "final-unreachable"
    OPTION_TO_COMPLETE = "option-to-complete"
    DEADLOCK = "deadlock"
    LIVELOCK = "livelock"
    IMPROPER_COMPLETION = "improper-completion"
    DEAD_STEP = "dead-step"
    DEAD_TRANSITION = "dead-transition"
    UNBOUNDED = "unbounded"
    NOT_A_WORKFLOW_NET = "not-a-workflow-net"


@dataclass(frozen=True, slots=True)
class Firing:
    """One transition of a run.

    Attributes:
        transition: Its id.
        label: What it does, or None when it is silent.
        node: The node it belongs to.
    """

    transition: str
    label: str | None
    node: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: What it is.
        nodes: The nodes concerned, in file order: what waits in a deadlock, what goes round in a livelock, what is left
            in an improper completion, what is dead, the last node before the point of no return.
        witness: A shortest run to it; None where there is no run to show (dead, unreachable).
        repeat: For ``unbounded``: what can be repeated after the witness.
        marking: Where tokens lie after the witness: (place, tokens), in the order of the places.
    """

    kind: FindingKind
    nodes: tuple[str, ...] = ()
    witness: tuple[Firing, ...] | None = None
    repeat: tuple[Firing, ...] = ()
    marking: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SoundnessReport:
    """The answer of a soundness check.

    Attributes:
        verdict: What is known.
        findings: What is wrong, most telling first; of an unknown net none is sure.
        markings: How many markings were explored; 0 when structure answered.
        deadlocks: How many deadlocks there are; at most ten of them are findings.
        livelocks: The same of livelocks.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    markings: int
    deadlocks: int = 0
    livelocks: int = 0


def check_soundness(net: Net, *, limits: Limits = DEFAULT_LIMITS) -> SoundnessReport:
    """Decide whether a net is sound.

    Args:
        net: Any accepting net.
        limits: ``soundness_markings`` and ``soundness_bytes`` are the budget.

    Returns:
        The verdict with its evidence. Within the budget it is never unknown.
    """
    ends = workflow_ends(len(net.places), net.before, net.after)
    if ends is not None and _starts_and_ends_there(net, ends) and reduces_to_one_step(net, ends):
        return SoundnessReport(Verdict.SOUND, (), 0)
    shape = () if ends is not None else (Finding(FindingKind.NOT_A_WORKFLOW_NET),)
    space = explore(net, max_markings=limits.soundness_markings, max_bytes=limits.soundness_bytes)
    examined = _Examination(space)
    if space.status is Exploration.COMPLETE:
        findings = examined.of_all_markings()
        verdict = Verdict.UNSOUND if findings else Verdict.SOUND
    elif space.status is Exploration.UNBOUNDED:
        findings = [examined.unbounded(), *examined.deadlock_findings(), *examined.by_structure()]
        verdict = Verdict.UNBOUNDED
    else:
        findings = [*examined.deadlock_findings(), *examined.improper(), *examined.by_structure()]
        verdict = Verdict.UNSOUND if findings else Verdict.UNKNOWN
    return SoundnessReport(verdict, (*findings, *shape), space.count, len(examined.deadlocks), len(examined.livelocks))


def _starts_and_ends_there(net: Net, ends: WorkflowEnds) -> bool:
    """Whether the markings are one token at the source and one at the sink."""
    return len(net.finals) == 1 and all(
        np.flatnonzero(marking).tolist() == [place] and marking[place] == 1
        for marking, place in ((net.initial, ends.source), (net.finals[0], ends.sink))
    )


class _Examination:
    """What a state space says of its net."""

    def __init__(self, space: StateSpace) -> None:
        self._space = space
        self._net = space.net
        self._position = {node: at for at, node in enumerate(dict.fromkeys(t.node for t in space.net.transitions))}
        self._stuck = self._states_without_edges()
        self._too_much = self._covers_a_final()
        wrong = ~space.is_final & ~self._too_much
        self.deadlocks: list[int] = np.flatnonzero(self._stuck & wrong).tolist()
        self.livelocks: list[frozenset[int]] = []

    def of_all_markings(self) -> list[Finding]:
        """Everything that is wrong with a net whose markings are all known."""
        findings: list[Finding] = []
        coreachable = self._space.coreachable
        if not coreachable[0]:
            findings.append(Finding(FindingKind.FINAL_UNREACHABLE))
        elif not coreachable.all():
            state = int(np.argmin(coreachable))
            last = self._space.path_to(state)[-1]
            findings.append(self._at(state, FindingKind.OPTION_TO_COMPLETE, [last]))
        findings += self.deadlock_findings()
        findings += self._livelock_findings()
        findings += self.improper()
        fired = np.zeros(len(self._net.transitions), dtype=np.bool_)
        fired[self._space.transitions] = True
        findings += self._dead(fired)
        return findings

    def by_structure(self) -> list[Finding]:
        """What is wrong for sure though not all markings are known, from the places that can ever hold a token."""
        net = self._net
        missing = [len(net.before.row(t)) for t in range(len(net.transitions))]
        takers: dict[int, list[int]] = {}
        for t in range(len(net.transitions)):
            for place, _ in net.before.row(t):
                takers.setdefault(place, []).append(t)
        alive = np.zeros(len(net.transitions), dtype=np.bool_)
        marked: set[int] = set()
        places = np.flatnonzero(net.initial).tolist()
        enabled = [t for t, count in enumerate(missing) if count == 0]
        while places or enabled:
            if enabled:
                alive[t := enabled.pop()] = True
                places += [place for place, _ in net.after.row(t)]
            elif (place := places.pop()) not in marked:
                marked.add(place)
                for t in takers.get(place, ()):
                    missing[t] -= 1
                    if missing[t] == 0:
                        enabled.append(t)
        reachable = any(marked.issuperset(np.flatnonzero(final).tolist()) for final in self._net.finals)
        unreachable = [] if reachable else [Finding(FindingKind.FINAL_UNREACHABLE)]
        return [*unreachable, *self._dead(alive)]

    def unbounded(self) -> Finding:
        """The run that can be repeated."""
        path, loop = self._space.pumping or ((), ())
        markings = [tuple(self._net.initial.tolist())]
        for t in (*path, *loop):
            markings.append(self._net.fire(markings[-1], t))
        start, stop = _first_cover(markings) or (len(path), len(markings) - 1)
        run, path = (*path, *loop), (*path, *loop)[:start]
        loop, covered = run[start:stop], markings[start]
        return Finding(
            FindingKind.UNBOUNDED, self._nodes(loop), self._firings(path), self._firings(loop), self._tokens(covered)
        )

    def deadlock_findings(self) -> list[Finding]:
        """The first deadlocks, each with the nodes that have some of what they wait for."""
        found: list[Finding] = []
        for state in self.deadlocks[:_MOST_ALIKE]:
            marking = self._space.marking(state)
            waiting = [
                t
                for t in range(len(self._net.transitions))
                if any(marking[place] for place, _ in self._net.before.row(t))
            ]
            found.append(self._at(state, FindingKind.DEADLOCK, waiting))
        return found

    def improper(self) -> list[Finding]:
        """The first marking that holds a final one and more."""
        states = np.flatnonzero(self._too_much)
        if not len(states):
            return []
        state = int(states[0])
        marking = self._space.marking(state)
        covered = next(final for final in self._net.finals.tolist() if _strictly_covers(marking, final))
        left = [place for place, tokens in enumerate(marking) if tokens > covered[place]]
        # What is left belongs to what would take it next; at the end itself to what put it there.
        nodes = [t for t in range(len(self._net.transitions)) if any(p in left for p, _ in self._net.before.row(t))]
        return [self._at(state, FindingKind.IMPROPER_COMPLETION, nodes or self._space.path_to(state)[-1:])]

    def _livelock_findings(self) -> list[Finding]:
        """Sets of markings that are never left and hold neither a final marking nor a stuck one."""
        space = self._space
        lost = ~reaches(space.offsets, space.targets, space.is_final | self._stuck)
        if not lost.any():
            return []
        sources = np.repeat(np.arange(space.count), np.diff(space.offsets))
        inside = lost[sources]
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_edges_from(zip(sources[inside].tolist(), space.targets[inside].tolist(), strict=True))
        self.livelocks = sorted((frozenset(c) for c in nx.attracting_components(graph)), key=min)
        found: list[Finding] = []
        for component in self.livelocks[:_MOST_ALIKE]:
            here = np.isin(sources, np.fromiter(component, dtype=np.int64))
            going = np.unique(space.transitions[here]).tolist()
            found.append(self._at(min(component), FindingKind.LIVELOCK, going))
        return found

    def _dead(self, alive: NDArray[np.bool_]) -> Iterator[Finding]:
        """Steps that are never performed, and other nodes of which a part is never used, in file order."""
        performed = {t.label for t, lives in zip(self._net.transitions, alive, strict=True) if lives}
        dead = [t for t, lives in zip(self._net.transitions, alive, strict=True) if not lives]
        steps = dict.fromkeys(t.node for t in dead if t.label != SILENT and t.label not in performed)
        yield from (Finding(FindingKind.DEAD_STEP, (node,)) for node in steps)
        parts = dict.fromkeys(t.node for t in dead if t.node not in steps)
        yield from (Finding(FindingKind.DEAD_TRANSITION, (node,)) for node in parts)

    def _states_without_edges(self) -> NDArray[np.bool_]:
        """States in which nothing is enabled; of an exploration that ended early, those that it came to for sure."""
        edges = np.diff(self._space.offsets)
        stuck: NDArray[np.bool_] = edges == 0
        if self._space.status is not Exploration.COMPLETE:
            stuck[int(np.max(np.flatnonzero(edges), initial=-1)) + 1 :] = False
        return stuck

    def _covers_a_final(self) -> NDArray[np.bool_]:
        """States that hold a final marking and more. An empty final marking is held by all, so it says nothing."""
        space = self._space
        per_word, mask = 64 // space.width, np.uint64((1 << space.width) - 1)
        covering: NDArray[np.bool_] = np.zeros(space.count, dtype=np.bool_)
        for final in self._net.finals:
            places = np.flatnonzero(final).tolist()
            holds = np.full(space.count, bool(places))
            for place in places:
                shift = np.uint64(place % per_word * space.width)
                holds &= ((space.words[:, place // per_word] >> shift) & mask) >= np.uint64(final[place])
            covering |= holds
        covering[space.is_final] = False
        return covering

    def _at(self, state: int, kind: FindingKind, transitions: Iterable[int]) -> Finding:
        path = self._space.path_to(state)
        return Finding(
            kind, self._nodes(transitions), self._firings(path), marking=self._tokens(self._space.marking(state))
        )

    def _nodes(self, transitions: Iterable[int]) -> tuple[str, ...]:
        nodes = {self._net.transitions[t].node for t in transitions}
        return tuple(sorted(nodes, key=self._position.__getitem__))

    def _firings(self, path: Iterable[int]) -> tuple[Firing, ...]:
        transitions = [self._net.transitions[t] for t in path]
        return tuple(
            Firing(t.id, None if t.label == SILENT else self._net.labels[t.label], t.node) for t in transitions
        )

    def _tokens(self, marking: Sequence[int]) -> tuple[tuple[str, int], ...]:
        return tuple((place, tokens) for place, tokens in zip(self._net.places, marking, strict=True) if tokens)


def _strictly_covers(marking: Sequence[int], final: Sequence[int]) -> bool:
    return any(final) and all(m >= f for m, f in zip(marking, final, strict=True)) and tuple(marking) != tuple(final)


def _first_cover(markings: Sequence[Sequence[int]]) -> tuple[int, int] | None:
    """The first marking of a run that strictly covers an earlier one, as (earlier, later); None in a long run."""
    if len(markings) > _LONGEST_SHORTENED:
        return None
    for later, marking in enumerate(markings):
        for earlier in range(later):
            if all(map(le, markings[earlier], marking)) and markings[earlier] != marking:
                return earlier, later
    return None
