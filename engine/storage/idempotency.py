"""Answers that are given again: what a request with an idempotency key was answered, for a day.

An answer may hold a secret that is shown once, so it is kept sealed: with AES-256-GCM, under a key that is made of what
only the asker has (``secret``). Who has the database alone reads none of it, and none that he changed is given again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Index, LargeBinary, Text, delete, func
from sqlmodel import Field, SQLModel, col, select

from engine.storage.database import Session
from engine.storage.tables import HASH_CHARACTERS, UtcTime

LIFETIME = timedelta(hours=24)
NONCE_BYTES = 12


class AnswerRow(SQLModel, table=True):
    """What a request with an idempotency key was answered. It never changes.

    Attributes:
        name: SHA-256 of who asked, the route and the idempotency key, hexadecimal.
        holder: The key of who asked.
        fingerprint: SHA-256 of what was asked: address, kind of body and body, hexadecimal.
        created: When.
        status: HTTP status.
        headers: JSON: headers of the answer.
        body: Nonce and sealed, compressed body.
        size: Bytes of ``body``.
    """

    __tablename__: ClassVar[str] = "idempotent_answer"
    __table_args__ = (
        Index("ix_idempotent_answer_holder", "holder", "created"),
        Index("ix_idempotent_answer_created", "created"),
    )

    name: str = Field(primary_key=True, max_length=HASH_CHARACTERS)
    holder: int = Field(foreign_key="key.id")
    fingerprint: str = Field(max_length=HASH_CHARACTERS)
    created: datetime = Field(sa_column=Column(UtcTime(), nullable=False))
    status: int
    headers: str = Field(sa_column=Column(Text(), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    size: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: HTTP status.
        headers: Those that belong to it.
        body: Its bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """How much is kept for one holder.

    Attributes:
        answers: How many.
        size: Bytes of them.
        oldest: When the oldest one was given; None where there is none.
    """

    answers: int
    size: int
    oldest: datetime | None


def keep_answer(
    session: Session, name: str, answer: Answer, *, holder: int, fingerprint: str, secret: bytes, now: datetime
) -> None:
    """Keep an answer in the unit of work of what it tells; answers that are a day old are forgotten with it."""
    forget_answers(session, now=now)
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = nonce + _cipher(secret).encrypt(nonce, zlib.compress(answer.body), name.encode())
    session.add(
        AnswerRow(
            name=name,
            holder=holder,
            fingerprint=fingerprint,
            created=now,
            status=answer.status,
            headers=json.dumps(dict(answer.headers)),
            body=body,
            size=len(body),
        )
    )
    session.flush()


def kept_answer(session: Session, name: str, *, now: datetime) -> AnswerRow | None:
    """The row of an answer that is less than a day old."""
    row = session.get(AnswerRow, name)
    return None if row is None or row.created <= now - LIFETIME else row


def opened_answer(row: AnswerRow, *, secret: bytes) -> Answer:
    """The answer of a row, with what it was sealed with.

    Raises:
        cryptography.exceptions.InvalidTag: The row was changed, or is another asker's.
    """
    nonce, sealed = row.body[:NONCE_BYTES], row.body[NONCE_BYTES:]
    opened = _cipher(secret).decrypt(nonce, sealed, row.name.encode())
    return Answer(row.status, json.loads(row.headers), zlib.decompress(opened))


def held(session: Session, holder: int, *, now: datetime) -> Held:
    """How much is kept for a holder."""
    query = select(func.count(), func.coalesce(func.sum(col(AnswerRow.size)), 0), func.min(col(AnswerRow.created)))
    query = query.where(col(AnswerRow.holder) == holder, col(AnswerRow.created) > now - LIFETIME)
    answers, size, oldest = session.exec(query).one()
    return Held(answers, int(size), oldest)


def forget_answers(session: Session, *, now: datetime) -> None:
    """Forget the answers that are a day old."""
    session.connection().execute(delete(AnswerRow).where(col(AnswerRow.created) <= now - LIFETIME))


def _cipher(secret: bytes) -> AESGCM:
    """What seals and opens.

    A plain hash makes the key, because the secret holds 256 random bits already. Nonces are random: a secret seals one
    answer, at most a few. Reference: NIST SP 800-38D.
    """
    return AESGCM(hashlib.sha256(secret).digest())
