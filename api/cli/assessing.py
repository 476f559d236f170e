"""``trueline assess``: the scorecard of a log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from api.cli.session import Session, session_of
from api.cli.versions import assess_by_versions
from engine.errors import InputRefused, Place, Problem, Severity

if TYPE_CHECKING:
    from engine.assessment.assessment import Assessment, DimensionScore, Finding
    from engine.rendering.wording import Wording

FINDINGS_SHOWN = 3
EXAMPLES_SHOWN = 2
PATTERNS_SHOWN = 3
"""Findings of each dimension, cases of each finding, and patterns of each list, on the terminal; JSON has all."""


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


def print_scorecard(assessment: Assessment, session: Session) -> None:
    """Print the four dimensions, what cost most, and the standards."""
    from engine.rendering.calendar_views import say_calendars
    from engine.rendering.wording import Wording

    wording = Wording(session.language)
    title = wording.title(assessment.flow.title)
    session.say(
        "cli.scorecard.head",
        flow=title,
        log=assessment.log_name,
        cases=f"{assessment.cases:,}",
        events=f"{assessment.events:,}",
        open_cases=f"{assessment.open_cases:,}",
    )
    rule, _, detail = assessment.closed_rule.partition(":")
    session.say(
        "cli.scorecard.basis",
        now="–" if assessment.now is None else wording.moment(assessment.now),
        closed=session.text(f"report.closed.{rule}", detail=detail),
        calendar=say_calendars(assessment.calendars, assessment.flow, wording),
        lifecycle=session.text(f"report.lifecycle.{assessment.lifecycle}"),
    )
    if assessment.unexplained_cases:
        session.say("cli.scorecard.unexplained", cases=f"{assessment.unexplained_cases:,}")
    headings = ("column.dimension", "column.score", "column.units", "column.interval", "column.no-evidence")
    session.table(
        headings, [dimension_row(score, session, wording) for score in assessment.dimensions], right=(1, 2, 3, 4)
    )
    for score in assessment.dimensions:
        if score.reason:
            session.say(
                "cli.scorecard.reason", dimension=session.term(score.dimension), reason=session.text(score.reason)
            )
    findings = list(_findings(assessment, session, wording))
    if findings:
        columns = (
            "column.dimension",
            "column.finding",
            "column.subject",
            "column.points",
            "column.lost",
            "column.cases",
            "column.examples",
        )
        session.table(columns, findings, title=session.text("cli.scorecard.findings"), right=(3, 4, 5))
    print_standards(assessment, session, wording)
    _print_patterns(assessment, session, wording)


def dimension_row(score: DimensionScore, session: Session, wording: Wording) -> tuple[str, ...]:
    """A dimension as a row of a table: name, score, units, interval, what gave no evidence."""
    interval = "–" if score.interval is None else f"{score.interval[0]:.1f} … {score.interval[1]:.1f}"
    return (
        session.term(score.dimension),
        session.term("verdict.not-assessable") if score.score is None else wording.score(score.score),
        f"{score.numerator:,} / {score.denominator:,}",
        interval,
        f"{score.no_evidence:,}",
    )


def _findings(assessment: Assessment, session: Session, wording: Wording) -> Iterator[tuple[str, ...]]:
    titles = {node.id: wording.title(node.title) or node.id for node in assessment.flow.nodes}
    standards = {result.standard: wording.title(result.title) for result in assessment.standards}
    for score in assessment.dimensions:
        for finding in score.findings[:FINDINGS_SHOWN]:
            steps = finding.branch or finding.steps
            subject = standards.get(finding.standard) or " → ".join(titles.get(step, step) for step in steps)
            yield (
                session.term(score.dimension),
                kind_of(finding, session),
                subject,
                f"{finding.points / 100:.2f}",
                f"{finding.lost:,}",
                f"{finding.cases:,}",
                ", ".join(finding.examples[:EXAMPLES_SHOWN]),
            )


def kind_of(finding: Finding, session: Session) -> str:
    """What a finding is, in words."""
    family = "finding" if finding.kind == "missed-standard" else "deviation"
    name = session.term(f"{family}.{finding.kind}")
    return f"{name} ({session.term('deviation.other-branch')})" if finding.other_branch else name


def print_standards(assessment: Assessment, session: Session, wording: Wording) -> None:
    """Print what each standard came to."""
    from engine.rendering.standard_views import standard_notes

    rows = [
        (
            wording.title(result.title),
            session.term(result.dimension),
            "–" if result.share is None else wording.share(result.share, digits=1),
            wording.share(result.target, digits=1),
            "–" if result.interval is None else f"{result.interval[0]:.1f} … {result.interval[1]:.1f}",
            f"{result.met:,} / {result.met + result.missed:,}",
            f"{result.no_evidence:,}",
            session.term(f"verdict.{result.verdict}"),
        )
        for result in assessment.standards
    ]
    if rows:
        headings = (
            "column.standard",
            "column.dimension",
            "column.share",
            "column.target",
            "column.interval",
            "column.units",
            "column.no-evidence",
            "column.verdict",
        )
        session.table(headings, rows, title=session.text("cli.scorecard.standards"), right=(2, 3, 4, 5, 6))
    for result in assessment.standards:
        for note in standard_notes(assessment, result, wording):
            session.say("cli.scorecard.standard-note", standard=wording.title(result.title), note=note)


def _print_patterns(assessment: Assessment, session: Session, wording: Wording) -> None:
    from engine.assessment.patterns import LEVEL
    from engine.rendering.names import Names
    from engine.rendering.pattern_views import say_more_frequent, say_together

    names, patterns = Names(assessment.flow, wording), assessment.patterns
    lines = [say_more_frequent(pattern, names) for pattern in patterns.more_frequent.patterns[:PATTERNS_SHOWN]]
    lines += [say_together(pattern, names) for pattern in patterns.together.patterns[:PATTERNS_SHOWN]]
    if lines:
        session.say("cli.scorecard.patterns", level=wording.share(LEVEL))
    for line in lines:
        session.say("cli.scorecard.pattern", text=line)
