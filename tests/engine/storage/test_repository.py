from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from engine.errors import Place, Problem, Severity
from engine.storage.database import Database
from engine.storage.repository import (
    activations,
    add,
    artefact,
    problems_from_json,
    problems_to_json,
    remember_file,
)
from engine.storage.tables import ActivationRow, FileRow, FlowRow
from tests.engine.storage.rows import NOW, flow_row, stored_file


def test_problems_survive_storage() -> None:
    problems = (Problem("flow.bad", Place("x.yaml", 3, "start"), {"a": 1, "b": "二"}, Severity.WARNING, 4),)
    assert problems_from_json(problems_to_json(problems)) == problems
    assert problems_from_json("") == ()


def test_file_that_another_notes_at_the_same_moment_is_noted_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
    with database.writing() as session:
        monkeypatch.setattr(session, "get", lambda *_: None)  # it was not there yet when we looked
        assert remember_file(session, stored_file(), now=NOW) == stored_file().hash
    with database.reading() as session:
        assert [row.hash for row in session.exec(select(FileRow)).all()] == [stored_file().hash]


def test_file_is_remembered_once(database: Database) -> None:
    for _ in range(2):
        with database.writing() as session:
            remember_file(session, stored_file(), now=NOW)
    with database.reading() as session:
        assert session.get(FileRow, stored_file().hash) is not None
        assert artefact(session, 1, "result.json") is None


def test_a_version_never_changes(database: Database) -> None:
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
        number = add(session, flow_row()).id or 0
    with pytest.raises(ValueError, match="never changes"), database.writing() as session:  # noqa: PT012 - the commit fails
        row = session.get_one(FlowRow, number)
        row.title_en = "Another title"
        session.add(row)
    with database.reading() as session:
        assert session.get_one(FlowRow, number).title_en == "Survey"


def test_activations_stand_in_the_order_of_their_days(database: Database) -> None:
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
        number = add(session, flow_row()).id or 0
        for month in (3, 1, 2):
            add(session, ActivationRow(key="survey", effective=date(2026, month, 1), flow=number, created=NOW))
        add(session, ActivationRow(key="other", effective=date(2026, 1, 1), flow=number, created=NOW))
    with database.reading() as session:
        assert [row.effective.month for row in activations(session, "survey")] == [1, 2, 3]


def test_a_day_belongs_to_one_version(database: Database) -> None:
    with database.writing() as session:
        remember_file(session, stored_file(), now=NOW)
        number = add(session, flow_row()).id or 0
        add(session, ActivationRow(key="survey", effective=date(2026, 1, 1), flow=number, created=NOW))
    with pytest.raises(IntegrityError), database.writing() as session:
        add(session, ActivationRow(key="survey", effective=date(2026, 1, 1), flow=number, created=NOW))
