"""Use cases of assessing: a log against a flow, against its versions, and a flow's targets against a log.

As in ``composition``, values go in and out, and heavy parts are loaded when a function is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from engine.errors import InputRefused, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from api.composition import Progress
    from api.spread import Spread
    from engine.assessment.assessment import Assessment
    from engine.assessment.case_book import AssessedCases
    from engine.assessment.history import TargetHistory
    from engine.assessment.versions import VersionedAssessment
    from engine.calendars import Calendar
    from engine.logs.log import Log
    from engine.logs.parts import LogParts
    from engine.nets.process import Process


def assess_log(
    process: Process,
    log: Log | LogParts,
    *,
    now: datetime | None = None,
    closed: str | None = None,
    calendar: str | None = None,
    lifecycle: str | None = None,
    over: Spread | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Assessment:
    """Assess a log against a process.

    Takes what ``engine.assessment.assess`` does; ``over`` says where the work runs, on threads of this process if not.

    Raises:
        InputRefused: The rule or the calendar is none, or the log cannot be assessed.
        LimitExceeded: The net is too large to be compiled.
    """
    from api.budget import Watched
    from engine.assessment.assess import assess
    from engine.assessment.closing import ClosedRule
    from engine.conformance.mapper import SERIAL
    from engine.logs.lifecycle import Lifecycle

    return assess(
        process,
        log,
        now=now,
        closed=None if closed is None else ClosedRule.parse(closed),
        calendar=None if calendar is None else _calendar(calendar),
        lifecycle=None if lifecycle is None else Lifecycle(lifecycle),
        mapper=Watched() if over is None else over.variants,
        part_mapper=SERIAL if over is None else over.parts,
        limits=limits,
        progress=progress,
    )


def assess_log_with_cases(
    process: Process,
    log: Log | LogParts,
    *,
    now: datetime | None = None,
    closed: str | None = None,
    calendar: str | None = None,
    lifecycle: str | None = None,
    over: Spread | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> AssessedCases:
    """Assess a log against a process, and keep what became of each case.

    Takes and raises what ``assess_log`` does.
    """
    from api.budget import Watched
    from engine.assessment.assess import assess_with_cases
    from engine.assessment.closing import ClosedRule
    from engine.conformance.mapper import SERIAL
    from engine.logs.lifecycle import Lifecycle

    return assess_with_cases(
        process,
        log,
        now=now,
        closed=None if closed is None else ClosedRule.parse(closed),
        calendar=None if calendar is None else _calendar(calendar),
        lifecycle=None if lifecycle is None else Lifecycle(lifecycle),
        mapper=Watched() if over is None else over.variants,
        part_mapper=SERIAL if over is None else over.parts,
        limits=limits,
        progress=progress,
    )


def assess_versions_of(
    processes: Sequence[Process],
    log: Log,
    *,
    now: datetime | None = None,
    closed: str | None = None,
    calendar: str | None = None,
    lifecycle: str | None = None,
    over: Spread | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> VersionedAssessment:
    """Assess every case of a log against the version of a flow that was in force when it started.

    Raises:
        InputRefused: The versions do not belong together; otherwise as ``assess_log``.
        LimitExceeded: A net is too large to be compiled.
    """
    from api.budget import Watched
    from engine.assessment.closing import ClosedRule
    from engine.assessment.versions import assess_versions
    from engine.logs.lifecycle import Lifecycle

    return assess_versions(
        processes,
        log,
        now=now,
        closed=None if closed is None else ClosedRule.parse(closed),
        calendar=None if calendar is None else _calendar(calendar),
        lifecycle=None if lifecycle is None else Lifecycle(lifecycle),
        mapper=Watched() if over is None else over.variants,
        limits=limits,
        progress=progress,
    )


def target_histories_of(process: Process, log: Log, *, limits: Limits = DEFAULT_LIMITS) -> tuple[TargetHistory, ...]:
    """Hold the targets of a flow's standards against what a log shows was reached.

    Raises:
        InputRefused: The log cannot be assessed.
        LimitExceeded: The net is too large to be compiled.
    """
    from api.budget import Watched
    from engine.assessment.history import target_histories

    return target_histories(process, log, mapper=Watched(), limits=limits)


def _calendar(name: str) -> Calendar:
    from engine.calendars import CALENDAR_NAMES, calendar_named

    if name not in CALENDAR_NAMES:
        known = ", ".join(CALENDAR_NAMES)
        raise InputRefused([Problem("cli.unknown-calendar", Place("--calendar"), {"name": name, "known": known})])
    return calendar_named(name)
