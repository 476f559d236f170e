"""Standards held against the events: one row for each instance, whether it was met, and the events that show it.

A performed event of a step is a synchronous or misplaced one. A repeated, out-of-place or unplanned event
asks for nothing by itself (it is a deviation already), but it counts as what followed or came before, because it did
happen.

When an instance is due:

- a maximum, a deadline or a lead time: once its first event has happened and the second has happened too, the limit has
  passed at ``now``, or the case is closed. Without the second event in time it is missed;
- a minimum: when its step is done;
- the cycle time: like a maximum whose second event is the end of the case. A closed case that never reached an end
  missed it;
- a precedence: when its second step is done.

Where a needed time is unknown, the outcome is ``no-evidence``. What never happened in a closed case needs no time
to be missed. A start that never found its completion is a step that was begun: it may be late, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.calendars import Calendar
from engine.conformance.performed import NEVER, CaseTable, EventTable, as_moment
from engine.definitions.standards import Standard, StandardKind, TimeSpan, TimeUnit
from engine.vocabulary import DeviationKind, Outcome

Rows = NDArray[np.int64]
Moments = NDArray[np.datetime64]
Truths = NDArray[np.bool_]

OUTCOMES = tuple(Outcome)
KINDS = (DeviationKind.LATE, DeviationKind.TOO_SHORT, DeviationKind.WRONG_ORDER)
INSTANCE_COLUMNS: dict[str, pl.DataType] = {
    "standard": pl.UInt32(),
    "case": pl.UInt32(),
    "outcome": pl.Enum([outcome.value for outcome in OUTCOMES]),
    "kind": pl.Enum([kind.value for kind in KINDS]),
    "first": pl.UInt32(),
    "second": pl.UInt32(),
}
"""One row for each instance: index of the standard, index of the case, what it came to, what went wrong (null unless
missed), and the rows of its two events in the log (null where there is none)."""

_NONE = -1


@dataclass(frozen=True, eq=False, slots=True)
class _Instances:
    """The instances of one standard before they are judged; arrays of one length.

    Attributes:
        case: Index of each one's case.
        first, second: Rows of its events, −1 where there is none.
        begin, end: The moments between which time is measured, NaT where unknown.
        happened: Whether what it waits for has happened.
    """

    case: Rows
    first: Rows
    second: Rows
    begin: Moments
    end: Moments
    happened: Truths


def evaluate(
    standards: Sequence[Standard],
    events: EventTable,
    cases: CaseTable,
    *,
    label_of_step: Mapping[str, int],
    now: datetime | None,
    calendar: Calendar,
) -> pl.DataFrame:
    """Judge every instance of every standard.

    Args:
        standards: The flow's standards.
        events: The events of the log with their steps.
        cases: Which cases are closed, and which reached an end.
        label_of_step: Step id → label as in ``events.label``.
        now: The moment at which limits of open cases have passed or not; None when nobody knows.
        calendar: For working time and working days.

    Returns:
        ``INSTANCE_COLUMNS``, by standard, then case, then event. Steps that the net does not know have no instances.
    """
    frames = []
    for index, standard in enumerate(standards):
        labels = [label_of_step.get(step, _NONE) for step in standard.steps]
        found = _FINDERS[standard.kind](events, cases, labels)
        frames.append(_judge(index, standard, found, cases, _Clock(as_moment(now), calendar)))
    return pl.concat(frames) if frames else pl.DataFrame(schema=INSTANCE_COLUMNS)


def _durations(events: EventTable, _: CaseTable, labels: Sequence[int]) -> _Instances:
    rows = events.performed_rows(labels[0])
    return _Instances(
        case=events.case[rows],
        first=rows,
        second=rows,
        begin=np.where(events.pending[rows], events.time[rows], events.start[rows]),
        end=np.where(events.pending[rows], NEVER, events.time[rows]),
        happened=~events.pending[rows],
    )


def _cycle_times(events: EventTable, cases: CaseTable, _: Sequence[int]) -> _Instances:
    started = np.flatnonzero(events.count_of_case)
    first = events.offsets[:-1][started]
    last = events.offsets[1:][started] - 1
    begin, end = events.spans
    return _Instances(
        case=started, first=first, second=last, begin=begin[started], end=end[started], happened=cases.ended[started]
    )


def _responses(events: EventTable, _: CaseTable, labels: Sequence[int]) -> _Instances:
    anchors = _done(events, events.performed_rows(labels[0]))
    answers = _done(events, events.rows_of(labels[1]))
    at = np.searchsorted(answers, anchors, side="right")
    second = _in_same_case(events, anchors, answers, at)
    return _Instances(
        case=events.case[anchors],
        first=anchors,
        second=second,
        begin=events.time[anchors],
        end=events.time_of(second),
        happened=second != _NONE,
    )


def _precedences(events: EventTable, _: CaseTable, labels: Sequence[int]) -> _Instances:
    anchors = _done(events, events.performed_rows(labels[1]))
    earlier = _done(events, events.rows_of(labels[0]))
    at = np.searchsorted(earlier, anchors, side="left") - 1
    first = _in_same_case(events, anchors, earlier, at)
    return _Instances(
        case=events.case[anchors],
        first=first,
        second=anchors,
        begin=events.time_of(first),
        end=events.time[anchors],
        happened=first != _NONE,
    )


_FINDERS: Mapping[StandardKind, Callable[[EventTable, CaseTable, Sequence[int]], _Instances]] = {
    StandardKind.DURATION: _durations,
    StandardKind.CYCLE_TIME: _cycle_times,
    StandardKind.RESPONSE: _responses,
    StandardKind.PRECEDENCE: _precedences,
}


def _done(events: EventTable, rows: Rows) -> Rows:
    """The rows whose event is done; a step that was begun and not done neither came before nor followed."""
    return rows[~events.pending[rows]]


def _in_same_case(events: EventTable, anchors: Rows, candidates: Rows, at: Rows) -> Rows:
    """The candidate at each index where it exists and shares the anchor's case, else −1."""
    found = np.full(len(anchors), _NONE, dtype=np.int64)
    exists = (at >= 0) & (at < len(candidates))
    rows = candidates[at[exists]]
    found[exists] = np.where(events.case[rows] == events.case[anchors[exists]], rows, _NONE)
    return found


@dataclass(frozen=True, slots=True)
class _Clock:
    """How time is measured."""

    now: np.datetime64
    calendar: Calendar

    def exceeds(self, begin: Moments, end: Moments, span: TimeSpan) -> Truths:
        """Whether more than the span passed; False where a moment is unknown."""
        return self._compare(begin, end, span) > 0

    def falls_short(self, begin: Moments, end: Moments, span: TimeSpan) -> Truths:
        """Whether less than the span passed; False where a moment is unknown."""
        return self._compare(begin, end, span) < 0

    def _compare(self, begin: Moments, end: Moments, span: TimeSpan) -> NDArray[np.int8]:
        sign = np.zeros(len(begin), dtype=np.int8)
        known = ~(np.isnat(begin) | np.isnat(end))
        start, stop = begin[known], np.maximum(begin[known], end[known])
        if span.unit is TimeUnit.CLOCK:
            passed = (stop - start).astype(np.int64)
        elif span.unit is TimeUnit.WORKING:
            passed = self.calendar.working_microseconds(start, stop)
        else:
            passed = self.calendar.workdays_between(start, stop)
        sign[known] = np.sign(passed - span.amount)
        return sign


def _judge(index: int, standard: Standard, found: _Instances, cases: CaseTable, clock: _Clock) -> pl.DataFrame:
    """Outcome and kind of every instance of one standard."""
    closed = cases.closed[found.case]
    late, short = np.zeros((2, len(found.case)), dtype=np.bool_)
    unknown = np.zeros(len(found.case), dtype=np.bool_)
    if standard.is_timed:
        unknown = found.happened & (np.isnat(found.begin) | np.isnat(found.end))
    if standard.at_most is not None:
        until = np.where(found.happened, found.end, clock.now)
        late = clock.exceeds(found.begin, until, standard.at_most)
        unknown |= ~found.happened & ~closed & (np.isnat(found.begin) | np.isnat(clock.now))
    if standard.at_least is not None:
        short = found.happened & clock.falls_short(found.begin, found.end, standard.at_least)
    if standard.kind is StandardKind.PRECEDENCE:
        closed = np.ones_like(closed)  # what did not come before never will
    never = ~found.happened & closed
    if standard.kind is StandardKind.DURATION and standard.at_most is None:
        never = np.zeros_like(never)  # a minimum is due when the step is done, and it is not
    missed = never | late | short
    kind = np.where(short & ~late, 1, 0)
    if not standard.is_timed:
        kind = np.full_like(kind, KINDS.index(DeviationKind.WRONG_ORDER))
    outcome = np.select(
        [missed, unknown, ~found.happened],
        [OUTCOMES.index(Outcome.MISSED), OUTCOMES.index(Outcome.NO_EVIDENCE), OUTCOMES.index(Outcome.NOT_DUE)],
        OUTCOMES.index(Outcome.MET),
    )
    return pl.DataFrame(
        {
            "standard": np.full(len(outcome), index, dtype=np.uint32),
            "case": found.case.astype(np.uint32),
            "outcome": outcome.astype(np.uint8),
            "kind": kind.astype(np.uint8),
            "first": found.first,
            "second": found.second,
        }
    ).select(
        "standard",
        "case",
        pl.col("outcome").cat.to(INSTANCE_COLUMNS["outcome"]),
        pl.when(pl.Series(missed)).then("kind").cat.to(INSTANCE_COLUMNS["kind"]),
        pl.when(pl.col("first") >= 0).then("first").cast(pl.UInt32),
        pl.when(pl.col("second") >= 0).then("second").cast(pl.UInt32),
    )
