"""What a state space says of its net: what is wrong with it, and the runs that show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import le

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from engine.nets.findings import Finding, FindingKind, Firing
from engine.nets.kernels.states import reaches
from engine.nets.net import SILENT, Net
from engine.nets.state_space import Exploration, StateSpace

_MOST_ALIKE = 10
"""Deadlocks, and livelocks, that are shown with a run of their own; all are counted."""
_LONGEST_SHORTENED = 300
"""Firings of an unbounded run up to which a shorter beginning of it is looked for."""


class Examination:
    """What a state space says of its net."""

    def __init__(self, space: StateSpace) -> None:
        self._space = space
        self._net = space.net
        self._position = {node: at for at, node in enumerate(dict.fromkeys(t.node for t in space.net.transitions))}
        self._stuck = self._states_without_edges()
        self.too_much = self._covers_a_final()
        wrong = ~space.is_final & ~self.too_much
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
        findings += dead(self._net, fired)
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
        return [*unreachable, *dead(self._net, alive)]

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
            FindingKind.UNBOUNDED,
            self._nodes(loop),
            firings(self._net, path),
            firings(self._net, loop),
            tokens(self._net, covered),
        )

    def deadlock_findings(self) -> list[Finding]:
        """The first deadlocks, each with the nodes that have some of what they wait for."""
        found: list[Finding] = []
        for state in self.deadlocks[:_MOST_ALIKE]:
            marking = self._space.marking(state)
            # Where nothing waits, as in a part that was unfolded into markings, it is stuck behind what it did last.
            nodes = waiting(self._net, marking) or self._space.path_to(state)[-1:]
            found.append(self._at(state, FindingKind.DEADLOCK, nodes))
        return found

    def improper(self) -> list[Finding]:
        """The first marking that holds a final one and more."""
        states = np.flatnonzero(self.too_much)
        if not len(states):
            return []
        state = int(states[0])
        # What is left belongs to what would take it next; at the end itself to what put it there.
        nodes = left_over(self._net, self._space.marking(state)) or self._space.path_to(state)[-1:]
        return [self._at(state, FindingKind.IMPROPER_COMPLETION, nodes)]

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
            kind,
            self._nodes(transitions),
            firings(self._net, path),
            marking=tokens(self._net, self._space.marking(state)),
        )

    def _nodes(self, transitions: Iterable[int]) -> tuple[str, ...]:
        nodes = {self._net.transitions[t].node for t in transitions}
        return tuple(sorted(nodes, key=self._position.__getitem__))


def firings(net: Net, path: Iterable[int]) -> tuple[Firing, ...]:
    """A run as it is shown."""
    transitions = [net.transitions[t] for t in path]
    return tuple(Firing(t.id, None if t.label == SILENT else net.labels[t.label], t.node) for t in transitions)


def tokens(net: Net, marking: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """A marking as it is shown."""
    return tuple((place, count) for place, count in zip(net.places, marking, strict=True) if count)


def dead(net: Net, alive: NDArray[np.bool_]) -> Iterator[Finding]:
    """Steps that are never performed, and other nodes of which a part is never used, in file order."""
    performed = {t.label for t, lives in zip(net.transitions, alive, strict=True) if lives}
    never = [t for t, lives in zip(net.transitions, alive, strict=True) if not lives]
    steps = dict.fromkeys(t.node for t in never if t.label != SILENT and t.label not in performed)
    # A step that lost all its transitions when a part was unfolded into its markings is dead as well.
    left = {t.label for t in net.transitions}
    steps |= dict.fromkeys(label for index, label in enumerate(net.labels) if index not in left)
    yield from (Finding(FindingKind.DEAD_STEP, (node,)) for node in steps)
    parts = dict.fromkeys(t.node for t in never if t.node not in steps)
    yield from (Finding(FindingKind.DEAD_TRANSITION, (node,)) for node in parts)


def left_over(net: Net, marking: Sequence[int]) -> list[int] | None:
    """The transitions that would take what a marking holds beyond a final one; None where it holds no more than one."""
    covered = next((final for final in net.finals.tolist() if strictly_covers(marking, final)), None)
    if covered is None:
        return None
    left = [place for place, count in enumerate(marking) if count > covered[place]]
    return [t for t in range(len(net.transitions)) if any(p in left for p, _ in net.before.row(t))]


def waiting(net: Net, marking: Sequence[int]) -> list[int]:
    """The transitions that have some of what they wait for."""
    return [t for t in range(len(net.transitions)) if any(marking[place] for place, _ in net.before.row(t))]


def strictly_covers(marking: Sequence[int], final: Sequence[int]) -> bool:
    """Whether a marking holds a final one and more. An empty final marking is held by all, so it says nothing."""
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
