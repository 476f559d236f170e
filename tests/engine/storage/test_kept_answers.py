"""Answers that are kept for who asked: nobody else reads them, and none that was changed is given again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag

from engine.storage.database import Database
from engine.storage.idempotency import Answer, AnswerRow, keep_answer, kept_answer, opened_answer
from engine.storage.repository import add
from engine.storage.tables import KeyRow

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ANSWER = Answer(201, {"Location": "/keys/2"}, b'{"key": "trueline_a-secret-that-is-shown-once"}')


@pytest.fixture
def kept(database: Database) -> tuple[AnswerRow, AnswerRow]:
    """The same answer, kept for two askers."""
    with database.writing() as session:
        holder = add(session, KeyRow(hash="1", name="a", role="administrator", created=NOW)).id or 0
        for name in ("one", "two"):
            secret = name.encode()
            keep_answer(session, name, ANSWER, holder=holder, fingerprint="f", secret=secret, now=NOW)
        one, two = (kept_answer(session, name, now=NOW) for name in ("one", "two"))
    assert one is not None
    assert two is not None
    return one, two


def test_what_was_answered_is_given_again(kept: tuple[AnswerRow, AnswerRow]) -> None:
    assert [opened_answer(row, secret=row.name.encode()) for row in kept] == [ANSWER, ANSWER]


def test_a_database_alone_does_not_tell_it(kept: tuple[AnswerRow, AnswerRow]) -> None:
    one, two = kept
    assert one.body != two.body
    for row in kept:
        stored = " ".join(str(value) for value in row.model_dump().values()).encode() + row.body
        assert b"shown-once" not in stored
    with pytest.raises(InvalidTag):
        opened_answer(one, secret=b"two")


@pytest.mark.parametrize("position", [0, 12, -1])
def test_a_changed_answer_is_not_given(kept: tuple[AnswerRow, AnswerRow], position: int) -> None:
    changed = bytearray(kept[0].body)
    changed[position] ^= 1
    with pytest.raises(InvalidTag):
        opened_answer(AnswerRow(**{**kept[0].model_dump(), "body": bytes(changed)}), secret=b"one")


def test_an_answer_that_was_moved_to_another_row_is_not_given(kept: tuple[AnswerRow, AnswerRow]) -> None:
    moved = AnswerRow(**{**kept[0].model_dump(), "name": "other"})
    with pytest.raises(InvalidTag):
        opened_answer(moved, secret=b"one")
