"""Calendars of branches and roles: which one counts, what replaces them all, and where that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.cli.making import flow_file, log_file, run

FLOW = """\
trueline: 1
flow: towing
title: {en: Towing, zh: 拖车救援}
calendar: {by: case.branch, values: {north: north-shop}, otherwise: china-dealer}
calendars:
  north-shop: {timezone: Asia/Shanghai, hours: {mon-fri: 09:00-17:00}}
  night: {timezone: Asia/Shanghai, hours: {mon-sun: 20:00-08:00}}
roles: {desk: {en: Desk, zh: 前台}, driver: {en: Driver, zh: 司机}}
role-calendars: {driver: night}
nodes:
  start: start
  call: {step: {en: Call, zh: 来电}, role: desk}
  tow: {step: {en: Tow, zh: 拖车}, role: driver}
  bill: {step: {en: Bill, zh: 开单}, role: desk}
  end: end
edges: [start -> call -> tow -> bill -> end]
standards:
  towed: {response: [call, tow], within: 1 workhour}
  billed: {response: [tow, bill], within: 1 workhour}
  soon: {response: [call, tow], within: 48h}
"""
LOG = """\
case,activity,timestamp,case:branch
1,Call,2026-03-07T02:00:00Z,north
1,Tow,2026-03-07T08:00:00Z,north
1,Bill,2026-03-09T01:30:00Z,north
2,Call,2026-03-07T02:00:00Z,south
2,Tow,2026-03-07T08:00:00Z,south
2,Bill,2026-03-09T01:30:00Z,south
"""
"""Called on a Saturday at 10, towed at 16, billed on Monday at 9:30: no time for a night shift; half an hour for the
shop in the north, which rests at the weekend, and more than ten for the one in the south."""
IN_ENGLISH = "by branch (north → north-shop, else china-dealer); Driver: night"
IN_CHINESE = "按 branch 区分（north → north-shop，其他用 china-dealer）；司机：night"


def missed(folder: Path, *options: str) -> dict[str, int]:
    result = run("assess", flow_file(folder, FLOW), log_file(folder, LOG), "--json", "-", *options)
    assert result.exit_code == 0, result.output
    return {standard["standard"]: standard["missed"] for standard in json.loads(result.stdout)["standards"]}


def test_each_time_is_counted_by_the_role_and_the_branch(tmp_path: Path) -> None:
    assert missed(tmp_path) == {"towed": 0, "billed": 1, "soon": 0}


@pytest.mark.parametrize(("name", "towed", "billed"), [("clock", 2, 2), ("china-office", 0, 0), ("china-dealer", 2, 2)])
def test_a_calendar_that_is_asked_for_replaces_all(tmp_path: Path, name: str, towed: int, billed: int) -> None:
    assert missed(tmp_path, "--calendar", name) == {"towed": towed, "billed": billed, "soon": 0}


def test_a_calendar_of_the_flow_cannot_be_asked_for(tmp_path: Path) -> None:
    result = run("assess", flow_file(tmp_path, FLOW), log_file(tmp_path, LOG), "--calendar", "night")
    assert result.exit_code != 0
    assert "There is no shipped calendar night" in result.stderr
    assert "hold where the flow says so" in result.stderr


def test_the_json_says_whose_calendars_counted(tmp_path: Path) -> None:
    arguments = ("assess", flow_file(tmp_path, FLOW), log_file(tmp_path, LOG), "--json", "-")
    found = json.loads(run(*arguments).stdout)
    assert found["calendar"] == "china-dealer"
    assert found["calendars"] == [
        {"role": None, "calendar": "china-dealer", "attribute": "branch", "values": {"north": "north-shop"}},
        {"role": "driver", "calendar": "night", "attribute": None, "values": {}},
    ]
    one = json.loads(run(*arguments, "--calendar", "office").stdout)
    assert one["calendars"] == [{"role": None, "calendar": "office", "attribute": None, "values": {}}]


@pytest.mark.parametrize(("language", "said"), [("en", IN_ENGLISH), ("zh", IN_CHINESE)])
def test_the_scorecard_and_the_report_name_them(tmp_path: Path, language: str, said: str) -> None:
    page = tmp_path / "report.html"
    flow, log = flow_file(tmp_path, FLOW), log_file(tmp_path, LOG)
    result = run("assess", flow, log, "--lang", language, "--html", str(page))
    note = (
        "counted by the role's calendar, Driver: night" if language == "en" else "按岗位自己的工作日历计算，司机：night"
    )
    for text in (result.stdout, page.read_text("utf-8").replace("&#39;", "'")):
        assert said in text
        assert text.count(note) == 1
    assert note not in run("assess", flow, log, "--lang", language, "--calendar", "clock").stdout


def test_the_standards_say_by_whose_calendar_a_limit_counts(tmp_path: Path) -> None:
    flow = flow_file(tmp_path, FLOW)
    lines = run("standards", flow).stdout.splitlines()
    noted = [line.split("│")[1].strip() for line in lines if "Driver: night" in line]
    assert noted == ["Towed"]
    found = json.loads(run("standards", flow, "--json", "-").stdout)["standards"]
    assert [(row["standard"], row["working_time"]) for row in found] == [
        ("towed", "driver"),
        ("billed", None),
        ("soon", None),
    ]
