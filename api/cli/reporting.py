"""What ``trueline assess`` writes: JSON and reports; and what it prints of changes since the last period."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.inputs import WARNINGS_SHOWN, log_from
from api.cli.options import Columns, Wanted
from api.cli.output import write_output
from api.cli.session import Session

if TYPE_CHECKING:
    from api.assessing import Asked
    from engine.assessment.assessment import Assessment
    from engine.logs.parts import LogParts
    from engine.nets.process import Process
    from engine.rendering.content import Beside


def assess_last(process: Process, path: Path, columns: Columns, asked: Asked, session: Session) -> Assessment:
    """The assessment of the last period's log, by the same rules, as of its own end."""
    from api.assessing import assess_log

    log = log_from(path, columns, session)
    with session.progress("cli.assessing", log=log.name) as progress:
        return assess_log(
            process,
            log,
            asked=replace(asked, now=None),
            limits=session.limits,
            progress=progress,
        )


def beside_of(wanted: Wanted, session: Session) -> Beside:
    """What the reports say beside the assessment, as far as it is known before.

    Raises:
        InputRefused: With everything that is wrong with the file of actions.
    """
    from api.reporting import load_actions
    from engine.rendering.content import Beside

    actions = () if wanted.actions is None else load_actions(wanted.actions, limits=session.limits)
    return Beside(actions=actions, prepared_by=wanted.prepared_by or "")


def write_reports(assessment: Assessment, beside: Beside, wanted: Wanted, session: Session) -> None:
    """Write every file that was asked for."""
    from api.reporting import report_of, report_pdf_of, report_xlsx_of, warnings_of_actions

    if wanted.actions is not None:
        warnings = warnings_of_actions(beside.actions, assessment, source=wanted.actions.name)
        session.problems(warnings, limit=WARNINGS_SHOWN)
    for path, report in ((wanted.html, report_of), (wanted.pdf, report_pdf_of), (wanted.xlsx, report_xlsx_of)):
        if path is not None:
            made = report(assessment, language=session.language, beside=beside, limits=session.limits)
            write_output(path, made)
    if wanted.json is not None:
        write_output(wanted.json, _json(assessment, beside.against))


def print_changes(assessment: Assessment, last: Assessment | None, session: Session) -> None:
    """Print how the scores and the gaps to the standards stand beside the last period."""
    if last is None:
        return
    from engine.assessment.comparison import compare_assessments
    from engine.rendering.comparison_views import comparison_notices, gap_table, last_period_text, score_changes
    from engine.rendering.wording import Wording

    wording = Wording(session.language)
    comparison = compare_assessments(last, assessment)
    session.say("cli.scorecard.changes", last=last_period_text(comparison, wording))
    for notice in comparison_notices(comparison, wording):
        session.say("cli.scorecard.pattern", text=notice)
    for table in (score_changes(comparison, wording), gap_table(assessment, comparison, wording)):
        if table.rows:
            rows = [[cell.text for cell in row] for row in table.rows]
            right = [at for at, column in enumerate(table.columns) if column.right]
            session.worded_table([column.title for column in table.columns], rows, right=right)


def _json(assessment: Assessment, last: Assessment | None) -> str:
    from api.schemas.assessment import AssessmentShape
    from api.schemas.comparison import ComparedAssessmentShape
    from engine.assessment.comparison import compare_assessments

    if last is None:
        shape = AssessmentShape.of(assessment)
    else:
        shape = ComparedAssessmentShape.of_comparison(compare_assessments(last, assessment))
    return shape.model_dump_json(indent=2) + "\n"


def case_ids_of(parts: LogParts) -> tuple[str, ...]:
    """The ids of a log's cases; none where it is read part by part, for a workbook could not hold them."""
    if len(parts.starts) != 2:
        return ()
    return tuple(parts.read(0, frozenset()).cases["case_id"].to_list())
