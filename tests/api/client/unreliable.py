"""A way to a service on which answers are lost, and which is now and then too busy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.client import Client
from api.http.shapes import ProblemDetails
from api.schemas.problem import ProblemShape
from engine.errors import Problem
from engine.vocabulary import Language
from tests.api.http.service import PATIENCE, Service, listening

LOST = "lost"
"""The request is done, and its answer breaks off."""
CUT = "cut"
"""The answer breaks off after what it says first."""


Refusal = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


def refused(status: int, code: str, *, after: int | None = None) -> Refusal:
    """A refusal as the service says it."""
    problem = ProblemShape.of(Problem(code, values={"id": 1}), Language.EN)
    details = ProblemDetails(
        type="about:blank",
        title=problem.sentence,
        status=status,
        code=code,
        detail=problem.remedy,
        problems=[problem],
        request="4711",
    )
    headers = {"content-type": "application/problem+json"} | ({} if after is None else {"retry-after": str(after)})
    return status, headers, details.model_dump_json().encode()


@dataclass
class Way:
    """In front of an application.

    Attributes:
        app: What answers.
        plan: What becomes of the next requests: ``LOST``, ``CUT``, or the body of a refusal; then all goes well.
        came: Method, path and query, and headers of every request.
        slept: What its client waited in between, in seconds.
    """

    app: ASGIApp
    plan: list[str | Refusal] = field(default_factory=list)
    came: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, as it is planned."""
        if scope["type"] != "http":
            raise NotImplementedError("the application begins and ends where it is served by itself")
        target = scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.came.append((scope["method"], target, headers))
        planned = self.plan.pop(0) if self.plan else ""
        if isinstance(planned, tuple):
            status, said, body = planned
            lines = [(name.encode(), value.encode()) for name, value in said.items()]
            await send({"type": "http.response.start", "status": status, "headers": lines})
            await send({"type": "http.response.body", "body": body})
        elif planned:
            await self._broken(scope, receive, send, begins=planned == CUT)
        else:
            await self.app(scope, receive, send)

    async def _broken(self, scope: Scope, receive: Receive, send: Send, *, begins: bool) -> None:
        """Have it done, and send no more than the beginning of the answer."""

        async def some(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send({"type": "http.response.start", "status": 200, "headers": [LONG]})
            elif begins:
                await send({**message, "more_body": True})
            if message.get("more_body", False):
                raise ConnectionResetError  # a stream does not end by itself

        await self.app(scope, receive, some)


LONG = (b"content-length", b"1000000")


@contextmanager
def way_to(service: Service, *, retries: int = 3) -> Iterator[tuple[Client, Way]]:
    """A client on such a way; what it would have slept stands in ``way.slept``."""
    way = Way(service.app)
    with listening(way) as address, Client(address, service.key, timeout=PATIENCE, retries=retries) as client:
        client._transport.sleep = way.slept.append
        yield client, way
