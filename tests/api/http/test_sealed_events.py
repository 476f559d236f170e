"""Events of live logs that move into sealed files: nothing is lost or doubled on the way, whatever fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from threading import Event as Signal

import pytest

from engine.jobs.runner import JobStatus
from engine.storage.files import FileStore
from engine.storage.tables import LogRow
from tests.api.http.service import Service, service_in
from tests.api.http.test_events import event, items, live_log, send


def sealed(service: Service, log: int) -> int:
    with service.running.database.reading() as session:
        return session.get_one(LogRow, log).sealed


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_disk_that_is_full_while_events_are_sealed_loses_nothing(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = Signal()

    def full(*_: object) -> None:
        failed.set()
        raise OSError(ENOSPC, "No space left on device")

    with service_in(tmp_path / "data", database=database_url, seal_events=100) as service:
        log = live_log(service)
        with monkeypatch.context() as patch:
            patch.setattr(FileStore, "keep", full)
            assert send(service, log, *map(event, range(100))).status_code == 201
            assert failed.wait(30)
            assert send(service, log, event(100)).status_code == 201
            assert service.client.post(f"/logs/{log}/cases/a/close").status_code == 200
            assert [one["id"] for one in items(service, f"/logs/{log}/events")] == [
                f"e{number}" for number in range(101)
            ]
        assert sealed(service, log) == 0
    with service_in(tmp_path / "data", key=service.key, database=database_url, seal_events=100) as service:
        until(lambda: sealed(service, log) == 100)
        assert [one["id"] for one in items(service, f"/logs/{log}/events")] == [f"e{number}" for number in range(101)]


def test_log_that_was_closed_when_the_service_ended_is_sealed_at_the_next_start(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service_in(tmp_path / "data", database=database_url, seal_events=100) as service:
        log = live_log(service)
        assert send(service, log, event(1)).status_code == 201
        with monkeypatch.context() as patch:
            patch.setattr("api.events.service.seal_soon", lambda *_: None)
            assert service.client.post(f"/logs/{log}/close").status_code == 200
    with service_in(tmp_path / "data", key=service.key, database=database_url, seal_events=100) as service:
        until(lambda: sealed(service, log) == 1)


def test_events_are_sealed_and_nothing_changes(service: Service) -> None:
    log = live_log(service)
    for start in range(0, 250, 50):
        send(
            service,
            log,
            *(event(number, case=f"c{number % 7}", id=f"e{number}") for number in range(start, start + 50)),
        )
    before = (items(service, f"/logs/{log}/events"), service.client.get(f"/logs/{log}").json())
    service.running.__dict__["seal_events"] = 100
    send(service, log, event(0, case="c0"))
    while service.running.sealer.status(f"seal-{log}") is not JobStatus.UNKNOWN:
        pass
    files = [path for path in service.running.files.path("00" * 32).parent.parent.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert (items(service, f"/logs/{log}/events"), service.client.get(f"/logs/{log}").json()) == before
    assert [one["sequence"] for one in items(service, f"/logs/{log}/cases/c3/events", limit=5)] == list(
        range(4, 251, 7)
    )
