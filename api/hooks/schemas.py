"""JSON shapes of hooks and of what they are told."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.hooks.addresses import URL_CHARACTERS
from engine.storage.live_tables import DeliveryRow, HookRow
from engine.storage.outbox import DeliveryStatus, HookKind


class HookRequest(BaseModel):
    """A hook that is to be registered.

    Attributes:
        url: Where it is told, by POST: ``http`` or ``https``.
        kinds: What it is told; everything where it is left out.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://desk.example/trueline", "kinds": ["deadline-near"]}]},
    )

    url: Annotated[str, Field(min_length=1, max_length=URL_CHARACTERS, json_schema_extra={"format": "uri"})]
    kinds: Annotated[list[HookKind], Field(min_length=1, max_length=len(HookKind))] = list(HookKind)


class HookShape(BaseModel):
    """A hook.

    Attributes:
        id: Its number.
        url: Where it is told.
        kinds: What it is told.
        created: When it was registered.
        created_by: The number of the key by which; null for what is older than accounts.
    """

    id: int
    url: str
    kinds: list[HookKind]
    created: datetime
    created_by: int | None

    @classmethod
    def of(cls, row: HookRow) -> HookShape:
        """The shape of a row."""
        return cls(
            id=row.id or 0, url=row.url, kinds=json.loads(row.kinds), created=row.created, created_by=row.created_by
        )


class HookAnswer(HookShape):
    """A hook that was registered.

    Attributes:
        secret: What its messages are signed with; it is said here and nowhere else.
    """

    secret: str


class HookList(BaseModel):
    """The hooks of a log, in the order in which they were registered."""

    items: list[HookShape]


class DeliveryShape(BaseModel):
    """A delivery.

    Attributes:
        number: The number of the notice that it tells.
        kind: What it tells.
        status: How far it is.
        attempts: How often it was tried.
        due: When it is tried again, while it waits; else when it was last tried.
        failure: What the last attempt came to; empty where it was taken.
    """

    number: int
    kind: HookKind
    status: DeliveryStatus
    attempts: int
    due: datetime
    failure: str

    @classmethod
    def of(cls, row: DeliveryRow) -> DeliveryShape:
        """The shape of a row."""
        return cls(
            number=row.number,
            kind=HookKind(row.kind),
            status=DeliveryStatus(row.status),
            attempts=row.attempts,
            due=row.due,
            failure=row.failure,
        )
