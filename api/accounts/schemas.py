"""JSON shapes of keys, and of who somebody is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.accounts.keys import NAME_CHARACTERS
from api.accounts.principal import How, Principal
from api.accounts.roles import Action, may, may_to_all
from api.http.shapes import MomentText
from engine.storage.tables import KeyRow, Role


class KeyRequest(BaseModel):
    """A key that is to be made.

    Attributes:
        name: Whose it is: a person or a program.
        role: What it may do.
        expires: From when it opens nothing, with its zone; without it, it opens until it is revoked.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "front desk", "role": "operator", "expires": "2027-01-01T00:00:00+08:00"}]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS)]
    role: Role
    expires: MomentText | None = None


class KeyShape(BaseModel):
    """A key, without what opens the service.

    Attributes:
        id: Its number.
        name: Whose it is.
        role: What it may do.
        created: When it was made.
        created_by: The number of the key by which it was made; null at the console.
        expires: From when it opens nothing, or null.
        revoked: When it was revoked, or null.
        used: When it was last used, a minute late at most; null where it never was.
    """

    id: int
    name: str
    role: Role
    created: datetime
    created_by: int | None
    expires: datetime | None
    revoked: datetime | None
    used: datetime | None

    @classmethod
    def of(cls, row: KeyRow) -> KeyShape:
        """The shape of a row."""
        return cls(
            id=row.id or 0,
            name=row.name,
            role=Role(row.role),
            created=row.created,
            created_by=row.created_by,
            expires=row.expires,
            revoked=row.revoked,
            used=row.used,
        )


class KeyAnswer(KeyShape):
    """A key that was made.

    Attributes:
        key: What opens the service; it is said here and nowhere else.
    """

    key: str


class Permission(BaseModel):
    """Something that somebody may do, to what is everybody's or to their own only."""

    action: Action
    whose: Literal["all", "own"]


class Me(BaseModel):
    """Who somebody is.

    Attributes:
        id: The number of the key.
        name: Whose it is.
        role: What it may do.
        how: Whether a key or a session showed it.
        may: What that comes to.
        csrf: What a page sends as ``X-CSRF-Token`` with each request that changes something; null for a key, which
            needs none.
    """

    id: int
    name: str
    role: Role
    how: How
    may: list[Permission]
    csrf: str | None

    @classmethod
    def of(cls, principal: Principal, csrf: str) -> Me:
        """The shape of somebody."""
        role = principal.role
        allowed = [
            Permission(action=action, whose="all" if may_to_all(role, action) else "own")
            for action in Action
            if may(role, action)
        ]
        return cls(id=principal.id, name=principal.name, role=role, how=principal.how, may=allowed, csrf=csrf or None)
