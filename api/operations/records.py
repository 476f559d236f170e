"""What is known of the request that is being answered, for its log lines and its answer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import Scope

REQUEST_ID_HEADER = "X-Request-Id"
NO_ROUTE = "none"
"""What stands for the address of a request that no route has answered."""

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class RequestRecord:
    """A request as it may be written down: nothing of it is a secret, and nothing but ``id`` was chosen by its sender.

    Attributes:
        id: What it is called: as its sender says, where that is sane, else made here.
        method: HTTP method; ``other`` for one that no route has.
        scope: Where the route is noted once it is known.
        routes: Identity of each route → its whole template.
        key: The number of the key that it carried; None without a valid one.
        status: HTTP status of the answer, once it was sent; 0 before that.
        milliseconds: How long it took, once it is over.
    """

    id: str
    method: str
    scope: Scope
    routes: Mapping[int, str]
    key: int | None = None
    status: int = 0
    milliseconds: float | None = None

    @property
    def route(self) -> str:
        """The template of its route, such as ``/api/v1/flows/{flow}``; never the address itself."""
        return self.routes.get(id(self.scope.get("route")), NO_ROUTE)


_RECORD: ContextVar[RequestRecord | None] = ContextVar("request", default=None)


def begin_record(scope: Scope, routes: Mapping[int, str]) -> RequestRecord:
    """Begin to note a request; all that is done for it, in whichever thread, finds it by ``current_record``."""
    asked = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
    identity = asked if _SANE.fullmatch(asked) else uuid.uuid4().hex
    method = scope["method"] if scope["method"] in _METHODS else "other"
    record = RequestRecord(identity, method, scope, routes)
    _RECORD.set(record)
    return record


def current_record() -> RequestRecord | None:
    """The request that is being answered; None for what is done in the background."""
    return _RECORD.get()
