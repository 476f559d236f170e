"""The report of an assessment, in a frame of its own, and everything that can be downloaded."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.assessments.endpoints import existing_assessment
from api.assessments.kept import RESULT
from api.http.dependencies import Id
from api.pages.assessments import frame_of, not_done
from api.pages.shell import READS, VisitDep, page
from engine.storage.repository import artefact
from engine.storage.tables import Status

router = APIRouter(prefix="/assessments", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Download:
    """A file that can be downloaded.

    Attributes:
        kind: ``html``, ``pdf``, ``xlsx`` or ``json``.
        address: Where it is.
        name: How it is called on the reader's own disk.
    """

    kind: str
    address: str
    name: str


@router.get("/{assessment}/report", dependencies=READS, response_class=HTMLResponse)
def show_report(assessment: Id, visit: VisitDep) -> HTMLResponse:
    """The report as a page, and as files."""
    row = existing_assessment(visit.session, assessment)
    if row.status != Status.DONE:
        raise not_done(row)
    language = visit.language
    address = f"/api/v1/assessments/{assessment}"
    name = f"report-{assessment}-{language.value}"
    # of several versions that judged there is the page only
    kinds = ("html", "pdf", "xlsx") if artefact(visit.session, assessment, RESULT) is not None else ("html",)
    files = [
        Download(kind, f"{address}/report?format={kind}&lang={language.value}", f"{name}.{kind}") for kind in kinds
    ]
    files.append(Download("json", address, f"assessment-{assessment}.json"))
    return page(
        visit,
        "report_tab.html.j2",
        here="assessments",
        tab="report",
        files=files,
        report=f"{address}/report?lang={language.value}",
        **frame_of(visit, row),
    )
