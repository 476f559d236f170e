"""A disk that is full: said as such, nothing half stored, and over once there is room."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from engine.storage.files import FileStore, Incoming
from tests.api.http.service import LOG, Service, service_in


def full(*_: object) -> None:
    raise OSError(ENOSPC, "No space left on device")


@pytest.mark.parametrize("place", ["write", "finish"])
def test_upload_that_finds_no_room_leaves_nothing(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with service_in(tmp_path / "data") as service:
        large = LOG.encode() + b"c,Greet,2026-03-01T09:00:00Z\n" * 100_000
        with monkeypatch.context() as patch:
            patch.setattr(Incoming, place, full)
            answer = service.client.post("/logs", params={"name": "x.csv"}, content=large)
        assert (answer.status_code, answer.json()["code"]) == (507, "service.disk-full")
        assert list((tmp_path / "data" / "incoming").iterdir()) == []
        assert service.client.get("/logs").json()["items"] == []
        assert service.client.post("/logs", params={"name": "x.csv"}, content=large).status_code == 201


def test_database_that_finds_no_room_says_so(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        _fill(service)


def _fill(service: Service) -> None:
    def no_more_pages(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    engine = service.running.database.engine
    most = 1
    event.listen(engine, "begin", no_more_pages)
    answers: list[httpx.Response] = []
    while len(answers) < 200 and (not answers or answers[-1].status_code == 201):
        answers.append(service.client.post("/logs", json={"name": "x" * 200}))
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (507, "service.disk-full")
    stored = len(service.client.get("/logs", params={"limit": 100}).json()["items"])
    assert stored == min(100, len(answers) - 1)
    most = 1_000_000
    assert service.client.post("/logs", json={"name": "x" * 200}).status_code == 201


def test_assessment_that_finds_no_room_fails_and_the_next_one_is_done(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "add", full)
        failed = service.finished(service.assess())
    assert [problem["code"] for problem in failed["problems"]] == ["service.disk-full"]
    assert service.finished(service.assess())["status"] == "done"


def test_request_that_was_in_the_way_of_another_is_to_be_sent_again(tmp_path: Path) -> None:
    def gives_up(*_: object) -> None:
        raise OperationalError("", None, psycopg.errors.DeadlockDetected())

    with service_in(tmp_path / "data") as service:
        engine = service.running.database.engine
        event.listen(engine, "commit", gives_up)
        answer = service.client.post("/keys", json={"name": "desk", "role": "reviewer"})
        assert (answer.status_code, answer.json()["code"]) == (503, "service.in-the-way")
        assert answer.headers["retry-after"] == "1"
        event.remove(engine, "commit", gives_up)
        assert service.client.post("/keys", json={"name": "desk", "role": "reviewer"}).status_code == 201
        assert len(service.client.get("/keys").json()["items"]) == 2
