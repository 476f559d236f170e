"""``/health`` says that the service is there, ``/ready`` that it can do its work, and neither waits for anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from api.operations.readiness import Readiness, checks_of
from api.running import WAITERS
from tests.api.http.service import LOG, PATIENCE, Service, service_in, until

SOON = 5.0
"""Seconds in which a probe is answered, on a machine that others use too; whoever waits, waits longer."""
THREADS = 40
"""In which the framework answers requests."""
EVENT = {"id": "1", "case": "a", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}


def probe(service: Service, path: str = "/ready", **headers: str) -> httpx.Response:
    return httpx.get(f"{service.url}{path}", headers=headers, timeout=10)


@pytest.fixture
def quick(service: Service) -> Iterator[Readiness]:
    """What looks, every few milliseconds."""
    readiness = Readiness(checks_of(service.running), seconds=0.02, patience=0.2)
    readiness.start()
    until(lambda: readiness.failing() == [])
    yield readiness
    readiness.close()


def test_a_service_becomes_ready(service: Service) -> None:
    until(lambda: probe(service).status_code == 200)
    assert probe(service).json() == {"status": "ready"}


def test_nothing_is_ready_before_it_was_looked_at() -> None:
    assert Readiness({"a": lambda: True, "b": lambda: True}).failing() == ["a", "b"]


def test_each_check_fails_alone_and_recovers() -> None:
    broken: set[str] = set()

    def check(name: str) -> bool:
        if name in broken:
            raise OSError(name)
        return True

    def is_failing(names: list[str]) -> bool:
        return found.failing() == names

    names = ["database", "folder", "writer", "queue"]
    found = Readiness({name: partial(check, name) for name in names}, seconds=0.01)
    found.start()
    until(lambda: found.failing() == [])
    for name in names:
        broken.add(name)
        until(partial(is_failing, [name]))
        broken.clear()
        until(lambda: found.failing() == [])
    found.close()
    assert found.failing() == []


def test_a_check_that_hangs_is_named_and_the_others_are_not() -> None:
    hold = threading.Event()
    found = Readiness({"a": lambda: True, "b": hold.wait, "c": lambda: True}, seconds=0.01, patience=0.05)
    found.start()
    until(lambda: found.failing() == ["b", "c"])  # c was never reached
    hold.set()
    until(lambda: found.failing() == [])
    hold.clear()
    until(lambda: found.failing() == ["b"])
    hold.set()
    found.close()
    assert found.failing() == []


def test_a_writer_that_ended_makes_it_not_ready(service: Service, quick: Readiness) -> None:
    service.running.writer.close()
    until(lambda: quick.failing() == ["writer"])
    assert not service.running.writer.is_alive


def test_a_writer_that_hangs_makes_it_not_ready(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.operations.readiness.PATIENCE_SECONDS", 0.05)
    hold = threading.Event()
    waiting = service.running.writer.submit(lambda _: hold.wait())
    check = checks_of(service.running)["writer"]
    until(lambda: not check())
    hold.set()
    waiting.result()
    until(check)
    assert service.running.writer.busy_seconds == 0


def test_a_data_folder_that_is_gone_makes_it_not_ready(quick: Readiness, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "data" / "incoming", tmp_path / "elsewhere"
    folder.rename(elsewhere)
    until(lambda: quick.failing() == ["folder"])
    begun = {path.name for path in elsewhere.iterdir()}  # a check may have been under way; the next start removes it
    assert len(begun) <= 1
    elsewhere.rename(folder)
    until(lambda: quick.failing() == [])
    until(lambda: {path.name for path in folder.iterdir()} == begun)
    assert quick.failing() == []


def test_a_database_that_lost_its_tables_makes_it_not_ready(service: Service, quick: Readiness) -> None:
    with service.running.database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE alembic_version RENAME TO away")
    until(lambda: quick.failing() == ["database"])
    with service.running.database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE away RENAME TO alembic_version")
    until(lambda: quick.failing() == [])
    assert quick.failing() == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_not_ready_names_the_checks_and_nothing_else(tmp_path: Path, language: str) -> None:
    with service_in(tmp_path / "data") as service:
        service.running.writer.close()
        service.app.state.readiness = Readiness({"writer": lambda: False, "queue": lambda: False})
        answer = probe(service, **{"Accept-Language": language})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["problems"][0]["values"] == {"failing": "writer, queue"}
        assert str(tmp_path) not in answer.text
        assert probe(service, "/health").status_code == 200


def test_probes_are_answered_while_every_thread_waits(tmp_path: Path) -> None:
    hold = threading.Event()
    with service_in(tmp_path / "data") as service:
        until(lambda: probe(service).status_code == 200)
        log = service.client.post("/logs", json={"name": "desk"}).json()["id"]
        while service.running.readers.acquire(blocking=False):
            pass
        holding = service.running.writer.submit(lambda _: hold.wait(PATIENCE))
        until(lambda: service.running.writer.busy_seconds > 0)
        key = {"Authorization": f"Bearer {service.key}"}

        def send(number: int) -> int:
            """A batch or an upload, each of which waits in a thread."""
            if number % 2:
                return service.client.post(f"/logs/{log}/events", json={"events": [EVENT]}).status_code
            return service.client.post("/logs", params={"name": "x.csv"}, content=LOG.encode()).status_code

        def waiting() -> int:
            return service.running.writer.waiting + WAITERS - service.running.waiters._value

        with ThreadPoolExecutor(81) as pool:
            asked = [pool.submit(send, number) for number in range(80)]
            until(lambda: waiting() >= THREADS)
            stuck = pool.submit(service.client.get, "/flows")
            for path in ("/ready", "/health"):
                begun = time.monotonic()
                assert probe(service, path, **key).status_code == 200
                assert time.monotonic() - begun < SOON
            assert not stuck.done(), "whoever needs a thread waits"
            hold.set()
            service.running.readers.release()
            assert {one.result() for one in asked} <= {200, 201, 503}
            assert stuck.result().status_code == 200
        holding.result()
