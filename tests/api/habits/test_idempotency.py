"""Requests that are sent again: every POST, what is kept of it and how long, and two at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.accounts.acting import declared
from engine.limits import Limits
from tests.api.accounts.test_audit import BODIES
from tests.api.accounts.test_keys import Clock
from tests.api.accounts.test_sign_in import browser, csrf, sign_in
from tests.api.accounts.things import Things, address, let_wait
from tests.api.http.service import FLOW, LOG, NOW, Service, service_in

POSTS = [route for route in BODIES if route[0] == "POST" and route[1].startswith("/api/")]
FILE: dict[str, Any] = {"params": {"name": "x.yaml"}, "content": FLOW.encode()}


def fresh() -> dict[str, str]:
    return {"Idempotency-Key": f'"{uuid4()}"'}


def rows(service: Service) -> int:
    with service.running.database.reading() as session:
        found: int = session.connection().exec_driver_sql("SELECT count(*) FROM idempotent_answer").scalar_one()
        return found


def test_every_post_is_tried(shared_service: Service) -> None:
    assert set(POSTS) == {route for route in declared(shared_service.app) if route[0] == "POST" and "/api/" in route[1]}


@pytest.mark.parametrize("path", [path for _, path in POSTS])
def test_post_is_done_once_and_answered_the_same(shared_service: Service, path: str) -> None:
    service = shared_service
    service.upload_flow()
    service.upload_log(LOG)
    made = Things()
    target = address(service, made, path)
    if path.endswith("/cancellation"):
        let_wait(service, made["assessment"])
    request: dict[str, Any] = {**BODIES["POST", path]}
    request["headers"] = {**request.get("headers", {}), **fresh()}

    def send() -> httpx.Response:
        return service.client.post(f"{service.url}{target}", **request)

    first = send()
    assert first.is_success, first.text
    changes = len(service.client.get("/audit", params={"limit": 100, "since": "2026-01-01T00:00:00Z"}).json()["items"])
    assert "idempotent-replayed" not in first.headers
    again = send()
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("location") == first.headers.get("location")
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    later = service.client.get("/audit", params={"limit": 100, "since": "2026-01-01T00:00:00Z"}).json()["items"]
    assert len(later) == changes
    if "content" in request:
        request["content"] += b" "
    else:
        request["params"] = {"other": "1"}
    other = send()
    assert (other.status_code, other.json()["code"]) == (422, "service.idempotency-key-reused")


def test_upload_is_stored_once_and_its_stream_is_hashed(service: Service) -> None:
    headers, chunk = fresh(), b"# a comment\n" * 1000
    body = FLOW.encode() + chunk * 20

    def parts(last: bytes) -> Iterator[bytes]:
        yield FLOW.encode()
        for _ in range(19):
            yield chunk
        yield last

    first = service.client.post("/flows", params={"name": "x.yaml"}, content=parts(chunk), headers=headers)
    assert first.status_code == 201
    again = service.client.post("/flows", params={"name": "x.yaml"}, content=body, headers=headers)
    assert again.content == first.content
    other = service.client.post("/flows", params={"name": "x.yaml"}, content=parts(chunk[:-1] + b"!"), headers=headers)
    assert other.status_code == 422
    assert len(service.client.get("/flows").json()["items"]) == 1


def test_key_holds_for_its_holder_and_address_alone(service: Service) -> None:
    headers = fresh()
    service.upload_log()
    assert service.client.post("/flows", **FILE, headers=headers).json()["id"] == 1
    _, key = service.new_key("designer")
    with service.client_with(key) as other:
        assert other.post("/flows", **FILE, headers=headers).json()["id"] == 2
        assert other.post("/flows", **FILE, headers=headers).json()["id"] == 2
    day: dict[str, Any] = {"json": {"effective": "2026-04-01"}, "headers": headers}
    assert service.client.post("/flows/1/activations", **day).json()["flow"] == 1
    assert service.client.post("/flows/2/activations", **{**day, "json": {"effective": "2026-05-01"}}).is_success


def test_key_works_under_a_session(service: Service) -> None:
    with browser(service) as client:
        sign_in(client, service.key)
        sent = {"X-CSRF-Token": csrf(client), **fresh()}
        answers = [client.post("/api/v1/flows", **FILE, headers=sent) for _ in range(2)]
    assert [answer.json()["id"] for answer in answers] == [1, 1]


@pytest.mark.parametrize("key", ["", '""', '"half', "two words", "a,b", "\u00e4", "x" * 201, '"a"; b=1'])
def test_awkward_keys_are_refused(shared_service: Service, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode())]
    answer = shared_service.client.post("/flows", **FILE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "service.bad-idempotency-key")


def test_same_key_with_and_without_quotes_is_one(service: Service) -> None:
    for key in ('"a-1"', "a-1"):
        assert service.client.post("/flows", **FILE, headers={"Idempotency-Key": key}).json()["id"] == 1


def test_what_was_refused_may_be_mended_under_the_same_key(service: Service) -> None:
    headers = fresh()
    assert service.client.post("/flows", params={"name": "x"}, content=b"nonsense", headers=headers).status_code == 422
    assert rows(service) == 0
    assert service.client.post("/flows", **FILE, headers=headers).status_code == 201


def test_secret_that_is_shown_once_is_not_kept_readable(service: Service, tmp_path: Path) -> None:
    headers, asked = fresh(), {"name": "Li", "role": "reviewer"}
    made = service.client.post("/keys", json=asked, headers=headers).json()["key"]
    assert service.client.post("/keys", json=asked, headers=headers).json()["key"] == made
    assert len(service.client.get("/keys").json()["items"]) == 2
    with service.running.database.reading() as session:
        bodies = [row[0] for row in session.connection().exec_driver_sql("SELECT body FROM idempotent_answer")]
    assert len(bodies) == 1
    assert b"key" not in bytes(bodies[0])
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert made.encode() not in kept


def test_answers_are_forgotten_after_a_day(tmp_path: Path) -> None:
    clock, headers = Clock(), fresh()
    with service_in(tmp_path / "d", clock=clock) as service:
        assert service.client.post("/flows", **FILE, headers=headers).json()["id"] == 1
        clock.now = NOW + timedelta(hours=24) - timedelta(seconds=1)
        assert service.client.post("/flows", **FILE, headers=headers).json()["id"] == 1
        clock.now = NOW + timedelta(hours=24)
        assert service.client.post("/flows", **FILE, headers=headers).json()["id"] == 2
        assert rows(service) == 1
        clock.now += timedelta(hours=25)
        service.client.post("/flows", **FILE, headers=fresh())
        assert rows(service) == 1


@pytest.mark.parametrize("limits", [Limits(kept_answers=2), Limits(kept_answer_bytes=100)])
def test_so_much_is_kept_for_each_holder(tmp_path: Path, limits: Limits) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock, limits=limits) as service:
        known = [fresh() for _ in range(2)]
        status = [service.client.post("/flows", **FILE, headers=headers).status_code for headers in known]
        assert status[0] == 201
        clock.now = NOW + timedelta(hours=1)
        refused = service.client.post("/flows", **FILE, headers=fresh())
        assert (refused.status_code, refused.json()["code"]) == (429, "service.too-many-answers-kept")
        assert refused.headers["retry-after"] == str(23 * 3600)
        assert service.client.post("/flows", **FILE, headers=known[0]).status_code == 201
        assert service.client.post("/flows", **FILE).status_code == 201
        _, key = service.new_key("designer")
        with service.client_with(key) as other:
            assert other.post("/flows", **FILE, headers=fresh()).status_code == 201


def test_second_request_waits_for_the_first(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    add_flow = __import__("api.flows.service", fromlist=["add_flow"]).add_flow

    def slow(*given: Any, **named: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return add_flow(*given, **named)

    monkeypatch.setattr("api.flows.service.add_flow", slow)
    headers, answers = fresh(), []
    first = threading.Thread(target=lambda: answers.append(service.client.post("/flows", **FILE, headers=headers)))
    first.start()
    assert begun.wait(30)
    with service.client_with(service.key) as other:
        second = other.post("/flows", **FILE, headers=headers)
    assert (second.status_code, second.json()["code"]) == (409, "service.request-in-progress")
    assert second.headers["retry-after"] == "1"
    go_on.set()
    first.join(30)
    assert answers[0].status_code == 201
    assert service.client.post("/flows", **FILE, headers=headers).content == answers[0].content


def test_change_and_its_answer_are_kept_together(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = fresh()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the answer cannot be kept")

    with monkeypatch.context() as broken, service.client_with(service.key) as client:
        broken.setattr("api.http.repeating.keep_answer", fail)
        assert client.post("/flows", **FILE, headers=headers).status_code == 500
    assert service.client.get("/flows").json()["items"] == []
    assert service.client.post("/flows", **FILE, headers=headers).status_code == 201


def test_events_and_their_batch_go_together(service: Service) -> None:
    """A batch under a key is answered as before; without it, its ids say what was there already."""
    log = service.client.post("/logs", json={"name": "desk"}).json()["id"]
    event = {"id": "e1", "case": "a", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}
    headers = fresh()
    first = service.client.post(f"/logs/{log}/events", json={"events": [event]}, headers=headers)
    again = service.client.post(f"/logs/{log}/events", json={"events": [event]}, headers=headers)
    plain = service.client.post(f"/logs/{log}/events", json={"events": [event]})
    assert [first.status_code, again.status_code, plain.status_code] == [201, 201, 200]
    assert first.content == again.content
    assert [answer.json()["duplicates"] for answer in (first, plain)] == [0, 1]
