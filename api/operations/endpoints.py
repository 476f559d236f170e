"""Whether the service is there, whether it can do its work, and what it does."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.accounts.acting import OPEN_TO_ALL, allows
from api.accounts.roles import Action
from api.http.documentation import problems
from api.http.problems import Refusal
from api.operations.metrics import CONTENT_TYPE_LATEST, MetricsDep
from api.operations.readiness import LOOK_SECONDS, Readiness
from api.operations.schemas import Health, Ready

router = APIRouter(tags=["health"])


@router.get("/health", dependencies=[OPEN_TO_ALL])
async def check_health() -> Health:
    """Whether the service is there. It needs no key, and waits for no other request."""
    return Health()


@router.get("/ready", dependencies=[OPEN_TO_ALL], responses=problems(503))
async def check_readiness(request: Request) -> Ready:
    """Whether the service can do its work. It needs no key, waits for nothing, and says which checks fail, never why.

    The checks are ``database``, ``folder``, ``writer`` and ``queue``, as they were a few seconds ago.
    """
    readiness: Readiness = request.app.state.readiness
    failing = readiness.failing()
    if failing:
        headers = {"Retry-After": str(int(LOOK_SECONDS))}
        status = HTTPStatus.SERVICE_UNAVAILABLE
        raise Refusal(status, "service.not-ready", headers=headers, failing=", ".join(failing))
    return Ready()


@router.get(
    "/metrics",
    dependencies=[allows(Action.READ)],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems(401, 403, 429, 503)},
)
def read_metrics(metrics: MetricsDep) -> Response:
    """What the service does, in the text format of Prometheus. It needs a key of any role."""
    return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
