"""The kind of route that all addresses under ``/api/v1`` have: tags, preconditions, answers that are repeated."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.accounts.acting import SAFE_METHODS
from api.http.bodies import refuse_nul
from api.http.preconditions import Tag, Unchanged, failed, not_modified, tag_of
from api.http.repeating import kept

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A route that answers with tags, holds preconditions, and remembers its answers."""

    def get_route_handler(self) -> Handle:
        """What answers a request."""
        handle, can_hold = super().get_route_handler(), _asks_for_tag(self.dependant)

        async def answered(request: Request) -> Response:
            request.state.tag = tag = Tag(request)
            refuse_nul(dict(request.query_params))
            if request.method not in SAFE_METHODS:
                if not can_hold and request.headers.get("if-match", "*").strip() != "*":
                    raise failed()  # what has no version is never the one that is meant
                return await kept(request, await handle(request))
            try:
                return tag.answered(await handle(request))
            except Unchanged as unchanged:
                return not_modified(unchanged.etag)

        return answered


def _asks_for_tag(dependant: Dependant) -> bool:
    return dependant.call is tag_of or any(_asks_for_tag(one) for one in dependant.dependencies)
