"""What pages load beside themselves: styles, scripts and an icon, all from this service and never from elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from fastapi import APIRouter, Response

from api.accounts.acting import OPEN_TO_ALL
from api.http.problems import Refusal
from engine.rendering.styles import report_styles

PREFIX = "/static"
MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
NAMES = ("trueline.css", "report.css", "trueline.js", "htmx.min.js", "icon.svg")
FOR_EVER = "public, max-age=31536000, immutable"
"""An address changes with its content, so a browser never has to ask again."""

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load.

    Attributes:
        content: Its bytes.
        media_type: What it is.
        address: Where it is found, with a part that changes with the content.
    """

    content: bytes
    media_type: str
    address: str


@cache
def asset(name: str) -> Asset:
    """A file that pages load, by its name.

    Raises:
        KeyError: There is none.
    """
    if name not in NAMES:
        raise KeyError(name)
    # The classes of reports are styled once, whether a table stands in a report or on a page.
    content = report_styles().encode() if name == "report.css" else (files("api.pages") / "static" / name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Asset(content, MEDIA_TYPES[name.rsplit(".", 1)[1]], f"{PREFIX}/{name}?v={digest}")


@router.get("/{name}", dependencies=[OPEN_TO_ALL])
async def read_asset(name: str) -> Response:
    """A file that pages load. It needs no key: it is the same for everybody and says nothing of anybody."""
    if name not in NAMES:
        raise Refusal(HTTPStatus.NOT_FOUND, "service.no-such-address", method="GET", path=f"{PREFIX}/{name}"[:200])
    found = asset(name)
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": FOR_EVER})
