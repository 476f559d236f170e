"""A real service process on the loopback interface, for benchmarks that send it events or kill it.

Each start is a new process that runs what ``trueline serve`` runs. It is forked from one that has done nothing but
import the program, so that 200 starts do not spend most of their time on that.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx

from engine.errors import Value

PATIENCE = 120.0
EPOCH = 1_767_225_600  # 2026-01-01T00:00:00Z


class LiveService:
    """A service that can be killed and started again at the same address.

    Attributes:
        url: Its address.
        key: What opens it.
    """

    def __init__(self, folder: Path, *, database: str = "", seal_events: int = 10_000, log_level: str = "info") -> None:
        """Choose a port and start it."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/api/v1"
        self.key = ""
        self._settings = {
            "data": folder / "data",
            "database": database,
            "port": port,
            "seal_events": seal_events,
            "log_level": log_level,
        }
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["api.http.server", "benchmarks.live_service"])
        self._process: ForkServerProcess
        self.start()

    def start(self) -> None:
        """Start it, and wait until it says where it listens."""
        ours, its = self._context.Pipe()
        self._process = self._context.Process(target=_serve, args=(self._settings, its))
        self._process.start()
        its.close()
        with ours:
            while True:
                if not ours.poll(PATIENCE):
                    raise TimeoutError("the service does not start")
                code, values = ours.recv()  # EOFError when it ends instead
                if code == "service.new-key":
                    self.key = values["key"]
                elif code == "service.listening":
                    return

    def kill(self) -> None:
        """End it without a warning (SIGKILL)."""
        self._process.kill()
        self._process.join(PATIENCE)

    def stop(self) -> None:
        """End it in good order."""
        self._process.terminate()
        self._process.join(PATIENCE)

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """A client with the key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE) as client:
            yield client

    def new_log(self) -> int:
        """Make a live log; its number."""
        with self.client() as client:
            answer = client.post("/logs", json={"name": "benchmark"})
        answer.raise_for_status()
        number: int = answer.json()["id"]
        return number


def _serve(settings: dict[str, Any], told: Connection) -> None:
    """The service, in its own process."""
    from api.http.server import serve  # noqa: PLC0415 - only here, so that clients need not load it
    from api.settings import Settings  # noqa: PLC0415

    def say(code: str, **values: Value) -> None:
        if code in {"service.new-key", "service.listening"}:  # nobody reads on after that
            told.send((code, values))

    serve(Settings(**settings), say=say)


@contextmanager
def live_service(
    folder: Path, *, database: str = "", seal_events: int = 10_000, log_level: str = "info"
) -> Iterator[LiveService]:
    """A service that is stopped at the end."""
    service = LiveService(folder, database=database, seal_events=seal_events, log_level=log_level)
    try:
        yield service
    finally:
        service.stop()


def event(sender: str, number: int) -> dict[str, Any]:
    """The event of that number of a sender, the same whenever it is made."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EPOCH + 60 * number))
    return {
        "id": f"{sender}-{number:08d}",
        "case": f"{sender}-{number // 8}",
        "activity": f"step {number % 8}",
        "time": moment,
        "resource": f"person {number % 11}",
        "attributes": {"minutes": number % 60 / 2, "channel": "telephone", "case:region": sender},
    }


def body_of(events: Sequence[dict[str, Any]]) -> bytes:
    """A batch as it is sent."""
    return json.dumps({"events": events}).encode()
