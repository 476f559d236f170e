"""Figures and choices of pages mean what they say, whatever lies between them and what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.assessments.options import Options
from api.pages.attention import TREND
from engine.storage.repository import add
from engine.storage.tables import AssessmentRow, Status
from tests.api.http.service import FLOW, NOW, Service, service_in

DUE = f"{FLOW}standards:\n  quick: {{response: [greet, serve], within: 2h, share: 96%, tolerance: 4%}}\n"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with service_in(tmp_path / "data") as running:
        yield running


def seen(service: Service, path: str, **query: Any) -> str:
    """A page's text, with one space for each gap."""
    with service.client_with(service.key, **{"Accept-Language": "en", "Accept": "text/html"}) as client:
        answer = client.get(f"{service.url}{path}", params=query or None)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


def many(service: Service, status: Status, count: int) -> None:
    with service.running.database.writing() as session:
        for _ in range(count):
            options = Options(None, None, None, None).to_json()
            row = AssessmentRow(flow=1, log=1, options=options, status=status.value, created=NOW, finished=NOW)
            add(session, row)


def test_a_flow_stays_assessed_however_many_assessments_came_to_nothing_since(service: Service) -> None:
    service.finished(service.assess())
    many(service, Status.CANCELLED, TREND + 1)
    home, flow, comparison = (seen(service, path) for path in ("/", "/flows/1", "/assessments/1/comparison"))
    assert "This flow has not been assessed" not in home
    assert "It has not been held against a log yet" not in flow
    assert "2026-04-01" in home
    assert "cancelled" not in comparison


def test_a_flow_that_versions_judged_is_assessed_though_it_has_no_figures(service: Service) -> None:
    flow, log = service.upload_flow(), service.upload_log()
    assert service.client.post(f"/flows/{flow}/activations", json={"effective": "2026-01-01"}).is_success
    body = {"flow": flow, "log": log, "versions": True}
    number = service.client.post("/assessments", json=body).json()["id"]
    assert service.finished(number)["status"] == "done"
    assert "This flow has not been assessed" not in seen(service, "/")
    for view in ("standards", "comparison"):
        answer = service.client.get(f"{service.url}/assessments/{number}/{view}")
        assert answer.status_code == 409
        assert "service.judged-by-versions" in answer.text


@pytest.mark.parametrize(("minutes", "near"), [(30, 0), (59, 0), (60, 1), (90, 1)])
def test_near_is_what_the_service_calls_near(tmp_path: Path, minutes: int, near: int) -> None:
    with service_in(tmp_path / "near", near_minutes=minutes) as service:
        flow = service.upload_flow(DUE)
        log = service.client.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]
        began = (NOW - timedelta(hours=1)).isoformat()
        event = {"id": "1", "case": "a", "activity": "Greet", "time": began}
        assert service.client.post(f"/logs/{log}/events", json={"events": [event]}).is_success
        assert f"Due within {minutes} minutes {near} " in seen(service, f"/live/{log}")
        assert (f"Deadlines due within {minutes} minutes: 1" in seen(service, "/")) == bool(near)


def test_the_log_that_was_asked_for_is_chosen_however_old(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.assessments.CHOICES", 2)
    service.upload_flow()
    logs = [service.upload_log(name=f"{number}.csv") for number in range(4)]
    answer = service.client.get(f"{service.url}/assessments/new", params={"log": logs[0]})
    assert re.findall(r'<option value="(\d+)" selected>', answer.text) == [str(logs[0])]


XES = '<log xmlns="http://www.xes-standard.org/">{}</log>'
TRACE = '<trace><string key="concept:name" value="{}"/>{}</trace>'
EVENT = (
    '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="2026-03-01T09:00:00Z"/></event>'
)
STEP = "  check: {step: {en: Check, zh: 检查}}\n  serve:"
LONGER = FLOW.replace("  serve:", STEP).replace("greet -> serve", "greet -> check -> serve")


def assessed(service: Service, flow: str, traces: list[tuple[str, list[str]]]) -> int:
    told = (TRACE.format(case, "".join(map(EVENT.format, activities))) for case, activities in traces)
    body = {"flow": service.upload_flow(flow), "log": service.upload_log(XES.format("".join(told)), name="x.xes")}
    number: int = service.client.post("/assessments", json=body).json()["id"]
    assert service.finished(number)["status"] == "done"
    return number


def test_of_cases_of_one_id_those_are_shown_that_are_meant(service: Service) -> None:
    number = assessed(service, FLOW, [("a", ["Greet", "Serve"]), ("a", ["Greet", "Sing"]), ("b", ["Serve"])])
    for view in ("cases", "map", "variants"):
        assert "Cases: 1 " in seen(service, f"/assessments/{number}/{view}", **{"with": "Sing"}), view
        assert "Cases: 1 " in seen(service, f"/assessments/{number}/{view}", kind="unplanned"), view
        asked = {"kind": "unplanned", "without": "Sing"}
        assert "Cases: 0 " in seen(service, f"/assessments/{number}/{view}", **asked), view


def test_as_many_cases_of_a_deviation_are_listed_as_are_counted(service: Service) -> None:
    """Another deviation of its kind that names its first step is another one."""
    traces = [("x", ["Serve"]), ("y", ["Check", "Serve"]), ("z", ["Check", "Serve"])]
    number = assessed(service, LONGER, traces)
    answer = service.client.get(f"{service.url}/assessments/{number}/deviations")
    links = re.findall(r'<td class="number"><a href="([^"]*)">(\d+)</a>', answer.text)
    assert sorted(count for _, count in links) == ["1", "2"]
    for link, count in links:
        page = seen(service, link)
        assert f"Cases: {count} " in page
        assert "This deviation: Skipped" in page
        key = link.partition("deviation=")[2]
        listed = service.client.get(f"/assessments/{number}/cases", params={"deviation": key}).json()
        assert listed["total"] == int(count)


def test_a_form_that_says_again_what_was_asked_for_replaces_it(service: Service) -> None:
    service.finished(service.assess())
    for path in ("/logs/1/map", "/assessments/1/cases"):
        page = seen(service, f"{path}?from=2026-03-01&from=2026-03-02")
        assert "Cases: 0 " in page
        assert "2026-03-01 ×" not in page
        assert "2026-03-02 ×" in page
    assert "Late ×" not in seen(service, "/assessments/1/cases?kind=late&kind=skipped")
    form = service.client.get(f"{service.url}/assessments/1/cases", params={"closed": "true"}).text
    assert '<input type="hidden" name="closed" value="true">' in form


@pytest.mark.parametrize(("events", "said"), [(3, 0), (4, 1)])
def test_a_running_case_says_where_its_events_are_cut(
    service: Service, monkeypatch: pytest.MonkeyPatch, events: int, said: int
) -> None:
    monkeypatch.setattr("api.pages.live.EVENTS_SHOWN", 3)
    log = service.client.post("/logs", json={"name": "desk"}).json()["id"]
    sent = [{"id": str(at), "case": "a", "activity": f"Step {at}", "time": NOW.isoformat()} for at in range(events)]
    assert service.client.post(f"/logs/{log}/events", json={"events": sent}).status_code == 201
    page = seen(service, f"/live/{log}/cases/a")
    assert page.count("Step") == 3
    assert page.count("The first 3 events; programs read all of them") == said
