"""A real service, killed in the middle of an assessment, and its child killed each time."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.http.service import FLOW, LOG, PATIENCE
from tests.api.http.test_server import process

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system lists no processes there")

LONG = 3 * PATIENCE
"""A killed service loads everything anew, twice."""


class Client:
    """Talks to a service process."""

    def __init__(self, started: subprocess.Popen[str], address: str, key: str) -> None:
        self.started = started
        self.key = key
        self.http = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE)

    def kill_child(self) -> None:
        """Kill the process that computes, once it is there."""
        until(lambda: self._children() != [])
        for pid in self._children():
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: pid not in self._children())

    def _children(self) -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
                if parent == self.started.pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
        return found

    def ask(self, flow: int, log: int) -> int:
        """Ask for an assessment; its number."""
        number: int = self.http.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
        return number

    def read(self, number: int) -> dict[str, Any]:
        """An assessment."""
        answer: dict[str, Any] = self.http.get(f"/assessments/{number}", params={"lang": "en"}).json()
        return answer

    def once(self, number: int, *statuses: str) -> dict[str, Any]:
        """An assessment once it has one of some statuses."""
        until(lambda: self.read(number)["status"] in statuses)
        return self.read(number)

    def working(self, number: int) -> None:
        """Return once work on an assessment is under way."""
        until(lambda: self.read(number)["progress"] is not None)

    def upload(self, cases: int) -> tuple[int, int, int]:
        """Upload a flow, a log that takes a while, and a small one; their numbers."""
        rows = [f"{case},{name},2026-03-01T09:{minute:02}:00Z" for case in range(cases) for minute, name in steps(case)]
        large = "\n".join(["case,activity,timestamp", *rows])
        flow = self.http.post("/flows", params={"name": "visit.yaml"}, content=FLOW.encode()).json()["id"]
        logs = [
            self.http.post("/logs", params={"name": "visits.csv"}, content=text.encode()).json()["id"]
            for text in (large, LOG)
        ]
        return flow, logs[0], logs[1]


def steps(case: int) -> list[tuple[int, str]]:
    """Steps of a case, of which no other has the same."""
    digits = f"{case:012b}"
    return [(minute, ("Greet", "Serve")[int(digit)]) for minute, digit in enumerate(digits)]


def until(holds: Any) -> None:
    deadline = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)


@contextmanager
def service(data: Path, database_url: str, key: str = "") -> Iterator[Client]:
    with process(data, "--database", database_url) as (started, address, shown):
        client = Client(started, address, shown or key)
        with client.http:
            yield client


def test_kill_in_the_middle_and_everything_is_done_once(database_url: str, tmp_path: Path) -> None:
    with service(tmp_path / "d", database_url) as client:
        key = client.key
        flow, large, small = client.upload(4_000)
        numbers = [client.ask(flow, large), client.ask(flow, small)]
        client.working(numbers[0])
        client.started.kill()
        client.started.wait(PATIENCE)
    with service(tmp_path / "d", database_url, key) as client:
        found = [client.once(number, "done", "failed") for number in numbers]
        assert [(one["status"], one["problems"]) for one in found] == [("done", [])] * 2
        assert [one["result"]["cases"] for one in found] == [4_000, 2]
        assert client.http.get(f"/assessments/{numbers[0]}/report").status_code == 200
        client.started.terminate()
        assert client.started.wait(PATIENCE) == 0


def test_poison_is_given_up_and_the_others_go_on(database_url: str, tmp_path: Path) -> None:
    with service(tmp_path / "d", database_url) as client:
        flow, large, small = client.upload(4_000)
        poison, other = client.ask(flow, large), client.ask(flow, small)
        for _ in range(3):
            client.working(poison)
            client.kill_child()
        answer = client.once(poison, "done", "failed")
        assert [one["code"] for one in answer["problems"]] == ["service.gave-up"]
        assert client.once(other, "done", "failed")["status"] == "done"


def test_cancelled_and_stopped_in_good_order(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with service(tmp_path / "d", url) as client:
        key = client.key
        flow, large, small = client.upload(4_000)
        cancelled, stopped = client.ask(flow, large), client.ask(flow, large)
        client.working(cancelled)
        assert client.http.post(f"/assessments/{cancelled}/cancellation").json()["status"] == "cancelled"
        client.working(stopped)
        client.started.terminate()
        assert client.started.wait(PATIENCE) == 0
    with service(tmp_path / "d", url, key) as client:
        assert client.once(stopped, "done", "failed")["status"] == "done"
        assert client.once(client.ask(flow, small), "done", "failed")["status"] == "done"
        assert client.read(cancelled)["status"] == "cancelled"
