"""What stands around everything: each request gets a name, is counted and logged, or is refused where too many came."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.gate import PROBES
from api.http.languages import language_of
from api.http.problems import problem_response
from api.operations.metrics import Metrics
from api.operations.records import REQUEST_ID_HEADER, RequestRecord, begin_record
from engine.errors import Problem

LOGGER = logging.getLogger("trueline.request")

MOST_REQUESTS = 200
"""Requests at once, streams among them, past which more are refused; so are they while more connections are open."""
MOST_CONNECTIONS = 500
QUIET = PROBES | {"/metrics"}
"""Asked for every few seconds: logged as ``debug`` where all is well."""


class Observer:
    """Wraps a whole application, whatever goes wrong inside."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, routes: Mapping[int, str], connections: Callable[[], int]
    ) -> None:
        """Wrap it.

        Args:
            app: The application.
            metrics: Where requests are counted.
            routes: Identity of each route → its whole template.
            connections: Tells how many connections are open.
        """
        self._app, self._metrics, self._routes, self._connections = app, metrics, routes, connections
        self._present = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record, started = begin_record(scope, self._routes), time.perf_counter()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                name = (REQUEST_ID_HEADER.lower().encode(), record.id.encode())
                message = {**message, "headers": [*message.get("headers", ()), name]}
            await send(message)

        app = self._app if self._has_room(scope["path"]) else _crowded
        self._present += 1
        self._metrics.in_flight.inc()
        try:
            await app(scope, receive, named)
        finally:
            self._present -= 1
            self._metrics.in_flight.dec()
            seconds = time.perf_counter() - started
            record.milliseconds = round(1_000 * seconds, 1)
            self._metrics.answered(record, seconds=seconds)
            LOGGER.log(_level(record), "%s %s %s", record.method, record.route, record.status or "no answer")

    def _has_room(self, path: str) -> bool:
        """Whether a request is answered: a probe always, because who watches the service has to hear of it then."""
        return path in PROBES or (self._present < MOST_REQUESTS and self._connections() <= MOST_CONNECTIONS)


async def _crowded(scope: Scope, receive: Receive, send: Send) -> None:
    """Send somebody away, and the connection with them."""
    headers = {"Retry-After": "5", "Connection": "close"}
    problem = Problem("service.too-many-requests", values={"allowed": MOST_REQUESTS})
    answer = problem_response(HTTPStatus.SERVICE_UNAVAILABLE, [problem], language_of(Request(scope)), headers)
    await answer(scope, receive, send)


def _level(record: RequestRecord) -> int:
    if record.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return logging.WARNING
    return logging.DEBUG if record.route in QUIET else logging.INFO
