"""Wherever work is refused because there is too much of it: 503, a problem document, and when to come again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from api.operations import observing
from engine.limits import Limits
from tests.api.http.service import LOG, PATIENCE, Service, service_in, until
from tests.api.http.test_server import process

EVENT = {"id": "1", "case": "a", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}
LITTLE = Limits(live_streams=1, waiting_batches=1, waiting_assessments=1)


@pytest.fixture
def little(tmp_path: Path) -> Iterator[Service]:
    """A service that takes little, with a flow, a log and a live log."""
    with service_in(tmp_path / "data", limits=LITTLE) as service:
        flow = service.upload_flow()
        service.upload_log()
        service.client.post("/logs", json={"name": "desk", "flow": flow})
        yield service


@contextmanager
def held_writer(service: Service, waiting: int) -> Iterator[None]:
    """The thread that writes is busy, and so much waits for it."""
    hold = threading.Event()
    try:
        service.running.writer.submit(lambda _: hold.wait(PATIENCE))
        until(lambda: service.running.writer.busy_seconds > 0 and service.running.writer.waiting == 0)
        for _ in range(waiting):
            service.running.writer.submit(lambda _: None)
        yield
    finally:
        hold.set()


def upload(service: Service) -> httpx.Response:
    """An upload where all who may wait for a turn wait already."""
    running = service.running
    while running.readers.acquire(blocking=False) or running.waiters.acquire(blocking=False):
        pass
    return service.client.post("/logs", params={"name": "x.csv"}, content=LOG.encode())


def late_upload(service: Service) -> httpx.Response:
    """An upload that waits for its turn in vain."""
    while service.running.readers.acquire(blocking=False):
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.http.turns.PATIENCE_SECONDS", 0.01)
        return service.client.post("/logs", params={"name": "x.csv"}, content=LOG.encode())


def batch(service: Service) -> httpx.Response:
    """A batch where as many as may wait are waiting."""
    with held_writer(service, waiting=1):
        return service.client.post("/logs/2/events", json={"events": [EVENT]})


def closing(service: Service) -> httpx.Response:
    """The end of a case where as much as may wait is waiting."""
    assert service.client.post("/logs/2/events", json={"events": [EVENT]}).status_code == 201
    with held_writer(service, waiting=1):
        return service.client.post("/logs/2/cases/a/close")


def stream(service: Service) -> httpx.Response:
    """A second stream where one may be open."""
    with service.client.stream("GET", "/logs/2/stream"):
        return service.client.get("/logs/2/stream")


def assessment(service: Service) -> httpx.Response:
    """An assessment where as many as may wait are waiting."""
    hold = threading.Event()
    body = {"flow": 1, "log": 1}
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        stack.callback(hold.set)
        patch.setattr(service.running.work.computer, "_compute", lambda *_: hold.wait(PATIENCE) and {})
        first = service.client.post("/assessments", json=body).json()["id"]
        until(lambda: service.client.get(f"/assessments/{first}").json()["status"] == "running")
        assert service.client.post("/assessments", json=body).status_code == 202
        return service.client.post("/assessments", json=body)


def crowd(service: Service) -> httpx.Response:
    """Any request where as many as may be answered at once are being answered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(observing, "MOST_REQUESTS", 0)
        assert httpx.get(f"{service.url}/health").status_code == 200
        answer = service.client.get("/flows")
        assert answer.headers["connection"] == "close"
        return answer


def not_ready(service: Service) -> httpx.Response:
    """A probe where something cannot be used."""
    service.running.writer.close()
    until(lambda: httpx.get(f"{service.url}/ready").status_code == 503)
    return httpx.get(f"{service.url}/ready")


REFUSALS: dict[Callable[[Service], httpx.Response], str] = {
    upload: "service.too-busy",
    late_upload: "service.too-busy",
    batch: "event.queue-full",
    closing: "event.queue-full",
    stream: "live.too-many-streams",
    assessment: "service.too-busy",
    crowd: "service.too-many-requests",
    not_ready: "service.not-ready",
}


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: refused.__name__)
def test_refused_work_is_a_problem_document_that_says_when_to_come_again(
    little: Service, refused: Callable[[Service], httpx.Response]
) -> None:
    answer = refused(little)
    assert (answer.status_code, answer.json()["code"]) == (503, REFUSALS[refused])
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["request"] == answer.headers["x-request-id"]


def test_those_who_wait_for_a_turn_leave_threads_for_others(little: Service) -> None:
    running = little.running
    while running.readers.acquire(blocking=False):
        pass
    answers: list[int] = []

    def send(number: int) -> None:
        with little.client_with(little.key) as client:
            answer = client.post("/logs", params={"name": f"{number}.csv"}, content=LOG.encode())
            answers.append(answer.status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    until(lambda: len(answers) == 50 - 16)
    assert set(answers) == {503}
    assert little.client.get("/flows", timeout=5).status_code == 200
    running.readers.release()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers.count(201) == 16


def test_connections_past_the_limit_are_sent_away_by_a_real_service(tmp_path: Path) -> None:
    with process(tmp_path / "d") as (_, address, key), ExitStack() as stack:
        host, port = address.removeprefix("http://").partition("/")[0].split(":")
        for _ in range(observing.MOST_CONNECTIONS):
            stack.enter_context(socket.create_connection((host, int(port)), timeout=PATIENCE))
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": "zh"}
        refused = httpx.get(f"{address}/flows", headers=headers, timeout=PATIENCE)
        assert (refused.status_code, refused.json()["code"]) == (503, "service.too-many-requests")
        assert (refused.headers["retry-after"], refused.headers["content-language"]) == ("5", "zh")
        assert httpx.get(f"http://{host}:{port}/health", timeout=PATIENCE).status_code == 200
