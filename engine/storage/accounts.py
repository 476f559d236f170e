"""Keys and who is signed in, as rows. Nothing here commits; the unit of work does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from engine.storage.account_tables import SignInRow
from engine.storage.database import Session
from engine.storage.tables import KeyRow


def keys_in_force(session: Session) -> Sequence[KeyRow]:
    """The keys that were not revoked, in the order in which they were made; some of them may have expired."""
    return session.exec(select(KeyRow).where(col(KeyRow.revoked).is_(None)).order_by(col(KeyRow.id))).all()


def all_keys(session: Session) -> Sequence[KeyRow]:
    """All keys that were ever made, in that order."""
    return session.exec(select(KeyRow).order_by(col(KeyRow.id))).all()


def revoke(session: Session, key: KeyRow, *, now: datetime) -> None:
    """Let a key open nothing any more, and end what was signed in with it. A second time changes nothing."""
    if key.revoked is None:
        key.revoked = now
        session.add(key)
    session.connection().execute(delete(SignInRow).where(col(SignInRow.key) == key.id))
    session.flush()


def note_use(session: Session, key: int, *, now: datetime) -> None:
    """Note that a key was used."""
    session.connection().execute(update(KeyRow).where(col(KeyRow.id) == key).values(used=now))


def sign_in_of(session: Session, digest: str) -> SignInRow | None:
    """Who is signed in under a hash, whether it has ended or not."""
    return session.get(SignInRow, digest)


def note_seen(session: Session, digest: str, *, key: int, now: datetime) -> None:
    """Note that a session was used, and its key; one that was ended meanwhile stays ended.

    The key comes first, as where it is revoked: in the other order the two could wait for each other.
    """
    note_use(session, key, now=now)
    session.connection().execute(update(SignInRow).where(col(SignInRow.hash) == digest).values(seen=now))


def sign_out(session: Session, digest: str) -> None:
    """End a session, if it is there."""
    session.connection().execute(delete(SignInRow).where(col(SignInRow.hash) == digest))


def tidy(session: Session, *, key: int, most: int, now: datetime, idle: timedelta) -> None:
    """Remove sessions that have ended, and the oldest of a key that has more than ``most``."""
    ended = (col(SignInRow.expires) <= now) | (col(SignInRow.seen) <= now - idle)
    session.connection().execute(delete(SignInRow).where(ended))
    newest = select(SignInRow.hash).where(col(SignInRow.key) == key).order_by(col(SignInRow.created).desc())
    for digest in session.exec(newest).all()[most:]:
        sign_out(session, digest)
