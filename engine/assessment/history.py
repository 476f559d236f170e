"""What history says of the targets of a flow: the share of met instances of each standard, period by period.

A standard that is judged by periods is looked at in those, any other by months. A case belongs to the period in which
it started, in the time zone of the flow's calendar; each period's cases are assessed by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

import numpy as np

from engine.assessment.assess import assess
from engine.conformance.mapper import SERIAL, Mapper
from engine.definitions.standards import Period, Standard
from engine.errors import Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import Log
from engine.logs.selecting import case_starts, select_cases
from engine.nets.process import Process
from engine.review.feasibility import Feasibility, feasibility, feasibility_problem

USUAL_PERIOD = Period.MONTH
MOST_PERIODS = 36
"""Periods that are looked at, the latest ones: what was long ago says little of what can be reached now."""


@dataclass(frozen=True, slots=True)
class TargetHistory:
    """One standard's target beside what was reached.

    Attributes:
        standard: The standard.
        period: The periods that were looked at.
        begins: First days of the periods with an instance that was due, earliest first.
        shares: The share of met instances in each of them.
        found: What they say of the target.
    """

    standard: Standard
    period: Period
    begins: tuple[date, ...]
    shares: tuple[Fraction, ...]
    found: Feasibility

    @property
    def problem(self) -> Problem | None:
        """What to tell the designer, or None."""
        return feasibility_problem(self.standard, self.shares)


def target_histories(
    process: Process,
    log: Log,
    *,
    now: datetime | None = None,
    mapper: Mapper = SERIAL,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[TargetHistory, ...]:
    """Hold the targets of a flow's standards against a log.

    Args:
        process: The flow and its net.
        log: The log.
        now: As in ``assess``; when missing, the latest timestamp of the whole log for every period.
        mapper: As in ``assess``.
        limits: As in ``assess``.

    Returns:
        One history for each standard about single instances, in the flow's order. Rules about a population have none.

    Raises:
        InputRefused: As ``assess``.
        LimitExceeded: As ``assess``.
    """
    standards = [standard for standard in process.flow.standards if not standard.is_of_population]
    periods = {standard.id: standard.per or USUAL_PERIOD for standard in standards}
    moment = now or log.latest
    shares = {
        period: _shares(process, log, period, now=moment, mapper=mapper, limits=limits)
        for period in Period
        if period in periods.values()
    }
    found = []
    for standard in standards:
        by_day = shares[periods[standard.id]]
        reached = {day: found_then[standard.id] for day, found_then in by_day.items() if standard.id in found_then}
        history = tuple(reached.values())
        verdict = feasibility(standard.share - standard.tolerance, history)
        found.append(TargetHistory(standard, periods[standard.id], tuple(reached), history, verdict))
    return tuple(found)


def _shares(
    process: Process, log: Log, period: Period, *, now: datetime | None, mapper: Mapper, limits: Limits
) -> Mapping[date, Mapping[str, Fraction]]:
    """For each of the latest periods the share of every standard with a due instance in it."""
    zone = process.flow.main_calendar.zone
    days: Sequence[date | None] = [
        None if start is None else first_day(period, start.astimezone(zone).date()) for start in case_starts(log)
    ]
    latest = sorted({day for day in days if day is not None})[-MOST_PERIODS:]
    found: dict[date, dict[str, Fraction]] = {}
    for begin in latest:
        chosen = np.array([day == begin for day in days], dtype=np.bool_)
        part = assess(process, select_cases(log, chosen), now=now, mapper=mapper, limits=limits)
        found[begin] = {result.standard: result.share for result in part.standards if result.share is not None}
    return found


def first_day(period: Period, day: date) -> date:
    """The first day of the period that a day lies in; a week begins on Monday."""
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)
