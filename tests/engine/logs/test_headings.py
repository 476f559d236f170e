"""Headings as exports of customer management, dealers' systems and call centres write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.logs.options import ReadOptions
from tests.engine.logs.making import codes, counts, read_bytes, refusal, sequences

EXPORTS = {
    # headings: case, activity, start, end, resource
    "工单号,环节,受理时间,办结时间,座席": ("工单号", "环节", "受理时间", "办结时间", "座席"),
    "流水号,操作类型,操作时间,工号": ("流水号", "操作类型", None, "操作时间", "工号"),
    "呼叫编号,事件名称,开始时间,结束时间,坐席工号": ("呼叫编号", "事件名称", "开始时间", "结束时间", "坐席工号"),
    "投诉单号,处理环节,接单时间,处理时间,处理人": ("投诉单号", "处理环节", "接单时间", "处理时间", "处理人"),
    "维修工单号,工序名称,开工时间,完工时间,技师": ("维修工单号", "工序名称", "开工时间", "完工时间", "技师"),
    "线索编号,步骤,创建时间,销售顾问": ("线索编号", "步骤", None, "创建时间", "销售顾问"),
    "单据号,节点名称,更新时间,经办人": ("单据号", "节点名称", None, "更新时间", "经办人"),
    "Ticket No.,Step Name,Begin Time,End Time,Agent": ("Ticket No.", "Step Name", "Begin Time", "End Time", "Agent"),
}


@pytest.mark.parametrize("headings", EXPORTS)
def test_an_export_reads_without_options(headings: str, tmp_path: Path) -> None:
    names = headings.split(",")
    cells = {
        name: f"2024-03-05 0{at}:30:00" if "时间" in name or "Time" in name else "x" for at, name in enumerate(names)
    }
    log = read_bytes(f"{headings}\n{','.join(cells.values())}\n", tmp_path)
    case, activity, start, time, resource = EXPORTS[headings]
    row = log.events.row(0, named=True)
    assert (log.cases["case_id"][0], log.activities) == (cells[case], (cells[activity],))
    assert f"{row['time']:%Y-%m-%d %H:%M:%S}" == cells[time]
    assert (None if start is None else f"{row['start']:%Y-%m-%d %H:%M:%S}") == cells.get(start or "")
    assert row["resource"] == cells[resource]
    assert log.events.columns[6:] == []


def test_a_strong_name_of_the_case_goes_before_a_running_number(tmp_path: Path) -> None:
    log = read_bytes("流水号,工单号,环节\n1,A7,受理\n2,A7,办结\n", tmp_path)
    assert (log.cases["case_id"].to_list(), sequences(log)) == (["A7"], [["受理", "办结"]])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("工单明细表\n工单号,环节,时间\n1,受理,2024-01-01\n", ("header-is-title", 1)),
        ("工单明细表,,\n工单号,环节,时间\n1,受理,2024-01-01\n", ("header-is-title", 1)),
        ("工单号,环节,时间\norder no,activity,time\n1,受理,2024-01-01\n", ("header-twice", 2)),
        ("1001,受理,2024-01-01 10:00\n1001,办结,2024-01-01 11:00\n", ("header-missing", 1)),
    ],
)
def test_a_table_without_one_row_of_headings_is_refused(
    content: str, expected: tuple[str, int], tmp_path: Path
) -> None:
    assert codes(refusal(content, tmp_path)) == [expected]


def test_activities_that_read_like_headings_are_no_headings(tmp_path: Path) -> None:
    log = read_bytes("case,activity,time\n1,Start,2024-01-01\n1,Agent,2024-01-02\n", tmp_path)
    assert sequences(log) == [["Start", "Agent"]]


def test_an_unnamed_column_may_still_be_chosen(tmp_path: Path) -> None:
    log = read_bytes("工单号,环节,\n1,受理,2024-01-01 10:00\n", tmp_path, options=ReadOptions(timestamp="column 3"))
    assert log.events["time"].null_count() == 0
    assert counts(log) == {"column-renamed": 1, "naive-times": 1}


@pytest.mark.parametrize("word", ["合计", "合 计：", "总计", "小计", "Total", "TOTAL:", "Grand total", "Sub-total"])
@pytest.mark.parametrize("rest", ["2,,", ",,", ",2024-01-02,", "受理,,5"])
def test_a_row_of_totals_is_refused(word: str, rest: str, tmp_path: Path) -> None:
    content = f"工单号,环节,时间,数量\n1,受理,2024-01-01,3\n{word},{rest}\n"
    assert codes(refusal(content, tmp_path)) == [("total-row", 3)]


def test_a_case_may_be_called_total(tmp_path: Path) -> None:
    log = read_bytes("工单号,环节,时间\nTotal,受理,2024-01-01\n合计单,办结,\n", tmp_path)
    assert log.cases["case_id"].to_list() == ["Total", "合计单"]


def test_a_row_of_totals_in_a_table_without_times(tmp_path: Path) -> None:
    content = "工单号,环节\n1,受理\n合计,\n,\n2,\n"
    assert codes(refusal(content, tmp_path)) == [("total-row", 3), ("activity-missing", 5)]


@pytest.mark.parametrize("named", ["Cafe\u0301", "Café", " Café ", "\u3000Café"])
@pytest.mark.parametrize("heading", ["Cafe\u0301", "Café"])
def test_an_option_names_what_looks_the_same(named: str, heading: str, tmp_path: Path) -> None:
    log = read_bytes(f"{heading},环节,时间\n1,受理,2024-01-01\n", tmp_path, options=ReadOptions(case=named))
    assert log.cases["case_id"].to_list() == ["1"]
    assert log.events.columns[6:] == []


def test_an_option_for_headings_that_look_the_same_is_refused(tmp_path: Path) -> None:
    content = "Cafe\u0301,Café,环节\n1,2,受理\n"
    assert codes(refusal(content, tmp_path, options=ReadOptions(case="Café"))) == [("columns-spelt-alike", 1)]
