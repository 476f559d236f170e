"""``trueline assess --version``: a log judged by several versions of a flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from api.cli.options import Wanted
from api.cli.output import is_standard_output, write_output
from api.cli.scorecard import FINDINGS_SHOWN, dimension_row, kind_of, print_standards
from api.cli.session import Session

if TYPE_CHECKING:
    from api.assessing import Asked
    from engine.assessment.versions import VersionedAssessment, VersionPart
    from engine.logs.log import Log
    from engine.nets.process import Process
    from engine.rendering.wording import Wording

HASH_SHOWN = 12
"""Characters of a content hash on the terminal; JSON has all."""
NOTHING = "–"


def assess_by_versions(
    processes: Sequence[Process], events: Log, asked: Asked, session: Session, *, wanted: Wanted
) -> None:
    """Assess, write what was asked for, and print the joined scorecard."""
    from api.assessing import assess_versions_of
    from api.reporting import versions_report_of
    from api.schemas.versions import VersionedAssessmentShape

    with session.progress("cli.assessing", log=events.name) as progress:
        found = assess_versions_of(
            processes,
            events,
            asked=asked,
            limits=session.limits,
            progress=progress,
        )
    if wanted.html is not None:
        write_output(wanted.html, versions_report_of(found, log=events.name, language=session.language))
    if wanted.json is not None:
        shape = VersionedAssessmentShape.of(found, log=events.name)
        write_output(wanted.json, shape.model_dump_json(indent=2) + "\n")
    if not is_standard_output(wanted.json) and not is_standard_output(wanted.html):
        _print(found, events.name, session)


def _print(found: VersionedAssessment, log: str, session: Session) -> None:
    """Print which version judged how many cases, the joined dimensions, and the standards of each version."""
    from engine.rendering.wording import Wording

    wording = Wording(session.language)
    title = wording.title(found.versions[-1].process.flow.title)
    session.say("cli.versions.head", flow=title, log=log, cases=f"{found.cases:,}", versions=len(found.versions))
    headings = ["column.effective", "column.content", "column.cases"]
    headings += [f"dimension.{score.dimension}" for score in found.dimensions]
    session.table(headings, [_row(part, session, wording) for part in found.versions], right=range(2, len(headings)))
    for code, cases in (("before-first", found.before_first), ("without-start", found.without_start)):
        if cases:
            session.say(f"cli.versions.{code}", cases=f"{cases:,}")
    columns = ["column.dimension", "column.score", "column.units", "column.interval", "column.no-evidence"]
    rows = [dimension_row(score, session, wording) for score in found.dimensions]
    session.table(columns, rows, title=session.text("cli.versions.joined"), right=(1, 2, 3, 4))
    findings = list(_findings(found, session, wording))
    if findings:
        columns = [f"column.{name}" for name in ("dimension", "finding", "subject", "points", "lost", "cases")]
        session.table(columns, findings, title=session.text("cli.scorecard.findings"), right=(3, 4, 5))
    for part in found.versions:
        if part.assessment is not None and part.assessment.standards:
            session.say(
                "cli.versions.of", day=day_text(part.effective, session), content=part.content_hash[:HASH_SHOWN]
            )
            print_standards(part.assessment, session, wording)


def day_text(day: date | None, session: Session) -> str:
    """The day from which a version is in force, in words where it always was."""
    return session.term("version.always") if day is None else day.isoformat()


def _row(part: VersionPart, session: Session, wording: Wording) -> tuple[str, ...]:
    front = (day_text(part.effective, session), part.content_hash[:HASH_SHOWN], f"{part.cases:,}")
    if part.assessment is None:
        return front
    scores = (score.score for score in part.assessment.dimensions)
    return (*front, *(NOTHING if score is None else wording.score(score) for score in scores))


def _findings(found: VersionedAssessment, session: Session, wording: Wording) -> Iterator[tuple[str, ...]]:

    flows = [part.process.flow for part in found.versions]
    titles = {node.id: wording.title(node.title) or node.id for flow in flows for node in flow.nodes}
    standards = {standard.id: wording.title(standard.title) for flow in flows for standard in flow.standards}
    for score in found.dimensions:
        for finding in score.findings[:FINDINGS_SHOWN]:
            yield (
                session.term(score.dimension),
                kind_of(finding, session),
                standards.get(finding.standard) or " → ".join(titles.get(step, step) for step in finding.steps),
                f"{finding.points / 100:.2f}",
                f"{finding.lost:,}",
                f"{finding.cases:,}",
            )
