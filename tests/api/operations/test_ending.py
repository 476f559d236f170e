"""A real service that is told to stop: what runs is finished, put back or broken off, and it ends in time."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from api.http.server import GRACE_SECONDS
from tests.api.http.service import LOG, PATIENCE, until
from tests.api.http.test_killed_assessments import Client
from tests.api.http.test_server import process

SOON = 4.0
"""Seconds for all that is not waited for, on a machine that others use too."""


class HalfSent:
    """An upload of which half is sent.

    Attributes:
        socket: Its connection.
    """

    def __init__(self, client: Client) -> None:
        url = client.http.base_url
        self.socket = socket.create_connection((url.host, url.port), timeout=PATIENCE)
        self._body = LOG.encode()
        head = (
            f"POST /api/v1/logs?name=late.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.key}\r\n"
            f"Content-Length: {len(self._body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + self._body[:20])

    def answer(self) -> str:
        """Send the rest; the status line."""
        self.socket.sendall(self._body[20:])
        return self.socket.recv(64).split(b"\r\n")[0].decode()


def arriving(data: Path) -> bool:
    return any((data / "incoming").iterdir())


def refuses_connections(client: Client) -> bool:
    try:
        socket.create_connection((client.http.base_url.host, client.http.base_url.port or 0), timeout=1).close()
    except OSError:
        return True
    return False


def test_what_runs_is_finished_or_put_back_and_nobody_new_comes_in(tmp_path: Path) -> None:
    with process(tmp_path / "d") as (started, address, key):
        client = Client(started, address, key)
        with client.http:
            flow, large, _ = client.upload(4_000)
            live = client.http.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]
            ended: list[str] = []

            def follow() -> None:
                stream = f"{address}/logs/{live}/stream"
                with httpx.stream("GET", stream, headers=client.http.headers, timeout=PATIENCE) as answer:
                    ended.append("begun")
                    ended.append("".join(answer.iter_text()))

            following = threading.Thread(target=follow)
            following.start()
            until(lambda: ended == ["begun"])
            number = client.ask(flow, large)
            client.working(number)
            late = HalfSent(client)
            until(lambda: arriving(tmp_path / "d"))
            begun = time.monotonic()
            started.terminate()
            until(lambda: refuses_connections(client))
            following.join(PATIENCE)
            assert len(ended) == 2, "the stream came to its end"
            assert started.poll() is None, "it waits for who is still sending"
            assert late.answer() == "HTTP/1.1 201 Created"
            assert started.wait(PATIENCE) == 0
            assert time.monotonic() - begun < 2 * GRACE_SECONDS + SOON
            late.socket.close()
    with sqlite3.connect(tmp_path / "d" / "trueline.db") as database:
        rows = database.execute("SELECT status, attempts FROM assessment").fetchall()
        logs = database.execute("SELECT name FROM log ORDER BY id").fetchall()
    database.close()
    assert rows == [("queued", 0)]
    assert logs[-1] == ("late.csv",)
    assert not arriving(tmp_path / "d")


@contextmanager
def dripping() -> Iterator[str]:
    """A receiver that takes what it is told and answers for ever, a byte at a time; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def answer() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 ")
                    while not stop.wait(0.2):
                        connection.sendall(b"x")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            stop.set()
            listener.close()
            thread.join(PATIENCE)


def test_who_never_comes_to_an_end_is_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUELINE_PRIVATE_HOOKS", "true")
    event = {"id": "1", "case": "a", "activity": "Serve", "time": "2026-03-01T09:00:00Z"}
    with dripping() as url, process(tmp_path / "d") as (started, address, key):
        client = Client(started, address, key)
        with client.http:
            flow, _, _ = client.upload(1)
            live = client.http.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]
            hook = client.http.post(f"/logs/{live}/hooks", json={"url": url}).json()["id"]
            assert client.http.post(f"/logs/{live}/events", json={"events": [event]}).status_code == 201
            time.sleep(2)  # it looks twice a second what is to be delivered
            assert client.http.get(f"/logs/{live}/hooks/{hook}/deliveries").json()["items"][0]["attempts"] == 0
            late = HalfSent(client)
            until(lambda: arriving(tmp_path / "d"))
            begun = time.monotonic()
            started.terminate()
            assert started.wait(PATIENCE) == 0
            assert GRACE_SECONDS <= time.monotonic() - begun < 2 * GRACE_SECONDS + SOON
            late.socket.close()
    with sqlite3.connect(tmp_path / "d" / "trueline.db") as database:
        assert database.execute("SELECT status, attempts FROM delivery").fetchall() == [("waiting", 0)]
    database.close()
