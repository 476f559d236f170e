"""Conformance of cases that still run, one event at a time, exactly.

The prefix cost of a case is the cost of its cheapest explanation by a run that may stop wherever an end can still be
reached: what ``align_prefixes`` computes. A checker is made once for a net; a case is a small value; an event makes a
new case and a verdict, and touches nothing else. ``docs/conformance.md`` ("Live cases") proves that the answers are
those of the batch.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import Alignment
from engine.conformance.costs import STANDARD_COSTS, Costs
from engine.conformance.kernels import online
from engine.conformance.kernels.online import LiveGraph, Scratch
from engine.conformance.live_deviations import NOTHING, Account
from engine.conformance.live_explaining import Activities, Explainer, LiveExplanation, Trace
from engine.conformance.search_graph import SearchGraph, compile_search
from engine.conformance.structure import Structure
from engine.definitions.flow import Flow
from engine.errors import InputRefused, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.net import Net
from engine.vocabulary import RiseKind

_FIRST_THRESHOLD = 0
_Step = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.uint64], bool]


@dataclass(frozen=True, eq=False, slots=True)
class OnlineCase:
    """A case that runs. Made by an ``OnlineChecker``, and of use to the one that made it only.

    Attributes:
        trace: Its events.
        entries: As int32 in bytes, each a state and its cheapest cost: those up to ``threshold``, of which most that
            follow from others by model moves are left out.
        threshold: Costs up to it are exact.
        cost: The prefix cost.
        explanation: Its deviations, found when asked for; None while there is nothing to explain.
    """

    trace: Trace
    entries: bytes
    threshold: int
    cost: int
    explanation: LiveExplanation | None

    def __len__(self) -> int:
        """How many events there are."""
        return len(self.trace)

    @property
    def stored_bytes(self) -> int:
        """Bytes that the case takes in memory, without its deviations and the names of strangers."""
        own = (self, self.trace, self.trace.codes, self.trace.strangers, self.entries)
        return sum(map(sys.getsizeof, own)) + (0 if self.explanation is None else sys.getsizeof(self.explanation))


@dataclass(frozen=True, eq=False, slots=True)
class Outlook:
    """What can be said of the future of a case, from the states in which its cheapest explanations may stand.

    Steps are named by their labels, in the order of the net.

    Attributes:
        net: The net.
        first: uint64 set of the labels that occur in some run of the net.
        sets: uint64 sets of labels, as the kernel gives them.
        may_end: Whether the case could end here at no further cost.
    """

    net: Net
    first: NDArray[np.uint64]
    sets: NDArray[np.uint64]
    may_end: bool

    @property
    def expected(self) -> tuple[str, ...]:
        """Steps that may come next as the flow has them, so at no further cost."""
        return self._names(self.sets[online.EXPECTED])

    @property
    def possible(self) -> tuple[str, ...]:
        """Steps that can still come as the flow has them."""
        return self._names(self.sets[online.POSSIBLE])

    @property
    def impossible(self) -> tuple[str, ...]:
        """Steps that the flow has, but that cannot come any more without a further deviation."""
        return self._names(self.first & ~self.sets[online.POSSIBLE])

    @property
    def required(self) -> tuple[str, ...]:
        """Steps that are in every run to an end, from whichever of these states."""
        return self._names(self.sets[online.REQUIRED])

    @property
    def ruled_out(self) -> tuple[str, ...]:
        """Steps that were possible before the last event and are not any more; empty when there is no event."""
        return self._names(self.sets[online.WAS_POSSIBLE] & ~self.sets[online.POSSIBLE])

    def _names(self, words: NDArray[np.uint64]) -> tuple[str, ...]:
        bits = sum(word << 64 * number for number, word in enumerate(words.tolist()))
        return tuple(name for number, name in enumerate(self.net.labels) if bits >> number & 1)


@dataclass(frozen=True, eq=False, slots=True)
class Verdict:
    """What one event says.

    Attributes:
        position: 0-based position of the event in its case.
        activity: Its activity.
        step: The label that the activity means, None when the net does not know it.
        cost: The prefix cost with it: exact, and never less than before, unless the event came late.
        rise: How much the cost has risen. A rise proves a deviation, which no later event takes back.
        kind: Why it has risen; None when it has not, or when the case was computed again for a late or recounted event.
        outlook: What may, can and has to come.
        explanation: The deviations; None while there is nothing to explain.
    """

    position: int
    activity: str
    step: str | None
    cost: int
    rise: int
    kind: RiseKind | None
    outlook: Outlook
    explanation: LiveExplanation | None

    @property
    def account(self) -> Account:
        """The deviations after the event, and which of them it opened, extended or explained otherwise.

        They are those that ``find_deviations`` finds in the prefix alignment, and provisional: later events may explain
        the same cost otherwise. Asking for the first time takes a search for each event since it was last asked of
        this case.
        """
        return NOTHING if self.explanation is None else self.explanation.account


@dataclass(frozen=True, eq=False, slots=True)
class Closing:
    """What is known of a case once it has ended.

    Attributes:
        alignment: The explanation of the whole case; without a cost where forbidden model moves leave none.
        rise: How much more it costs than the prefix: what is lacking at the end. None where it has no cost.
        account: Its deviations, confirmed now. Against what was said before the end: ``unchanged`` are confirmed as
            they were, ``extended`` and ``revised`` explained otherwise, ``opened`` are new, ``withdrawn`` are gone.
    """

    alignment: Alignment
    rise: int | None
    account: Account


@dataclass(frozen=True, eq=False)
class OnlineChecker:
    """Checks running cases against one net. It keeps nothing of any case; threads may share it.

    Attributes:
        graph: The compiled net.
        explainer: Finds deviations.
    """

    graph: SearchGraph
    explainer: Explainer
    _here: threading.local = field(default_factory=threading.local, repr=False)

    @classmethod
    def of(
        cls,
        net: Net | SearchGraph,
        *,
        flow: Flow | None = None,
        costs: Costs = STANDARD_COSTS,
        limits: Limits = DEFAULT_LIMITS,
    ) -> OnlineChecker:
        """Prepare a net.

        Args:
            net: The net, or the same already compiled.
            flow: Its flow, which lets deviations name another branch.
            costs: What moves cost.
            limits: ``alignment_markings`` and ``state_space_bytes`` bound the compilation, ``search_nodes`` each search
                for an explanation.

        Raises:
            LimitExceeded: The net has too many markings to be compiled.
            InputRefused: The net has no run to an end, so that no case can be explained.
        """
        graph = net if isinstance(net, SearchGraph) else compile_search(net, limits=limits)
        if graph.states == 0:
            raise InputRefused([Problem("align.no-end")])
        explainer = Explainer(graph, Activities(graph.net, costs), limits, Structure(graph.net, flow))
        return cls(graph, explainer)

    def open(self) -> OnlineCase:
        """A case without events."""
        begin = np.zeros(2, dtype=np.int32).tobytes()
        explanation = LiveExplanation(self.explainer, Trace(), NOTHING, 0) if self._has_free_moves else None
        return OnlineCase(Trace(), begin, _FIRST_THRESHOLD, 0, explanation)

    def outlook(self, case: OnlineCase) -> Outlook:
        """What may, can and has to come, for a case as it stands."""
        sets = np.zeros((online.SETS, self._live[5].shape[1]), dtype=np.uint64)
        may_end = online.look_ahead(self._live, self._scratch(), _unpacked(case.entries), sets)
        return Outlook(self.graph.net, self._first, sets, may_end)

    def observe(self, case: OnlineCase, activity: str) -> tuple[OnlineCase, Verdict]:
        """Take the next event of a case.

        Args:
            case: The case so far; it stays as it is.
            activity: The event's activity.

        Returns:
            The case with the event, and what the event says. Cost: what the states up to the case's threshold cost, and
            now and then all events of the case anew; the size of the net does not matter.
        """
        event, strangers = self.explainer.activities.take(activity, case.trace.strangers)
        trace = Trace(case.trace.codes + event.code, strangers)
        threshold = online.kept_up_to(case.threshold, event.label, event.log_cost)
        step = online.observe(
            self._live, self._scratch(), _unpacked(case.entries), event.label, event.log_cost, case.threshold
        )
        if not len(step[0]):
            step, threshold = self._replayed(trace, threshold + online.room(threshold, event.log_cost))
        after = self._after(case, trace, step, threshold)
        return after, Verdict(
            position=len(case),
            activity=activity,
            step=self.graph.net.labels[event.label] if event.label >= 0 else None,
            cost=after.cost,
            rise=after.cost - case.cost,
            kind=_kind(step[1]) if after.cost > case.cost else None,
            outlook=Outlook(self.graph.net, self._first, step[2], step[3]),
            explanation=after.explanation,
        )

    def activities(self, case: OnlineCase) -> tuple[str, ...]:
        """The activities of a case, in order."""
        return self.explainer.activities.names_of(case.trace)

    def replay(self, activities: Iterable[str]) -> OnlineCase:
        """The case after these events, as if each had been observed."""
        opened, trace = self.open(), self.explainer.activities.trace(activities)
        return self._after(opened, trace, *self._replayed(trace, _FIRST_THRESHOLD)) if len(trace) else opened

    def insert(self, case: OnlineCase, position: int, activity: str) -> tuple[OnlineCase, Verdict]:
        """Take an event that came late. The case is computed again.

        Args:
            case: The case without it; it stays as it is.
            position: Where the event belongs, 0 to ``len(case)``.
            activity: Its activity.

        Returns:
            The case with the event, and what it changes against the case without it: the cost may have fallen.

        Raises:
            ValueError: The case has no such position.
        """
        if not 0 <= position <= len(case):
            raise ValueError(f"a case of {len(case)} events has no position {position}")
        if position == len(case):
            return self.observe(case, activity)
        event, strangers = self.explainer.activities.take(activity, case.trace.strangers)
        at = position * len(event.code)
        trace = Trace(case.trace.codes[:at] + event.code + case.trace.codes[at:], strangers)
        step, threshold = self._replayed(trace, _FIRST_THRESHOLD)
        cost, explanation = int(step[1][online.COST]), None
        if case.explanation is not None or cost:
            since = NOTHING if case.explanation is None else case.explanation.account.after_insertion(position)
            explanation = LiveExplanation(self.explainer, trace, since, len(case))
        late = OnlineCase(trace, step[0].tobytes(), threshold, cost, explanation)
        step[2][online.WAS_POSSIBLE] = self.outlook(case).sets[online.POSSIBLE]
        return late, self._late_verdict(case, late, step, activity, position)

    def recount(
        self, case: OnlineCase, activities: Sequence[str], places: Mapping[int, int], *, position: int | None
    ) -> tuple[OnlineCase, Verdict]:
        """Take an event by which other events of its case count than before. The case is computed again.

        Args:
            case: The case without the event; it stays as it is.
            activities: The activities that count now, at least one.
            places: Old position → new position, of the events of the case that still count.
            position: Where the event is among them; None where it does not count, and the verdict is about the last.

        Returns:
            The case as it is now, and what it changes against the case before: the cost may have fallen.
        """
        trace = self.explainer.activities.trace(activities)
        step, threshold = self._replayed(trace, _FIRST_THRESHOLD)
        cost, explanation = int(step[1][online.COST]), None
        if case.explanation is not None or cost:
            since = NOTHING if case.explanation is None else case.explanation.account.after_recount(places)
            explanation = LiveExplanation(self.explainer, trace, since, len(trace) - 1)
        after = OnlineCase(trace, step[0].tobytes(), threshold, cost, explanation)
        step[2][online.WAS_POSSIBLE] = self.outlook(case).sets[online.POSSIBLE]
        last = len(activities) - 1
        at = last if position is None else position
        verdict = self._late_verdict(case, after, step, activities[at], at)
        if position == last and verdict.rise > 0:  # as if those that count now had always been the ones that count
            _, observed = self.observe(self.replay(activities[:-1]), activities[-1])
            verdict = replace(verdict, kind=observed.kind)
        return after, verdict

    def close(self, case: OnlineCase) -> Closing:
        """End a case: its whole-case alignment, which confirms its deviations."""
        alignment = self.explainer.whole(case.trace)
        before = NOTHING if case.explanation is None else case.explanation.account
        account = self.explainer.account(before, case.trace, alignment)
        return Closing(alignment, None if alignment.cost is None else alignment.cost - case.cost, account)

    def _after(self, case: OnlineCase, trace: Trace, step: _Step, threshold: int) -> OnlineCase:
        """The case once the rest of a trace has been observed."""
        cost, before = int(step[1][online.COST]), case.explanation
        if before is None:
            explanation = LiveExplanation(self.explainer, trace, NOTHING, len(case)) if cost else None
        elif before.is_known:
            explanation = LiveExplanation(self.explainer, trace, before.account, len(case))
        else:
            explanation = LiveExplanation(self.explainer, trace, before.since, before.known)
        return OnlineCase(trace, step[0].tobytes(), threshold, cost, explanation)

    def _late_verdict(
        self, before: OnlineCase, after: OnlineCase, step: _Step, activity: str, position: int
    ) -> Verdict:
        """What an event says by which a case was computed again."""
        event, _ = self.explainer.activities.take(activity, after.trace.strangers)
        return Verdict(
            position=position,
            activity=activity,
            step=self.graph.net.labels[event.label] if event.label >= 0 else None,
            cost=after.cost,
            rise=after.cost - before.cost,
            kind=None,
            outlook=Outlook(self.graph.net, self._first, step[2], step[3]),
            explanation=after.explanation,
        )

    def _replayed(self, trace: Trace, threshold: int) -> tuple[_Step, int]:
        """What the last event of a trace says when all of it is taken anew, and the threshold after it.

        Args:
            trace: The events, at least one.
            threshold: The one to end with, or more; the first one where nothing is known.
        """
        labels, log_costs = self.explainer.activities.labels_and_costs(trace)
        begin = max(threshold - int(log_costs[labels < 0].sum()), _FIRST_THRESHOLD)
        entries, summary, sets, may_end, reached = online.replay(self._live, self._scratch(), labels, log_costs, begin)
        return (entries, summary, sets, may_end), int(reached)

    def _scratch(self) -> Scratch:
        """The kernels' scratch arrays of the calling thread."""
        found: Scratch | None = getattr(self._here, "scratch", None)
        if found is None:
            found = self._here.scratch = online.scratch_for(self.graph.states)
        return found

    @cached_property
    def _live(self) -> LiveGraph:
        """The net as the kernels take it."""
        at, target, transition, label, _ = self.graph.edges
        model_costs = self.explainer.activities.costs.of_transitions(self.graph.net)
        return at, target, label, model_costs[transition], *self.graph.bound, self.graph.ends[0] >= 0

    @cached_property
    def _first(self) -> NDArray[np.uint64]:
        """uint64 set of the labels that occur in some run of the net."""
        rows, poss, *_ = self.graph.bound
        first: NDArray[np.uint64] = poss[rows[0]]
        return first

    @cached_property
    def _has_free_moves(self) -> bool:
        """Whether a deviation can cost nothing, so that a cost of 0 does not mean that there is none."""
        costs = self.explainer.activities.costs
        return 0 in costs.log.values() or 0 in costs.model.values()


def _kind(summary: NDArray[np.int64]) -> RiseKind:
    """Why the cost has risen, from the cheapest cost with the event as either move."""
    by_log, by_sync = int(summary[online.BY_LOG]), int(summary[online.BY_SYNC])
    if by_log == by_sync:
        return RiseKind.EITHER
    return RiseKind.SOMETHING_MISSING_BEFORE if 0 <= by_sync < by_log else RiseKind.NOT_EXPECTED_HERE


def _unpacked(entries: bytes) -> NDArray[np.int32]:
    """Entries as the kernels take them: int32, a state and its cost in each row."""
    return np.frombuffer(entries, dtype=np.int32).reshape(-1, 2)
