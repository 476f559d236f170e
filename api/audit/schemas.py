"""JSON shapes of the audit log."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from api.accounts.principal import How
from api.accounts.roles import Action
from engine.storage.account_tables import AuditRow
from engine.storage.tables import Role


class Who(BaseModel):
    """Who did something: the number of the key, whose it was and what it might do then, and how that was shown."""

    key: int | None
    name: str
    role: Role
    how: How


class AuditShape(BaseModel):
    """Something that somebody did.

    Attributes:
        id: Its number.
        at: When.
        who: By whom.
        method: HTTP method.
        action: What was done.
        resource: The kind of what was changed.
        resource_id: Its number or id.
        status: HTTP status of the answer.
        changed: What was changed, in a few words.
    """

    id: int
    at: datetime
    who: Who
    method: str
    action: Action
    resource: str
    resource_id: str
    status: int
    changed: dict[str, Any]

    @classmethod
    def of(cls, row: AuditRow) -> AuditShape:
        """The shape of a row."""
        return cls(
            id=row.id or 0,
            at=row.at,
            who=Who(key=row.key, name=row.name, role=Role(row.role), how=How(row.how)),
            method=row.method,
            action=Action(row.action),
            resource=row.resource,
            resource_id=row.resource_id,
            status=row.status,
            changed=json.loads(row.changed),
        )
