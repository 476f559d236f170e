from __future__ import annotations

import pytest

from tests.api.http.judged import FLOW, judged, read
from tests.api.http.service import Service

COMPLAINTS = """\
trueline: 1
flow: desk
title: {en: Desk, zh: 服务台}
calendar: office
nodes:
  start: start
  complain: {step: {en: Complaint, zh: 投诉}}
  answer: {step: {en: Answer, zh: 答复}}
  end: end
edges: [start -> complain -> answer -> end]
standards:
  fewer: {title: {en: Fewer complaints, zh: 投诉减少}, change: {count: complain}, at-most: -10%, per: month}
  fast: {title: {en: Fast, zh: 及时}, cycle-time: {at-most: 2h}, per: month}
"""


@pytest.fixture(scope="module")
def number(shared_service: Service) -> int:
    return judged(shared_service)


def test_standards_say_what_they_ask_for_and_what_came_of_it(shared_service: Service, number: int) -> None:
    quick, soon = read(shared_service, number, "standards")["items"]
    assert (quick["asks"], quick["due"], quick["met"], quick["verdict"]) == (
        "cycle-time: {at-most: 2h}",
        5,
        4,
        "missed",
    )
    assert (soon["target"], soon["due"], soon["share"]) == (0.9, 4, 0.75)
    assert quick["calendar"] == {"role": None, "calendar": "clock", "attribute": None, "values": {}}


def test_standards_are_those_of_the_result(shared_service: Service, number: int) -> None:
    result = shared_service.client.get(f"/assessments/{number}").json()["result"]
    found = read(shared_service, number, "standards")["items"]
    assert [{name: one[name] for name in told} for one, told in zip(found, result["standards"], strict=True)] == result[
        "standards"
    ]


@pytest.mark.parametrize(
    ("lang", "name", "note"),
    [("en", "Delivered soon", "Not proven at this sample size; 3 of 4"), ("zh", "及时交车", "样本太少，尚无定论；3/4")],
)
def test_key_figures_are_a_table(shared_service: Service, number: int, lang: str, name: str, note: str) -> None:
    rows = {one["id"]: one for one in read(shared_service, number, "kpis", lang=lang)["items"]}
    soon = rows["soon"]
    assert (soon["name"], soon["measured_by"], soon["note"]) == (name, "response: [repair, deliver], within: 30m", note)
    assert (soon["target_value"], soon["actual_value"], soon["better"]) == (0.9, 0.75, "higher")
    cycle = rows["cycle_median_seconds"]
    assert (cycle["target"], cycle["actual_value"], cycle["unit"]) == (None, 1200.0, "seconds")
    assert (rows["flawless_cases_share"]["actual_value"], rows["first_time_share"]["actual_value"]) == (0.2, 0.8)
    assert (rows["touch_median_seconds"]["actual"], rows["touch_median_seconds"]["actual_value"]) == (None, None)


def test_changes_are_key_figures_of_their_own(service: Service) -> None:
    days = [f"2026-{month:02}-{day:02}" for month, count in ((1, 20), (2, 19)) for day in range(1, count + 1)]
    rows = [f"{number},Complaint,{day}T09:00:00Z" for number, day in enumerate(["2025-12-01", *days, "2026-03-31"])]
    log = "case,activity,timestamp\n" + "\n".join(rows) + "\n"
    number = judged(service, flow=COMPLAINTS, log=log, name="desk.yaml")
    fewer = next(one for one in read(service, number, "kpis")["items"] if one["id"] == "fewer")
    assert (fewer["unit"], fewer["better"], fewer["target"]) == ("change", "lower", "−10.0 %")
    assert fewer["actual_value"] is not None
    standards = {one["standard"]: one for one in read(service, number, "standards")["items"]}
    assert [one["before"] for one in standards["fewer"]["comparisons"]][-1] == 19
    assert len(standards["fast"]["windows"]) == 4


def test_a_key_figure_without_evidence_has_no_value(service: Service) -> None:
    number = judged(service, flow=FLOW, log="case,activity\nx,Greet\n")
    rows = {one["id"]: one for one in read(service, number, "kpis")["items"]}
    assert (rows["cycle_median_seconds"]["actual"], rows["soon"]["actual"]) == (None, None)
