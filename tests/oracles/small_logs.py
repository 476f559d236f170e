"""Logs for assessments: written in one line, or random ones of a flow's steps with mistakes in them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from engine.definitions.flow import Flow
from engine.logs.log import EVENT_COLUMNS, Log
from tests.oracles.plain_log import PlainEvent

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""
UNKNOWN = "zzz"
"""An activity that no flow of the tests knows."""


def hours(value: float) -> datetime:
    return BEGIN + timedelta(hours=value)


def events_of(text: str) -> tuple[PlainEvent, ...]:
    """Events from ``"a b@5 c@6-7.5 d@?"``: hours after ``BEGIN``, an interval, or no time; else one hour apart."""
    events = []
    for position, word in enumerate(text.split()):
        activity, _, at = word.partition("@")
        begin, _, end = at.partition("-")
        if at == "?":
            events.append(PlainEvent(activity, None, None))
        elif end:
            events.append(PlainEvent(activity, hours(float(begin)), hours(float(end))))
        else:
            events.append(PlainEvent(activity, None, hours(float(begin or position))))
    return tuple(events)


def log_of(
    cases: Sequence[Sequence[PlainEvent]],
    names: Sequence[str] | None = None,
    values: Sequence[Mapping[str, object]] = (),
) -> Log:
    """A log of these cases, named c0, c1, … unless they are given names, with the attributes of each case."""
    activities = tuple(dict.fromkeys(event.activity for case in cases for event in case))
    rows = [
        (number, activities.index(event.activity), event.start, event.time, event.resource, None)
        for number, case in enumerate(cases)
        for event in case
    ]
    ids = names or [f"c{number}" for number in range(len(cases))]
    return Log(
        name="small",
        activities=activities,
        cases=pl.DataFrame({"case_id": ids}, schema={"case_id": pl.String}).hstack(_columns(values)),
        events=pl.DataFrame(rows, schema=EVENT_COLUMNS, orient="row").hstack(
            _columns([dict(event.values) for case in cases for event in case])
        ),
    )


def _columns(values: Sequence[Mapping[str, object]]) -> list[pl.Series]:
    """One column for each name, null where a row lacks it."""
    names = dict.fromkeys(name for row in values for name in row)
    found = [pl.Series(name, [row.get(name) for row in values], strict=False) for name in names]
    return [column.dt.cast_time_unit("us") if column.dtype.is_temporal() else column for column in found]


def log(*cases: str) -> Log:
    """A log of cases as ``events_of`` reads them."""
    return log_of([events_of(case) for case in cases])


def random_case(rng: random.Random, flow: Flow, *, timed: float = 0.9) -> tuple[PlainEvent, ...]:
    """The steps of a flow in file order, with steps left out, swapped, repeated and strange."""
    names = [step.id for step in flow.steps if rng.random() < 0.7]
    for _ in range(rng.randint(0, 2)):
        names.insert(rng.randint(0, len(names)), rng.choice([*(step.id for step in flow.steps), UNKNOWN]))
    if len(names) > 1 and rng.random() < 0.4:
        at = rng.randrange(len(names) - 1)
        names[at], names[at + 1] = names[at + 1], names[at]
    moment, events = BEGIN + timedelta(hours=rng.randint(0, 200)), []
    for name in names[:7]:
        begin = moment + timedelta(minutes=rng.choice([0, 30, 60, 600, 3000]))
        moment = begin + timedelta(minutes=rng.choice([0, 5, 60]))
        known = rng.random() < timed
        events.append(PlainEvent(name, begin if known and rng.random() < 0.6 else None, moment if known else None))
    return tuple(events)
