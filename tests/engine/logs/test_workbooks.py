"""Workbooks: a sheet is a table of text, and what a table would lose is refused."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from engine.errors import Problem
from engine.limits import DEFAULT_LIMITS
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from tests.engine.logs.making import at, codes, counts, packed, read_bytes, refusal, sequences

HEADINGS = ["工单号", "环节", "时间"]
ROW = ["1", "受理", "2024-03-05 09:07"]


def workbook(*sheets: Callable[[Any, Any], None], names: tuple[str, ...] = (), **options: object) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, options) as book:
        for number, fill in enumerate(sheets):
            fill(book, book.add_worksheet(names[number] if names else None))
    return buffer.getvalue()


def rows(*cells: Sequence[object], first: int = 0) -> Callable[[Any, Any], None]:
    def fill(_: Any, sheet: Any) -> None:
        for number, row in enumerate(cells, start=first):
            sheet.write_row(number, 0, row)

    return fill


def hidden(fill: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    def fill_and_hide(book: Any, sheet: Any) -> None:
        fill(book, sheet)
        sheet.hide()

    return fill_and_hide


def read(content: bytes, folder: Path, **options: str) -> Log:
    return read_bytes(content, folder, options=ReadOptions(**options))  # type: ignore[arg-type]  # names alone


def refused(fill: Callable[[Any, Any], None], folder: Path) -> Problem:
    (problem,) = refusal(
        workbook(rows(HEADINGS, ROW), fill, names=("空", "表")), folder, options=ReadOptions(sheet="表")
    )
    assert problem.place.element == "表"
    return problem


@pytest.mark.parametrize("wrapped", [bytes, packed])
def test_a_sheet_is_read(wrapped: Callable[[bytes], bytes], tmp_path: Path) -> None:
    log = read(wrapped(workbook(rows(HEADINGS, ROW, ["1", "办结", "2024-03-05 10:00"]))), tmp_path)
    assert (log.cases["case_id"].to_list(), sequences(log)) == (["1"], [["受理", "办结"]])
    assert counts(log) == {"naive-times": 2}


def test_dates_are_dates_and_numbers_that_are_ids_are_whole(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [*HEADINGS, "里程", "会员", "编码"])
        sheet.write_row(1, 0, [12345678901234, "受理"])
        sheet.write_datetime(1, 2, datetime(2024, 3, 5, 9, 7, 1), book.add_format({"num_format": "yyyy/m/d h:mm:ss"}))  # noqa: DTZ001 - cells have no zone
        sheet.write_row(1, 3, [1.5, True, "007"])
        sheet.write_row(2, 0, [12345678901234, "办结"])
        sheet.write_datetime(2, 2, datetime(2024, 3, 6), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001 - as above
        sheet.write_row(2, 3, [2.5, False, "NA"])

    log = read(workbook(fill), tmp_path, timezone="Asia/Shanghai")
    assert log.cases["case_id"].to_list() == ["12345678901234"]
    assert log.events["time"].to_list() == [at("2024-03-05T01:07:01"), at("2024-03-05T16:00:00")]
    assert log.events.select("里程", "会员", "编码").rows() == [(1.5, True, "007"), (2.5, False, "NA")]


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["1", "受理"])
        sheet.write_datetime(1, 2, datetime(2024, 3, 5, 9), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001 - cells have no zone

    assert read(workbook(fill, date_1904=True), tmp_path).events["time"][0] == at("2024-03-05T09:00:00")


def test_a_time_of_day_alone_is_no_time(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["1", "受理"])
        sheet.write_datetime(1, 2, time(9, 30), book.add_format({"num_format": "hh:mm"}))

    (problem,) = refusal(workbook(fill), tmp_path)
    assert (problem.code, problem.values["value"]) == ("log.time-unreadable", "09:30:00")


def test_lines_are_the_rows_of_the_sheet(tmp_path: Path) -> None:
    content = workbook(rows(HEADINGS, ROW, [], ["2", "受理", "soon"], first=3))
    assert codes(refusal(content, tmp_path)) == [("time-unreadable", 7)]
    log = read(workbook(rows(HEADINGS, ROW, [], ["2", "受理", "2024-01-01"], [], first=3)), tmp_path)
    assert (log.events.height, counts(log)["empty-rows"]) == (2, 1)
    assert next(w.place.line for w in log.warnings if w.code == "log.empty-rows") == 6


def test_the_only_sheet_that_holds_anything_is_taken(tmp_path: Path) -> None:
    log = read(workbook(rows(), rows(HEADINGS, ROW), hidden(rows(["x"]))), tmp_path)
    assert log.events.height == 1
    assert counts(log)["sheets-hidden"] == 1


def test_of_several_sheets_one_is_asked_for(tmp_path: Path) -> None:
    content = workbook(rows(HEADINGS, ROW), rows(HEADINGS, ROW, ROW), names=("一月", "二月"))
    (problem,) = refusal(content, tmp_path)
    assert (problem.code, problem.values["sheets"]) == ("log.sheet-ambiguous", "一月 (2), 二月 (3)")
    assert read(content, tmp_path, sheet="二月").events.height == 2
    assert codes(refusal(content, tmp_path, options=ReadOptions(sheet="三月"))) == [("sheet-unknown", None)]


def test_a_hidden_sheet_is_read_when_it_is_named(tmp_path: Path) -> None:
    content = workbook(rows(), hidden(rows(HEADINGS, ROW)), names=("空", "藏"))
    assert codes(refusal(content, tmp_path)) == [("sheet-hidden-only", None)]
    assert read(content, tmp_path, sheet="藏").events.height == 1


def test_merged_cells_are_refused(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 2, "工单明细", book.add_format())
        sheet.write_row(1, 0, HEADINGS)

    problem = refused(fill, tmp_path)
    assert (problem.code, problem.values["ranges"], problem.values["count"]) == ("log.merged-cells", "A1:C1", 1)


def test_a_title_above_the_headings_is_refused(tmp_path: Path) -> None:
    assert codes(refusal(workbook(rows(["工单明细"], HEADINGS, ROW)), tmp_path)) == [("header-is-title", 1)]


@pytest.mark.parametrize(
    ("formula", "result", "code"), [("=NA()", "#N/A", "log.cell-errors"), ("=1/0", "#DIV/0!", "log.cell-errors")]
)
def test_errors_in_cells_are_refused(formula: str, result: str, code: str, tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ROW[:2])
        sheet.write_formula(1, 2, formula, None, result)

    assert refused(fill, tmp_path).code == code


def test_a_formula_has_the_result_that_was_stored(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["1", None, "2024-01-01"])
        sheet.write_formula(1, 1, '="受"&"理"', None, "受理")

    assert sequences(read(workbook(fill), tmp_path)) == [["受理"]]


def test_formulas_without_a_result_are_refused(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_formula(1, 1, "=A1", None, "结果")

    content = changed(workbook(fill), lambda xml: xml.replace("<v>结果</v>".encode(), b"").replace(b' t="str"', b""))
    assert codes(refusal(content, tmp_path)) == [("formulas-uncalculated", None)]


@pytest.mark.parametrize("value", ["<v></v>", "<v/>"])
def test_a_formula_whose_result_is_the_empty_text_was_calculated(value: str, tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [*HEADINGS, "备注"])
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(1, 3, '=IF(A2="1","","x")', None, "")

    untyped = changed(workbook(fill), lambda xml: xml.replace(b"<v></v>", value.encode()))
    assert codes(refusal(untyped, tmp_path)) == [("formulas-uncalculated", None)]
    content = changed(untyped, lambda xml: xml.replace(b'r="D2"', b'r="D2" t="str"'))
    assert read(content, tmp_path).events["备注"].to_list() == [None]


def test_values_may_say_that_their_spaces_count(tmp_path: Path) -> None:
    content = changed(workbook(rows(HEADINGS, ROW)), lambda xml: xml.replace(b"<v>", b'<v xml:space="preserve">'))
    assert read(content, tmp_path).events.height == 1


def changed(content: bytes, change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return buffer.getvalue()


def test_a_stray_cell_far_out_does_not_fill_the_memory(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADINGS)
        sheet.write(500_000, 200, "x")

    assert refused(fill, tmp_path).code == "log.sheet-far-cell"


def test_too_many_columns_or_cells_stop_at_the_limit(tmp_path: Path) -> None:
    (wide,) = refusal(workbook(rows([f"c{n}" for n in range(1_001)])), tmp_path)
    assert (wide.values["limit"], wide.values["found"]) == ("attribute_keys", 1_001)
    limits = dataclasses.replace(DEFAULT_LIMITS, log_cells=8)
    (large,) = refusal(workbook(rows(HEADINGS, ROW, ROW)), tmp_path, limits=limits)
    assert (large.values["limit"], large.values["found"]) == ("log_cells", 9)


def test_a_zip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    content = changed(workbook(rows(HEADINGS, ROW)), lambda xml: xml + b" " * 20 * 1024**2)
    (problem,) = refusal(content, tmp_path)
    assert problem.values["limit"] == "unpacked_ratio"
    limits = dataclasses.replace(DEFAULT_LIMITS, unpacked_bytes=1_000)
    (problem,) = refusal(workbook(rows(HEADINGS, ROW)), tmp_path, limits=limits)
    assert problem.values["limit"] == "unpacked_bytes"


def test_a_part_that_is_larger_than_it_says_is_damage(tmp_path: Path) -> None:
    content = workbook(rows(HEADINGS, ROW))
    size = zipfile.ZipFile(io.BytesIO(content)).getinfo("xl/worksheets/sheet1.xml").file_size
    lied = content.replace(size.to_bytes(4, "little"), (size // 2).to_bytes(4, "little"))
    assert lied != content
    assert codes(refusal(lied, tmp_path)) == [("workbook-damaged", None)]


@pytest.mark.parametrize("cut", [10, 500, 4_000])
def test_a_cut_workbook_is_refused(cut: int, tmp_path: Path) -> None:
    assert codes(refusal(workbook(rows(HEADINGS, ROW))[:cut], tmp_path)) == [("workbook-damaged", None)]


def test_sheets_that_are_no_xml_are_damage(tmp_path: Path) -> None:
    content = changed(workbook(rows(HEADINGS, ROW)), lambda xml: xml.replace(b"</sheetData>", b"<"))
    assert codes(refusal(content, tmp_path)) == [("workbook-damaged", None)]


def test_other_archives_are_named(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("content.xml", "x")
    assert codes(refusal(buffer.getvalue(), tmp_path)) == [("spreadsheet", None)]


def test_an_empty_workbook_is_an_empty_file(tmp_path: Path) -> None:
    assert codes(refusal(workbook(rows()), tmp_path)) == [("file-empty", None)]


def test_a_sheet_means_nothing_for_text(tmp_path: Path) -> None:
    problems = refusal("case,activity\n1,a\n", tmp_path, options=ReadOptions(sheet="x"))
    assert codes(problems) == [("option-idle", None)]
