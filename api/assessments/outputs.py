"""What is taken away from an assessment by HTTP: reports, exports, and how it stands beside another one."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.accounts.acting import allows
from api.accounts.roles import Action
from api.assessments.csv_files import zipped_csv
from api.assessments.endpoints import done_assessment
from api.assessments.kept import RESULT, VERSIONS, cases_table, content_of, kept_assessment
from api.assessments.options import Options
from api.assessments.reports import ReportFormat, find_report, make_report
from api.http.dependencies import Id, LanguageDep, ReadSession, RunningDep
from api.http.documentation import PROBLEMS, files_of, problems
from api.http.downloads import disposition, file_name, file_response, stream_response
from api.http.pictures import REPORT_POLICY
from api.http.problems import Refusal
from api.http.routes import Route
from api.http.turns import turn
from api.running import Running
from api.schemas.assessment import AssessmentShape
from api.schemas.comparison import ComparisonShape
from engine.assessment.assessment import Assessment
from engine.assessment.comparison import compare_assessments
from engine.storage.database import Session
from engine.storage.tables import AssessmentRow, FlowRow
from engine.vocabulary import Language

router = APIRouter(route_class=Route, prefix="/assessments", tags=["assessments"], responses=PROBLEMS | problems(409))

JSON_TYPE = "application/json"
ZIP_TYPE = "application/zip"
REPORT_TYPES = {
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
REPORTS = tuple(kind.partition(";")[0] for kind in REPORT_TYPES.values())


class ExportFormat(StrEnum):
    """What an assessment can be taken away as."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"
    PDF = "pdf"


ReportQuery = Annotated[
    ReportFormat, Query(alias="format", description="A page, paper (A4, to be signed), or a workbook with all rows.")
]
ExportQuery = Annotated[
    ExportFormat,
    Query(alias="format", description="The result, its tables as CSV files in a zip, or the report."),
]


@router.get(
    "/{assessment}/report", dependencies=[allows(Action.READ)], response_class=Response, responses=files_of(*REPORTS)
)
def read_report(
    *,
    assessment: Id,
    running: RunningDep,
    session: ReadSession,
    language: LanguageDep,
    form: ReportQuery = ReportFormat.HTML,
) -> Response:
    """The report, with the improvement actions as they are now: a page that needs nothing but itself, PDF or xlsx."""
    row = done_assessment(session, assessment)
    return _report(session, running, row, form, language, attached=form is not ReportFormat.HTML)


@router.get(
    "/{assessment}/export",
    dependencies=[allows(Action.READ)],
    response_class=Response,
    responses=files_of(JSON_TYPE, ZIP_TYPE, *REPORTS),
)
def export_assessment(
    *, assessment: Id, running: RunningDep, session: ReadSession, language: LanguageDep, form: ExportQuery
) -> Response:
    """Everything that was found as a file: ``json`` is the result, ``csv`` a zip of tables, else the report."""
    row = done_assessment(session, assessment)
    if form is ExportFormat.JSON:
        content = content_of(session, running, assessment, RESULT) or content_of(session, running, assessment, VERSIONS)
        return file_response(content or b"null", _name(session, row, language, form.value), JSON_TYPE)
    if form is not ExportFormat.CSV:
        return _report(session, running, row, ReportFormat(form.value), language, attached=True)
    result = content_of(session, running, assessment, RESULT)
    if result is None:
        raise _judged_by_versions(row)
    shape = AssessmentShape.model_validate_json(result)
    chunks = zipped_csv(shape, cases_table(session, running, assessment))
    return stream_response(chunks, _name(session, row, language, "zip"), ZIP_TYPE)


@router.get("/{assessment}/comparison/{earlier}", dependencies=[allows(Action.READ)])
def compare_with_earlier(assessment: Id, earlier: Id, running: RunningDep, session: ReadSession) -> ComparisonShape:
    """How an assessment stands beside an earlier one: what changed by more than chance, and what cannot be compared."""
    rows = [done_assessment(session, number) for number in (assessment, earlier)]
    with turn(running):
        now, before = (_one_flow_s(session, running, row) for row in rows)
        return ComparisonShape.of(compare_assessments(before, now))


def _report(
    session: Session, running: Running, row: AssessmentRow, form: ReportFormat, language: Language, *, attached: bool
) -> Response:
    """A report as a file.

    Raises:
        Refusal: It has to be made and others wait for that too, or cannot be made.
    """
    content = find_report(session, running, row, form, language)
    if content is None:
        with turn(running):
            content = make_report(session, running, row, form, language)
    if content is None and Options.from_json(row.options).versions:
        raise _judged_by_versions(row)
    if content is None:
        raise Refusal(HTTPStatus.CONFLICT, "service.report-not-kept", id=row.id or 0, format=form.value)
    headers = {
        "Content-Disposition": disposition(_name(session, row, language, form.value), attached=attached),
        "Content-Language": language.value,
    }
    if form is ReportFormat.HTML:
        headers["Content-Security-Policy"] = REPORT_POLICY
    return Response(content, HTTPStatus.OK, headers, REPORT_TYPES[form])


def _one_flow_s(session: Session, running: Running, row: AssessmentRow) -> Assessment:
    """An assessment that one flow judged.

    Raises:
        Refusal: Several versions did.
    """
    found = kept_assessment(session, running, row)
    if found is None:
        raise _judged_by_versions(row)
    return found


def _judged_by_versions(row: AssessmentRow) -> Refusal:
    return Refusal(HTTPStatus.CONFLICT, "service.judged-by-versions", id=row.id or 0)


def _name(session: Session, row: AssessmentRow, language: Language, ending: str) -> str:
    """How a file is called: the flow's title in the reader's language, and the assessment's number."""
    flow = session.get_one(FlowRow, row.flow)
    title = flow.title_zh if language is Language.ZH else flow.title_en
    return file_name(title or flow.title_en or flow.title_zh or flow.key, row.id or 0, ending=ending)
