from __future__ import annotations

from engine.errors import Place, Problem, Severity
from engine.storage.database import Database
from engine.storage.repository import (
    artefact,
    key_hashes,
    problems_from_json,
    problems_to_json,
    remember_file,
    replace_keys,
)
from engine.storage.tables import FileRow
from tests.engine.storage.rows import NOW, stored_file


def test_problems_survive_storage() -> None:
    problems = (Problem("flow.bad", Place("x.yaml", 3, "start"), {"a": 1, "b": "二"}, Severity.WARNING, 4),)
    assert problems_from_json(problems_to_json(problems)) == problems
    assert problems_from_json("") == ()


def test_one_key_replaces_all_others(database: Database) -> None:
    for digest in ("a" * 64, "b" * 64):
        with database.writing() as session:
            replace_keys(session, digest, now=NOW)
    with database.reading() as session:
        assert key_hashes(session) == ("b" * 64,)


def test_file_is_remembered_once(database: Database) -> None:
    for _ in range(2):
        with database.writing() as session:
            remember_file(session, stored_file(), now=NOW)
    with database.reading() as session:
        assert session.get(FileRow, stored_file().hash) is not None
        assert artefact(session, 1, "result.json") is None
