"""What can be found out from the case book of an assessment. Nothing here knows HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from api.assessments.options import Options
from api.flows.service import flow_row, read_stored
from api.live.due import CaseDeadline
from api.live.schemas import DeadlineShape
from api.running import Running
from api.schemas.alignment import MoveShape
from api.schemas.cases import CaseRowShape, CasesShape, VariantRowShape, VariantsShape, case_fields
from api.schemas.deviations import CaseDeviationShape
from api.schemas.one_case import LossShape, OneCaseShape, TimelineEventShape, attributes_of, instances_of, moves_of
from engine.assessment.acceptances import Accepted, accepted_in
from engine.assessment.case_book import BookTables
from engine.assessment.case_search import (
    CaseFilter,
    CaseOrder,
    cases_called,
    deviations_of,
    losses_of_case,
    page_of_cases,
    summaries_of,
)
from engine.assessment.one_case import ExaminedCase, examine_case
from engine.assessment.variant_search import deviations_of_explanations, page_of_variants
from engine.calendars import calendar_named
from engine.conformance.alignment import MOVE_KINDS
from engine.nets.process import Process
from engine.storage.acceptances import acceptances_in_force
from engine.storage.case_files import JudgedCase, PathOf, read_judged_case, scan_book
from engine.storage.database import Session
from engine.storage.repository import artefacts_of
from engine.storage.tables import AssessmentRow, FlowRow
from engine.vocabulary import Language


@dataclass(frozen=True, eq=False, slots=True)
class StoredBook:
    """The case book of an assessment, with what is accepted now.

    Attributes:
        row: The assessment.
        flow: Its flow.
        tables: The book.
        accepted: What acceptances come to.
        path_of: Where the assessment's files lie.
    """

    row: AssessmentRow
    flow: FlowRow
    tables: BookTables
    accepted: Accepted
    path_of: PathOf


def open_book(session: Session, running: Running, row: AssessmentRow) -> StoredBook | None:
    """The case book of an assessment that is done, or None where it kept none."""
    digests = artefacts_of(session, row.id or 0)

    def path_of(name: str) -> Path | None:
        return running.files.known(digests[name]) if name in digests else None

    flow, tables = flow_row(session, row.flow), scan_book(path_of)
    if flow is None or tables is None:
        return None
    accepted = accepted_in(tables, acceptances_in_force(session, flow.key, now=running.clock()))
    return StoredBook(row, flow, tables, accepted, path_of)


def judged_by_versions(row: AssessmentRow) -> bool:
    """Whether several versions of a flow judged the cases of an assessment."""
    return bool(Options.from_json(row.options).versions)


def list_cases(book: StoredBook, wanted: CaseFilter, order: CaseOrder, *, after: int, limit: int) -> CasesShape:
    """A page of the cases that match."""
    found = page_of_cases(book.tables, wanted, order, after=after, limit=limit)
    deviations = _deviations(book, found.cases)
    return CasesShape(
        items=[CaseRowShape.of(row, deviations[row["case"]]) for row in found.cases.iter_rows(named=True)],
        next=found.next,
        total=found.total,
    )


def read_case(
    running: Running, book: StoredBook, name: str, *, number: int | None, language: Language, process: Process
) -> OneCaseShape | None:
    """One case, closely.

    Args:
        running: The service.
        book: The book.
        name: Id of the case.
        number: Its number, where several have the id; the first one without it.
        language: Of the sentences about deadlines.
        process: The flow.

    Returns:
        The case, or None where there is none.
    """
    called = cases_called(book.tables, name)
    chosen = called if number is None else called.filter(pl.col("case") == pl.lit(number - 1, dtype=pl.Int64))
    if not chosen.height:
        return None
    row = chosen.row(0, named=True)
    judged = read_judged_case(book.path_of, row["case"])
    if judged is None:
        return None
    found = examine(running, book, judged, process, closed=row["closed"])
    attributes = attributes_of((column, judged.log.cases[column][0]) for column in judged.log.cases.columns[1:])
    return OneCaseShape(
        **case_fields(row, _deviations(book, chosen.head(1))[row["case"]]),
        same_id=[case + 1 for case in called["case"].to_list()],
        attributes=attributes,
        losses=[LossShape(**one) for one in losses_of_case(book.tables, row["case"]).iter_rows(named=True)],
        moves=moves_of(found, process.net),
        timeline=[TimelineEventShape.of(event) for event in found.events],
        instances=instances_of(found, process.flow, attributes),
        deadlines=_deadlines(found, process, name, now=judged.now, language=language),
    )


def examine(running: Running, book: StoredBook, judged: JudgedCase, process: Process, *, closed: bool) -> ExaminedCase:
    """Look at a case by the options of its assessment."""
    options = Options.from_json(book.row.options)
    return examine_case(
        process,
        judged.log,
        closed=closed,
        now=judged.now,
        calendar=None if options.calendar is None else calendar_named(options.calendar),
        paired=judged.paired,
        completes=judged.completes,
        limits=running.limits,
    )


def process_of(running: Running, book: StoredBook) -> Process:
    """The flow of a book, read."""
    return read_stored(running, book.flow)


def list_variants(book: StoredBook, wanted: CaseFilter, *, after: int, limit: int) -> VariantsShape:
    """A page of the variants whose cases match."""
    found = page_of_variants(book.tables, wanted, after=after, limit=limit)
    every = deviations_of_explanations(book.tables, found.rows["explanation"])
    summaries = summaries_of(book.tables, every["summary"].unique().to_list())
    names = book.tables.names.collect()
    activities = names.filter(pl.col("kind") == "activity")["name"].to_list()
    steps = names.filter(pl.col("kind") == "step")["name"].to_list()
    deviations = every.partition_by("explanation", as_dict=True)
    items = []
    for row in found.rows.iter_rows(named=True):
        own = deviations.get((row["explanation"],), every.clear()).iter_rows(named=True)
        items.append(_variant(row, [_shape(book, one, summaries) for one in own], activities, steps))
    return VariantsShape(items=items, next=found.next, total=found.total, cases=found.cases)


def _variant(
    row: Mapping[str, Any],
    deviations: list[CaseDeviationShape],
    activities: Sequence[str],
    steps: Sequence[str],
) -> VariantRowShape:
    names = [activities[code] for code in row["activities"]]
    moves: list[MoveShape] = [
        (MOVE_KINDS[kind], names[position] if position >= 0 else None, steps[step] if step >= 0 else None)
        for kind, position, step in zip(row["move_kinds"], row["move_positions"], row["move_steps"], strict=True)
    ]
    return VariantRowShape(
        number=row["explanation"] + 1,
        variant=row["variant"] + 1,
        closed=not row["open"],
        explained=row["known"],
        cases=row["matching"],
        all_cases=row["cases"],
        events=len(names),
        cost=row["cost"],
        fitness=row["fitness"],
        activities=names,
        moves=moves,
        deviations=deviations,
    )


def _deviations(book: StoredBook, cases: pl.DataFrame) -> dict[int, list[CaseDeviationShape]]:
    """The deviations of some cases, by case."""
    found = deviations_of(book.tables, cases)
    summaries = summaries_of(book.tables, found["summary"].unique().to_list())
    ids = dict(cases.select("case", "case_id").iter_rows())
    shapes: dict[int, list[CaseDeviationShape]] = {case: [] for case in ids}
    for row in found.iter_rows(named=True):
        shapes[row["case"]].append(_shape(book, row, summaries, case=ids[row["case"]]))
    return shapes


def _shape(
    book: StoredBook, row: Mapping[str, Any], summaries: Mapping[int, Mapping[str, Any]], *, case: str | None = None
) -> CaseDeviationShape:
    summary = summaries[row["summary"]]
    return CaseDeviationShape.of(row, summary, book.accepted.of(summary["key"], case))


def _deadlines(
    found: ExaminedCase, process: Process, case: str, *, now: datetime | None, language: Language
) -> list[DeadlineShape]:
    if now is None:
        return []
    titles = {standard.id: standard.title for standard in process.flow.standards}
    return [
        DeadlineShape.of(CaseDeadline(case, titles[one.standard], one), now=now, language=language)
        for one in found.deadlines
    ]
