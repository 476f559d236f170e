from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from engine.jobs.runner import JobStatus, QueueFull, ThreadRunner

PATIENCE = 20.0


class Gate:
    """A job that runs until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self) -> None:
        self.entered.set()
        self.open.wait(PATIENCE)


@pytest.fixture
def crashes() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def runner(crashes: list[tuple[str, str]]) -> Iterator[ThreadRunner]:
    made = ThreadRunner(waiting=2, crashed=lambda name, error: crashes.append((name, str(error))))
    yield made
    assert made.close(seconds=PATIENCE)


def test_jobs_run_in_order(runner: ThreadRunner) -> None:
    gate, order = Gate(), queue.Queue[str]()
    runner.submit("gate", gate)
    assert gate.entered.wait(PATIENCE)
    for name in ("first", "second"):
        runner.submit(name, partial(order.put, name))
    gate.open.set()
    assert [order.get(timeout=PATIENCE), order.get(timeout=PATIENCE)] == ["first", "second"]


def test_status_follows_a_job(runner: ThreadRunner) -> None:
    gate = Gate()
    runner.submit("gate", gate)
    assert gate.entered.wait(PATIENCE)
    runner.submit("next", lambda: None)
    assert (runner.status("gate"), runner.status("next"), runner.status("none")) == (
        JobStatus.RUNNING,
        JobStatus.QUEUED,
        JobStatus.UNKNOWN,
    )
    gate.open.set()


def test_waiting_job_can_be_cancelled_and_submitted_anew(runner: ThreadRunner) -> None:
    gate, ran = Gate(), queue.Queue[str]()
    runner.submit("gate", gate)
    assert gate.entered.wait(PATIENCE)
    runner.submit("job", partial(ran.put, "old"))
    assert runner.cancel("job")
    runner.submit("job", partial(ran.put, "new"))
    assert not runner.cancel("gate")
    gate.open.set()
    assert ran.get(timeout=PATIENCE) == "new"


def test_queue_has_an_end(runner: ThreadRunner) -> None:
    gate = Gate()
    runner.submit("gate", gate)
    assert gate.entered.wait(PATIENCE)
    for name in ("a", "b"):
        runner.submit(name, lambda: None)
    assert not runner.has_room()
    with pytest.raises(QueueFull):
        runner.submit("c", lambda: None)
    gate.open.set()


def test_same_name_twice_is_refused(runner: ThreadRunner) -> None:
    gate = Gate()
    runner.submit("gate", gate)
    with pytest.raises(ValueError, match="there already"):
        runner.submit("gate", gate)
    gate.open.set()


def test_job_that_raises_ends_alone(runner: ThreadRunner, crashes: list[tuple[str, str]]) -> None:
    done = threading.Event()

    def bad() -> None:
        raise RuntimeError("bad luck")

    runner.submit("bad", bad)
    runner.submit("good", done.set)
    assert done.wait(PATIENCE)
    assert crashes == [("bad", "bad luck")]


def test_closing_drops_what_waits_and_says_what_still_runs() -> None:
    runner, gate, ran = ThreadRunner(crashed=lambda *_: None), Gate(), list[int]()
    runner.submit("gate", gate)
    assert gate.entered.wait(PATIENCE)
    runner.submit("waiting", lambda: ran.append(1))
    assert not runner.close(seconds=0.01)
    gate.open.set()
    assert runner.close(seconds=PATIENCE)
    assert ran == []
