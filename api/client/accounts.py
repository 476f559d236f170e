"""Keys, who one is, who did what; and whether the service is there."""

from __future__ import annotations

from datetime import datetime

from api.accounts.roles import Action
from api.accounts.schemas import KeyAnswer, KeyShape, Me
from api.audit.schemas import AuditShape
from api.client import operations
from api.client.calling import Caller, Listing
from api.http.shapes import Page
from api.operations.schemas import Health, Ready
from engine.storage.tables import Role


class AccountMethods(Caller):
    """What the client can ask about accounts and about the service itself."""

    def health(self) -> Health:
        """That the service is there. It needs no key."""
        return self._read(operations.HEALTH)

    def ready(self) -> Ready:
        """That the service can do its work. It needs no key, and is asked once.

        Raises:
            RequestRefused: It cannot now; its problem names the checks that fail.
        """
        return self._read(operations.READY)

    def metrics(self) -> str:
        """What the service does, in the text format of Prometheus."""
        return self._read(operations.METRICS)

    def me(self, *, if_none_match: Me | None = None) -> Me:
        """Who one is, and what one may do."""
        return self._read(operations.ME, seen=if_none_match)

    def make_key(
        self, *, name: str, role: Role, expires: datetime | None = None, idempotency_key: str | None = None
    ) -> KeyAnswer:
        """Make a key. What opens the service is in this answer and nowhere else.

        Args:
            name: Whose it is: a person or a program.
            role: What it may do.
            expires: From when it opens nothing, with its zone; without it, it opens until it is revoked.
            idempotency_key: As for every method that makes something.
        """
        return self._make(operations.MAKE_KEY, idempotency_key=idempotency_key, name=name, role=role, expires=expires)

    def keys(self) -> Listing[Page[KeyShape], KeyShape]:
        """The keys in the order in which they were made, also those that open nothing any more."""
        return self._list(operations.KEYS)

    def key(self, key: int, *, if_none_match: KeyShape | None = None) -> KeyShape:
        """One key."""
        return self._read(operations.KEY, key, seen=if_none_match)

    def revoke_key(self, key: int, *, if_match: KeyShape | str | None = None) -> None:
        """Revoke a key: it opens nothing any more, and who signed in with it is signed out."""
        return self._change(operations.REVOKE_KEY, key, if_match=if_match)

    def audit(
        self,
        *,
        key: int | None = None,
        action: Action | None = None,
        resource: str | None = None,
        id: str | None = None,
        since: datetime | None = None,
    ) -> Listing[Page[AuditShape], AuditShape]:
        """Who changed what, in the order in which it was changed.

        Args:
            key: By which key.
            action: What was done.
            resource: The kind of what was changed: ``flow``, ``log``, …
            id: Its number or id.
            since: Not before then, with its zone.
        """
        return self._list(operations.AUDIT, key=key, action=action, resource=resource, id=id, since=since)
