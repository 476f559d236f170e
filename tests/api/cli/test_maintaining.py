"""``trueline backup``, ``restore`` and ``doctor``, as whoever runs a service uses them."""

from __future__ import annotations

import json
import sqlite3
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from api.doctor import State
from tests.api.cli.making import run
from tests.api.http.service import PATIENCE, service_in
from tests.api.http.test_killed_assessments import Client
from tests.api.http.test_server import process
from tests.databases import PostgreSql

CASES = 4_000
"""Cases of a log whose assessment takes longer than a backup."""


def kept_rows(archive: Path, table: str) -> list[list[object]]:
    with tarfile.open(archive) as opened:
        lines = opened.extractfile(f"tables/{table}.jsonl")
        assert lines is not None
        return [json.loads(line) for line in lines]


def batch(number: int) -> dict[str, object]:
    event = {"id": f"e{number}", "case": f"c{number}", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}
    return {"events": [event]}


def test_a_service_on_postgresql_goes_on_from_a_backup_of_a_busy_one_on_sqlite(
    postgresql: PostgreSql, tmp_path: Path
) -> None:
    archive = tmp_path / "kept.tar"
    with process(tmp_path / "old") as (started, address, key):
        client = Client(started, address, key)
        with client.http:
            flow, large, small = client.upload(CASES)
            live = client.http.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]
            asked = [client.ask(flow, large), client.ask(flow, small)]
            client.working(asked[0])
            stored: list[int] = []
            stop = threading.Event()

            def append() -> None:
                while not stop.is_set():
                    if client.http.post(f"/logs/{live}/events", json=batch(len(stored))).status_code == 201:
                        stored.append(len(stored))

            appending = threading.Thread(target=append)
            appending.start()
            while len(stored) < 5:
                stop.wait(0.01)
            before = len(stored)
            made = run("backup", str(archive), "--data", str(tmp_path / "old"))
            after = len(stored)
            stop.set()
            appending.join(PATIENCE)
            assert made.exit_code == 0, made.output
    kept = [value for row in kept_rows(archive, "assessment") for value in row if isinstance(value, str)]
    assert {"queued", "running"} & set(kept), "nothing was left to do"
    with postgresql.database() as url:
        places = ("--data", str(tmp_path / "new"), "--database", url)
        restored = run("restore", str(archive), *places)
        assert restored.exit_code == 0, restored.output
        with process(tmp_path / "new", "--database", url) as (started, address, shown):
            assert shown == "", "the keys are those of the old service"
            client = Client(started, address, key)
            with client.http:
                answers = [client.once(number, "done", "failed") for number in asked]
                assert [(one["status"], one["result"]["cases"]) for one in answers] == [("done", CASES), ("done", 2)]
                found = client.http.get(f"/logs/{live}").json()["events"]
                assert before <= found <= after + 1
                again = client.http.post(f"/logs/{live}/events", json=batch(0)).json()
                assert (again["accepted"], again["duplicates"]) == (0, 1)
                assert client.http.post(f"/logs/{live}/events", json=batch(10**6)).json()["accepted"] == 1


def test_backup_says_what_it_holds_and_restore_what_came_of_it(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        service.upload_flow()
        made = run("backup", str(tmp_path / "kept.tar"), "--data", str(tmp_path / "data"))
    assert (made.exit_code, "1 file" in made.stdout) == (0, True)
    restored = run("restore", str(tmp_path / "kept.tar"), "--data", str(tmp_path / "new"))
    assert (restored.exit_code, str(tmp_path / "new") in restored.stdout) == (0, True)
    again = run("restore", str(tmp_path / "kept.tar"), "--data", str(tmp_path / "new"), "--lang", "zh")
    assert (again.exit_code, "错误" in again.stderr) == (2, True)


def test_restore_is_refused_while_a_service_uses_the_folder(tmp_path: Path) -> None:
    with service_in(tmp_path / "data"):
        run("backup", str(tmp_path / "kept.tar"), "--data", str(tmp_path / "data"))
        refused = run("restore", str(tmp_path / "kept.tar"), "--data", str(tmp_path / "data"))
    assert refused.exit_code == 2


def test_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    refused = run("backup", str(tmp_path / "kept.tar"), "--data", str(tmp_path / "nowhere"))
    assert refused.exit_code == 2
    assert not (tmp_path / "kept.tar").exists()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("target", ["no/such/folder/kept.tar", "."])
def test_backup_to_where_nothing_can_be_written_is_refused(tmp_path: Path, target: str) -> None:
    with service_in(tmp_path / "data"):
        refused = run("backup", str(tmp_path / target), "--data", str(tmp_path / "data"))
    assert refused.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_restore_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"no tar")
    assert run("restore", str(tmp_path / "x.tar"), "--data", str(tmp_path / "d")).exit_code == 2
    assert run("restore", str(tmp_path / "y.tar"), "--data", str(tmp_path / "d")).exit_code == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_doctor_finds_a_whole_installation_good(tmp_path: Path, language: str) -> None:
    found = run("doctor", "--data", str(tmp_path / "data"), "--lang", language)
    assert (found.exit_code, found.stderr) == (0, "")
    assert not (tmp_path / "data").exists()


def test_doctor_draws_and_reports_in_both_languages(tmp_path: Path) -> None:
    found = run("doctor", "--data", str(tmp_path / "data"), "--json", "-")
    checks = {one["check"]: one for one in json.loads(found.stdout)["checks"]}
    assert {one["state"] for one in checks.values()} == {State.GOOD}
    assert all(
        f"{name} {language}" in checks["report"]["found"] for name in ("PDF", "XLSX") for language in ("en", "zh")
    )
    assert all(language in checks["drawing"]["found"] for language in ("en", "zh"))


def test_doctor_names_a_broken_pdf_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    found = run("doctor", "--data", str(tmp_path / "data"), "--lang", "en")
    assert found.exit_code == 1
    assert "No report can be written" in found.stderr


def test_doctor_names_what_is_wrong_with_folder_and_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    (data / "trueline.db").write_bytes(b"no database" * 1000)
    found = run("doctor", "--data", str(data), "--lang", "en", "--json", str(tmp_path / "found.json"))
    states = {one["check"]: one["state"] for one in json.loads((tmp_path / "found.json").read_text())["checks"]}
    assert found.exit_code == 1
    assert (states["folder"], states["database"]) == (State.WARNING, State.BAD)


def test_doctor_leaves_a_database_that_is_not_there_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    sqlite3.connect(tmp_path / "other.db").close()
    before = (tmp_path / "other.db").stat().st_size
    assert run("doctor", "--data", str(tmp_path / "d"), "--database", url).exit_code == 0
    assert (tmp_path / "other.db").stat().st_size == before
