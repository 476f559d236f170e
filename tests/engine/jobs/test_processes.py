"""The mapper over processes: order, errors, workers that die, nothing left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine.errors import InputRefused, LimitExceeded, Unavailable
from engine.jobs.processes import ProcessPool
from tests.engine.jobs.work import Doubling, DyingOnce, dying, limited, refusing, sleeping


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_results_come_in_the_order_of_the_items_from_other_processes() -> None:
    with ProcessPool(2) as pool:
        found = list(pool(Doubling(3), range(20)))
        again = list(pool(Doubling(5), range(2)))
    assert [number for number, _ in found] == [3 * number for number in range(20)]
    assert [number for number, _ in again] == [0, 5]
    workers = {pid for _, pid in found + again}
    assert os.getpid() not in workers
    assert all(is_gone(pid) for pid in workers)


def test_a_single_item_starts_no_process_and_no_item_is_no_work() -> None:
    with ProcessPool(2) as pool:
        assert list(pool(Doubling(), [4])) == [(8, os.getpid())]
        assert list(pool(Doubling(), [])) == []


def test_what_an_item_refuses_is_refused_here_with_all_its_problems() -> None:
    with pytest.raises(InputRefused) as refused, ProcessPool(2) as pool:
        list(pool(refusing, range(5)))
    assert [(p.code, p.place.line, dict(p.values)) for p in refused.value.problems] == [
        ("log.file-empty", 7, {"n": 2}),
        ("log.binary", None, {}),
    ]
    with pytest.raises(LimitExceeded) as exceeded, ProcessPool(2) as pool:
        list(pool(limited, [1, 2]))
    assert exceeded.value.problems[0].values["limit"] == "nesting"


def test_a_worker_that_dies_costs_nothing_but_time(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with ProcessPool(2, progress=lambda done, every: told.append((done, every))) as pool:
        assert list(pool(DyingOnce(tmp_path / "died"), range(8))) == [2 * number for number in range(8)]
    assert (tmp_path / "died").exists()
    assert told[-1] == (8, 8)


def test_workers_that_die_again_and_again_are_given_up() -> None:
    with pytest.raises(Unavailable) as failed, ProcessPool(2) as pool:
        list(pool(dying, range(2)))
    assert failed.value.problem.code == "jobs.workers-died"


def test_after_an_error_busy_workers_are_ended_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), ProcessPool(2, progress=interrupted) as pool:
        list(pool(sleeping, [0, 600]))
    assert time.monotonic() - began < 300


def interrupted(_done: int, _every: int) -> None:
    raise KeyboardInterrupt
