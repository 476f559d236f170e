"""Use cases of assessing: a log against a flow, against its versions, and a flow's targets against a log.

As in ``composition``, values go in and out, and heavy parts are loaded when a function is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.errors import InputRefused, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from api.composition import Progress
    from api.spread import Spread
    from engine.assessment.assessment import Assessment
    from engine.assessment.case_book import AssessedCases
    from engine.assessment.closing import ClosedRule
    from engine.assessment.history import TargetHistory
    from engine.assessment.versions import VersionedAssessment
    from engine.calendars import Calendar
    from engine.logs.lifecycle import Lifecycle
    from engine.logs.log import Log
    from engine.logs.parts import LogParts
    from engine.nets.process import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a log is assessed, in the words of a command or of a request.

    Attributes:
        now: The moment at which open cases are judged; None for the log's latest.
        closed: Which cases are closed: ``all``, ``ended`` or ``idle:14d``; None where the log and the flow say it.
        calendar: Name of the calendar of everybody's working time; None for the flow's own.
        lifecycle: ``all``, ``complete`` or ``pair``; None for ``pair`` where an activity has starts and completions.
    """

    now: datetime | None = None
    closed: str | None = None
    calendar: str | None = None
    lifecycle: str | None = None

    @property
    def rule(self) -> ClosedRule | None:
        """Which cases are closed.

        Raises:
            InputRefused: It is no rule.
        """
        from engine.assessment.closing import ClosedRule

        return None if self.closed is None else ClosedRule.parse(self.closed)

    @property
    def working_time(self) -> Calendar | None:
        """The calendar.

        Raises:
            InputRefused: There is none of that name.
        """
        from engine.calendars import CALENDAR_NAMES, calendar_named

        if self.calendar is None:
            return None
        if self.calendar not in CALENDAR_NAMES:
            values = {"name": self.calendar, "known": ", ".join(CALENDAR_NAMES)}
            raise InputRefused([Problem("cli.unknown-calendar", Place("--calendar"), values)])
        return calendar_named(self.calendar)

    @property
    def counted(self) -> Lifecycle | None:
        """Which events count."""
        from engine.logs.lifecycle import Lifecycle

        return None if self.lifecycle is None else Lifecycle(self.lifecycle)


USUAL = Asked()


def assess_log(
    process: Process,
    log: Log | LogParts,
    *,
    asked: Asked = USUAL,
    over: Spread | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Assessment:
    """Assess a log against a process.

    Takes what ``engine.assessment.assess`` does, in the words of whoever asks; ``over`` says where the work runs, on
    threads of this process if not.

    Raises:
        InputRefused: The rule or the calendar is none, or the log cannot be assessed.
        LimitExceeded: The net is too large to be compiled.
    """
    from api.budget import Watched
    from engine.assessment.assess import assess
    from engine.conformance.mapper import SERIAL

    return assess(
        process,
        log,
        now=asked.now,
        closed=asked.rule,
        calendar=asked.working_time,
        lifecycle=asked.counted,
        mapper=Watched() if over is None else over.variants,
        part_mapper=SERIAL if over is None else over.parts,
        limits=limits,
        progress=progress,
    )


def assess_log_with_cases(
    process: Process,
    log: Log | LogParts,
    *,
    asked: Asked = USUAL,
    over: Spread | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> AssessedCases:
    """Assess a log against a process, and keep what became of each case.

    Takes and raises what ``assess_log`` does.
    """
    from api.budget import Watched
    from engine.assessment.assess import assess_with_cases
    from engine.conformance.mapper import SERIAL

    return assess_with_cases(
        process,
        log,
        now=asked.now,
        closed=asked.rule,
        calendar=asked.working_time,
        lifecycle=asked.counted,
        mapper=Watched() if over is None else over.variants,
        part_mapper=SERIAL if over is None else over.parts,
        limits=limits,
        progress=progress,
    )


def assess_versions_of(
    processes: Sequence[Process],
    log: Log,
    *,
    asked: Asked = USUAL,
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
    from engine.assessment.versions import assess_versions

    return assess_versions(
        processes,
        log,
        now=asked.now,
        closed=asked.rule,
        calendar=asked.working_time,
        lifecycle=asked.counted,
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
