"""Schedules: made, and asking for assessments when they are due. Nothing here knows HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import get_args
from zoneinfo import available_timezones

from api.assessments import service as assessments
from api.assessments.earlier import problem_with as against_problem
from api.assessments.options import Options
from api.running import Running
from api.schedules.schemas import Period, ScheduleRequest, ScheduleSettings, Weekday
from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.jobs.recurrence import Recurrence
from engine.storage.database import Session, part
from engine.storage.repository import (
    activations,
    add,
    find,
    newest_flow,
    newest_log,
    problems_to_json,
    schedules,
    schedules_due,
)
from engine.storage.tables import FlowRow, LogRow, ScheduleRow

LOGGER = logging.getLogger("trueline.service")

WEEKDAYS: tuple[str, ...] = get_args(Weekday)


def add_schedule(session: Session, running: Running, asked: ScheduleRequest, *, by: int | None = None) -> ScheduleRow:
    """Make a schedule; it is first due after this moment.

    Raises:
        InputRefused: With everything that is wrong with it.
        LimitExceeded: There are as many as there may be.
    """
    problems = _problems_of(session, asked)
    if problems:
        raise InputRefused(problems)
    known = len(schedules(session))
    if known >= running.limits.schedules:
        raise LimitExceeded(limit="schedules", allowed=running.limits.schedules, found=known + 1)
    now = running.clock()
    settings = ScheduleSettings.model_validate(asked.model_dump(exclude={"name"}))
    return add(
        session,
        ScheduleRow(
            name=asked.name,
            settings=settings.model_dump_json(),
            due=recurrence_of(settings).next_after(now),
            created=now,
            created_by=by,
        ),
    )


def resume(session: Session, row: ScheduleRow, now: datetime) -> None:
    """Let a paused schedule ask again; what it would have asked for meanwhile stays unasked."""
    if row.paused:
        row.paused = False
        row.due = recurrence_of(ScheduleSettings.model_validate_json(row.settings)).next_after(now)
        session.add(row)


def ask_what_is_due(running: Running) -> int:
    """Ask for what is due now; how many schedules asked, or tried to.

    What was missed while the service did not run is asked for once, as it was due the last time. One that cannot be
    understood any more is paused, with its failure, and keeps no other one from asking.
    """
    with running.database.writing() as session:
        now = running.clock()
        asked = 0
        for row in schedules_due(session, now):
            if not assessments.may_wait(session, running):
                break  # they are still due at the next look
            try:
                with part(session):
                    _ask_now(session, running, row, now)
            except (ValueError, LookupError, InputRefused):  # such as a zone that the machine does not know any more
                LOGGER.exception("schedule %d", row.id)
                row.paused, row.failure = True, problems_to_json([Problem("service.our-fault")])
                session.add(row)
            asked += 1
    return asked


def _ask_now(session: Session, running: Running, row: ScheduleRow, now: datetime) -> None:
    settings = ScheduleSettings.model_validate_json(row.settings)
    recurrence = recurrence_of(settings)
    due = recurrence.latest(now)
    problems = _ask(session, running, row, settings, due=due)
    row.last, row.due = due, recurrence.next_after(now)
    row.failure = problems_to_json(problems) if problems else ""
    session.add(row)


def recurrence_of(settings: ScheduleSettings) -> Recurrence:
    """When a schedule is due."""
    if settings.weekly is not None:
        chosen = settings.weekly
        return Recurrence("week", time.fromisoformat(chosen.at), chosen.timezone, WEEKDAYS.index(chosen.day))
    if settings.monthly is not None:
        chosen_month = settings.monthly
        return Recurrence("month", time.fromisoformat(chosen_month.at), chosen_month.timezone, chosen_month.day)
    if settings.daily is None:
        raise ValueError("a schedule says when it is due")
    return Recurrence("day", time.fromisoformat(settings.daily.at), settings.daily.timezone)


def _ask(
    session: Session, running: Running, row: ScheduleRow, settings: ScheduleSettings, *, due: datetime
) -> list[Problem]:
    """Ask for an assessment; why it cannot be asked for."""
    recurrence = recurrence_of(settings)
    flow, log = _flow_of(session, settings.flow, recurrence.day_of(due)), _log_of(session, settings.log)
    problems = _missing(settings, flow, log)
    if flow is None or log is None:
        return problems
    options = Options.of(settings.options.request(flow.id or 0, log.id or 0, now=due))
    if settings.period is Period.LAST_MONTH:
        options = replace(options, period=recurrence.last_month(due))
    if settings.options.versions:
        options = replace(options, versions=assessments.versions_in_force(session, flow))
        if not options.versions:
            return [Problem("service.no-versions", values={"flow": flow.key})]
    assessments.ask_for(
        session,
        running,
        flow=flow.id or 0,
        log=log.id or 0,
        options=options,
        schedule=row.id,
        by=row.created_by,
    )
    return []


def _problems_of(session: Session, asked: ScheduleRequest) -> list[Problem]:
    problems: list[Problem] = []
    chosen = [one for one in (asked.daily, asked.weekly, asked.monthly) if one is not None]
    if len(chosen) != 1:
        problems.append(Problem("schedule.one-recurrence", values={"count": len(chosen)}))
    zones = available_timezones() - {"localtime"}  # which is another zone on every machine
    problems += [
        Problem("schedule.unknown-timezone", Place(element="timezone"), {"zone": one.timezone})
        for one in chosen
        if one.timezone not in zones
    ]
    # a number must be there already; a name may be given to what comes later
    flow = find(session, FlowRow, asked.flow) if isinstance(asked.flow, int) else None
    log = find(session, LogRow, asked.log) if isinstance(asked.log, int) else None
    problems += _missing(asked, flow, log, named=False)
    try:
        options = Options.of(asked.options.request(1, 1))
    except InputRefused as refusal:
        return [*problems, *refusal.problems]
    refused = against_problem(session, options, versions=asked.options.versions)
    return problems if refused is None else [*problems, refused]


def _missing(
    settings: ScheduleSettings, flow: FlowRow | None, log: LogRow | None, *, named: bool = True
) -> list[Problem]:
    problems = []
    if flow is None and isinstance(settings.flow, int):
        problems.append(Problem("service.no-such-flow", values={"id": settings.flow}))
    elif flow is None and named:
        problems.append(Problem("schedule.no-flow", values={"key": str(settings.flow)}))
    if log is None and isinstance(settings.log, int):
        problems.append(Problem("service.no-such-log", values={"id": settings.log}))
    elif log is None and named:
        problems.append(Problem("schedule.no-log", values={"name": str(settings.log)}))
    return problems


def _flow_of(session: Session, asked: int | str, day: date) -> FlowRow | None:
    if isinstance(asked, int):
        return find(session, FlowRow, asked)
    in_force = [row.flow for row in activations(session, asked) if row.effective <= day]
    return find(session, FlowRow, in_force[-1]) if in_force else newest_flow(session, asked)


def _log_of(session: Session, asked: int | str) -> LogRow | None:
    if isinstance(asked, int):
        return find(session, LogRow, asked)
    return newest_log(session, _matcher(asked))


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a name is that of a pattern, in which ``*`` stands for any text.

    Written with a pointer for each text, because a regular expression of many stars takes for ever on some names.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return lambda name: name == pattern
    *middle, last = rest

    def matches(name: str) -> bool:
        if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
            return False
        at, end = len(first), len(name) - len(last)
        for text in middle:
            found = name.find(text, at, end)
            if found < 0:
                return False
            at = found + len(text)
        return True

    return matches
