"""The audit log by HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.accounts.acting import allows
from api.accounts.roles import Action
from api.assessments.options import parse_moment
from api.audit.schemas import AuditShape
from api.http.dependencies import LARGEST_ID, PageDep, ReadSession
from api.http.documentation import PROBLEMS
from api.http.routes import Route
from api.http.shapes import MOMENT_CHARACTERS, Page
from engine.storage.audit import Wanted, page_of_entries

router = APIRouter(route_class=Route, prefix="/audit", tags=["accounts"], responses=PROBLEMS)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries are asked for; all where nothing is.

    Attributes:
        key: By which key.
        action: What was done.
        resource: The kind of what was changed.
        resource_id: Its number or id.
        since: Not before then, with its zone.
    """

    key: Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="By which key.")] = None
    action: Annotated[Action | None, Query(description="What was done.")] = None
    resource: Annotated[
        str | None, Query(min_length=1, max_length=40, description="The kind of what was changed.", examples=["flow"])
    ] = None
    resource_id: Annotated[
        str | None, Query(alias="id", min_length=1, max_length=200, description="Its number or id.")
    ] = None
    since: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=MOMENT_CHARACTERS,
            description="Not before then, with its zone.",
            examples=["2026-03-01T00:00:00+08:00"],
            json_schema_extra={"format": "date-time"},
        ),
    ] = None


@router.get("", dependencies=[allows(Action.READ_AUDIT)])
def read_audit(asked: PageDep, which: Annotated[AuditQuery, Depends()], session: ReadSession) -> Page[AuditShape]:
    """Who changed what, in the order in which it was changed."""
    wanted = Wanted(
        key=which.key,
        action=which.action,
        resource=which.resource,
        resource_id=which.resource_id,
        since=None if which.since is None else parse_moment(which.since, element="since"),
    )
    rows, following = page_of_entries(session, wanted, after=asked.after, limit=asked.limit)
    return Page[AuditShape](items=[AuditShape.of(row) for row in rows], next=following)
