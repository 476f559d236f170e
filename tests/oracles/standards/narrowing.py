"""What narrows a standard down: its season and its condition."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cel_expr_python import cel

from engine.calendars import Calendar
from engine.definitions.flow import Season
from engine.definitions.standards import Standard
from tests.oracles.standards.facts import NO_EVIDENCE, NOT_DUE, PlainFacts, PlainInstance, Value, begin_of, is_given


def narrowed(standard: Standard, one: PlainInstance, facts: PlainFacts) -> PlainInstance | None:
    if not facts.entered(standard.inside):
        return None
    unknown = False
    season = next((s for s in facts.seasons if s.id == standard.season), None)
    if season is not None:
        at = begin_of(facts, standard.inside) if one.position is None else facts.events[one.position].time
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
