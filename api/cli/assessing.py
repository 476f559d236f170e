"""``trueline assess``: the scorecard of a log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.inputs import WARNINGS_SHOWN, log_from, parts_from, process_from, warn_of_strangers
from api.cli.options import (
    Columns,
    FlowArgument,
    LifecycleOption,
    LogArgument,
    Wanted,
    Where,
    reads_log,
    reports,
    spreads,
)
from api.cli.output import is_standard_output
from api.cli.reporting import assess_last, beside_of, case_ids_of, print_changes, write_reports
from api.cli.scorecard import print_scorecard
from api.cli.session import Session, session_of
from api.cli.versions import assess_by_versions
from engine.errors import InputRefused, Place, Problem, Severity


@spreads
@reads_log
@reports
def assess(
    context: typer.Context,
    flow: FlowArgument,
    log: LogArgument,
    *,
    versions: Annotated[list[Path] | None, typer.Option("--version", metavar="FILE", show_default=False)] = None,
    now: Annotated[str | None, typer.Option("--now", metavar="TIME", show_default=False)] = None,
    closed: Annotated[str, typer.Option("--closed", metavar="all|ended|idle:14d")] = "all",
    calendar: Annotated[str | None, typer.Option("--calendar", metavar="NAME", show_default=False)] = None,
    lifecycle: LifecycleOption = None,
    columns: Columns,
    where: Where,
    wanted: Wanted,
) -> None:
    """Assess a log against a flow."""
    from api.assessing import Asked, assess_log
    from api.composition import spread

    session = session_of(context)
    if sum(map(is_standard_output, wanted.files)) > 1:
        raise InputRefused([Problem("cli.one-standard-output")])
    judged_at = None if now is None else moment(now, option="--now")
    asked = Asked(now=judged_at, closed=closed, calendar=calendar, lifecycle=lifecycle)
    process = process_from(flow, session)
    if versions:
        where.refuse_beside("--version")
        wanted.refuse_beside("--version")
        events = log_from(log, columns, session)
        warn_of_strangers(process, events, session)
        _warn_of_past(judged_at, events.latest, session)
        processes = [process, *(process_from(path, session) for path in versions)]
        assess_by_versions(processes, events, asked, session, wanted=wanted)
        return
    beside = beside_of(wanted, session)
    with parts_from(log, columns, session) as parts, spread(where.workers, where.cluster) as over:
        warn_of_strangers(process, parts.facts, session)
        _warn_of_past(judged_at, parts.facts.latest, session)
        with session.progress("cli.assessing", log=parts.facts.name) as progress:
            assessment = assess_log(
                process,
                parts,
                asked=asked,
                over=over,
                limits=session.limits,
                progress=progress,
            )
        session.problems(assessment.warnings, limit=WARNINGS_SHOWN)
        if wanted.against is not None:
            beside = replace(beside, against=assess_last(process, wanted.against, columns, asked, session))
        if wanted.xlsx is not None:
            beside = replace(beside, case_ids=case_ids_of(parts))
    write_reports(assessment, beside, wanted, session)
    if not any(map(is_standard_output, wanted.files)):
        print_scorecard(assessment, session)
        print_changes(assessment, beside.against, session)


def _warn_of_past(judged_at: datetime | None, latest: datetime | None, session: Session) -> None:
    """Warn where the moment of judging lies before the end of the log."""
    if judged_at is not None and latest is not None and judged_at < latest:
        values = {"latest": latest.isoformat()}
        session.problems([Problem("cli.now-before-log", Place("--now"), values, Severity.WARNING)], limit=1)


def moment(text: str, *, option: str) -> datetime:
    """A moment as the user writes it, in ISO 8601; without an offset it is UTC.

    Raises:
        InputRefused: It is none.
    """
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputRefused([Problem("cli.not-a-time", Place(option), {"value": text})]) from None
