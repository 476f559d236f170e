from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.jobs.durable import DurableQueue

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0

PROGRAM = """
import sys, threading, time
from engine.jobs.durable import DurableQueue
def work(name):
    print(name, flush=True)
    if sys.argv[2] == "hang":
        time.sleep(1000)
queue = DurableQueue(sys.argv[1], crashed=print)
queue.begin(work)
for name in sys.argv[3:]:
    queue.submit(name)
threading.Event().wait()
"""


class Ran:
    """Remembers which jobs ran; waits until there are so many."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.crashes: list[str] = []
        self._news = threading.Condition()

    def work(self, name: str) -> None:
        with self._news:
            self.names.append(name)
            self._news.notify_all()
        if name == "bad":
            raise ValueError("it is bad")

    def crashed(self, name: str, error: Exception) -> None:
        self.crashes.append(f"{name}: {error}")

    def wait(self, number: int) -> list[str]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.names) >= number, PATIENCE)
            return self.names


def test_jobs_run_in_order_and_one_that_raises_ends_alone(database_url: str) -> None:
    ran = Ran()
    queue = DurableQueue(database_url, crashed=ran.crashed)
    try:
        queue.begin(ran.work)
        for name in ("a", "bad", "c"):
            queue.submit(name)
        assert ran.wait(3) == ["a", "bad", "c"]
    finally:
        assert queue.close(seconds=PATIENCE)
    assert ran.crashes == ["bad: it is bad"]


def test_what_ran_and_what_waited_when_the_process_was_killed_is_done(database_url: str) -> None:
    command = [sys.executable, "-c", PROGRAM, database_url, "hang", "a", "b"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as killed:  # noqa: S603 - our own
        assert killed.stdout is not None
        assert killed.stdout.readline() == "a\n"
        killed.kill()
    ran = Ran()
    queue = DurableQueue(database_url, crashed=ran.crashed)
    try:
        queue.begin(ran.work)
        for name in ("a", "b"):  # as whoever submitted them does after a restart
            queue.submit(name)
        assert sorted(ran.wait(2)) == ["a", "b"]
    finally:
        assert queue.close(seconds=PATIENCE)
    assert (sorted(ran.names), ran.crashes) == (["a", "b"], [])


def test_a_name_can_be_submitted_again_once_it_was_done(database_url: str) -> None:
    for _ in range(2):
        ran = Ran()
        queue = DurableQueue(database_url, crashed=ran.crashed)
        try:
            queue.begin(ran.work)
            queue.submit("again")
            assert ran.wait(1) == ["again"]
        finally:
            assert queue.close(seconds=PATIENCE)


def test_a_process_has_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    queue = DurableQueue(url, crashed=lambda *_: None)
    try:
        with pytest.raises(RuntimeError):
            DurableQueue(url, crashed=lambda *_: None)
    finally:
        assert queue.close(seconds=PATIENCE)
