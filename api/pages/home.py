"""The home page: what needs attention, and how every flow does."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.attention import attention, flow_states, title_of
from api.pages.shell import READS, VisitDep, page
from engine.storage.repository import latest
from engine.storage.tables import LogRow
from engine.vocabulary import Dimension

router = APIRouter(include_in_schema=False)


@router.get("/", dependencies=READS, response_class=HTMLResponse)
def show_home(visit: VisitDep) -> HTMLResponse:
    """What needs attention, and how every flow does."""
    states = flow_states(visit)
    return page(
        visit,
        "home.html.j2",
        here="home",
        items=attention(visit, states),
        states=states,
        dimensions=tuple(Dimension),
        has_logs=bool(latest(visit.session, LogRow, limit=1)),
        name_of=lambda row: title_of(row, visit),
    )
