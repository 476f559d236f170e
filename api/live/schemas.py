"""JSON shapes of live cases and of what is due in them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from api.events.schemas import CaseShape
from api.live.due import CaseDeadline
from api.schemas.problem import ProblemShape
from api.schemas.watching import SeenShape
from engine.conformance.deadlines import DeadlineState
from engine.messages.catalogue import sentence
from engine.rendering.wording import Wording
from engine.storage.event_tables import CaseRow
from engine.storage.live_store import Standing
from engine.storage.repository import problems_from_json
from engine.vocabulary import Language


class DeadlineShape(BaseModel):
    """A deadline of an open case.

    Attributes:
        case: The case.
        standard: Id of the standard.
        title: Its name, in the reader's language.
        tier: 1, or 2 for the later limit for what missed the first.
        step: Id of the step that it waits for; null where it waits for the end of the case or of a sub-flow.
        act_by: When the time allowed is used up. It lies before ``due`` where the rest is not working time.
        due: The last moment that is in time.
        state: ``ahead`` or ``passed``; where what it asks for was done, ``met`` or ``late``.
        says: The same in a sentence.
    """

    case: str
    standard: str
    title: str
    tier: int
    step: str | None
    act_by: datetime
    due: datetime
    state: DeadlineState
    says: str

    @classmethod
    def of(cls, found: CaseDeadline, *, now: datetime, language: Language) -> DeadlineShape:
        """The shape of a deadline as it stands at a moment."""
        one = found.deadline
        title = found.title.text(language)
        return cls(
            case=found.case,
            standard=one.standard,
            title=title,
            tier=one.tier,
            step=one.step,
            act_by=one.act_by,
            due=one.due,
            state=one.state,
            says=_sentence(title, one.state, one.act_by, one.due, now=now, language=language),
        )


class DeadlinePage(BaseModel):
    """Deadlines by when the time allowed is used up, then by when they are due, case, standard and event.

    Attributes:
        now: The moment at which they stand so.
        items: A part of them.
        next: Give it as ``after`` to get the next part; null at the end.
    """

    now: datetime
    items: list[DeadlineShape]
    next: str | None


class StandingShape(BaseModel):
    """Where an open case stands that shows deviations.

    Attributes:
        case: Its id.
        flow: Number of the flow that judges it.
        cost: Its cost so far.
        deviations: How many deviations it shows.
        verdict: What its last event said.
    """

    case: str
    flow: int | None
    cost: int
    deviations: int
    verdict: SeenShape | None

    @classmethod
    def of(cls, standing: Standing, body: str | None) -> StandingShape:
        """The shape of where a case stands."""
        return cls(
            case=standing.case,
            flow=standing.flow,
            cost=standing.cost,
            deviations=standing.deviations,
            verdict=None if body is None else SeenShape.model_validate_json(body),
        )


class LiveCaseShape(CaseShape):
    """Where a case stands.

    Attributes:
        flow: Number of the flow that judges it; null where nothing does.
        verdict: The last thing that was said of it: of its last event, or of its end. Its deviations, what may come
            next and whether it may end are in it; null where nothing was said.
        unjudged: Why nothing judges it; null where something does, and in a log that follows no flow.
        deadlines: Those of an open case, by when they are due.
    """

    flow: int | None
    verdict: SeenShape | None
    unjudged: ProblemShape | None
    deadlines: list[DeadlineShape]

    @classmethod
    def made(
        cls,
        row: CaseRow,
        standing: Standing | None,
        body: str | None,
        deadlines: list[DeadlineShape],
        language: Language,
    ) -> LiveCaseShape:
        """The shape of a case and of what is known of it."""
        stored = problems_from_json("" if standing is None else standing.problem)
        return cls(
            **dict(CaseShape.of(row)),
            flow=None if standing is None else standing.flow,
            verdict=None if body is None else SeenShape.model_validate_json(body),
            unjudged=ProblemShape.of(stored[0], language) if stored else None,
            deadlines=deadlines,
        )


def _sentence(
    title: str, state: DeadlineState, act_by: datetime, due: datetime, *, now: datetime, language: Language
) -> str:
    values = {"title": title}
    if state is DeadlineState.PASSED:
        values["time"] = Wording(language).duration((now - due).total_seconds())
    elif state is DeadlineState.AHEAD and act_by > now:
        values["time"] = Wording(language).duration((act_by - now).total_seconds())
    elif state is DeadlineState.AHEAD:
        return sentence("live.deadline.now", values, language)
    return sentence(f"live.deadline.{state.value}", values, language)
