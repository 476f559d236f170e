from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.limits import Limits
from tests.api.http.judged import FLOW, PNML, case, judged, read
from tests.api.http.service import NOW, Service, service_in

LATER = "2026-12-31T00:00:00+08:00"
REASON = "维修工位停用"
SKIPPED: dict[str, Any] = {"kind": "skipped", "steps": ["greet"], "reason": REASON}


@pytest.fixture
def number(service: Service) -> int:
    return judged(service)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Service]:
    """One service on SQLite."""
    with service_in(tmp_path / "desk") as running:
        yield running


def accept(service: Service, flow: int = 1, **body: Any) -> Any:
    answer = service.client.post(f"/flows/{flow}/acceptances", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def deviations(service: Service, number: int, **query: Any) -> dict[str, Any]:
    """The deviations of an assessment by their kinds."""
    return {
        one["kind"] + str(one["standard"] or ""): one for one in read(service, number, "deviations", **query)["items"]
    }


def test_accepted_deviations_are_marked_and_no_score_changes(service: Service, number: int) -> None:
    before = service.client.get(f"/assessments/{number}").json()["result"]
    made = accept(service, **SKIPPED, expires=LATER)
    assert (made["in_force"], made["flow"], made["created_by"]) == (True, "repair", 1)
    found = deviations(service, number)["skipped"]
    assert (found["accepted"], found["accepted_units"]) == (True, found["lost"])
    (acceptance,) = found["acceptances"]
    assert acceptance == {"id": made["id"], "case": None, "reason": REASON, "expires": "2026-12-30T16:00:00Z"}
    assert found["key"] == made["key"]
    units = read(service, number, "deviations")["dimensions"]
    assert units == {
        "completeness": {"lost": 2, "accepted": 2},
        "ordering": {"lost": 3, "accepted": 0},
        "efficiency": {"lost": 2, "accepted": 0},
        "adaptability": {"lost": 3, "accepted": 2},
    }
    assert service.client.get(f"/assessments/{number}").json()["result"] == before


def test_cases_and_variants_show_what_is_accepted(service: Service, number: int) -> None:
    made = accept(service, **SKIPPED)
    for found in (case(service, number, "c"), read(service, number, "variants", kind="skipped")["items"][0]):
        assert [one["accepted"]["id"] for one in found["deviations"]] == [made["id"]]
    assert case(service, number, "c")["accepted"]["completeness"] == 1
    assert case(service, number, "a/b")["accepted"]["completeness"] == 0


def test_a_deviation_is_accepted_in_one_case_alone(service: Service, number: int) -> None:
    accept(service, **SKIPPED, case="c")
    found = deviations(service, number)["skipped"]
    assert (found["accepted"], found["accepted_units"]["completeness"], found["lost"]["completeness"]) == (False, 1, 2)
    assert [one["case"] for one in found["acceptances"]] == ["c"]
    assert case(service, number, "c")["deviations"][0]["accepted"]["reason"] == REASON
    assert case(service, number, "e")["deviations"][0]["accepted"] is None
    assert read(service, number, "deviations")["dimensions"]["adaptability"] == {"lost": 3, "accepted": 1}


def test_acceptances_of_one_case_and_of_all_count_once(service: Service, number: int) -> None:
    accept(service, **SKIPPED, case="c")
    accept(service, **SKIPPED)
    assert read(service, number, "deviations")["dimensions"]["completeness"] == {"lost": 2, "accepted": 2}


@pytest.mark.parametrize("name", ["工单 1", "a/b"])
def test_a_missed_standard_is_accepted_in_a_case_of_any_name(service: Service, number: int, name: str) -> None:
    accept(service, kind="late", standard="soon", reason=REASON, case=name)
    found = deviations(service, number)["latesoon"]
    assert found["accepted_units"]["efficiency"] == (1 if name == "a/b" else 0)


def test_a_key_is_enough(service: Service, number: int) -> None:
    for one in read(service, number, "deviations")["items"]:
        made = accept(service, key=one["key"], reason=REASON)
        same = ("key", "kind", "steps", "standard", "other_branch", "branch")
        assert {name: made[name] for name in same} == {name: one[name] for name in same}
    units = read(service, number, "deviations")["dimensions"]
    assert all(one["accepted"] == one["lost"] for one in units.values())


def test_wrong_branches_are_accepted(service: Service, number: int) -> None:
    accept(service, kind="wrong-branch", branch=["choose", "wash"], reason=REASON)
    assert deviations(service, number)["wrong-branch"]["accepted"] is True


@pytest.mark.parametrize(
    ("accepted", "kinds"), [("true", {"skipped"}), ("false", {"late", "unplanned", "repeated", "wrong-branch"})]
)
def test_deviations_are_filtered_by_whether_they_are_accepted(
    service: Service, number: int, accepted: str, kinds: set[str]
) -> None:
    accept(service, **SKIPPED)
    found = read(service, number, "deviations", accepted=accepted)
    assert {one["kind"] for one in found["items"]} == kinds


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "late"}, {"latequick", "latesoon"}),
        ({"step": "deliver"}, {"latesoon"}),
        ({"standard": "quick"}, {"latequick"}),
        ({"dimension": "ordering"}, {"wrong-branch", "unplanned", "repeated"}),
        ({"kind": "misplaced"}, set()),
    ],
)
def test_deviations_are_filtered(service: Service, number: int, query: dict[str, Any], expected: set[str]) -> None:
    assert set(deviations(service, number, **query)) == expected


def test_deviations_are_those_of_the_result(service: Service, number: int) -> None:
    result = service.client.get(f"/assessments/{number}").json()["result"]
    found = read(service, number, "deviations")
    same = ("kind", "steps", "standard", "other_branch", "count", "cases")
    assert [[one[name] for name in same] for one in found["items"]] == [
        [one[name] for name in same] for one in result["deviations"]
    ]
    for name, score in result["dimensions"].items():
        assert found["dimensions"][name]["lost"] == score["denominator"] - score["numerator"]
        assert sum(one["lost"][name] for one in found["items"]) == score["denominator"] - score["numerator"]


def test_expired_acceptances_no_longer_count(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        number = judged(service)
        made = accept(service, **SKIPPED, expires=(NOW + timedelta(seconds=1)).isoformat())
        assert deviations(service, number)["skipped"]["accepted"] is True
        service.app.state.running = replace(service.running, clock=lambda: NOW + timedelta(seconds=1))
        found = deviations(service, number)["skipped"]
        assert (found["accepted"], found["acceptances"], found["accepted_units"]["completeness"]) == (False, [], 0)
        (listed,) = service.client.get("/flows/1/acceptances").json()["items"]
        assert (listed["id"], listed["in_force"], listed["withdrawn"]) == (made["id"], False, None)


def test_withdrawn_acceptances_no_longer_count(service: Service, number: int) -> None:
    made = accept(service, **SKIPPED)
    gone = service.client.delete(f"/flows/1/acceptances/{made['id']}")
    assert (gone.status_code, gone.json()["in_force"], gone.json()["withdrawn"]) == (200, False, "2026-04-01T09:00:00Z")
    assert service.client.delete(f"/flows/1/acceptances/{made['id']}").json() == gone.json()
    assert deviations(service, number)["skipped"]["accepted"] is False


def test_acceptances_hold_for_all_versions_of_a_flow_and_for_no_other(service: Service, number: int) -> None:
    other = judged(service, flow=FLOW.replace("flow: repair", "flow: other"))
    newer = judged(service, flow=FLOW.replace("2h", "3h"))
    accept(service, **SKIPPED)
    marked = [deviations(service, one)["skipped"]["accepted"] for one in (number, newer, other)]
    assert marked == [True, True, False]


def test_acceptances_are_listed_page_by_page(service: Service, number: int) -> None:
    assert number
    made = [accept(service, **SKIPPED, case=str(one)) for one in range(3)]
    pages = [page.items for page in service.typed.acceptances(1).pages(limit=2)]
    assert [len(page) for page in pages] == [2, 1]
    assert [one.model_dump(mode="json") for page in pages for one in page] == made


def test_steps_of_a_net_are_accepted(service: Service) -> None:
    number = judged(service, flow=PNML, name="visit.pnml", log="case,activity\n二,Serve\n")
    accept(service, kind="skipped", steps=["Greet"], reason=REASON)
    assert deviations(service, number)["skipped"]["accepted"] is True


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["acceptance.key-or-kind"]),
        ({"key": "0" * 32}, ["acceptance.unknown-key"]),
        ({"key": "0" * 32, "kind": "skipped", "steps": ["greet"]}, ["acceptance.key-or-kind"]),
        ({"key": "0" * 32, "steps": ["greet"]}, ["acceptance.key-or-kind"]),
        ({"kind": "odd"}, ["service.not-a-choice"]),
        ({"kind": "skipped"}, ["acceptance.steps-missing"]),
        ({"kind": "skipped", "steps": ["x", "y"]}, ["acceptance.unknown-step"] * 2),
        (
            {"kind": "skipped", "steps": ["greet"], "standard": "soon"},
            ["acceptance.no-standard", "acceptance.other-steps"],
        ),
        ({"kind": "skipped", "steps": ["greet"], "other_branch": True}, ["acceptance.no-other-branch"]),
        ({"kind": "skipped", "steps": ["greet"], "branch": ["choose", "wash"]}, ["acceptance.no-branch"]),
        ({"kind": "late"}, ["acceptance.standard-missing"]),
        ({"kind": "late", "standard": "x"}, ["acceptance.unknown-standard"]),
        ({"kind": "wrong-branch"}, ["acceptance.branch-missing"]),
        ({"kind": "wrong-branch", "branch": ["greet", "wash"]}, ["acceptance.unknown-branch"]),
        ({"kind": "wrong-branch", "branch": ["choose"]}, ["service.bad-field"]),
        ({**SKIPPED, "reason": ""}, ["service.text-length"]),
        ({**SKIPPED, "reason": " \n"}, ["acceptance.no-reason"]),
        ({**SKIPPED, "reason": "x" * 1001}, ["service.text-length"]),
        ({**SKIPPED, "expires": "2026-04-01T09:00:00Z"}, ["acceptance.over"]),
        ({**SKIPPED, "expires": "tomorrow"}, ["service.not-a-moment"]),
        ({**SKIPPED, "expires": "2026-12-31T00:00:00"}, ["service.moment-without-zone"]),
        ({**SKIPPED, "until": LATER}, ["service.unknown-field"]),
    ],
)
def test_what_cannot_be_accepted_is_told(desk: Service, body: dict[str, Any], codes: list[str]) -> None:
    desk.upload_flow(FLOW)
    for lang in ("en", "zh"):
        answer = desk.client.post("/flows/1/acceptances", json={"reason": REASON, **body}, params={"lang": lang})
        assert answer.status_code == 422
        assert [problem["code"] for problem in answer.json()["problems"]] == codes
        assert answer.json()["title"] != codes[0]
    assert desk.client.get("/flows/1/acceptances").json()["items"] == []


def test_a_flow_has_so_many_acceptances(tmp_path: Path) -> None:
    with service_in(tmp_path / "data", limits=Limits(acceptances=1)) as service:
        service.upload_flow(FLOW)
        made = accept(service, **SKIPPED)
        answer = service.client.post("/flows/1/acceptances", json=SKIPPED)
        assert (answer.status_code, answer.json()["code"]) == (422, "limit.exceeded")
        service.client.delete(f"/flows/1/acceptances/{made['id']}")
        accept(service, **SKIPPED)


def test_what_is_not_there_is_told(desk: Service) -> None:
    desk.upload_flow(FLOW)
    assert desk.client.get("/flows/9/acceptances").json()["code"] == "service.no-such-flow"
    assert desk.client.post("/flows/9/acceptances", json=SKIPPED).status_code == 404
    answer = desk.client.delete("/flows/1/acceptances/9")
    assert (answer.status_code, answer.json()["code"]) == (404, "acceptance.not-there")
    other = desk.upload_flow()
    made = accept(desk, **SKIPPED)
    assert desk.client.delete(f"/flows/{other}/acceptances/{made['id']}").status_code == 404
