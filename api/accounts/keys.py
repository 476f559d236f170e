"""Keys: made, revoked, and held in memory, so that nothing has to be asked of the database at each request."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.storage.accounts import all_keys, keys_in_force, revoke
from engine.storage.database import Database, Session
from engine.storage.repository import add
from engine.storage.tables import KeyRow, Role

KEY_BYTES = 32
NAME_CHARACTERS = 100
CONSOLE = "console"
"""The name of the key that is made at the first start, and by ``trueline serve --new-key``."""

USE_EVERY = timedelta(minutes=1)
"""How often it is noted at most that a key or a session is used, so that reads stay reads."""

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made.

    Attributes:
        row: What is kept of it.
        text: The key itself, which is shown once.
    """

    row: KeyRow
    text: str


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that was not revoked.

    Attributes:
        id: Its number.
        name: Whose it is.
        role: What it may do.
        expires: From when it opens nothing, if ever.
    """

    id: int
    name: str
    role: Role
    expires: datetime | None

    def opens(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return self.expires is None or now < self.expires


class KeyRing:
    """The keys in force. Only one service uses a database, so that what it remembers is what is there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._by_hash: Mapping[str, KnownKey] = {}
        self._by_id: Mapping[int, KnownKey] = {}
        self.reload()

    def reload(self) -> None:
        """Look the keys up anew; to be called after each commit that made or revoked one."""
        with self._lock:  # the last one to look sees what was committed before any of them was called
            with self._database.reading() as session:
                rows = keys_in_force(session)
            known = {row.hash: KnownKey(row.id or 0, row.name, Role(row.role), row.expires) for row in rows}
            self._by_id = {key.id: key for key in known.values()}
            self._by_hash = known

    def find(self, text: str, *, now: datetime) -> KnownKey | None:
        """The key that a text is, if it opens anything now.

        How long a look-up takes depends on the text's hash, which says nothing of any key.
        """
        return _in_force(self._by_hash.get(secret_hash(text)), now)

    def of(self, number: int, *, now: datetime) -> KnownKey | None:
        """The key of a number, if it opens anything now."""
        return _in_force(self._by_id.get(number), now)


class Uses:
    """When the use of a key or a session was last noted, so that it is noted once a minute at most."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._noted: dict[int | str, datetime] = {}

    def due(self, what: int | str, *, now: datetime) -> bool:
        """Whether the use of something is to be noted now. Whoever is told so notes it."""
        with self._lock:
            last = self._noted.get(what)
            if last is not None and last <= now < last + USE_EVERY:
                return False
            if len(self._noted) >= MOST_REMEMBERED:
                self._noted.clear()
            self._noted[what] = now
            return True


def secret_hash(text: str) -> str:
    """What is kept of a key or a session. A plain hash is enough: it is 256 random bits, which nobody can guess."""
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def make_key(
    session: Session,
    *,
    name: str,
    role: Role,
    now: datetime,
    most: int,
    expires: datetime | None = None,
    by: int | None = None,
) -> NewKey:
    """Make a key.

    Args:
        session: The unit of work.
        name: Whose it is.
        role: What it may do.
        now: The time.
        most: How many keys may be in force.
        expires: From when it opens nothing, if ever.
        by: The key by which it is made; None at the console.

    Raises:
        InputRefused: The name is none, it would have expired already, or there are too many.
    """
    problems = []
    clean = name.strip()
    if not clean or len(clean) > NAME_CHARACTERS or not clean.isprintable():
        problems.append(Problem("account.bad-name", Place(element="name"), {"allowed": NAME_CHARACTERS}))
    if expires is not None and expires <= now:
        problems.append(Problem("account.expired", Place(element="expires"), {"found": expires.isoformat()}))
    if problems:
        raise InputRefused(problems)
    found = sum(row.expires is None or now < row.expires for row in keys_in_force(session)) + 1
    if found > most:
        raise LimitExceeded(limit="keys", allowed=most, found=found)
    text = f"trueline_{secrets.token_urlsafe(KEY_BYTES)}"
    row = KeyRow(hash=secret_hash(text), name=clean, role=role.value, created=now, created_by=by, expires=expires)
    return NewKey(add(session, row), text)


def ensure_key(database: Database, *, now: datetime, renew: bool, most: int) -> NewKey | None:
    """Make the console's key at the first start, or anew when asked to; its older ones are revoked then.

    Returns:
        The key, to be shown once, or None where there is one already.
    """
    with database.writing() as session:
        if all_keys(session) and not renew:
            return None
        for row in keys_in_force(session):
            if row.name == CONSOLE and row.created_by is None:
                revoke(session, row, now=now)
        return make_key(session, name=CONSOLE, role=Role.ADMINISTRATOR, now=now, most=most)


def _in_force(key: KnownKey | None, now: datetime) -> KnownKey | None:
    return key if key is not None and key.opens(now) else None
