from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.jobs.child import Child, ChildDied, ChildFailed
from tests.engine.jobs import work

ROOT = Path(__file__).resolve().parents[3]


def ignore(told: object) -> None:
    del told


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child(work.nothing_to_load)
    yield made
    made.close()


def test_child_answers_tells_and_is_kept(child: Child) -> None:
    told: list[int] = []
    first = child.call(work.told_square, 7, tell=told.append)
    second = child.call(work.told_square, 8, tell=told.append)
    assert (first[0], second[0], told) == (49, 64, [7, 8])
    assert first[1] == second[1] != os.getpid()


def test_what_is_refused_is_refused_here(child: Child) -> None:
    with pytest.raises(InputRefused) as refused:
        child.call(work.refuse, "x", tell=ignore)
    assert refused.value.problems[0].code == "service.bad-name"
    assert child.call(work.told_square, 2, tell=ignore)[0] == 4


def test_what_fails_brings_its_traceback(child: Child) -> None:
    with pytest.raises(ChildFailed, match=r"(?s)work\.py.*ZeroDivisionError"):
        child.call(work.divide, 0, tell=ignore)


def test_child_that_dies_says_so_and_is_replaced(child: Child) -> None:
    with pytest.raises(ChildDied):
        child.call(work.die, 9, tell=ignore)
    assert child.call(work.told_square, 3, tell=ignore)[0] == 9


def test_child_is_ended_while_it_works(child: Child) -> None:
    began = threading.Event()
    ended: list[float] = []

    def wait() -> None:
        with pytest.raises(ChildDied):
            child.call(work.tell_and_sleep, 60, tell=lambda _: began.set())
        ended.append(time.monotonic())

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert began.wait(30)
    asked = time.monotonic()
    child.end()
    waiting.join(30)
    assert ended[0] - asked < 5
    assert child.call(work.told_square, 3, tell=ignore)[0] == 9


def test_whoever_is_told_may_break_off(child: Child) -> None:
    def enough(_: object) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        child.call(work.tell_and_sleep, 60, tell=enough)
    assert child.call(work.told_square, 3, tell=ignore)[0] == 9


def test_closed_child_answers_nothing(child: Child) -> None:
    child.close()
    with pytest.raises(ChildDied):
        child.call(work.told_square, 3, tell=ignore)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system lists no processes there")
def test_child_ends_with_the_process_that_started_it() -> None:
    program = (
        "from engine.jobs.child import Child; from tests.engine.jobs import work\n"
        "Child(work.nothing_to_load).call(work.tell_and_sleep, 60, tell=lambda pid: print(pid, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as started:  # noqa: S603
        assert started.stdout is not None
        pid = int(started.stdout.readline())
        started.kill()
    deadline = time.monotonic() + 20
    while is_there(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_there(pid)


def is_there(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
