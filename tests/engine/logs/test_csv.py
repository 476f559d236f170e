"""CSV: text as text, every row accounted for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.limits import DEFAULT_LIMITS
from engine.logs.options import ReadOptions
from tests.engine.logs.making import at, codes, counts, packed, read_bytes, refusal, sequences

HEAD = "case,activity,time\n"
DAY = "2024-01-0{}T00:00:00Z"


def rows(*lines: str) -> str:
    return HEAD + "".join(f"{line}\n" for line in lines)


def test_rows_become_cases_in_order_of_time(tmp_path: Path) -> None:
    content = rows(f"2,b,{DAY.format(2)}", f"1,x,{DAY.format(1)}", f"2,a,{DAY.format(1)}")
    log = read_bytes(content, tmp_path)
    assert log.cases["case_id"].to_list() == ["2", "1"]
    assert sequences(log) == [["a", "b"], ["x"]]
    assert counts(log) == {"rows-sorted": 1}


def test_equal_times_keep_the_order_of_the_file(tmp_path: Path) -> None:
    log = read_bytes(rows(*(f"1,{name},{DAY.format(1)}" for name in "cab")), tmp_path)
    assert sequences(log) == [["c", "a", "b"]]
    assert counts(log) == {"equal-times": 2}


def test_a_row_without_time_stays_behind_the_one_before_it(tmp_path: Path) -> None:
    log = read_bytes(rows(f"1,b,{DAY.format(2)}", "1,c,", f"1,a,{DAY.format(1)}"), tmp_path)
    assert sequences(log) == [["a", "b", "c"]]
    assert counts(log) == {"rows-sorted": 1, "time-missing": 1}


def test_no_column_of_times_means_the_order_of_the_file(tmp_path: Path) -> None:
    log = read_bytes("case,activity\n1,b\n1,a\n", tmp_path)
    assert sequences(log) == [["b", "a"]]
    assert counts(log) == {"no-times": 2}


def test_words_for_nothing_are_values(tmp_path: Path) -> None:
    log = read_bytes('case,activity,code,gap\n007,NA,007,\nnull,nan,NA,""\n', tmp_path)
    assert log.cases["case_id"].to_list() == ["007", "null"]
    assert log.activities == ("NA", "nan")
    assert log.events["code"].to_list() == ["007", "NA"]
    assert log.events["gap"].to_list() == [None, None]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_recognised(separator: str, end: str, tmp_path: Path) -> None:
    content = end.join(
        separator.join(row) for row in (("case", "activity", "note"), ("1", "a", "x, y"), ("2", "b", ""))
    )
    content = content.replace("x, y", '"x, y"')
    log = read_bytes(content, tmp_path)
    assert sequences(log) == [["a"], ["b"]]
    assert log.events["note"].to_list() == ["x, y", None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_are_recognised(encoding: str, tmp_path: Path) -> None:
    content = "工单号,活动,备注\n1,接待客户,“您好”，请稍候\n".encode(encoding)
    log = read_bytes(content, tmp_path)
    assert log.activities == ("接待客户",)
    assert counts(log) == {"no-times": 1} | ({"read-as-gb18030": 1} if encoding == "gb18030" else {})


@pytest.mark.parametrize("encoding", ["latin-1", "shift-jis"])
def test_other_encodings_are_refused(encoding: str, tmp_path: Path) -> None:
    text = (
        "case,activity\n1,a\n2,Prüfung größer als möglich\n" if encoding == "latin-1" else "case,活動\n1,カスタマー\n"
    )
    (problem,) = refusal(text.encode(encoding), tmp_path)
    assert problem.code == "log.encoding-wrong"
    assert problem.place.line == (3 if encoding == "latin-1" else 1)


def test_ragged_rows_are_refused_with_their_lines(tmp_path: Path) -> None:
    content = rows(f'1,"a\nb",{DAY.format(1)}', "1,a", f"1,a,{DAY.format(1)},x")
    assert codes(refusal(content, tmp_path)) == [("row-ragged", 4), ("row-ragged", 5)]


def test_rows_without_case_or_activity_are_refused(tmp_path: Path) -> None:
    content = rows(f",a,{DAY.format(1)}", f"1, ,{DAY.format(1)}")
    assert codes(refusal(content, tmp_path)) == [("row-without-case", 2), ("activity-missing", 3)]


def test_empty_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    log = read_bytes(rows("", f"1,a,{DAY.format(1)}", ",,", ""), tmp_path)
    assert (log.events.height, counts(log)) == (1, {"empty-rows": 1})


@pytest.mark.parametrize("row", ['1,"a,x', '1,"a"b,x'])
def test_unpaired_quotes_are_refused(row: str, tmp_path: Path) -> None:
    assert codes(refusal(rows(row), tmp_path)) == [("csv-quotes", 2)]


def test_two_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    log = read_bytes("case,activity,x,x,\n1,a,2,3,4\n", tmp_path)
    assert log.events.columns[6:] == ["x", "x (2)", "column 5"]
    assert counts(log)["column-renamed"] == 1
    assert sum(problem.code == "log.column-renamed" for problem in log.warnings) == 2


def test_columns_of_the_case_become_case_attributes(tmp_path: Path) -> None:
    log = read_bytes("case,activity,case:n,case:m\n1,a,5,x\n1,b,,y\n2,a,6,z\n", tmp_path)
    assert log.cases["n"].to_list() == [5, 6]
    assert log.events["case:m"].to_list() == ["x", "y", "z"]
    assert counts(log)["case-attribute-varies"] == 1


def test_gzipped_csv_is_the_same(tmp_path: Path) -> None:
    content = rows(f"1,a,{DAY.format(1)}")
    assert sequences(read_bytes(packed(content), tmp_path)) == sequences(read_bytes(content, tmp_path))


def test_unreadable_times_are_refused_with_their_lines(tmp_path: Path) -> None:
    content = rows(f"1,a,{DAY.format(1)}", "1,a,2024-02-30 00:00", "1,a,1704067200", "1,a,soon")
    expected = [("time-unreadable", 3), ("time-unreadable", 4), ("time-unreadable", 5)]
    assert codes(refusal(content, tmp_path)) == expected


def test_start_and_resource_are_found(tmp_path: Path) -> None:
    log = read_bytes("工单号,环节,开始时间,完成时间,处理人\n1,问诊,2024/3/5 9:00,2024/3/5 9:30,王\n", tmp_path)
    row = log.events.row(0, named=True)
    assert (row["start"], row["time"]) == (at("2024-03-05T09:00:00"), at("2024-03-05T09:30:00"))
    assert (row["resource"], log.activities) == ("王", ("问诊",))


def test_columns_may_be_named(tmp_path: Path) -> None:
    content = "who,what,when,case,activity\nr,a,2024-01-01,c,x\n"
    options = ReadOptions(case="case", activity="what", timestamp="when", resource="who")
    log = read_bytes(content, tmp_path, options=options)
    assert (log.activities, log.events["resource"][0]) == (("a",), "r")
    assert log.events["activity (2)"].to_list() == ["x"]


def test_too_many_columns_stop_at_the_limit(tmp_path: Path) -> None:
    content = ",".join(f"c{i}" for i in range(1001)) + "\n"
    (problem,) = refusal(content, tmp_path)
    assert (problem.code, problem.values["limit"]) == ("limit.exceeded", "attribute_keys")


def test_too_many_cells_stop_at_the_limit(tmp_path: Path) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, log_cells=5)
    (problem,) = refusal("case,activity\n" + "1,a\n" * 3, tmp_path, limits=limits)
    assert (problem.values["limit"], problem.values["found"]) == ("log_cells", 6)


def test_long_cells_are_refused(tmp_path: Path) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, attribute_bytes=10)
    content = "case,activity,note\n1,a,中中中中\n"
    assert codes(refusal(content, tmp_path, limits=limits)) == [("value-too-long", 2)]


@pytest.mark.parametrize("content", ["case,activity\n", "case,activity"])
def test_a_header_alone_is_an_empty_log(content: str, tmp_path: Path) -> None:
    log = read_bytes(content, tmp_path)
    assert (log.cases.height, log.events.height) == (0, 0)
