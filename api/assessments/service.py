"""Assessments: asked for, worked on in the background, and what they made. Nothing here knows HTTP."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from api.assessing import assess_log_with_cases, assess_versions_of
from api.assessments.options import Options
from api.assessments.summaries import ScoreSummary
from api.composition import draw_process
from api.logs.service import stored_log
from api.reporting import report_of, versions_report_of
from api.running import Running
from api.schemas.assessment import AssessmentShape
from api.schemas.versions import VersionedAssessmentShape
from engine.assessment.assessment import Assessment
from engine.errors import InputRefused, Problem, Unavailable
from engine.nets.process import Process, read_process_bytes
from engine.rendering.overlay import OverlayKind
from engine.storage.case_files import book_files, judged_files
from engine.storage.database import Session, after_commit
from engine.storage.files import DamagedFile, Stored
from engine.storage.full_disk import is_full_disk
from engine.storage.repository import (
    activations,
    add,
    artefact,
    assessments_with,
    find,
    problems_to_json,
    remember_file,
)
from engine.storage.tables import ArtefactRow, AssessmentRow, FlowRow, LogRow, Status
from engine.vocabulary import Language

LOGGER = logging.getLogger("trueline.service")

RESULT = "result.json"
SUMMARY = "summary.json"
VERSIONS = "versions.json"
"""Names under which results are kept: of one flow, and of several versions."""


def report_name(language: Language) -> str:
    """Under which name a report is kept."""
    return f"report.{language.value}.html"


def chart_name(show: OverlayKind, language: Language) -> str:
    """Under which name a chart is kept, as DOT: it is drawn when it is asked for."""
    return f"chart.{show.value}.{language.value}.dot"


def ask_for(
    session: Session, running: Running, *, flow: int, log: int, options: Options, by: int | None = None
) -> AssessmentRow:
    """Note that an assessment is asked for, by a key; work on it begins once that is committed."""
    row = add(
        session,
        AssessmentRow(
            flow=flow,
            log=log,
            options=options.to_json(),
            status=Status.QUEUED.value,
            created=running.clock(),
            created_by=by,
        ),
    )
    after_commit(session, partial(queue, running, row.id or 0))
    return row


def queue(running: Running, number: int) -> None:
    """Give an assessment to the background."""
    running.runner.submit(_job(number), partial(work_on, running, number))


def recover(running: Running) -> None:
    """Put right what the last end of the service left: what ran has failed, what waited waits again."""
    with running.database.writing() as session:
        for row in assessments_with(session, Status.RUNNING):
            _fail(session, running, row, [Problem("service.interrupted")])
        for row in assessments_with(session, Status.QUEUED):
            after_commit(session, partial(queue, running, row.id or 0))


def work_on(running: Running, number: int) -> None:
    """Do one assessment, in the background, and keep what it made or why it failed."""
    with running.database.writing() as session:
        row = _existing(session, number)
        flow, log = session.get_one(FlowRow, row.flow), session.get_one(LogRow, row.log)
        row.status, row.started = Status.RUNNING.value, running.clock()
        options = Options.from_json(row.options)
        versions = [(session.get_one(FlowRow, flow_id), day) for flow_id, day in options.versions]
    try:
        if versions:
            made = assess_versions_stored(running, versions, log, options)
        else:
            made = assess_stored(running, flow, log, options)
        stored = {name: running.files.add(content) for name, content in made.items()}
    except InputRefused as refusal:
        problems = list(refusal.problems)
    except (Unavailable, DamagedFile) as missing:
        problems = [missing.problem]
    except Exception as error:
        LOGGER.exception("assessment %d failed", number)
        problems = [Problem("service.disk-full" if is_full_disk(error) else "service.our-fault")]
    else:
        with running.database.writing() as session:
            _keep(session, running, _existing(session, number), stored)
        return
    with running.database.writing() as session:
        _fail(session, running, _existing(session, number), problems)


def assess_stored(running: Running, flow: FlowRow, log: LogRow, options: Options) -> dict[str, bytes]:
    """Assess a stored log against a stored flow.

    Returns:
        Name → content of everything that is kept: the result, reports and charts in both languages, the case book and
        the events that it was made from.
    """
    process = _stored_process(running, flow)
    found = assess_log_with_cases(
        process,
        stored_log(running, log),
        now=options.now,
        closed=options.closed,
        calendar=options.calendar,
        lifecycle=options.lifecycle or log.lifecycle or None,
        limits=running.limits,
    )
    return {
        **artefacts_of(process, found.assessment),
        **dict(book_files(found.cases)),
        **dict(judged_files(found.counted, now=found.assessment.now)),
    }


def _stored_process(running: Running, row: FlowRow) -> Process:
    return read_process_bytes(running.files.checked(row.file).read_bytes(), source=row.name, limits=running.limits)


def versions_in_force(session: Session, flow: FlowRow) -> tuple[tuple[int, date], ...]:
    """Number and first day of each version of a flow that was put into force."""
    return tuple((row.flow, row.effective) for row in activations(session, flow.key))


def assess_versions_stored(
    running: Running, versions: Sequence[tuple[FlowRow, date]], log: LogRow, options: Options
) -> dict[str, bytes]:
    """Assess a stored log against stored versions of a flow.

    Returns:
        Name → content of everything that is kept: the result, reports in both languages, and the charts of the latest
        version that judged a case, or of the latest one without anything on it.
    """
    processes = []
    for row, day in versions:
        read = _stored_process(running, row)
        processes.append(replace(read, flow=replace(read.flow, effective=day)))
    found = assess_versions_of(
        processes,
        stored_log(running, log),
        now=options.now,
        closed=options.closed,
        calendar=options.calendar,
        lifecycle=options.lifecycle or log.lifecycle or None,
        limits=running.limits,
    )
    made = {VERSIONS: VersionedAssessmentShape.of(found, log=log.name).model_dump_json()}
    drawn = next((part for part in reversed(found.versions) if part.assessment is not None), found.versions[-1])
    for language in Language:
        made[report_name(language)] = versions_report_of(found, log=log.name, language=language)
        for show in OverlayKind:
            dot = draw_process(drawn.process, language=language, assessment=drawn.assessment, show=show)
            made[chart_name(show, language)] = dot
    return {name: text.encode() for name, text in made.items()}


def artefacts_of(process: Process, assessment: Assessment) -> dict[str, bytes]:
    """Everything that is kept of an assessment."""
    shape = AssessmentShape.of(assessment)
    made = {RESULT: shape.model_dump_json(), SUMMARY: ScoreSummary.of(shape).model_dump_json()}
    for language in Language:
        made[report_name(language)] = report_of(assessment, language=language)
        for show in OverlayKind:
            dot = draw_process(process, language=language, assessment=assessment, show=show)
            made[chart_name(show, language)] = dot
    return {name: text.encode() for name, text in made.items()}


def content_of(session: Session, running: Running, number: int, name: str) -> bytes | None:
    """What an assessment made, or None where it made none of that name."""
    digest = artefact(session, number, name)
    return None if digest is None else running.files.checked(digest).read_bytes()


def summary_of(session: Session, running: Running, number: int) -> ScoreSummary | None:
    """The figures of an assessment that one flow judged; None where it is not done, or several versions judged."""
    content = content_of(session, running, number, SUMMARY)
    if content is not None:
        return ScoreSummary.model_validate_json(content)
    content = content_of(session, running, number, RESULT)  # made before figures were kept beside it
    return None if content is None else ScoreSummary.of(AssessmentShape.model_validate_json(content))


def _job(number: int) -> str:
    return f"assessment-{number}"


def _existing(session: Session, number: int) -> AssessmentRow:
    row = find(session, AssessmentRow, number)
    if row is None:
        raise LookupError(f"assessment {number} is not there")
    return row


def _fail(session: Session, running: Running, row: AssessmentRow, problems: list[Problem]) -> None:
    row.status, row.finished = Status.FAILED.value, running.clock()
    row.failure = problems_to_json(problems[: running.limits.problems])
    session.add(row)


def _keep(session: Session, running: Running, row: AssessmentRow, made: dict[str, Stored]) -> None:
    now = running.clock()
    for name, stored in made.items():
        digest = remember_file(session, stored, now=now)
        add(session, ArtefactRow(assessment=row.id or 0, name=name, file=digest))
    row.status, row.finished = Status.DONE.value, now
    session.add(row)
