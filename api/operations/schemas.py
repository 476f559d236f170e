"""JSON shapes of whether the service is there, and can do its work."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """That the service answers. It says nothing that a stranger should not know."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """That the service can do its work."""

    status: Literal["ready"] = "ready"
