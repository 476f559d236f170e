"""The filter of a log's cases in the address of a request."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fastapi import Request

from engine.limits import Limits
from engine.logs.filter_query import MANY, NAMES, VALUE_CHARACTERS, from_query
from engine.logs.filtering import LogFilter


def asked_filter(request: Request, *, but: Collection[str], limits: Limits) -> LogFilter:
    """The filter in a request's address.

    Args:
        request: The request.
        but: Names of parameters that are none of the filter's.
        limits: As ``from_query``.

    Raises:
        InputRefused: With everything that is wrong with it. A name that is not known is refused, because a filter that
            was misspelt would otherwise mean every case.
        LimitExceeded: It holds too many values.
    """
    return from_query([pair for pair in request.query_params.multi_items() if pair[0] not in but], limits=limits)


def filter_parameters() -> list[dict[str, Any]]:
    """The documentation of the filter's parameters."""
    text = {"type": "string", "maxLength": VALUE_CHARACTERS}
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": "Which cases; see the documentation of filters.",
            "schema": {"type": "array", "items": text} if name in MANY else text,
        }
        for name in NAMES
    ]
