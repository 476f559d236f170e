"""Rules of many cases together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

from engine.definitions import rules
from engine.definitions.standards import Period, Standard
from tests.oracles.standards.facts import MET, NO_EVIDENCE, PlainFacts, PlainInstance, begin_of, end_of, number
from tests.oracles.standards.narrowing import narrowed


def period_of(period: Period, day: date) -> tuple[date, date]:
    """First day of a day's period, and of the next one."""
    if period is Period.DAY:
        return day, day + timedelta(days=1)
    if period is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    size = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    month = (day.month - 1) // size * size + 1
    first = date(day.year, month, 1)
    after = month + size
    return first, date(day.year + (after > 12), after - 12 * (after > 12), 1)


def changes_plainly(standard: Standard, cases: Sequence[PlainFacts]) -> list[tuple[date, float | None, str]]:
    """For each pair of neighbouring whole periods: the later one's first day, its measure, and the outcome."""
    rule = standard.rule
    assert isinstance(rule, rules.Change)
    calendar, now = cases[0].calendar, cases[0].now
    zone, period = calendar.zone, standard.per or Period.MONTH
    moments = [m for case in cases for e in case.events for m in (e.start, e.time) if m is not None and e.time]
    if not moments:
        return []
    latest = now or max(e.time for case in cases for e in case.events if e.time)
    days = [m.astimezone(zone).date() for m in (min(moments), latest)]
    day, wholes = period_of(period, days[0])[0], []
    while day <= days[1]:
        first, after = period_of(period, day)
        work = [d for d in _days(first, after) if calendar.hours_on(d)]
        if all(days[0] <= d <= days[1] for d in work):
            wholes.append((first, after))
        day = after
    found = []
    for one, other in pairwise(wholes):
        if not any(_values_in(standard, rule, cases, window) for window in (one, other)):
            continue
        before, after_measure = (_measure_plainly(standard, rule, cases, window) for window in (one, other))
        found.append((other[0], after_measure, _change_plainly(rule, before, after_measure)))
    return found


def _days(first: date, after: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((after - first).days)]


def _values_in(
    standard: Standard, rule: rules.Change, cases: Sequence[PlainFacts], window: tuple[date, date]
) -> list[float]:
    values: list[float] = []
    for case in cases:
        for at, value in _measured(rule, case):
            when = begin_of(case, standard.inside) if at is None else case.events[at].time
            if when is None or not window[0] <= when.astimezone(case.calendar.zone).date() < window[1]:
                continue
            if narrowed(standard, PlainInstance(at, MET), case) == PlainInstance(at, MET):
                values.append(value)
    return values


def _measure_plainly(
    standard: Standard, rule: rules.Change, cases: Sequence[PlainFacts], window: tuple[date, date]
) -> float | None:
    values = _values_in(standard, rule, cases, window)
    if rule.measured is rules.Measured.COUNT:
        return float(len(values))
    return sum(values) / len(values) if values else None


def _measured(rule: rules.Change, case: PlainFacts) -> Iterator[tuple[int | None, float]]:
    if isinstance(rule.of, str):
        if rule.measured is rules.Measured.COUNT:
            yield from ((at, 1.0) for at in case.done(rule.of))
        else:
            yield None, float(bool(case.done(rule.of)))
        return
    places = [None] if rule.of.step is None else case.done(rule.of.step)
    for at in places:
        found = number(case.of(rule.of) if at is None else case.events[at].value(rule.of.name))
        if found is not None:
            yield at, float(found)


def _change_plainly(rule: rules.Change, before: float | None, after: float | None) -> str:
    if before is None or after is None or before == 0:
        return NO_EVIDENCE
    change = (after - before) / abs(before)
    low, high = rule.at_least, rule.at_most
    inside = (low is None or change >= float(low) - 1e-9) and (high is None or change <= float(high) + 1e-9)
    return MET if inside else "missed"


def span_plainly(rule: rules.Quicker, case: PlainFacts, inside: str | None = None) -> float | None:
    """The seconds that a closed case took, or the time between its two steps; None where it has none."""
    if not case.entered(inside):
        return None
    begin, end, first = begin_of(case, inside), end_of(case, inside) if case.ended else None, -1
    if rule.since is not None:
        done = case.done(rule.since)
        begin, first = (case.events[done[0]].time, done[0]) if done else (None, len(case.events))
    if rule.until is not None:
        later = [i for i in case.done(rule.until) if i > first]
        end = case.events[later[0]].time if later else None
    if not case.closed or begin is None or end is None:
        return None
    return max((end - begin).total_seconds(), 0.0)


def less_by_chance_plainly(first: Sequence[int], second: Sequence[int]) -> float:
    """The share of all ways to choose the first sample whose ranks sum to at most its own."""
    values = [*first, *second]
    ranks = [sum(v < value for v in values) + (sum(v == value for v in values) + 1) / 2 for value in values]
    found = sum(ranks[: len(first)])
    sums = [sum(chosen) for chosen in combinations(ranks, len(first))]
    return sum(total <= found for total in sums) / len(sums)
