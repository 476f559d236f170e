"""The application: routes, the gate in front of them, and what happens at start and end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from api.acceptances import endpoints as acceptances
from api.accounts import endpoints as accounts
from api.accounts import sign_in
from api.accounts.acting import allows, declared
from api.accounts.roles import Action
from api.actions import endpoints as actions
from api.assessments import endpoints as assessments
from api.assessments import outputs
from api.audit import endpoints as audit
from api.cases import endpoints as cases
from api.deviations import endpoints as deviations
from api.events import endpoints as events
from api.events.closing import recover as recover_closing
from api.events.service import recover as recover_events
from api.flows import endpoints as flows
from api.hooks import endpoints as hooks
from api.http.documentation import document
from api.http.gate import Gate
from api.http.problems import install
from api.http.repeating import Repeating
from api.http.routes import Route
from api.live import endpoints as live
from api.logs import endpoints as logs
from api.operations import endpoints as operations
from api.operations.metrics import Metrics
from api.operations.observing import Observer
from api.operations.readiness import Readiness, checks_of
from api.pages import acceptances as acceptance_pages
from api.pages import accounts as account_pages
from api.pages import assessments as assessment_pages
from api.pages import assets, comparisons, home, reports
from api.pages import cases as case_pages
from api.pages import deviations as deviation_pages
from api.pages import flows as flow_pages
from api.pages import live as live_pages
from api.pages import logs as log_pages
from api.pages import maps as map_pages
from api.pages import schedules as schedule_pages
from api.pages.problems import problem_page
from api.running import Running
from api.schedules import endpoints as schedules
from api.schedules.service import ask_what_is_due
from api.standards import endpoints as standards

VERSION = "1"
PAGES = (
    assets,
    home,
    flow_pages,
    map_pages,
    log_pages,
    case_pages,
    deviation_pages,
    acceptance_pages,
    comparisons,
    reports,
    assessment_pages,
    schedule_pages,
    live_pages,
    account_pages,
)
TAGS = [
    {"name": "flows", "description": "Service processes as their designers wrote them."},
    {"name": "logs", "description": "What happened."},
    {"name": "events", "description": "What happens: live logs, event by event."},
    {"name": "live", "description": "What is said of running cases, and what is due."},
    {"name": "hooks", "description": "Who is told what is said."},
    {"name": "assessments", "description": "What the difference between both is, as four measures."},
    {"name": "cases", "description": "What became of each case in an assessment."},
    {"name": "deviations", "description": "What went wrong in an assessment, and how often."},
    {"name": "standards", "description": "What the standards of an assessment came to, and key figures."},
    {"name": "acceptances", "description": "Deviations of a flow that are accepted, why, and until when."},
    {"name": "actions", "description": "Improvement actions: what is done about a finding, by whom, until when."},
    {"name": "accounts", "description": "Who may do what, and who did what."},
    {"name": "schedules", "description": "Assessments that are asked for again and again."},
    {"name": "health", "description": "Whether the service is there, can do its work, and what it does."},
]


class Application(FastAPI):
    """An application with an observer around everything, also around what answers when something fails."""

    def build_middleware_stack(self) -> ASGIApp:
        """The application as a server calls it."""
        app, state = super().build_middleware_stack(), self.state
        return Observer(app, metrics=state.metrics, routes=templates(self.routes), connections=state.connections)


def create_app(running: Running) -> Application:
    """The application of one running service.

    It has no page that documents it, because such pages load scripts from elsewhere; ``/api/v1/openapi.json`` says
    the same to any tool.
    """
    readiness = Readiness(checks_of(running))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        recover_events(running)
        recover_closing(running)
        running.work.begin()
        running.ticker.start(partial(ask_what_is_due, running))
        running.live.start()
        readiness.start()
        yield
        readiness.close()

    app = Application(
        title="Trueline",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        openapi_tags=TAGS,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.running = running
    app.state.metrics = Metrics(running)
    app.state.readiness = readiness
    app.state.connections = lambda: 0  # a server that knows better says so
    install(app, say=problem_page)
    app.add_middleware(Repeating, running=running)
    app.add_middleware(Gate, running=running)  # outermost: nothing of a request is used before it is known who sends it
    app.router.routes.extend(_routes())
    declared(app)  # refuses a route that does not say who may use it
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every route, the same for each service: what FastAPI makes of them takes longer than the rest of a start."""
    version_one = APIRouter(prefix="/api/v1", route_class=Route)
    for part in (
        flows,
        acceptances,
        actions,
        logs,
        events,
        live,
        hooks,
        assessments,
        outputs,
        cases,
        deviations,
        standards,
        schedules,
        accounts,
        audit,
    ):
        version_one.include_router(part.router)
    reads = [allows(Action.READ)]
    version_one.add_api_route("/openapi.json", read_openapi, include_in_schema=False, dependencies=reads)
    whole = APIRouter(redirect_slashes=False)
    for router in (version_one, operations.router, sign_in.router, *(pages.router for pages in PAGES)):
        whole.include_router(router)
    return tuple(whole.routes)


def templates(routes: Sequence[BaseRoute]) -> dict[int, str]:
    """Identity of each route → its whole template; a route itself knows only what stands behind its router's prefix."""
    return {id(one.original_route): str(one.path) for one in iter_route_contexts(routes)}


def read_openapi(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(document(request.app))
