"""The slow plain twin of the evaluation of standards: case after case and event after event, as the rules say it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from cel_expr_python import cel

from engine.calendars import Calendar
from engine.definitions import rules
from engine.definitions.flow import Season
from engine.definitions.rules import AttributeRef
from engine.definitions.standards import Period, Standard, TimeSpan, TimeUnit
from engine.definitions.titles import Title
from tests.oracles.plain_log import PlainEvent

Value = bool | int | float | str | datetime | None
MET, NOT_DUE, NO_EVIDENCE = "met", "not-due", "no-evidence"


@dataclass(frozen=True)
class PlainFacts:
    """One case, as a rule sees it; positions count its events."""

    events: Sequence[PlainEvent]
    steps: Sequence[str | None]
    performed: frozenset[int]
    closed: bool
    ended: bool
    now: datetime | None
    calendar: Calendar
    values: Mapping[str, Value] = field(default_factory=dict)
    pending: frozenset[int] = frozenset()
    roles: Mapping[str, Title] = field(default_factory=dict)
    seasons: Sequence[Season] = ()

    def done(self, step: str) -> list[int]:
        """Where a step was done, in its place or not."""
        return [i for i, name in enumerate(self.steps) if name == step and i not in self.pending]

    def asking(self, step: str) -> list[int]:
        """Where a step was performed and done."""
        return [i for i in self.done(step) if i in self.performed]

    def of_case(self, name: str) -> Value:
        """An attribute of the case; the last value on an event where the case has none."""
        for known in (name, name.removeprefix("case:"), f"case:{name}"):
            if known in self.values:
                return self.values[known]
        said = [event.value(name) for event in self.events if is_given(event.value(name))]
        return said[-1] if said else None

    def of(self, attribute: AttributeRef) -> Value:
        """An attribute of the case, or of the last event of a step."""
        if attribute.step is None:
            return self.of_case(attribute.name)
        done = self.done(attribute.step)
        return self.events[done[-1]].value(attribute.name) if done else None


@dataclass(frozen=True)
class PlainInstance:
    """Where it is asked for (None for the case), its outcome or what went wrong, whether it kept the later limit."""

    position: int | None
    result: str
    later: bool | None = None


def instances_plainly(standard: Standard, facts: PlainFacts) -> list[PlainInstance]:
    """The instances of one standard in one case."""
    rule: Any = standard.rule
    found = list(_FINDERS[type(rule)](rule, facts))
    narrowed = [_narrowed(standard, one, facts) for one in found]
    return [one for one in narrowed if one is not None]


def is_given(value: Value) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def number(value: Value) -> Fraction | None:
    if isinstance(value, bool) or not is_given(value):
        return None
    if isinstance(value, int | float):
        return Fraction(str(value))
    if isinstance(value, str):
        text = value.strip()
        plain = text.lstrip("+-").replace(".", "", 1).replace("e", "", 1)
        return Fraction(text) if plain.isascii() and plain.isdigit() else None
    return None


def word(value: Value) -> str | None:
    if not is_given(value):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()


def moment(value: Value) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if len(value.strip()) <= len("2026-01-01"):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def passed(span: TimeSpan, calendar: Calendar, begin: datetime, end: datetime) -> int:
    """How much passed, in the unit of the span; negative backwards."""
    if span.unit is TimeUnit.DAYS:
        return (end.astimezone(calendar.zone).date() - begin.astimezone(calendar.zone).date()).days
    first, last = (np.array([m.astimezone(UTC).replace(tzinfo=None)], dtype="datetime64[us]") for m in (begin, end))
    if span.unit is TimeUnit.CLOCK:
        return int((last - first).astype(np.int64)[0])
    if span.unit is TimeUnit.WORKING:
        return int(calendar.working_microseconds(first, last)[0])
    return int(calendar.workdays_between(first, last)[0])


def _narrowed(standard: Standard, one: PlainInstance, facts: PlainFacts) -> PlainInstance | None:
    unknown = False
    season = next((s for s in facts.seasons if s.id == standard.season), None)
    if season is not None:
        at = begin_of(facts) if one.position is None else facts.events[one.position].time
        if at is None:
            unknown = True
        elif in_season(season, facts.calendar, at) == standard.out_of_season:
            return None
    if standard.when is not None:
        answer = holds(standard.when, facts, one.position)
        if answer is False:
            return None
        unknown = unknown or answer is None
    return PlainInstance(one.position, NO_EVIDENCE) if unknown and one.result != NOT_DUE else one


def begin_of(facts: PlainFacts) -> datetime | None:
    begun = [event.start or event.time for event in facts.events]
    return min(m for m in begun if m) if begun and begun[0] else None


def end_of(facts: PlainFacts) -> datetime | None:
    times = [event.time for event in facts.events]
    return max(m for m in times if m) if times and times[-1] else None


def in_season(season: Season, calendar: Calendar, at: datetime) -> bool:
    day = at.astimezone(calendar.zone).date()
    for one in season.ranges:
        for year in (day.year - 1, day.year):
            first = date(one.first.year or year, one.first.month, one.first.day)
            last = date(one.last.year or year, one.last.month, one.last.day)
            if last < first and one.last.year is None:
                last = date(year + 1, one.last.month, one.last.day)
            if first <= day <= last:
                return True
    around = range(-season.days_after, season.days_before + 1)
    return any(
        day + timedelta(days=shift) in calendar.named_holidays(name, (day + timedelta(days=shift)).year)
        for name in season.holidays
        for shift in around
    )


def holds(condition: str, facts: PlainFacts, position: int | None) -> bool | None:
    """A condition with all attributes of the case and of one event; None where it cannot be told."""
    attributes = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    names = {name for event in facts.events for name, _ in event.values} | set(facts.values)
    known = {name: facts.of_case(name) for name in names}
    own = {} if position is None else dict(facts.events[position].values)
    data = {
        key: {name: _plain(value) for name, value in values.items() if is_given(value)}
        for key, values in (("case", known), ("event", own))
    }
    expression = cel.NewEnv(variables={"case": attributes, "event": attributes}).compile(condition)
    answer = expression.eval(data=data).plain_value()
    return answer if isinstance(answer, bool) else None


def _plain(value: Value) -> Value:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


# The rules, one by one


def _count(rule: rules.Count, facts: PlainFacts) -> Iterator[PlainInstance]:
    times = len(facts.done(rule.step))
    if rule.at_most is not None and times > rule.at_most:
        yield PlainInstance(None, "wrong-count")
    elif facts.closed:
        yield PlainInstance(None, "wrong-count" if rule.at_least is not None and times < rule.at_least else MET)
    else:
        enough = rule.at_most is None and (rule.at_least is None or times >= rule.at_least)
        yield PlainInstance(None, MET if enough else NOT_DUE)


def _precedence(rule: rules.Precedence, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.second):
        yield PlainInstance(at, MET if any(i < at for i in facts.done(rule.first)) else "wrong-order")


def _response(rule: rules.Response, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.first):
        answer = next((i for i in facts.done(rule.second) if i > at), None)
        if rule.within is not None:
            then = None if answer is None else facts.events[answer].time
            begin = facts.events[at].time
            later = rule.second_tier.within if rule.second_tier else None
            yield _timed(facts, at, (begin, then), happened=answer is not None, spans=(None, rule.within, later))
        elif answer is not None:
            yield PlainInstance(at, MET)
        else:
            yield PlainInstance(at, "wrong-order" if facts.closed else NOT_DUE)


def _all_of(rule: rules.AllOf, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.before):
        whole = all(any(i < at for i in facts.done(member)) for member in rule.members)
        yield PlainInstance(at, MET if whole else "incomplete")


def _together(rule: rules.Together, facts: PlainFacts) -> Iterator[PlainInstance]:
    if any(facts.asking(member) for member in rule.members):
        whole = all(facts.done(member) for member in rule.members)
        yield PlainInstance(None, MET if whole else "not-together" if facts.closed else NOT_DUE)


def _duration(rule: rules.Duration, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at, step in enumerate(facts.steps):
        if step != rule.step or at not in facts.performed:
            continue
        event, spans = facts.events[at], (rule.at_least, rule.at_most, None)
        if at not in facts.pending:
            yield _timed(facts, at, (event.start, event.time), happened=True, spans=spans)
        elif rule.at_most is None:
            yield PlainInstance(at, NOT_DUE)
        else:
            yield _timed(facts, at, (event.time, None), happened=False, spans=spans)


def _cycle_time(rule: rules.CycleTime, facts: PlainFacts) -> Iterator[PlainInstance]:
    if facts.events:
        later = rule.second_tier.within if rule.second_tier else None
        ends = begin_of(facts), end_of(facts)
        yield _timed(facts, None, ends, happened=facts.ended, spans=(rule.at_least, rule.at_most, later))


def _timed(
    facts: PlainFacts,
    at: int | None,
    ends: tuple[datetime | None, datetime | None],
    *,
    happened: bool,
    spans: tuple[TimeSpan | None, TimeSpan | None, TimeSpan | None],
) -> PlainInstance:
    least, most, later = spans
    if not happened and facts.closed:
        return PlainInstance(at, "late", None if later is None else False)
    if not happened and most is None:
        return PlainInstance(at, NOT_DUE)
    begin, end = ends[0], ends[1] if happened else facts.now
    if begin is None or end is None:
        return PlainInstance(at, NO_EVIDENCE)
    end = max(begin, end)
    if most is not None and passed(most, facts.calendar, begin, end) > most.amount:
        short = least is not None and passed(least, facts.calendar, begin, end) < least.amount
        return PlainInstance(
            at, "late", None if happened and short else _kept_later(facts, later, begin, end, happened=happened)
        )
    if not happened:
        return PlainInstance(at, NOT_DUE)
    short = least is not None and passed(least, facts.calendar, begin, end) < least.amount
    return PlainInstance(at, "too-short" if short else MET)


def _kept_later(
    facts: PlainFacts,
    later: TimeSpan | None,
    begin: datetime,
    end: datetime,
    *,
    happened: bool,
) -> bool | None:
    if later is None:
        return None
    if passed(later, facts.calendar, begin, max(begin, end)) > later.amount:
        return False
    return True if happened else None


def _promised(
    attribute: AttributeRef, step: str, facts: PlainFacts, is_late: Callable[[datetime, datetime], bool]
) -> tuple[str, datetime | None, datetime | None]:
    """Outcome, the moment that was held against the promise, and the promise."""
    promise = moment(facts.of(attribute))
    done = facts.done(step)
    if promise is None:
        to_come = not facts.closed and attribute.step is not None and not facts.done(attribute.step)
        return (NOT_DUE if to_come else NO_EVIDENCE), None, None
    if not done and facts.closed:
        return "late", None, promise
    then = facts.events[done[0]].time if done else facts.now
    if then is None:
        return NO_EVIDENCE, None, promise
    if is_late(then, promise):
        return "late", then, promise
    return (MET if done else NOT_DUE), then, promise


def _deadline(rule: rules.Deadline, facts: PlainFacts) -> Iterator[PlainInstance]:
    result, then, promise = _promised(rule.promised, rule.step, facts, lambda then, promise: then > promise)
    later = None
    if result == "late" and rule.second_tier is not None:
        done = bool(facts.done(rule.step))
        later = False
        if then is not None and promise is not None:
            later = _kept_later(facts, rule.second_tier.within, promise, then, happened=done)
    yield PlainInstance(None, result, later)


def _lead_time(rule: rules.LeadTime, facts: PlainFacts) -> Iterator[PlainInstance]:
    def is_late(then: datetime, promise: datetime) -> bool:
        return then > promise or passed(rule.at_least, facts.calendar, then, promise) < rule.at_least.amount

    yield PlainInstance(None, _promised(rule.promised, rule.step, facts, is_late)[0])


def _agreement(rule: rules.Agreement, facts: PlainFacts) -> Iterator[PlainInstance]:
    if not is_given(facts.of(rule.first)):
        return
    one, other = number(facts.of(rule.first)), number(facts.of(rule.second))
    if one is None:
        yield PlainInstance(None, NO_EVIDENCE)
    elif not is_given(facts.of(rule.second)) and not facts.closed:
        yield PlainInstance(None, NOT_DUE)
    elif other is None:
        yield PlainInstance(None, NO_EVIDENCE)
    else:
        yield PlainInstance(None, MET if abs(other - one) <= rule.within * abs(one) else "wrong-value")


def _values(attribute: AttributeRef, facts: PlainFacts) -> Iterator[tuple[int | None, Value]]:
    if attribute.step is None:
        yield None, facts.of_case(attribute.name)
    else:
        for at in facts.asking(attribute.step):
            yield at, facts.events[at].value(attribute.name)


def _level(rule: rules.Level, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at, value in _values(rule.attribute, facts):
        found = number(value)
        if at is None and not facts.closed and not is_given(value):
            yield PlainInstance(at, NOT_DUE)
        elif found is None:
            yield PlainInstance(at, NO_EVIDENCE)
        else:
            low, high = rule.at_least, rule.at_most
            inside = (low is None or found >= low) and (high is None or found <= high)
            yield PlainInstance(at, MET if inside else "wrong-value")


def _rating(rule: rules.Rating, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at, value in _values(rule.attribute, facts):
        found = word(value)
        if at is None and not facts.closed and not is_given(value):
            yield PlainInstance(at, NOT_DUE)
        elif found not in rule.scale:
            yield PlainInstance(at, NO_EVIDENCE)
        else:
            good = rule.scale.index(found) >= rule.scale.index(rule.at_least)
            yield PlainInstance(at, MET if good else "wrong-value")


def _fields(rule: rules.Fields, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        said = [(word(facts.events[at].value(one.name)), one.one_of) for one in rule.required]
        if any(found is None for found, _ in said):
            yield PlainInstance(at, "missing-field")
        else:
            good = all(not allowed or found in allowed for found, allowed in said)
            yield PlainInstance(at, MET if good else "wrong-value")


def _holds(rule: rules.Holds, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        answer = holds(rule.holds, facts, at)
        yield PlainInstance(at, {True: MET, False: "wrong-value", None: NO_EVIDENCE}[answer])


def _actors(
    members: Sequence[str], facts: PlainFacts, clash: Callable[[list[tuple[str, str]]], bool]
) -> Iterator[PlainInstance]:
    done = [(step, i) for i, step in enumerate(facts.steps) if step in members and i not in facts.pending]
    if len({step for step, _ in done}) < 2:
        return
    who = [(step or "", word(facts.events[i].resource)) for step, i in done]
    if clash([(step, name) for step, name in who if name is not None]):
        yield PlainInstance(None, "wrong-actor")
    elif any(name is None for _, name in who):
        yield PlainInstance(None, NO_EVIDENCE)
    else:
        whole = {step for step, _ in who} == set(members)
        yield PlainInstance(None, MET if whole or facts.closed else NOT_DUE)


def _same_actor(rule: rules.SameActor, facts: PlainFacts) -> Iterator[PlainInstance]:
    return _actors(rule.members, facts, lambda who: len({name for _, name in who}) > 1)


def _different_actor(rule: rules.DifferentActor, facts: PlainFacts) -> Iterator[PlainInstance]:
    return _actors(rule.members, facts, lambda who: any(a[1] == b[1] and a[0] != b[0] for a, b in combinations(who, 2)))


def _role(facts: PlainFacts, at: int) -> str | None:
    event = facts.events[at]
    said = word(event.value("org:role")) or word(event.value("role")) or word(event.resource)
    if said is None:
        return None
    for role, title in facts.roles.items():
        if said.casefold() in {name.casefold() for name in (role, title.en, title.zh)}:
            return role
    return None


def _performed_by(rule: rules.PerformedBy, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        role = _role(facts, at)
        yield PlainInstance(at, NO_EVIDENCE if role is None else MET if role in rule.roles else "wrong-actor")


def _authority(rule: rules.Authority, facts: PlainFacts) -> Iterator[PlainInstance]:
    for at in facts.asking(rule.step):
        own = rule.amount.step == rule.step
        amount = number(facts.events[at].value(rule.amount.name) if own else facts.of(rule.amount))
        role = _role(facts, at)
        limits = {limit.role: limit.at_most for limit in rule.limits}
        if amount is None or role is None:
            yield PlainInstance(at, NO_EVIDENCE)
        elif role not in limits:
            yield PlainInstance(at, "wrong-actor")
        else:
            most = limits[role]
            yield PlainInstance(at, MET if most is None or amount <= most else "wrong-actor")


_FINDERS: Mapping[type, Callable[[Any, PlainFacts], Iterator[PlainInstance]]] = {
    rules.Count: _count,
    rules.Precedence: _precedence,
    rules.Response: _response,
    rules.AllOf: _all_of,
    rules.Together: _together,
    rules.Duration: _duration,
    rules.CycleTime: _cycle_time,
    rules.Deadline: _deadline,
    rules.LeadTime: _lead_time,
    rules.Agreement: _agreement,
    rules.Level: _level,
    rules.Rating: _rating,
    rules.Fields: _fields,
    rules.Holds: _holds,
    rules.SameActor: _same_actor,
    rules.DifferentActor: _different_actor,
    rules.PerformedBy: _performed_by,
    rules.Authority: _authority,
}


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
            when = begin_of(case) if at is None else case.events[at].time
            if when is None or not window[0] <= when.astimezone(case.calendar.zone).date() < window[1]:
                continue
            if _narrowed(standard, PlainInstance(at, MET), case) == PlainInstance(at, MET):
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


def less_by_chance_plainly(first: Sequence[int], second: Sequence[int]) -> float:
    """The share of all ways to choose the first sample whose ranks sum to at most its own."""
    values = [*first, *second]
    ranks = [sum(v < value for v in values) + (sum(v == value for v in values) + 1) / 2 for value in values]
    found = sum(ranks[: len(first)])
    sums = [sum(chosen) for chosen in combinations(ranks, len(first))]
    return sum(total <= found for total in sums) / len(sums)
