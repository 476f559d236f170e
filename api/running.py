"""The parts of one running service, made once at its start and handed to whoever needs them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

from api.clock import Clock
from api.live.parts import LiveParts
from engine.jobs.runner import ThreadRunner
from engine.limits import Limits
from engine.storage.database import Database
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter
from engine.storage.repository import key_hashes, replace_keys

KEY_BYTES = 32
READERS = 2
"""Uploads, checks and pictures that are worked on at once: each may take as much memory as its limits allow."""


@dataclass(frozen=True)
class Running:
    """A running service.

    Attributes:
        database: Where rows are kept.
        files: Where files are kept.
        runner: What works in the background.
        limits: What is refused for its size.
        clock: The time.
        keys: Hashes of the keys that open it.
        readers: Held by each request that does heavy work.
        writer: What commits events, those of many requests together.
        sealer: What moves events into files, in the background.
        seal_events: How many events gather before they are moved.
        live: What follows live logs.
    """

    database: Database
    files: FileStore
    runner: ThreadRunner
    limits: Limits
    clock: Clock
    keys: tuple[str, ...]
    readers: BoundedSemaphore
    writer: GroupWriter
    sealer: ThreadRunner
    seal_events: int
    live: LiveParts

    def opens(self, key: str) -> bool:
        """Whether a key is one of ours. The answer takes the same time for every wrong key."""
        digest = key_hash(key)
        return sum(hmac.compare_digest(digest, own) for own in self.keys) > 0  # all are compared, whatever fits


def key_hash(key: str) -> str:
    """What is kept of a key. A plain hash is enough: the key is 256 random bits, which nobody can guess."""
    return hashlib.sha256(key.encode("utf-8", errors="surrogatepass")).hexdigest()


def ensure_key(database: Database, *, now: datetime, renew: bool) -> str | None:
    """Make the service's key at its first start, or anew when asked to.

    Returns:
        The key, to be shown once, or None when there is one already.
    """
    with database.reading() as session:
        known = key_hashes(session)
    if known and not renew:
        return None
    key = f"trueline_{secrets.token_urlsafe(KEY_BYTES)}"
    with database.writing() as session:
        replace_keys(session, key_hash(key), now=now)
    return key
