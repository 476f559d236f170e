"""Links that sign in once, such as the one that is shown at the first start on a laptop. They live in memory alone."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from threading import Lock

from api.accounts.keys import KEY_BYTES, secret_hash

VALID_FOR = timedelta(minutes=15)


class SignInLinks:
    """The links that were not used yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._links: dict[str, tuple[int, datetime]] = {}

    def make(self, key: int, *, now: datetime) -> str:
        """The token of a link that signs in with a key, once, within 15 minutes."""
        token = secrets.token_urlsafe(KEY_BYTES)
        with self._lock:
            self._links[secret_hash(token)] = (key, now + VALID_FOR)
        return token

    def take(self, token: str, *, now: datetime) -> int | None:
        """Use a token up; the number of its key, or None where there is none of it any more."""
        with self._lock:
            key, expires = self._links.pop(secret_hash(token), (None, now))
        return key if now < expires else None
