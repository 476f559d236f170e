"""The deviations of an assessment by HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.accounts.acting import allows
from api.accounts.roles import Action
from api.cases.endpoints import NameQuery, existing_book
from api.deviations import service
from api.http.dependencies import Id, PageDep, ReadSession, RunningDep
from api.http.documentation import PROBLEMS, problems
from api.http.routes import Route
from api.http.turns import turn
from api.schemas.deviations import DeviationsShape
from engine.assessment.deviation_search import DeviationFilter
from engine.vocabulary import DeviationKind, Dimension

router = APIRouter(route_class=Route, prefix="/assessments", tags=["deviations"], responses=PROBLEMS | problems(409))


def asked_deviations(
    kind: Annotated[DeviationKind | None, Query(description="Of this kind.")] = None,
    step: Annotated[NameQuery, Query(description="That name this step.")] = None,
    standard: Annotated[NameQuery, Query(description="That come from this standard.")] = None,
    dimension: Annotated[Dimension | None, Query(description="That lost units in it.")] = None,
    accepted: Annotated[bool | None, Query(description="That are accepted in all cases, or are not.")] = None,
) -> DeviationFilter:
    """Which deviations are asked for."""
    return DeviationFilter(kind=kind, step=step, standard=standard, dimension=dimension, accepted=accepted)


@router.get("/{assessment}/deviations", dependencies=[allows(Action.READ)])
def list_deviations(
    assessment: Id,
    wanted: Annotated[DeviationFilter, Depends(asked_deviations)],
    running: RunningDep,
    session: ReadSession,
    asked: PageDep,
) -> DeviationsShape:
    """List the deviations of an assessment, equal ones together, most frequent first, with what they lost."""
    book = existing_book(session, running, assessment)
    with turn(running):
        return service.list_deviations(book, wanted, after=asked.after, limit=asked.limit)
