"""A scorecard on the terminal: the dimensions, what cost most, the standards, and patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.cli.session import Session

if TYPE_CHECKING:
    from engine.assessment.assessment import Assessment, DimensionScore, Finding
    from engine.rendering.wording import Wording

FINDINGS_SHOWN = 3
EXAMPLES_SHOWN = 2
PATTERNS_SHOWN = 3
"""Findings of each dimension, cases of each finding, and patterns of each list, on the terminal; JSON has all."""


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
