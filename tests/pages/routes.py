"""What an address does, and who may do it: links and forms of pages are held against the routes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fastapi import FastAPI

from api.accounts.acting import declared
from api.accounts.roles import Action


def action_of(app: FastAPI, method: str, address: str) -> Action | None:
    """What a request would do; None for what is open to all.

    Raises:
        LookupError: There is no such route.
    """
    path = urlsplit(address).path
    for (known, route), action in declared(app).items():
        if known == method and re.fullmatch(_pattern(route), path):
            return action
    raise LookupError(f"{method} {path} leads nowhere")


def _pattern(route: str) -> str:
    parts = re.split(r"(\{\w+(?::\w+)?\})", route)
    return "".join(
        re.escape(part) if not part.startswith("{") else (".+" if ":" in part else "[^/]+") for part in parts
    )
