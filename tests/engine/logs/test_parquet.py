"""Parquet: types as they come, brought to the few that a log has."""

from __future__ import annotations

import dataclasses
import io
import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine.logs.parquet
from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS
from engine.logs.children import run_child
from engine.logs.collecting import ProblemCollector
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.parquet import _CHILD, _MOST_ADDRESSES, decodes_quickly, read_columns
from tests.engine.logs.making import at, codes, counts, packed, read_bytes, refusal, sequences


def parquet(**columns: object) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def read(folder: Path, **columns: object) -> Log:
    return read_bytes(parquet(**({"case": [1, 1], "activity": ["a", "b"]} | columns)), folder)


def test_ids_of_any_type_are_text(tmp_path: Path) -> None:
    log = read(tmp_path)
    assert (log.cases["case_id"].to_list(), sequences(log)) == (["1"], [["a", "b"]])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([1, None], dtype=pl.Int8), [1, None]),
        (pl.Series([1, 2**63], dtype=pl.UInt64), ["1", str(2**63)]),
        (pl.Series([0.5, 1], dtype=pl.Float32), [0.5, 1.0]),
        (pl.Series([Decimal("1.50"), None]), [1.5, None]),
        (pl.Series(["x", "y"], dtype=pl.Categorical), ["x", "y"]),
        (pl.Series(["007", ""]), ["007", ""]),
        (pl.Series([True, False]), [True, False]),
        (pl.Series([None, None]), [None, None]),
        (pl.Series([date(2024, 1, 1), None]), [at("2024-01-01T00:00:00"), None]),
    ],
)
def test_attribute_types(values: pl.Series, expected: list[object], tmp_path: Path) -> None:
    assert read(tmp_path, x=values, time=["2024-01-01", None]).events["x"].to_list() == expected


def test_times_are_converted_cut_and_counted(tmp_path: Path) -> None:
    nanoseconds = pl.Series([1, 1_000], dtype=pl.Datetime("ns"))
    zoned = pl.Series([datetime(2024, 1, 1), datetime(2024, 1, 2)]).dt.replace_time_zone("Asia/Shanghai")  # noqa: DTZ001 - the zone is put on here
    log = read(tmp_path, time=zoned, when=nanoseconds)
    assert log.events["time"][0] == at("2023-12-31T16:00:00")
    assert log.events["when"].to_list() == [at("1970-01-01T00:00:00"), at("1970-01-01T00:00:00.000001")]
    assert counts(log) == {"naive-times": 2, "fraction-cut": 1}


def test_times_may_be_text(tmp_path: Path) -> None:
    assert read(tmp_path, time=["2024-01-01", "2024-01-02"]).events["time"][1] == at("2024-01-02T00:00:00")


def test_numbers_are_no_times(tmp_path: Path) -> None:
    content = parquet(case=["1"], activity=["a"], time=[1704067200])
    assert codes(refusal(content, tmp_path)) == [("not-a-date", None)]


def test_columns_without_a_place_in_a_log_are_counted(tmp_path: Path) -> None:
    log = read(tmp_path, x=[[1], [2]], y=[b"x", b"y"])
    assert log.events.columns[-1] == "lifecycle"
    assert sum(problem.code == "log.column-not-kept" for problem in log.warnings) == 2


def test_rows_without_case_are_refused(tmp_path: Path) -> None:
    assert codes(refusal(parquet(case=[None], activity=["a"]), tmp_path))[0] == ("row-without-case", None)


def test_more_cells_than_allowed_are_refused(tmp_path: Path) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, log_cells=10)
    many = pl.Series(["x"]).new_from_index(0, 6)
    (problem,) = refusal(parquet(case=many, activity=many), tmp_path, limits=limits)
    assert (problem.code, problem.values["limit"], problem.values["found"]) == ("limit.exceeded", "log_cells", 12)


@pytest.mark.parametrize("place", [0.02, 0.1, 0.3, 0.6, 0.9])
def test_damage_anywhere_is_refused_or_read_but_never_ends_the_process(place: float, tmp_path: Path) -> None:
    content = bytearray(parquet(case=list("abc") * 50, activity=list("xyz") * 50))
    at_byte = int(len(content) * place)
    content[at_byte : at_byte + 3] = b"\xff\xff\xff"
    assert answer(bytes(content), tmp_path) in {"read", "log.parquet-damaged", "log.encoding-wrong"}


def answer(content: bytes, folder: Path) -> str:
    try:
        read_bytes(content, folder)
    except InputRefused as refused:
        return refused.problems[0].code
    return "read"


def test_gzipped_and_truncated(tmp_path: Path) -> None:
    content = parquet(case=["1"], activity=["a"])
    assert sequences(read_bytes(packed(content), tmp_path)) == [["a"]]
    assert codes(refusal(content[:-10], tmp_path)) == [("parquet-damaged", None)]


def test_a_row_of_totals_is_refused(tmp_path: Path) -> None:
    content = parquet(case=["1", "Total"], activity=["a", "b"], time=["2024-01-01", None])
    assert codes(refusal(content, tmp_path)) == [("total-row", None)]


def test_an_option_forgives_blanks_around_a_heading(tmp_path: Path) -> None:
    content = parquet(**{" id ": ["1"], "activity": ["a"]})
    assert sequences(read_bytes(content, tmp_path, options=ReadOptions(case="id"))) == [["a"]]


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="the quick child reads its standard input by name")
def test_what_the_quick_child_decodes_the_other_decodes() -> None:
    """And it does decode: were the names of Polars' compiled functions others, every file would take the slow way."""
    whole = parquet(case=list("abc") * 50, activity=list("xyz") * 50, n=range(150), day=[date(2024, 1, 1)] * 150)
    cells = str(DEFAULT_LIMITS.log_cells)
    assert decodes_quickly(whole, cells)
    assert not decodes_quickly(whole[:-10], cells)
    chance = random.Random(1)
    for _ in range(10):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        if decodes_quickly(bytes(damaged), cells):
            assert run_child(_CHILD, cells, addresses=_MOST_ADDRESSES, data=bytes(damaged)) is not None


def test_what_the_quick_child_cannot_do_the_other_does(tmp_path: Path) -> None:
    with patch.object(engine.logs.parquet, "decodes_quickly", lambda *_: False):
        assert sequences(read_bytes(parquet(case=["1"], activity=["a"]), tmp_path)) == [["a"]]


names = st.sampled_from(["case", "activity", "time", "end time", "start", "ticket", "status", "note"])
values = st.sampled_from(["a", "b", "2024-03-05 09:07:01", "2024-03-05 09:07", "2024-03-05T09:07:01Z", "", " ", None])


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.dictionaries(names, st.lists(values, min_size=4, max_size=4), min_size=2), st.booleans())
def test_columns_that_become_numbers_and_moments_tell_the_same_log(columns: dict[str, list[str]], alike: bool) -> None:  # noqa: FBT001 - hypothesis passes it
    kept = [pl.Series(name, cells[:1] * 4 if alike else cells, dtype=pl.String) for name, cells in columns.items()]
    quick = made(kept)
    with patch.object(engine.logs.parquet, "likely_role", lambda *_: ""):
        assert made(kept) == quick


def made(columns: list[pl.Series]) -> object:
    problems = ProblemCollector("file", limit=200)
    try:
        log = read_columns(columns, problems, options=ReadOptions(), limits=DEFAULT_LIMITS)
    except InputRefused as refused:
        return refused.problems
    return log.activities, log.cases.to_dicts(), log.events.schema, log.events.rows(), log.warnings
