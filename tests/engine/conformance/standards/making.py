"""Cases with attributes and standards about them, in a line each. Hours count from Monday 2 March 2026, 9:00 UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

import numpy as np
import polars as pl

from engine.calendars import calendar_named
from engine.conformance.attributes import Attributes
from engine.conformance.performed import CaseTable, EventTable
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.definitions.flow import Season
from engine.definitions.rules import Rule
from engine.definitions.standards import Period, Standard
from engine.definitions.titles import Title
from engine.vocabulary import Dimension
from tests.oracles.plain_log import PlainEvent
from tests.oracles.small_logs import hours, log_of
from tests.oracles.standards.facts import Value

STEPS = {"a": 0, "b": 1, "c": 2}
ROLES = {"advisor": Title("Service advisor", "服务顾问"), "manager": Title("Manager", "经理")}


def event(step: str, at: float | datetime | None = None, who: str | None = None, **values: Value) -> PlainEvent:
    """An event of a step, so many hours after the beginning or at a moment."""
    time = hours(at) if isinstance(at, int | float) else at
    return PlainEvent(step, None, time, who, tuple(values.items()))


def standard(
    rule: Rule,
    *,
    when: str | None = None,
    season: str | None = None,
    out_of_season: bool = False,
    share: Fraction = Fraction(1),
    per: Period | None = None,
) -> Standard:
    """A standard of a rule."""
    return Standard(
        id="s",
        title=Title("s", "s"),
        rule=rule,
        share=share,
        tolerance=Fraction(0),
        dimension=Dimension.COMPLETENESS,
        when=when,
        season=season,
        out_of_season=out_of_season,
        per=per,
    )


def facts_of(
    *cases: Sequence[PlainEvent],
    values: Sequence[Mapping[str, Value]] = (),
    closed: bool = True,
    now: float | None = 1000,
    calendar: str = "clock",
    seasons: Sequence[Season] = (),
) -> Facts:
    """Cases in which every event performs its step."""
    log = log_of(cases, values=values)
    events = EventTable.of(log, STEPS, np.ones(log.events.height, dtype=bool))
    every = np.ones(len(cases), dtype=bool)
    moment = None if now is None else hours(now)
    return Facts(
        events,
        CaseTable(every & closed, every & closed),
        Attributes.of(log),
        STEPS,
        moment,
        calendar_named(calendar),
        ROLES,
        seasons,
    )


def results(found: pl.DataFrame) -> list[str]:
    """Outcome, or what went wrong, of each instance."""
    return [kind or outcome for outcome, kind in found.select("outcome", "kind").iter_rows()]


def judge(
    rule: Rule,
    *events: PlainEvent,
    case: Mapping[str, Value] | None = None,
    closed: bool = True,
    now: float | None = 1000,
    calendar: str = "clock",
) -> list[str]:
    """The results of a rule in one case."""
    facts = facts_of(events, values=[case or {"nothing": None}], closed=closed, now=now, calendar=calendar)
    return results(evaluate([standard(rule)], facts))
