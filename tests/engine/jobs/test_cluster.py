"""The mapper over a real Dask cluster on this machine: a scheduler and two worker processes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.conformance.alignments import align
from engine.conformance.mapper import SERIAL
from engine.errors import InputRefused
from engine.logs.variants import find_variants
from engine.nets.compile import compile_flow
from tests.engine.jobs.work import Doubling, DyingOnce, refusing
from tests.oracles.small_logs import log_of, random_case
from tests.oracles.structured_flows import structured_flow

pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def dask(folder: Path, workers: int, *, packages: Path = ROOT) -> Iterator[str]:
    """The address of a scheduler with so many workers of one thread each, which nobody starts again.

    The workers find Trueline in ``packages``, or what stands there in its place.
    """
    file = folder / "scheduler.json"
    common = [
        "--scheduler-file",
        str(file),
        "--host",
        "127.0.0.1",
        "--no-dashboard",
        "--dashboard-address",
        "127.0.0.1:0",
    ]
    commands = [["dask_scheduler", *common, "--port", "0"]]
    commands += [["dask_worker", *common, "--nthreads", "1", "--no-nanny"] for _ in range(workers)]
    processes = [
        subprocess.Popen(  # noqa: S603 - Dask's own programs
            [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]],
            env={**os.environ, "PYTHONPATH": str(packages if command[0] == "dask_worker" else ROOT)},
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        until = time.monotonic() + 60
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"]
    finally:
        for process in processes:  # they hold nothing that is worth a farewell
            process.kill()
            process.wait()


def test_a_cluster_gives_the_same_answers_and_survives_a_worker(tmp_path: Path) -> None:
    import random  # noqa: PLC0415

    from engine.jobs.cluster import Cluster  # noqa: PLC0415

    rng = random.Random(5)
    flow = structured_flow(rng, 5)
    net, variants = compile_flow(flow), find_variants(log_of([random_case(rng, flow) for _ in range(200)]))
    expected = align(net, variants, mapper=SERIAL)
    with dask(tmp_path, 2) as address, Cluster(address) as cluster:
        until = time.monotonic() + 60
        while cluster.workers < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert cluster.workers == 2
        assert len({pid for _, pid in cluster(Doubling(), range(20))}) == 2
        with pytest.raises(InputRefused) as refused:
            list(cluster(refusing, range(4)))
        assert [problem.code for problem in refused.value.problems] == ["log.file-empty", "log.binary"]
        assert list(cluster(DyingOnce(tmp_path / "died"), range(40))) == [2 * number for number in range(40)]
        assert (tmp_path / "died").exists()
        assert cluster.workers == 1
        found = align(net, variants, mapper=cluster)
    assert found.costs.tolist() == expected.costs.tolist()
    assert [one.moves for one in found.per_variant] == [one.moves for one in expected.per_variant]


@pytest.mark.parametrize(
    ("stands_there", "code"),
    [("VERSION = '0.0.1'", "jobs.other-version"), ("raise ModuleNotFoundError('engine')", "jobs.no-trueline")],
)
def test_workers_of_another_version_are_refused(stands_there: str, code: str, tmp_path: Path) -> None:
    from engine.jobs.cluster import Cluster  # noqa: PLC0415

    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text(stands_there)
    with dask(tmp_path, 1, packages=tmp_path) as address, pytest.raises(InputRefused) as refused:
        Cluster(address)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_an_address_where_nobody_answers_is_refused() -> None:
    from engine.jobs import cluster  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "SECONDS", 1)
        with pytest.raises(InputRefused) as refused:
            cluster.Cluster("tcp://127.0.0.1:9")
    assert refused.value.problems[0].code == "jobs.no-scheduler"
