"""Parquet files in parts: what is said of the file, and what is refused, is what a reader of the whole says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS
from engine.logs.options import ReadOptions
from engine.logs.parquet_parts import ParquetParts
from engine.logs.reading import open_log, read_log

IN_PARTS = replace(DEFAULT_LIMITS, part_cells=12)
BERLIN = ReadOptions(timezone="Europe/Berlin")


def file_of(folder: Path, times: Sequence[datetime], cases: Sequence[datetime] | None = None) -> Path:
    """Six cases that interleave, with clock times that state no offset."""
    path = folder / "log.parquet"
    ids = pl.Series("case", cases or [f"c{row % 6}" for row in range(len(times))])
    frame = pl.DataFrame({"activity": "a", "time": times}).insert_column(0, ids)
    frame.write_parquet(path)
    return path


def refusal(path: Path, options: ReadOptions) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as refused, open_log(path, options=options, limits=IN_PARTS):
        pass
    return sorted((problem.code, str(dict(problem.values))) for problem in refused.value.problems)


def test_clock_times_are_put_into_their_zone_and_counted(tmp_path: Path) -> None:
    clock = datetime(2025, 10, 26, 0, 30)  # noqa: DTZ001 - a clock's own time; the hour from 2 to 3 comes twice
    path = file_of(tmp_path, [clock + timedelta(minutes=20 * row) for row in range(24)])
    whole = read_log(path, options=BERLIN)
    with open_log(path, options=BERLIN, limits=IN_PARTS) as parts:
        assert isinstance(parts, ParquetParts)
        assert len(parts.starts) > 3
        logs = [parts.read(number) for number in range(len(parts.starts) - 1)]
        assert parts.facts.warnings == whole.warnings
        assert (parts.facts.earliest, parts.facts.latest) == (whole.events["time"].min(), whole.latest)
    assert {"log.times-of-zone", "log.time-twice"} <= {warning.code for warning in whole.warnings}
    assert pl.concat([log.events["time"] for log in logs]).to_list() == whole.events["time"].to_list()


def test_cases_that_are_moments_have_the_ids_of_the_whole(tmp_path: Path) -> None:
    clock = datetime(2025, 5, 1, 8)  # noqa: DTZ001 - a clock's own time
    moments = [clock + timedelta(minutes=row) for row in range(12)]
    path = file_of(tmp_path, moments, [clock + timedelta(days=row % 6) for row in range(12)])
    whole = read_log(path, options=BERLIN)
    with open_log(path, options=BERLIN, limits=IN_PARTS) as parts:
        assert isinstance(parts, ParquetParts)
        ids = [parts.read(number).cases["case_id"] for number in range(len(parts.starts) - 1)]
    assert pl.concat(ids).to_list() == whole.cases["case_id"].to_list()


def test_an_hour_that_the_clock_never_showed_is_refused_in_every_part(tmp_path: Path) -> None:
    clock = datetime(2025, 3, 30, 1, 30)  # noqa: DTZ001 - a clock's own time; the hour from 2 to 3 is left out
    path = file_of(tmp_path, [clock + timedelta(minutes=10 * row) for row in range(18)])
    found = refusal(path, BERLIN)
    with pytest.raises(InputRefused) as refused:
        read_log(path, options=BERLIN)
    assert found == sorted((problem.code, str(dict(problem.values))) for problem in refused.value.problems)
    assert {code for code, _ in found} == {"log.time-in-gap"}
    assert len(found) == 6


def test_options_are_refused_as_for_the_whole(tmp_path: Path) -> None:
    path = file_of(tmp_path, [datetime(2025, 5, 1, 8)] * 12)  # noqa: DTZ001 - a clock's own time
    assert [code for code, _ in refusal(path, ReadOptions(sheet="one"))] == ["log.option-idle"]
    assert [code for code, _ in refusal(path, ReadOptions(timezone="nowhere"))] == ["log.timezone-unknown"]
