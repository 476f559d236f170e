"""The slow plain twin of the assessment: case after case and event after event, in the words of the design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import numpy as np

from engine.calendars import Calendar
from engine.conformance.alignment import Move
from engine.definitions.flow import Flow
from engine.definitions.standards import Standard, StandardKind, TimeSpan, TimeUnit
from engine.nets.net import Net
from engine.vocabulary import Dimension, MoveKind
from tests.oracles.deviations import Found, deviations_plainly

Cause = tuple[str, tuple[str, ...], str, str, bool]
"""Kind, steps, standard, group, other branch."""


@dataclass(frozen=True)
class PlainCase:
    """A case with its explanation; ``free`` says whether ending now costs nothing."""

    events: tuple[PlainEvent, ...]
    moves: tuple[Move, ...]
    closed: bool
    free: bool


@dataclass
class PlainScore:
    """Kept and due units by weight group, lost units by cause."""

    kept: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    lost: Counter[Cause] = field(default_factory=Counter)
    no_evidence: int = 0

    def count(self, group: str, cause: Cause | None = None) -> None:
        self.due[group] += 1
        if cause is None:
            self.kept[group] += 1
        else:
            self.lost[cause] += 1

    def score(self, flow: Flow) -> Fraction | None:
        weights = {group.id: group.weight for group in flow.weights} | {"": 1}
        parts = [(weights[g], Fraction(self.kept[g], d)) for g, d in self.due.items() if d]
        return 100 * sum((w * p for w, p in parts), Fraction()) / sum(w for w, _ in parts) if parts else None


def assess_plainly(
    flow: Flow, net: Net, cases: Sequence[PlainCase], *, now: datetime | None, calendar: Calendar
) -> dict[Dimension, PlainScore]:
    """The units of the four dimensions."""
    scores = {dimension: PlainScore() for dimension in Dimension}
    for case in cases:
        _one_case(_Case(flow, net, case, now, calendar), scores)
    return scores


class _Case:
    def __init__(self, flow: Flow, net: Net, case: PlainCase, now: datetime | None, calendar: Calendar) -> None:
        self.flow, self.net, self.case, self.now, self.calendar = flow, net, case, now, calendar
        names = [event.activity for event in case.events]
        found = deviations_plainly(net, names, case.moves, flow if flow.edges else None)
        self.found = sorted((d for d in found if case.closed or d[0] != "unfinished"), key=lambda d: d[2])
        codes = [net.label_of_activity.get(name) for name in names]
        self.steps = [None if code is None else net.labels[code] for code in codes]
        self.performed = {m.position for m in case.moves if m.kind is MoveKind.SYNC}
        self.performed |= {case.moves[i].position for d in found if d[0] == "misplaced" for i in d[2]}

    def group(self, step: str | None) -> str:
        return next((g.id for g in self.flow.weights if step in g.steps), "")

    def group_of_event(self, position: int) -> str:
        around = [*reversed(self.steps[: position + 1]), *self.steps[position + 1 :]]
        return self.group(next((step for step in around if step is not None), None))

    def is_required(self, move: Move) -> bool:
        if move.transition is None:
            return False
        label = self.net.transitions[move.transition].label
        return label >= 0 and not self.flow.by_id[self.net.labels[label]].optional


def _one_case(case: _Case, scores: dict[Dimension, PlainScore]) -> None:
    _completeness(case, scores[Dimension.COMPLETENESS])
    _ordering(case, scores[Dimension.ORDERING])
    missed: list[Standard] = []
    for standard in case.flow.standards:
        group = case.group(standard.steps[-1]) if standard.steps else ""
        for outcome in _outcomes(case, standard):
            score = scores[standard.dimension]
            if outcome == "no-evidence":
                score.no_evidence += 1
            elif outcome == "met":
                score.count(group)
            elif outcome != "not-due":
                score.count(group, (outcome, standard.steps, standard.id, group, False))
                missed.append(standard)
    _adaptability(case, missed, scores[Dimension.ADAPTABILITY])


def _completeness(case: _Case, score: PlainScore) -> None:
    deviation_of = {index: d for d in case.found for index in d[2]}
    parts: dict[tuple[Found, str], list[str]] = {}
    for index, move in enumerate(case.case.moves):
        if not case.is_required(move) or (move.kind is MoveKind.MODEL and index not in deviation_of):
            continue
        step = case.net.labels[case.net.transitions[move.transition or 0].label]
        if move.kind is MoveKind.MODEL and deviation_of[index][0] != "misplaced":
            parts.setdefault((deviation_of[index], case.group(step)), []).append(step)
        else:
            score.count(case.group(step))
    for (deviation, group), steps in parts.items():
        for _ in steps:
            score.count(group, (deviation[0], tuple(steps), "", group, False))


def _ordering(case: _Case, score: PlainScore) -> None:
    deviation_of = {case.case.moves[index].position: d for d in case.found for index in d[2]}
    parts: dict[tuple[Found, str], list[str]] = {}
    for move in case.case.moves:
        if move.position is None:
            continue
        group = case.group_of_event(move.position)
        if move.kind is MoveKind.SYNC:
            score.count(group)
        else:
            step = case.steps[move.position] or case.case.events[move.position].activity
            parts.setdefault((deviation_of[move.position], group), []).append(step)
    for (deviation, group), steps in parts.items():
        for _ in steps:
            score.count(group, (deviation[0], tuple(steps), "", group, deviation[3]))


def _adaptability(case: _Case, missed: list[Standard], score: PlainScore) -> None:
    entered = any(
        m.kind is MoveKind.SYNC and m.transition is not None and case.net.transitions[m.transition].enters_plan
        for m in case.case.moves
    )
    if not case.case.closed or not (entered or case.found or missed):
        return
    for reason in ("unfinished", "skipped"):
        for kind, steps, _, _ in case.found:
            if kind == reason:
                score.count("", (reason, steps, "", "", False))
                return
    late = next((s for s in case.flow.standards if s.kind is StandardKind.CYCLE_TIME and s in missed), None)
    score.count("", None if late is None else ("missed-standard", (), late.id, "", False))


def _outcomes(case: _Case, standard: Standard) -> list[str]:
    events = case.case.events
    if standard.kind is StandardKind.CYCLE_TIME:
        return [_cycle_time(case, standard)] if events else []
    if standard.kind is StandardKind.DURATION:
        own = [events[i] for i, step in enumerate(case.steps) if step == standard.steps[0] and i in case.performed]
        return [_timed(case, standard, e.start, e.time, happened=True) for e in own]
    first, second = standard.steps
    found = []
    for i, step in enumerate(case.steps):
        if standard.kind is StandardKind.PRECEDENCE and step == second and i in case.performed:
            found.append("met" if first in case.steps[:i] else "wrong-order")
        if standard.kind is StandardKind.RESPONSE and step == first and i in case.performed:
            answers = [j for j in range(i + 1, len(events)) if case.steps[j] == second]
            answer = events[answers[0]] if answers else None
            if standard.at_most is None:
                found.append("met" if answer else "wrong-order" if case.case.closed else "not-due")
            else:
                then = answer.time if answer else None
                found.append(_timed(case, standard, events[i].time, then, happened=answer is not None))
    return found


def _cycle_time(case: _Case, standard: Standard) -> str:
    events = case.case.events
    ended = case.case.free if not case.case.closed else all(d[0] != "unfinished" for d in case.found)
    begun = [e.start or e.time for e in events]
    begin = min(moment for moment in begun if moment) if begun[0] else None
    end = max(e.time for e in events if e.time) if events[-1].time else None
    return _timed(case, standard, begin, end, happened=ended)


def _timed(case: _Case, standard: Standard, begin: datetime | None, end: datetime | None, *, happened: bool) -> str:
    if not happened and case.case.closed:
        return "late"
    if not happened and standard.at_most is None:
        return "not-due"
    end = end if happened else case.now
    if begin is None or end is None:
        return "no-evidence"
    if standard.at_most is not None and _passed(case, standard.at_most, begin, end) > standard.at_most.amount:
        return "late"
    if not happened:
        return "not-due"
    short = standard.at_least is not None and _passed(case, standard.at_least, begin, end) < standard.at_least.amount
    return "too-short" if short else "met"


def _passed(case: _Case, span: TimeSpan, begin: datetime, end: datetime) -> int:
    first, last = (
        np.array([moment.replace(tzinfo=None)], dtype="datetime64[us]") for moment in (begin, max(begin, end))
    )
    if span.unit is TimeUnit.CLOCK:
        return int((last - first).astype(np.int64)[0])
    if span.unit is TimeUnit.WORKING:
        return int(case.calendar.working_microseconds(first, last)[0])
    return int(case.calendar.workdays_between(first, last)[0])
