"""What pages ask and say without a script: what a file leaves open, which cases are assessed, and what is looked at."""

from __future__ import annotations

import html
import json
import re
from io import BytesIO
from typing import Any

import httpx
import pytest
import xlsxwriter

from tests.api.http.judged import FLOW as JUDGED_FLOW
from tests.api.http.judged import LOG as JUDGED_LOG
from tests.api.http.service import Service
from tests.engine.logs.ocel_files import ORDERS

NAIVE = "case,activity,time\na,Greet,2026-03-01 09:00:00\na,Serve,2026-03-01 09:10:00\n"


def sent(service: Service, method: str, path: str, **options: Any) -> httpx.Response:
    with service.client_with(service.key, **{"Accept-Language": "en"}) as client:
        return client.request(method, f"{service.url}{path}", **options)


def uploaded(service: Service, name: str, content: bytes, **options: str) -> httpx.Response:
    return sent(service, "POST", "/logs/uploads", params={"name": name, **options}, content=content)


def fields(page: httpx.Response) -> dict[str, str]:
    """The fields that a page asks for: inputs and selects by name, with what inputs offer."""
    found = dict(re.findall(r'<input id="[^"]+" name="([^"]+)" data-option[^>]* value="([^"]*)"', page.text))
    return {**found, **dict.fromkeys(re.findall(r'<select id="[^"]+" name="([^"]+)" data-option', page.text), "")}


def workbook() -> bytes:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for name in ("March", "April"):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate((["case", "activity", "time"], [name, "Greet", "2026-03-01T09:00:00Z"])):
                sheet.write_row(row, 0, cells)
    return buffer.getvalue()


def test_times_without_a_zone_are_asked_about_once(service: Service) -> None:
    page = uploaded(service, "visits.csv", NAIVE.encode())
    assert page.status_code == 422
    assert fields(page)["timezone"] == "UTC"
    assert "Choose it below: Time zone of times without one" in page.text
    assert service.client.get("/logs").json()["items"] == []
    stored = uploaded(service, "visits.csv", NAIVE.encode(), timezone="Asia/Shanghai")
    assert (stored.status_code, stored.headers["location"]) == (201, "/logs/1")
    assert service.client.get("/logs/1").json()["report"]["first"] == "2026-03-01T01:00:00Z"


def test_one_of_several_sheets_is_asked_for(service: Service) -> None:
    page = uploaded(service, "visits.xlsx", workbook())
    assert page.status_code == 422
    assert fields(page) == {"sheet": ""}
    assert all(part in page.text for part in ("Choose it below: Sheet", "March", "April"))
    wrong = uploaded(service, "visits.xlsx", workbook(), sheet="May")
    assert (wrong.status_code, fields(wrong)) == (422, {"sheet": "May"})
    assert uploaded(service, "visits.xlsx", workbook(), sheet="April").status_code == 201


def test_one_of_several_types_of_objects_is_asked_for(service: Service) -> None:
    content = json.dumps(ORDERS).encode()
    page = uploaded(service, "orders.json", content)
    assert (page.status_code, fields(page)) == (422, {"object-type": ""})
    assert "Choose it below: Type of objects that are the cases" in page.text
    assert uploaded(service, "orders.json", content, **{"object-type": "order"}).status_code == 201
    log = sent(service, "GET", "/logs/1").text
    assert "To change it, upload the file again and choose: Type of objects that are the cases" in log
    assert "--object-type" not in log


def form(service: Service, **changed: str) -> dict[str, str]:
    if not service.client.get("/flows").json()["items"]:
        service.upload_flow()
        service.upload_log("case,activity,timestamp\na,Greet,2026-03-31T15:59:00Z\nb,Greet,2026-03-31T16:00:00Z\n")
    return {"flow": "1", "log": "1", "zone": "Asia/Shanghai", "closed": "", "calendar": "", **changed}


def test_the_days_of_a_period_are_those_of_the_reader(service: Service) -> None:
    asked = form(service, since="2026-03-01", until="2026-03-31")
    answer = sent(service, "POST", "/assessments", data=asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/assessments/1")
    found = service.finished(1)
    assert found["options"]["period"] == {"since": "2026-02-28T16:00:00Z", "until": "2026-03-31T16:00:00Z"}
    assert found["result"]["cases"] == 1


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"since": "2026-03-02", "until": "2026-03-01"}, "The period ends before it begins"),
        ({"since": "2026-03-02"}, "until"),
        ({"since": "some day", "until": "2026-03-01"}, "since"),
        ({"since": "2026-03-02", "until": "2026-03-01", "zone": "Nowhere"}, "Nowhere"),
        ({"flow": "one"}, "flow"),
        ({"calendar": "moon"}, "calendar is none of clock"),
    ],
)
def test_a_form_that_is_wrong_is_shown_again_with_what_it_said(
    service: Service, changed: dict[str, str], wrong: str
) -> None:
    asked = form(service, **changed)
    answer = sent(service, "POST", "/assessments", data=asked)
    assert answer.status_code == 422
    assert wrong in answer.text
    assert f'name="since" type="date" value="{asked.get("since", "")}"' in answer.text
    assert service.client.get("/assessments").json()["items"] == []


@pytest.fixture
def judged(service: Service) -> Service:
    flow, log = service.upload_flow(JUDGED_FLOW), service.upload_log(JUDGED_LOG)
    service.client.post("/assessments", json={"flow": flow, "log": log})
    service.finished(1)
    return service


def chips(page: httpx.Response) -> dict[str, str]:
    """What a page says it looks at → its address without it."""
    found = re.findall(r'<span class="chip">(.*?) <a href="([^"]*)"', page.text)
    return {html.unescape(words): html.unescape(address) for words, address in found}


def test_what_is_looked_at_is_said_in_words(judged: Service) -> None:
    findings = judged.client.get("/assessments/1").json()["result"]["dimensions"]["completeness"]["findings"]
    index = next(at for at, one in enumerate(findings) if one["kind"] == "skipped")
    here = "/assessments/1/cases"
    page = sent(judged, "GET", here, params={"dimension": "completeness", "finding": index, "step": "greet"})
    assert chips(page) == {
        "Lost points in: Completeness": f"{here}?step=greet",
        "Finding: Skipped: Greet": f"{here}?dimension=completeness&step=greet",
        "Step: Greet": f"{here}?dimension=completeness&finding={index}",
    }
    kinds = {"kind": "skipped", "closed": "true", "standard": "soon", "min-cost": "1"}
    assert set(chips(sent(judged, "GET", here, params=kinds))) == {
        "Deviation: Skipped",
        "State: closed",
        "Standard: Delivered soon",
        "Cost at least: 1",
    }
    assert sent(judged, "GET", here, params={"dimension": "completeness", "finding": 99}).status_code == 200


def firsts(page: httpx.Response) -> list[str]:
    """The first deviation that is shown of each case."""
    return re.findall(r'<td><div><span class="mark" aria-hidden="true">[^<]*</span>(.*?)</div>', page.text)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ({}, "Unplanned: Survey"),
        ({"standard": "soon"}, "Late: Delivered soon"),
        ({"kind": "repeated"}, "Repeated: Repair"),
        ({"step": "Survey"}, "Unplanned: Survey"),
    ],
)
def test_the_deviation_that_is_looked_for_stands_first(judged: Service, query: dict[str, str], first: str) -> None:
    assert firsts(sent(judged, "GET", "/assessments/1/cases", params=query))[0] == first
