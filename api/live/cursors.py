"""Where a page of deadlines ends, as text that whoever asks for the next page sends back."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from http import HTTPStatus

from api.http.problems import Refusal
from api.live.due import Place

CURSOR_CHARACTERS = 8_000
"""More than the longest names of a case and a standard come to."""


def cursor_of(place: Place) -> str:
    """A place as text without characters that mean something in an address."""
    act_by, due, *names = place
    said = json.dumps([act_by.isoformat(), due.isoformat(), *names], separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode("ascii").rstrip("=")


def place_of(cursor: str) -> Place:
    """The place that a text stands for.

    Raises:
        Refusal: It is none that ``cursor_of`` gave.
    """
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        act_by, due, case, standard, tier, event = said
        place = (datetime.fromisoformat(act_by), datetime.fromisoformat(due), case, standard, tier, event)
        names = isinstance(case, str) and isinstance(standard, str)
        numbers = type(tier) is int and type(event) is int
        utc = act_by.endswith("+00:00") and due.endswith("+00:00")
        if names and numbers and utc and cursor_of(place) == cursor:
            return place
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass
    raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "live.bad-cursor")
