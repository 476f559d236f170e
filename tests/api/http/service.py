"""A real service on a real socket, for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.client import Client
from api.clock import Clock
from api.http.app import create_app
from api.http.server import opened
from api.running import Running
from api.settings import Settings
from engine.errors import Value
from tests.databases import put_sqlite

PATIENCE = 60.0
NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)

FLOW = """\
trueline: 1
flow: visit
title: {en: Visit, zh: 到店}
nodes:
  start: start
  greet: {step: {en: Greet, zh: 接待}}
  serve: {step: {en: Serve, zh: 服务}}
  end: end
edges:
  - start -> greet -> serve -> end
"""

LOG = """\
case,activity,timestamp
a,Greet,2026-03-01T09:00:00Z
a,Serve,2026-03-01T09:10:00Z
b,Serve,2026-03-01T10:00:00Z
"""


@dataclass(frozen=True)
class Service:
    """A service that runs.

    Attributes:
        client: Talks to it with its key.
        app: The application.
        running: Its parts.
        key: Its key.
        typed: Talks to it with its key, by methods that answer shapes.
    """

    client: httpx.Client
    app: FastAPI
    running: Running
    key: str
    typed: Client

    @property
    def url(self) -> str:
        """Where it listens, without ``/api/v1``."""
        return str(self.client.base_url).removesuffix("/api/v1/")

    def new_key(self, role: str, **members: Any) -> tuple[int, str]:
        """Make a key; its number and the key itself."""
        made = self.client.post("/keys", json={"name": f"a {role}", "role": role, **members})
        assert made.status_code == 201, made.text
        return made.json()["id"], made.json()["key"]

    def client_with(self, key: str = "", **headers: str) -> httpx.Client:
        """Another client, with another key or without one."""
        sent = {"Authorization": f"Bearer {key}", **headers} if key else headers
        return httpx.Client(base_url=self.client.base_url, headers=sent, timeout=PATIENCE)

    def typed_with(self, key: str) -> Client:
        """Another typed client, with another key."""
        return Client(self.url, key, timeout=PATIENCE)

    def upload_flow(self, text: str = FLOW, *, name: str = "visit.yaml") -> int:
        """Upload a flow; its number."""
        return self._created(self.client.post("/flows", params={"name": name}, content=text.encode()))

    def upload_log(self, text: str = LOG, *, name: str = "visits.csv") -> int:
        """Upload a log; its number."""
        return self._created(self.client.post("/logs", params={"name": name}, content=text.encode()))

    def assess(self, **options: Any) -> int:
        """Ask for the assessment of the usual log against the usual flow; its number."""
        body = {"flow": self.upload_flow(), "log": self.upload_log(), **options}
        return self._created(self.client.post("/assessments", json=body))

    def finished(self, number: int) -> dict[str, Any]:
        """An assessment once it is done or has failed."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer: dict[str, Any] = self.client.get(f"/assessments/{number}").json()
            if answer["status"] in ("done", "failed", "cancelled"):
                return answer
            time.sleep(0.02)
        raise TimeoutError(f"assessment {number} takes too long")

    @staticmethod
    def _created(answer: httpx.Response) -> int:
        assert answer.status_code in (201, 202), answer.text
        number: int = answer.json()["id"]
        return number


def until(happened: Callable[[], bool]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def service_in(
    folder: Path, *, key: str = "", new_key: bool = False, clock: Clock = lambda: NOW, **settings: Any
) -> Iterator[Service]:
    """Run a service on a data folder."""
    if not settings.get("database"):
        put_sqlite(folder / "trueline.db")
    told: list[str] = []

    def say(code: str, **values: Value) -> None:
        told.extend(str(value) for value in values.values() if code == "service.new-key")

    with opened(Settings(data=folder, **settings), clock=clock, say=say, new_key=new_key) as running:
        app = create_app(running)
        with listening(app) as address:
            known = key or told[0]
            headers = {"Authorization": f"Bearer {known}"}
            with (
                httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=PATIENCE) as client,
                Client(address, known, timeout=PATIENCE) as typed,
            ):
                yield Service(client, app, running, known, typed)


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
