"""What needs attention: of everything that the service knows, the things that somebody should look at now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.assessments.kept import summaries_of
from api.assessments.summaries import ScoreSummary
from api.pages.shell import Visit
from engine.conformance.deadlines import DeadlineState
from engine.errors import LimitExceeded, Severity
from engine.storage.flow_lists import latest_done_by_flow, listed_flows
from engine.storage.live_store import count_deviating
from engine.storage.repository import latest, live_logs
from engine.storage.tables import AssessmentRow, FlowRow, LogRow, Status
from engine.vocabulary import Dimension

LOOKED_AT = 20
"""How many of the latest assessments are looked at for failures."""
TREND = 12
"""How many assessments make a trend."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to look at.

    Attributes:
        severity: How pressing it is.
        text: What it is, in words.
        detail: Where, or what to do.
        address: The page that shows it.
        when: Since when, if it is known.
    """

    severity: Severity
    text: str
    detail: str
    address: str
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlowState:
    """How a flow does: its latest assessment, and the scores of those before.

    Attributes:
        row: The latest upload of it.
        assessment: Number of the latest assessment that is done.
        when: When it was done.
        scores: By dimension, the scores of the assessments that have one, the latest last.
        latest: By dimension, the score of the latest assessment, None where it is not assessable.
        missed: How many standards it missed; None where several versions judged, or nothing did.
    """

    row: FlowRow
    assessment: int | None
    when: datetime | None
    scores: dict[Dimension, tuple[float, ...]]
    latest: dict[Dimension, float | None]
    missed: int | None


def flow_states(visit: Visit) -> tuple[FlowState, ...]:
    """How each flow does, those with an assessment first."""
    done_of = latest_done_by_flow(visit.session, limit=TREND)
    numbers = [one.id or 0 for rows in done_of.values() for one in rows]
    summaries = summaries_of(visit.session, visit.running, numbers)
    states = [_state(flow.newest, done_of.get(flow.newest.key, ()), summaries) for flow in listed_flows(visit.session)]
    return tuple(sorted(states, key=lambda one: (one.assessment is None, one.row.key)))


def attention(visit: Visit, states: tuple[FlowState, ...]) -> tuple[Item, ...]:
    """What needs attention, the most pressing first."""
    found = [*_of_live_logs(visit), *_of_assessments(visit), *_of_flows(visit, states)]
    order = list(Severity)
    return tuple(sorted(found, key=lambda item: order.index(item.severity)))


def _state(newest: FlowRow, done: Sequence[AssessmentRow], summaries: Mapping[int, ScoreSummary]) -> FlowState:
    """How a flow does: by its latest assessments that are done, the newest first, and their figures."""
    known = [(one, summaries[one.id or 0]) for one in done if one.id in summaries]
    if not known:  # versions judged, which have scores of their own, or nothing did
        number, when = (done[0].id, done[0].finished) if done else (None, None)
        return FlowState(newest, number, when, {}, {}, None)
    row, figures = known[0]
    history = {
        dimension: tuple(
            score for _, summary in reversed(known) if (score := summary.scores.get(dimension)) is not None
        )
        for dimension in Dimension
    }
    return FlowState(newest, row.id, row.finished, history, figures.scores, len(figures.standards_missed))


def _of_live_logs(visit: Visit) -> Iterator[Item]:
    now = visit.running.clock()
    for log in live_logs(visit.session):
        if log.closed is not None or log.flow is None:
            continue
        number = log.id or 0
        yield from _deadlines(visit, log, now)
        deviating = count_deviating(visit.session, number)
        if deviating:
            text = visit.wording.text("page.attention.deviating", count=deviating)
            yield Item(Severity.WARNING, text, log.name, f"/live/{number}?show=deviations")


def _deadlines(visit: Visit, log: LogRow, now: datetime) -> Iterator[Item]:
    number = log.id or 0
    try:
        dues = visit.running.live.due.look(visit.session, number, now=now)
    except LimitExceeded:  # too many open cells to look at; the board itself says so
        return
    passed = sum(one.deadline.state is DeadlineState.PASSED for one in dues)
    border = now + visit.running.live.near
    near = sum(one.deadline.state is DeadlineState.AHEAD and one.deadline.act_by <= border for one in dues)
    if passed:
        text = visit.wording.text("page.attention.passed", count=passed)
        yield Item(Severity.ERROR, text, log.name, f"/live/{number}")
    if near:
        text = visit.wording.text("page.attention.near", count=near, minutes=visit.running.live.near_minutes)
        yield Item(Severity.WARNING, text, log.name, f"/live/{number}")


def _of_assessments(visit: Visit) -> Iterator[Item]:
    for row in latest(visit.session, AssessmentRow, limit=LOOKED_AT):
        if row.status == Status.FAILED:
            text = visit.wording.text("page.attention.failed", number=row.id or 0)
            log = visit.session.get_one(LogRow, row.log)
            yield Item(Severity.ERROR, text, log.name, f"/assessments/{row.id}", row.finished)


def _of_flows(visit: Visit, states: tuple[FlowState, ...]) -> Iterator[Item]:
    for state in states:
        if state.missed:
            text = visit.wording.text("page.attention.missed", count=state.missed)
            address = f"/assessments/{state.assessment}/standards?verdict=missed"
            yield Item(Severity.WARNING, text, title_of(state.row, visit), address, state.when)
        if state.assessment is None:
            text = visit.wording.text("page.attention.unassessed")
            yield Item(Severity.INFO, text, title_of(state.row, visit), f"/assessments/new?flow={state.row.id}")


def title_of(row: FlowRow, visit: Visit) -> str:
    """A flow's name in the language of a page; its own id where it has none."""
    return (row.title_zh if visit.language == "zh" else row.title_en) or row.key
