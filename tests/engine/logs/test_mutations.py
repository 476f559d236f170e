"""A short run of ``benchmarks/mutations.py``: damaged files are read or refused, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.mutation_seeds import seeds
from benchmarks.mutations import Seed, damaged, findings
from engine.logs.reading import read_log


@pytest.mark.parametrize("start", range(1, 1_000, 49))
def test_damaged_files_are_read_or_refused(start: int) -> None:
    answers: Counter[str] = Counter()
    assert list(findings(range(start, start + 20), {"common": seeds()["common"], "rare": []}, answers)) == []
    assert answers.total() == 20


@pytest.mark.parametrize("number", [50, 100, 150, 200, 250])
def test_damaged_workbooks_and_parquet_files_are_read_or_refused(number: int) -> None:
    assert list(findings(range(number, number + 1), seeds(), Counter())) == []


@pytest.mark.parametrize("seed", [seed for kind in seeds().values() for seed in kind], ids=lambda seed: seed.name)
def test_a_whole_seed_is_read(seed: Seed, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(seed.packing(seed.content))
    assert read_log(path, options=seed.options).cases.height == 2


def test_a_number_is_always_the_same_file() -> None:
    one, other = (damaged(4_711, seeds()) for _ in range(2))
    assert (one[0].name, one[1]) == (other[0].name, other[1])
