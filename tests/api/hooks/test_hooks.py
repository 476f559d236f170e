"""Hooks: a receiver on this machine that fails, a service that is killed, and addresses that are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from api.hooks.addresses import AddressRefusedError, checked_address, target_of
from api.hooks.sending import AT_ONCE, HookSender, Retries
from engine.limits import Limits
from tests.api.http.service import FLOW, PATIENCE, Service, service_in
from tests.api.http.test_server import process
from tests.api.live.test_live_cases import STANDARDS, desk, send
from tests.databases import BACKENDS, url_of


class Receiver:
    """Somebody who is told. The first answers are the given ones, all others 204."""

    def __init__(self, *answers: int) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        waiting = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805 - the names of the standard library; self is the receiver
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.got.append(({k.lower(): v for k, v in handler.headers.items()}, body))
                handler.send_response(waiting.pop(0) if waiting else 204)
                handler.send_header("Location", "http://127.0.0.1:1/")
                handler.end_headers()

            def log_message(handler, *_: object) -> None:  # noqa: N805
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/told?by=trueline"

    @property
    def told(self) -> list[tuple[str, str]]:
        """Type and case of each message, in the order in which they came."""
        said = [json.loads(body) for _, body in self.got]
        return [(one["type"], one["data"]["case"]) for one in said]


@contextmanager
def receiver(*answers: int) -> Iterator[Receiver]:
    found = Receiver(*answers)
    thread = Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        found.server.server_close()
        thread.join()


def until(happened: Callable[[], bool]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(params=BACKENDS)
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    with url_of(request, tmp_path) as url, service_in(tmp_path / "d", database=url, private_hooks=True) as running:
        running.running.live.sender.close()  # its clock stands still, and would never try again
        running.running.live.teller.close()
        yield running


@contextmanager
def sending(service: Service, *, attempts: int = 5) -> Iterator[None]:
    """Deliver by a clock that goes, and try again soon."""
    running, retries = service.running, Retries(attempts, timedelta(milliseconds=30))
    sender = HookSender(running.database, running.writer, clock=_now, private=True, retries=retries)
    sender.start()
    try:
        yield
    finally:
        sender.close()


def _now() -> datetime:
    return datetime.now(UTC)


def hook(service: Service, log: int, url: str, *kinds: str) -> dict[str, Any]:
    answer = service.client.post(f"/logs/{log}/hooks", json={"url": url} | ({"kinds": kinds} if kinds else {}))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def deliveries(service: Service, log: int, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.client.get(f"/logs/{log}/hooks/{number}/deliveries").json()["items"]
    return found


def is_delivered(service: Service, log: int, number: int) -> bool:
    return [one["status"] for one in deliveries(service, log, number)] == ["delivered"]


def test_receiver_that_fails_twice_is_told_everything_in_order(service: Service) -> None:
    log = desk(service)
    with receiver(500, 302) as other:
        known = hook(service, log, other.url)
        send(service, log, "a", "Greet", -9)
        send(service, log, "b", "Serve", -8)
        service.client.post(f"/logs/{log}/cases/a/close")
        with sending(service):
            until(lambda: len(other.got) == 4)
            until(lambda: {one["status"] for one in deliveries(service, log, known["id"])} == {"delivered"})
    assert other.told == [("deviation-opened", "b")] * 3 + [("case-closed", "a")]
    assert [(one["kind"], one["attempts"]) for one in deliveries(service, log, known["id"])] == [
        ("deviation-opened", 3),
        ("case-closed", 1),
    ]
    assert [headers["webhook-id"] for headers, _ in other.got] == ["trueline-1-1-2"] * 3 + ["trueline-1-1-3"]
    assert len({body for _, body in other.got[:3]}) == 1
    for headers, body in other.got:
        key = base64.b64decode(known["secret"].removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"


def test_what_fails_for_good_does_not_hold_up_what_follows(service: Service) -> None:
    log = desk(service)
    with receiver(503, 503) as other:
        known = hook(service, log, other.url, "deviation-opened")
        send(service, log, "a", "Serve", -9)
        send(service, log, "b", "Serve", -8)
        service.client.post(f"/logs/{log}/cases/a/close")
        with sending(service, attempts=2):
            until(lambda: [one["status"] for one in deliveries(service, log, known["id"])] == ["failed", "delivered"])
    assert [one["failure"] for one in deliveries(service, log, known["id"])] == ["HTTP 503", ""]
    assert other.told == [("deviation-opened", "a")] * 2 + [("deviation-opened", "b")]


def test_message_is_none_that_a_hook_before_it_was_told(service: Service) -> None:
    """A receiver drops an id that it knows; the number of a hook that was removed may be given again."""
    with receiver() as other:
        for case in ("a", "b"):
            log = desk(service)
            known = hook(service, log, other.url, "deviation-opened")
            send(service, log, case, "Serve", -9)
            with sending(service):
                until(partial(is_delivered, service, log, known["id"]))
            assert service.client.delete(f"/logs/{log}/hooks/{known['id']}").status_code == 204
    assert other.told == [("deviation-opened", "a"), ("deviation-opened", "b")]
    assert len({headers["webhook-id"] for headers, _ in other.got}) == 2


@contextmanager
def dripping() -> Iterator[str]:
    """Somebody who answers byte by byte, for ever; the address."""
    ended = Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 ")
            while not ended.wait(0.05):
                connection.sendall(b"x")

    def listen() -> None:
        with suppress(OSError):
            while True:
                Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=listen, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)


def test_receivers_that_answer_byte_by_byte_keep_nobody_from_being_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.hooks.sending.LONGEST_SECONDS", 0.5)
    log = desk(service)
    with receiver() as other, dripping() as slow:
        slow_ones = [hook(service, log, slow, "deviation-opened")["id"] for _ in range(AT_ONCE)]
        hook(service, log, other.url, "deviation-opened")
        send(service, log, "a", "Serve", -9)
        with sending(service, attempts=2):
            until(lambda: other.told == [("deviation-opened", "a")])
            until(lambda: {deliveries(service, log, one)[0]["status"] for one in slow_ones} == {"failed"})


def test_hooks_are_listed_and_removed(service: Service) -> None:
    log = desk(service)
    known = hook(service, log, "http://127.0.0.1:9/", "case-closed")
    (listed,) = service.client.get(f"/logs/{log}/hooks").json()["items"]
    assert listed == {name: value for name, value in known.items() if name != "secret"}
    send(service, log, "a", "Greet", -9)
    service.client.post(f"/logs/{log}/cases/a/close")
    assert [one["status"] for one in deliveries(service, log, known["id"])] == ["waiting"]
    address = f"/logs/{log}/hooks/{known['id']}"
    assert service.client.delete(address).status_code == 204
    assert service.client.delete(address).json()["code"] == "hook.no-such-hook"
    assert service.client.get(f"{address}/deliveries").status_code == 404
    assert service.client.get(f"/logs/{log}/hooks").json()["items"] == []


REFUSED = [
    ("ftp://x.example/", "hook.bad-url"),
    ("http://me:secret@x.example/", "hook.bad-url"),
    ("http://x.example/#part", "hook.bad-url"),
    ("http://x.example:99999/", "hook.bad-url"),
    ("http:///nowhere", "hook.bad-url"),
    ("http://x.example/a b", "hook.bad-url"),
    ("http://127.0.0.1:8000/", "hook.address-refused"),
    ("http://[::1]/", "hook.address-refused"),
    ("http://[::ffff:127.0.0.1]/", "hook.address-refused"),
    ("http://localhost/", "hook.address-refused"),
    ("https://10.0.0.1/", "hook.address-refused"),
    ("http://169.254.169.254/latest", "hook.address-refused"),
    ("http://0x7f000001/", "hook.address-refused"),
    ("http://[64:ff9b::a9fe:a9fe]/", "hook.address-refused"),
    ("http://[::127.0.0.1]/", "hook.address-refused"),
    ("http://[2002:7f00:1::1]/", "hook.address-refused"),
    ("http://[fec0::1]/", "hook.address-refused"),
]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service_in(tmp_path_factory.mktemp("strict") / "d", limits=Limits(hooks=1)) as running:
        yield running


@pytest.mark.parametrize(("url", "code"), REFUSED)
def test_addresses_that_are_refused(strict: Service, url: str, code: str) -> None:
    log = desk(strict)
    answer = strict.client.post(f"/logs/{log}/hooks", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert strict.client.get(f"/logs/{log}/hooks").json()["items"] == []


def test_name_that_leads_home_is_refused_at_each_attempt() -> None:
    target = target_of("http://localhost:8000/")
    assert target is not None
    with pytest.raises(AddressRefusedError):
        checked_address(target, private=False)


def test_there_are_only_so_many_hooks(strict: Service) -> None:
    log = desk(strict)
    hook(strict, log, "http://93.184.215.14/")
    answer = strict.client.post(f"/logs/{log}/hooks", json={"url": "http://93.184.215.14/"})
    assert (answer.status_code, answer.json()["problems"][0]["values"]["limit"]) == (422, "hooks")


def test_nothing_is_lost_when_the_service_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUELINE_PRIVATE_HOOKS", "true")
    with receiver(500) as other:
        with process(tmp_path / "d") as (started, address, key):
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client:
                flow = client.post("/flows", params={"name": "f.yaml"}, content=(FLOW + STANDARDS).encode()).json()
                client.post("/logs", json={"name": "desk", "flow": flow["id"]})
                client.post("/logs/1/hooks", json={"url": other.url, "kinds": ["deviation-opened"]})
                event = {"id": "1", "case": "a", "activity": "Serve", "time": "2026-03-01T09:00:00Z"}
                assert client.post("/logs/1/events", json={"events": [event]}).status_code == 201
                until(lambda: len(other.got) == 1)
            started.kill()
            started.wait(PATIENCE)
        with process(tmp_path / "d") as (_, address, _key):
            until(lambda: len(other.got) >= 2)
            with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client:
                until(
                    lambda: (
                        [one["status"] for one in client.get("/logs/1/hooks/1/deliveries").json()["items"]]
                        == ["delivered"]
                    )
                )
    assert {headers["webhook-id"] for headers, _ in other.got} == {"trueline-1-1-1"}
