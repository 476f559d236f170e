"""The gate: no request but the health check gets past it without the key, whatever its address."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.languages import language_of
from api.http.problems import problem_response
from api.running import Running
from engine.errors import Problem

OPEN_PATHS = frozenset({"/health"})
OPEN_FOLDER = "/static/"
"""Styles and scripts are the same for everybody; the page that asks for a key needs them too."""

SAFETY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"private, no-cache"),
)


class Gate:
    """Asks for the key before anything of a request is read, and adds headers that keep browsers careful."""

    def __init__(self, app: ASGIApp, running: Running) -> None:
        self._app = app
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with 401."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = {name.lower() for name, _ in message.get("headers", ())}
                extra = [header for header in SAFETY_HEADERS if header[0] not in sent]
                message = {**message, "headers": [*message.get("headers", ()), *extra]}
            await send(message)

        request = Request(scope)
        path = scope["path"]
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDER) or self._running.opens(_key(request)):
            await self._app(scope, receive, careful)
            return
        problem = Problem("service.key-missing" if not _key(request) else "service.key-wrong")
        headers = {"WWW-Authenticate": 'Bearer realm="trueline"'}
        answer = problem_response(HTTPStatus.UNAUTHORIZED, [problem], language_of(request), headers)
        await answer(scope, receive, careful)


def _key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
