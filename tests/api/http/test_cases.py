from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, delete

from api.http.dependencies import LARGEST_ID
from engine.storage.tables import ArtefactRow
from tests.api.http.judged import FLOW, PNML, case, every, judged, read
from tests.api.http.service import Service


@pytest.fixture(scope="module")
def number(shared_service: Service) -> int:
    return judged(shared_service)


def ids(found: Any) -> list[str]:
    return [one["case"] for one in found["items"]]


def result(service: Service, number: int) -> Any:
    return service.client.get(f"/assessments/{number}").json()["result"]


def test_cases_that_lost_most_come_first(shared_service: Service, number: int) -> None:
    found = read(shared_service, number, "cases")
    assert ids(found) == ["a/b", "c", "e", "d", "工单 1"]
    lost = [sum(one["lost"].values()) for one in found["items"]]
    assert lost == sorted(lost, reverse=True)
    assert (found["total"], found["next"]) == (5, None)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("longest", ["a/b", "工单 1", "d", "c", "e"]), ("newest", ["e", "d", "c", "a/b", "工单 1"])],
)
def test_cases_are_sorted_as_asked(shared_service: Service, number: int, sort: str, expected: list[str]) -> None:
    assert ids(read(shared_service, number, "cases", sort=sort)) == expected


@pytest.mark.parametrize("what", ["cases", "variants", "deviations", "standards"])
@pytest.mark.parametrize("limit", [1, 2])
def test_pages_make_up_the_whole(shared_service: Service, number: int, what: str, limit: int) -> None:
    whole = read(shared_service, number, what, limit=100)
    assert every(shared_service, number, what, limit=limit) == whole["items"]
    assert len(whole["items"]) == whole["total"] > 1


@pytest.mark.parametrize("sort", ["worst", "longest", "newest"])
def test_pages_of_every_order_make_up_the_whole(shared_service: Service, number: int, sort: str) -> None:
    whole = read(shared_service, number, "cases", sort=sort)["items"]
    assert every(shared_service, number, "cases", limit=2, sort=sort) == whole


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "skipped"}, ["c", "e"]),
        ({"step": "greet"}, ["c", "e"]),
        ({"kind": "skipped", "step": "repair"}, []),
        ({"step": "Survey"}, ["a/b"]),
        ({"standard": "soon"}, ["a/b"]),
        ({"kind": "wrong-branch"}, ["d"]),
        ({"dimension": "completeness"}, ["c", "e"]),
        ({"variant": 1}, ["c", "e"]),
        ({"closed": "true", "min_cost": 1}, ["a/b", "c", "e"]),
        ({"closed": "false"}, []),
        ({"min_cost": 2}, ["a/b"]),
        ({"text": "工单"}, ["工单 1"]),
        ({"text": "A/"}, ["a/b"]),
        ({"text": ".*"}, []),
    ],
)
def test_cases_are_filtered(shared_service: Service, number: int, query: dict[str, Any], expected: list[str]) -> None:
    found = read(shared_service, number, "cases", **query)
    assert (ids(found), found["total"]) == (expected, len(expected))


def test_every_finding_leads_to_its_cases(shared_service: Service, number: int) -> None:
    found = 0
    for name, score in result(shared_service, number)["dimensions"].items():
        for index, finding in enumerate(score["findings"]):
            cases = read(shared_service, number, "cases", dimension=name, finding=index)
            assert cases["total"] == finding["cases"]
            assert set(finding["examples"]) <= set(ids(cases))
            losses = [one for item in ids(cases) for one in case(shared_service, number, item)["losses"]]
            of_finding = [one for one in losses if (one["dimension"], one["finding"]) == (name, index)]
            assert sum(one["units"] for one in of_finding) == finding["lost"]
            found += 1
    assert found == 8


def test_lost_units_of_cases_add_up_to_the_dimensions(shared_service: Service, number: int) -> None:
    items = read(shared_service, number, "cases")["items"]
    for name, score in result(shared_service, number)["dimensions"].items():
        assert sum(one["lost"][name] for one in items) == score["denominator"] - score["numerator"]
        at_deviations = [d["lost"][name] for one in items for d in one["deviations"]]
        assert sum(at_deviations) == score["denominator"] - score["numerator"]


@pytest.mark.parametrize("name", ["工单 1", "a/b", "c", "d", "e"])
def test_a_case_closely_is_the_case_of_the_list(shared_service: Service, number: int, name: str) -> None:
    listed = next(one for one in read(shared_service, number, "cases")["items"] if one["case"] == name)
    found = case(shared_service, number, name)
    assert {key: found[key] for key in listed} == listed
    assert len(found["timeline"]) == found["events"]
    missed = [one for one in found["instances"] if one["outcome"] == "missed"]
    assert len(missed) == sum(not one["moves"] for one in found["deviations"])
    costly = sum(one["kind"] in {"log", "model"} for one in found["moves"])
    assert costly == found["cost"] == sum(one["cost"] for one in found["deviations"])


def test_a_case_shows_its_events_in_time(shared_service: Service, number: int) -> None:
    found = case(shared_service, number, "工单 1")
    greet, repair, deliver = found["timeline"]
    assert (greet["resource"], greet["attributes"], greet["waiting"]) == ("李", {"note": "早"}, None)
    assert greet["working"] == {"clock_seconds": 600.0, "working_seconds": 600.0}
    assert repair["waiting"]["clock_seconds"] == 1200.0
    assert deliver["waiting"]["clock_seconds"] == 1200.0
    assert found["attributes"] == {"broken": True}
    assert [(one["standard"], one["outcome"]) for one in found["instances"] if one["standard"]] == [
        ("quick", "met"),
        ("soon", "met"),
    ]
    quick = found["instances"][0]
    assert (quick["target"], quick["actual"]["clock_seconds"]) == ("cycle-time: {at-most: 2h}", 4800.0)


def test_moves_of_a_case_name_events_and_steps(shared_service: Service, number: int) -> None:
    moves = case(shared_service, number, "c")["moves"]
    assert [(one["kind"], one["event"], one["step"]) for one in moves] == [
        ("model", None, "greet"),
        ("silent", None, None),
        ("sync", 0, "repair"),
        ("sync", 1, "deliver"),
    ]
    assert [one["time"] for one in moves] == [None, None, "2026-03-04T09:00:00Z", "2026-03-04T09:10:00Z"]


def test_working_time_is_that_of_the_calendar(service: Service) -> None:
    night = "case,activity,timestamp\nn,Greet,2026-03-02T16:00:00Z\nn,Repair,2026-03-03T10:00:00Z\n"
    number = judged(service, log=night, calendar="office")
    waiting = case(service, number, "n")["timeline"][1]["waiting"]
    assert waiting["clock_seconds"] == 18 * 3600
    assert 0 < waiting["working_seconds"] < 18 * 3600


def test_open_cases_show_what_is_due(service: Service) -> None:
    started = "case,activity,timestamp\nn,Greet,2026-03-02T09:00:00Z\nn,Repair,2026-03-02T10:00:00Z\n"
    number = judged(service, log=started, closed="ended", now="2026-03-02T10:10:00Z")
    found = case(service, number, "n")
    assert (found["closed"], found["recovered"]) == (False, None)
    assert [(one["standard"], one["due"], one["state"]) for one in found["deadlines"]] == [
        ("soon", "2026-03-02T10:30:00Z", "ahead"),
        ("quick", "2026-03-02T11:00:00Z", "ahead"),
    ]
    assert "20 min" in found["deadlines"][0]["says"]
    assert ids(read(service, number, "cases", closed="false")) == ["n"]


def test_variants_show_their_alignments(shared_service: Service, number: int) -> None:
    found = read(shared_service, number, "variants", kind="skipped")
    (only,) = found["items"]
    assert (found["cases"], only["cases"], only["all_cases"], only["cost"]) == (2, 2, 2, 1)
    assert only["activities"] == ["Repair", "Deliver"]
    assert only["moves"][0] == ["model", None, "greet"]
    assert [one["steps"] for one in only["deviations"]] == [["greet"]]


def test_variants_count_the_cases_that_match(shared_service: Service, number: int) -> None:
    found = read(shared_service, number, "variants", text="e")
    assert [(one["cases"], one["all_cases"]) for one in found["items"]] == [(1, 2)]


def test_a_net_without_standards_has_cases_too(service: Service) -> None:
    number = judged(service, flow=PNML, name="visit.pnml", log="case,activity\n一,Greet\n一,Serve\n二,Serve\n")
    found = read(service, number, "cases")
    assert ids(found) == ["二", "一"]
    assert [one["lost"]["completeness"] for one in found["items"]] == [1, 0]
    closely = case(service, number, "二")
    assert (closely["instances"], closely["deadlines"], closely["start"]) == ([], [], None)
    assert read(service, number, "standards")["items"] == []
    assert [one["standard"] for one in read(service, number, "kpis")["items"] if one["standard"]] == []


def test_a_live_log_is_shown_as_it_was_judged(service: Service) -> None:
    flow = service.upload_flow(FLOW, name="repair.yaml")
    log = service.client.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]

    def send(name: str, activity: str, hour: int) -> None:
        event = {"id": f"{name}{hour}", "case": name, "activity": activity, "time": f"2026-03-02T{hour:02}:00:00Z"}
        assert service.client.post(f"/logs/{log}/events", json={"events": [event]}).status_code == 201

    send("车 1", "Greet", 9)
    number = service.client.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
    assert service.finished(number)["status"] == "done"
    send("车 1", "Repair", 10)
    assert [one["activity"] for one in case(service, number, "车 1")["timeline"]] == ["Greet"]


def test_cases_of_one_id_are_told_apart(service: Service) -> None:
    trace = '<trace><string key="concept:name" value="x"/>{}</trace>'
    event = '<event><string key="concept:name" value="{}"/></event>'
    steps = [event.format("Greet") + event.format("Serve"), event.format("Serve")]
    text = '<log xes.version="1.0">' + "".join(trace.format(one) for one in steps) + "</log>"
    body = {
        "flow": service.upload_flow(),
        "log": service.upload_log(text, name="twice.xes"),
    }
    number = service.client.post("/assessments", json=body).json()["id"]
    assert service.finished(number)["status"] == "done"
    assert case(service, number, "x")["same_id"] == [1, 2]
    assert service.client.get(f"/assessments/{number}/cases/x", params={"number": 2}).json()["cost"] == 1
    for missing in (3, LARGEST_ID):
        answer = service.client.get(f"/assessments/{number}/cases/x", params={"number": missing})
        assert (answer.status_code, answer.json()["code"]) == (404, "cases.no-such-case")


@pytest.mark.parametrize("what", ["cases", "cases/c", "variants", "deviations", "standards", "kpis"])
def test_what_is_not_done_is_refused(service: Service, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_works(_number: int) -> None:
        """Take an assessment and leave it."""

    monkeypatch.setattr(type(service.running.work), "submit", lambda _work, number: nobody_works(number))
    answer = service.client.get(f"/assessments/{service.assess()}/{what}")
    assert (answer.status_code, answer.json()["code"]) == (409, "service.not-done")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("what", ["cases", "cases/c", "variants", "deviations"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_assessment_from_before_books_says_so(service: Service, what: str, lang: str) -> None:
    number = judged(service)
    with service.running.database.writing() as session:
        session.exec(delete(ArtefactRow).where(col(ArtefactRow.name).startswith("book.")))
    answer = service.client.get(f"/assessments/{number}/{what}", params={"lang": lang})
    assert (answer.status_code, answer.json()["code"]) == (409, "cases.not-kept")
    assert ("评估" in answer.json()["title"]) == (lang == "zh")
    assert read(service, number, "standards")["total"] == 2
    assert read(service, number, "kpis")["items"]


def test_several_versions_keep_no_cases(service: Service) -> None:
    flow = service.upload_flow()
    service.client.post(f"/flows/{flow}/activations", json={"effective": "2026-01-01"})
    body = {"flow": flow, "log": service.upload_log(), "versions": True}
    number = service.client.post("/assessments", json=body).json()["id"]
    assert service.finished(number)["status"] == "done"
    for what in ("cases", "deviations", "standards", "kpis"):
        answer = service.client.get(f"/assessments/{number}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (409, "cases.several-versions")


@pytest.mark.parametrize("what", ["cases", "variants", "deviations", "standards", "kpis", "cases/c"])
def test_unknown_assessments_are_not_there(shared_service: Service, what: str) -> None:
    answer = shared_service.client.get(f"/assessments/9999/{what}")
    assert (answer.status_code, answer.json()["code"]) == (404, "service.no-such-assessment")


@pytest.mark.parametrize("name", ["nobody", "%E6%97%A0", "a", "..%2F..", "%00"])
def test_unknown_cases_are_not_there(shared_service: Service, number: int, name: str) -> None:
    answer = shared_service.client.get(f"/assessments/{number}/cases/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "cases.no-such-case")


@pytest.mark.parametrize(
    ("what", "query", "code"),
    [
        ("cases", {"kind": "odd"}, "service.not-a-choice"),
        ("cases", {"dimension": "beauty"}, "service.not-a-choice"),
        ("cases", {"sort": "best"}, "service.not-a-choice"),
        ("cases", {"finding": 0}, "cases.finding-without-dimension"),
        ("cases", {"finding": -1, "dimension": "ordering"}, "service.out-of-range"),
        ("cases", {"finding": 2**53, "dimension": "ordering"}, "service.out-of-range"),
        ("cases", {"variant": 0}, "service.out-of-range"),
        ("cases", {"closed": "perhaps"}, "service.bad-field"),
        ("cases", {"min-cost": "much"}, "service.not-a-whole-number"),
        ("cases", {"text": ""}, "service.text-length"),
        ("cases", {"step": "x" * 201}, "service.text-length"),
        ("cases", {"limit": 101}, "service.out-of-range"),
        ("cases", {"after": -1}, "service.out-of-range"),
        ("variants", {"kind": "odd"}, "service.not-a-choice"),
        ("deviations", {"accepted": "perhaps"}, "service.bad-field"),
        ("deviations", {"standard": ""}, "service.text-length"),
        ("cases/c", {"number": 0}, "service.out-of-range"),
    ],
)
def test_bad_values_are_named(
    shared_service: Service, number: int, what: str, query: dict[str, Any], code: str
) -> None:
    answer = shared_service.client.get(f"/assessments/{number}/{what}", params=query)
    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.json()["problems"]] == [code]


def test_large_numbers_are_no_mistake(shared_service: Service, number: int) -> None:
    largest = LARGEST_ID
    for query in ({"after": largest}, {"variant": largest}, {"min_cost": largest}):
        assert read(shared_service, number, "cases", **query)["items"] == []
    assert read(shared_service, number, "cases", dimension="ordering", finding=largest)["items"] == []
    for what in ("variants", "deviations", "standards"):
        assert read(shared_service, number, what, after=largest)["items"] == []


def test_files_of_equal_assessments_are_stored_once(service: Service) -> None:
    first, second = judged(service), judged(service)
    with service.running.database.reading() as session:
        files = {
            number: {
                name: session.get_one(ArtefactRow, (number, name)).file
                for name in ("book.cases.parquet", "book.losses.parquet", "judged.events.parquet", "judged.json")
            }
            for number in (first, second)
        }
    assert files[first] == files[second]
    assert all(Path(service.running.files.path(file)).exists() for file in files[first].values())
