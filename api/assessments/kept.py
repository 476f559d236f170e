"""What is kept of an assessment, read again: results, figures, and the assessment itself as a value."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from api.assessments.summaries import ScoreSummary
from api.flows.service import read_stored
from api.schemas.assessment import AssessmentShape
from api.schemas.restoring import restored
from api.shelf import Shelf
from engine.assessment.assessment import Assessment
from engine.storage.case_files import book_name
from engine.storage.database import Session
from engine.storage.explained_files import EXPLAINED, read_explained
from engine.storage.repository import artefact, artefacts
from engine.storage.tables import AssessmentRow, FlowRow

RESULT = "result.json"
SUMMARY = "summary.json"
VERSIONS = "versions.json"
"""Names under which results are kept: of one flow, and of several versions."""


def content_of(session: Session, shelf: Shelf, number: int, name: str) -> bytes | None:
    """What an assessment made, or None where it made none of that name.

    Raises:
        DamagedFile: It is gone, or no longer what it was.
    """
    digest = artefact(session, number, name)
    return None if digest is None else shelf.files.checked(digest).read_bytes()


def summary_of(session: Session, shelf: Shelf, number: int) -> ScoreSummary | None:
    """The figures of an assessment that one flow judged; None where it is not done, or several versions judged."""
    return summaries_of(session, shelf, [number]).get(number)


def summaries_of(session: Session, shelf: Shelf, numbers: Collection[int]) -> dict[int, ScoreSummary]:
    """The same of several assessments, by their numbers; without those that have none."""
    digests = artefacts(session, numbers, SUMMARY)
    kept = {
        number: ScoreSummary.model_validate_json(shelf.files.checked(digest).read_bytes())
        for number, digest in digests.items()
    }
    older = ((number, _summary_of_result(session, shelf, number)) for number in numbers if number not in kept)
    return kept | {number: found for number, found in older if found is not None}


def _summary_of_result(session: Session, shelf: Shelf, number: int) -> ScoreSummary | None:
    content = content_of(session, shelf, number, RESULT)  # made before figures were kept beside it
    return None if content is None else ScoreSummary.of(AssessmentShape.model_validate_json(content))


def kept_assessment(session: Session, shelf: Shelf, row: AssessmentRow) -> Assessment | None:
    """An assessment as far as its result tells; None where it is not done, or several versions judged."""
    content = content_of(session, shelf, row.id or 0, RESULT)
    if content is None:
        return None
    process = read_stored(shelf, session.get_one(FlowRow, row.flow))
    return restored(AssessmentShape.model_validate_json(content), process)


def whole_assessment(session: Session, shelf: Shelf, row: AssessmentRow) -> Assessment | None:
    """An assessment with its alignments and variants; None where these were not kept, as before it was done."""
    number = row.id or 0
    result, explained = content_of(session, shelf, number, RESULT), content_of(session, shelf, number, EXPLAINED)
    if result is None or explained is None:
        return None
    process = read_stored(shelf, session.get_one(FlowRow, row.flow))
    return restored(AssessmentShape.model_validate_json(result), process, read_explained(explained, process.net))


def cases_table(session: Session, shelf: Shelf, number: int) -> pl.LazyFrame | None:
    """The cases of an assessment as its case book has them; None where none was kept.

    Raises:
        DamagedFile: The file is gone, or no longer what it was.
    """
    digest = artefact(session, number, book_name("cases"))
    return None if digest is None else pl.scan_parquet(shelf.files.checked(digest), glob=False)


def case_ids_of(session: Session, shelf: Shelf, number: int) -> tuple[str, ...]:
    """The ids of the cases of an assessment, in the log's order; none where no case book was kept."""
    cases = cases_table(session, shelf, number)
    return () if cases is None else tuple(cases.select("case_id").collect()["case_id"].to_list())
