"""Logs written and read again."""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from engine.errors import InputRefused
from engine.logs.log import Log
from engine.logs.reading import read_log
from engine.logs.writing import write_csv, write_parquet, write_xes
from tests.engine.logs.making import at, counts, log_of, sequences

WRITERS = {
    "log.xes": write_xes,
    "log.xes.gz": write_xes,
    "log.csv": write_csv,
    "log.csv.gz": write_csv,
    "log.parquet": write_parquet,
}


def with_cases(log: Log, **columns: Sequence[object]) -> Log:
    return dataclasses.replace(log, cases=log.cases.with_columns(pl.Series(k, v) for k, v in columns.items()))


@pytest.mark.parametrize("name", WRITERS)
def test_everything_comes_back(name: str, tmp_path: Path) -> None:
    log = log_of(
        "a/start b",
        "a",
        time=[at("2024-01-01T00:00:00.5"), at("2024-01-02T00:00:00"), at("1948-01-01T00:00:00")],
        resource=["王", None, "=1+1"],
        number=[1, None, 3],
        note=["x, \"y\"\n'z'", "-2", None],
        done=[True, None, False],
        when=[None, at("2024-01-01T00:00:00"), None],
    )
    log = with_cases(log, case_id=["+1", "2"], level=["gold", None])
    assert WRITERS[name](log, tmp_path / name) == ()
    again = read_log(tmp_path / name)
    assert sequences(again) == sequences(log)
    assert again.cases.equals(log.cases)
    columns = log.events.columns[2:]
    assert again.events.select(columns).equals(log.events.select(columns))


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_log_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    for folder in "12":
        WRITERS[name](log_of("a b", "c"), tmp_path / folder / name)
    assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_gzip_by_suffix(tmp_path: Path) -> None:
    write_xes(log_of("a"), tmp_path / "x.xes.gz")
    write_xes(log_of("a"), tmp_path / "x.xes")
    assert gzip.decompress((tmp_path / "x.xes.gz").read_bytes()) == (tmp_path / "x.xes").read_bytes()


def test_cells_that_would_run_as_formulas_are_guarded(tmp_path: Path) -> None:
    notes = ["=1", "+1", "-1", "@a", "\tx", "'=1", "plain"]
    write_csv(log_of("a a a a a a a", note=notes), tmp_path / "x.csv")
    text = (tmp_path / "x.csv").read_bytes().decode("utf-8-sig")
    assert [line.split(",")[-1] for line in text.splitlines()[1:]] == [f"'{note}" for note in notes[:-1]] + ["plain"]
    assert read_log(tmp_path / "x.csv").events["note"].to_list() == notes


def test_numbers_are_no_formulas(tmp_path: Path) -> None:
    write_csv(log_of("a", n=[-1]), tmp_path / "x.csv")
    assert "'" not in (tmp_path / "x.csv").read_text("utf-8")
    assert read_log(tmp_path / "x.csv").events["n"].to_list() == [-1]


def test_xes_keeps_empty_cases_equal_ids_and_order(tmp_path: Path) -> None:
    log = log_of("a b", "", time=[at("2024-01-02T00:00:00"), at("2024-01-01T00:00:00")])
    log = with_cases(log, case_id=["x", "x"])
    assert write_xes(log, tmp_path / "x.xes") == ()
    again = read_log(tmp_path / "x.xes")
    assert (again.cases["case_id"].to_list(), sequences(again)) == (["x", "x"], [["a", "b"], []])


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_what_a_table_cannot_hold_is_told(name: str, tmp_path: Path) -> None:
    write = write_csv if name.endswith("csv") else write_parquet
    log = log_of("a b", "", "c", time=[at("2024-01-02T00:00:00"), at("2024-01-01T00:00:00"), None])
    warnings = write(with_cases(log, case_id=["x", "x", "x"]), tmp_path / name)
    assert {problem.code.removeprefix("log."): problem.count for problem in warnings} == {
        "case-ids-made-distinct": 2,
        "empty-cases-not-written": 1,
        "order-not-kept": 1,
    }
    again = read_log(tmp_path / name)
    assert again.cases["case_id"].to_list() == ["x", "x (3)"]


def test_names_that_xes_needs_are_renamed(tmp_path: Path) -> None:
    (warning,) = write_xes(log_of("a", **{"concept:name": ["x"]}), tmp_path / "x.xes")
    assert warning.code == "log.column-renamed"
    assert read_log(tmp_path / "x.xes").events["concept:name (2)"].to_list() == ["x"]


def test_an_event_attribute_is_not_taken_for_one_of_the_case(tmp_path: Path) -> None:
    assert len(write_csv(log_of("a a", **{"case:x": ["1", "1"]}), tmp_path / "x.csv")) == 1
    assert read_log(tmp_path / "x.csv").events["event:case:x"].to_list() == [1, 1]


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "\ufffe"])
def test_characters_that_xml_lacks_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        write_xes(log_of("a", note=[text]), tmp_path / "x.xes")
    assert [(p.code, p.place.element) for p in caught.value.problems] == [("log.text-not-xml", "note")]
    assert not (tmp_path / "x.xes").exists()


def test_many_cases_are_written_in_order(tmp_path: Path) -> None:
    log = log_of(*["a b c"] * 40_000)
    write_xes(log, tmp_path / "x.xes")
    again = read_log(tmp_path / "x.xes")
    assert again.cases["case_id"].equals(log.cases["case_id"])
    assert again.events["activity"].equals(log.events["activity"])
    assert counts(again) == {"no-times": 120_000}


def test_an_empty_log_is_written(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(log_of(), tmp_path / name)
        assert read_log(tmp_path / name).cases.height == 0
