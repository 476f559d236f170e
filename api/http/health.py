"""Whether the service is there."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.accounts.acting import OPEN_TO_ALL

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """That the service answers. It says nothing that a stranger should not know."""

    status: Literal["ok"] = "ok"


@router.get("/health", dependencies=[OPEN_TO_ALL])
async def check_health() -> Health:
    """Whether the service is there. The only request that needs no key, and one that waits for no other."""
    return Health()
