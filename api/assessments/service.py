"""Assessments: asked for, cancelled, and what they made. Nothing here knows HTTP; ``work`` does the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from api.assessing import assess_log_with_cases, assess_versions_of
from api.assessments.computing import Made, Order, opened_for
from api.assessments.earlier import BESIDE, KeptBeside, earlier_assessment, earlier_number
from api.assessments.kept import RESULT, SUMMARY, VERSIONS
from api.assessments.options import Options
from api.assessments.progress import Teller, TellStage
from api.assessments.reports import ReportFormat, render_report, report_name
from api.assessments.summaries import ScoreSummary
from api.budget import Watched
from api.composition import draw_process
from api.logs.service import stored_log
from api.reporting import versions_report_of
from api.running import Running
from api.schemas.assessment import AssessmentShape
from api.schemas.versions import VersionedAssessmentShape
from api.shelf import Shelf
from api.spread import Spread
from engine.assessment.assessment import Assessment
from engine.conformance.mapper import SERIAL
from engine.errors import Conflict, Problem
from engine.limits import Limits
from engine.logs.log import Log
from engine.logs.selecting import started_within
from engine.nets.process import Process, read_process_bytes
from engine.rendering.content import Beside
from engine.rendering.overlay import OverlayKind
from engine.storage.actions import actions_of
from engine.storage.case_files import book_files, judged_files
from engine.storage.database import Session, after_commit
from engine.storage.explained_files import EXPLAINED, explained_file
from engine.storage.repository import activations, add, count_waiting, locked_assessment
from engine.storage.tables import AssessmentRow, FlowRow, LogRow, Status
from engine.vocabulary import Language, Phase


def chart_name(show: OverlayKind, language: Language) -> str:
    """Under which name a chart is kept, as DOT: it is drawn when it is asked for."""
    return f"chart.{show.value}.{language.value}.dot"


def ask_for(
    session: Session,
    running: Running,
    *,
    flow: int,
    log: int,
    options: Options,
    schedule: int | None = None,
    by: int | None = None,
) -> AssessmentRow:
    """Note that an assessment is asked for, by a schedule or by a key; work on it begins once that is committed."""
    row = AssessmentRow(
        flow=flow,
        log=log,
        schedule=schedule,
        options=options.to_json(),
        status=Status.QUEUED.value,
        created=running.clock(),
        created_by=by,
    )
    add(session, row)
    after_commit(session, partial(running.work.submit, row.id or 0))
    return row


def may_wait(session: Session, running: Running) -> bool:
    """Whether one more assessment may wait for its turn."""
    return count_waiting(session) < running.limits.waiting_assessments


def cancel(session: Session, running: Running, number: int) -> AssessmentRow:
    """Cancel an assessment that waits or runs; once that is committed, work on it is broken off.

    Raises:
        Conflict: It is done or has failed.
    """
    row = locked_assessment(session, number)
    if row.status in (Status.DONE, Status.FAILED):
        raise Conflict([Problem("service.not-cancellable", values={"id": number})])
    if row.status != Status.CANCELLED:
        if row.status == Status.RUNNING:
            after_commit(session, partial(running.work.stop, number))
        row.status, row.finished = Status.CANCELLED.value, running.clock()
        session.add(row)
    return row


def compute(shelf: Shelf, number: int, tell: TellStage) -> Made:
    """Make everything that is kept of an assessment.

    Raises:
        InputRefused: It cannot be made.
    """
    with shelf.database.reading() as session:
        row = session.get_one(AssessmentRow, number)
        flow, log = session.get_one(FlowRow, row.flow), session.get_one(LogRow, row.log)
        options = Options.from_json(row.options)
        versions = [(session.get_one(FlowRow, flow_id), day) for flow_id, day in options.versions]
    teller = Teller(tell)
    teller.begin(Phase.READING)
    if versions:
        return assess_versions_stored(shelf, versions, log, options, teller=teller)
    return assess_stored(shelf, row, flow, log, teller=teller)


def compute_in_child(order: Order, tell: TellStage) -> Made:
    """The same in a process of its own."""
    shelf = opened_for(order)
    try:
        return compute(shelf, order.number, tell)
    finally:
        shelf.database.close()


def _chosen(shelf: Shelf, row: LogRow, options: Options) -> Log:
    """A stored log, or those of its cases that started in the period that is asked for."""
    log = stored_log(shelf, row)
    return log if options.period is None else started_within(log, *options.period)


def assess_stored(shelf: Shelf, row: AssessmentRow, flow: FlowRow, log: LogRow, *, teller: Teller) -> Made:
    """Assess a stored log against a stored flow.

    Returns:
        Name → content of everything that is kept: the result and what reports need beside it, pages and charts in both
        languages, the case book and the events that it was made from.
    """
    process, options = _stored_process(shelf, flow), Options.from_json(row.options)
    chosen = _chosen(shelf, log, options)
    teller.begin(Phase.ALIGNING)
    found = assess_log_with_cases(
        process,
        chosen,
        asked=options.asked(log.lifecycle),
        over=Spread(Watched(teller.pieces), SERIAL),
        limits=shelf.limits,
        progress=teller.assessed,
    )
    with shelf.database.reading() as session:
        compared = earlier_number(session, shelf, row, period=found.assessment.period)
        beside = Beside(against=earlier_assessment(session, shelf, compared), actions=actions_of(session, flow.key))
    return {
        **artefacts_of(process, found.assessment, beside=beside, limits=shelf.limits),
        BESIDE: KeptBeside(against=compared).model_dump_json().encode(),
        **dict(book_files(found.cases)),
        **dict(judged_files(found.counted, now=found.assessment.now)),
    }


def _stored_process(shelf: Shelf, row: FlowRow) -> Process:
    return read_process_bytes(shelf.files.checked(row.file).read_bytes(), source=row.name, limits=shelf.limits)


def versions_in_force(session: Session, flow: FlowRow) -> tuple[tuple[int, date], ...]:
    """Number and first day of each version of a flow that was put into force."""
    return tuple((row.flow, row.effective) for row in activations(session, flow.key))


def assess_versions_stored(
    shelf: Shelf, versions: Sequence[tuple[FlowRow, date]], log: LogRow, options: Options, *, teller: Teller
) -> Made:
    """Assess a stored log against stored versions of a flow.

    Returns:
        Name → content of everything that is kept: the result, reports in both languages, and the charts of the latest
        version that judged a case, or of the latest one without anything on it.
    """
    processes = []
    for row, day in versions:
        read = _stored_process(shelf, row)
        processes.append(replace(read, flow=replace(read.flow, effective=day)))
    chosen = _chosen(shelf, log, options)
    teller.begin(Phase.ALIGNING)
    found = assess_versions_of(
        processes,
        chosen,
        asked=options.asked(log.lifecycle),
        over=Spread(Watched(teller.pieces), SERIAL),
        limits=shelf.limits,
        progress=teller.pieces,
    )
    teller.begin(Phase.REPORT)
    made = {VERSIONS: VersionedAssessmentShape.of(found, log=log.name).model_dump_json()}
    drawn = next((part for part in reversed(found.versions) if part.assessment is not None), found.versions[-1])
    for language in Language:
        made[report_name(language)] = versions_report_of(found, log=log.name, language=language)
        for show in OverlayKind:
            dot = draw_process(drawn.process, language=language, assessment=drawn.assessment, show=show)
            made[chart_name(show, language)] = dot
    return {name: text.encode() for name, text in made.items()}


def artefacts_of(process: Process, assessment: Assessment, *, beside: Beside, limits: Limits) -> dict[str, bytes]:
    """Everything that is kept of an assessment itself."""
    shape = AssessmentShape.of(assessment)
    made = {
        RESULT: shape.model_dump_json().encode(),
        SUMMARY: ScoreSummary.of(shape).model_dump_json().encode(),
        EXPLAINED: explained_file(assessment),
    }
    for language in Language:
        page = report_name(language, actions=beside.actions)
        made[page] = render_report(assessment, ReportFormat.HTML, language=language, beside=beside, limits=limits)
        for show in OverlayKind:
            dot = draw_process(process, language=language, assessment=assessment, show=show)
            made[chart_name(show, language)] = dot.encode()
    return made
