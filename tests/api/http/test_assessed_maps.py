"""The map of an assessment shows what was judged: cases of its period, and of a live log what had happened by then."""

from __future__ import annotations

import re
from typing import Any

from tests.api.http.service import Service


def shown(service: Service, path: str, **query: Any) -> str:
    """How many cases a page says it shows."""
    with service.client_with(service.key, **{"Accept-Language": "en"}) as client:
        answer = client.get(f"{service.url}{path}", params=query)
    assert answer.status_code == 200, answer.text
    found = re.search(r'<p class="chips".*?<span class="quiet">(.*?)</span>', answer.text, re.DOTALL)
    assert found
    return found[1]


def test_a_map_shows_the_cases_of_the_assessed_period(service: Service) -> None:
    period = {"since": "2026-03-01T17:00:00+08:00", "until": "2026-03-01T18:00:00+08:00"}  # b starts at its end
    number = service.assess(period=period)
    service.finished(number)
    whole, part = shown(service, "/logs/1/map"), shown(service, f"/assessments/{number}/map")
    assert (whole, part) == ("Cases: 2", "Cases: 1")


def test_a_map_shows_the_events_that_were_judged(service: Service) -> None:
    log = service.upload_log(
        "case,activity,timestamp,lifecycle\n"
        "a,Greet,2026-03-01T09:00:00Z,complete\na,Serve,2026-03-01T09:05:00Z,complete\n"
        "b,Greet,2026-03-01T09:00:00Z,complete\nb,Serve,2026-03-01T09:05:00Z,start\n"
    )
    body = {"flow": service.upload_flow(), "log": log, "lifecycle": "complete"}
    number = service.client.post("/assessments", json=body).json()["id"]
    service.finished(number)
    assert shown(service, f"/logs/{log}/map", **{"with": "Serve"}) == "Cases: 2"
    assert shown(service, f"/assessments/{number}/map", **{"with": "Serve"}) == "Cases: 1 of 2"


def test_a_live_log_that_grew_on_leaves_the_map_as_it_was(service: Service) -> None:
    flow = service.upload_flow()
    log = service.client.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]

    def happens(case: str, time: str) -> None:
        event = {"id": case, "case": case, "activity": "Greet", "time": time}
        assert service.client.post(f"/logs/{log}/events", json={"events": [event]}).status_code == 201

    happens("x", "2026-03-31T08:00:00Z")
    number = service.client.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
    service.finished(number)
    happens("y", "2026-03-31T09:00:00Z")
    assert shown(service, f"/logs/{log}/map") == "Cases: 2"
    assert shown(service, f"/assessments/{number}/map") == "Cases: 1"
    assert shown(service, f"/assessments/{number}/map", **{"with": "Greet"}) == "Cases: 1"


def test_a_map_of_some_cases_shows_what_was_found_in_them(service: Service) -> None:
    number = service.assess()
    service.finished(number)

    def drawn(case: str, show: str) -> str:
        with service.client_with(service.key, **{"Accept-Language": "en"}) as client:
            answer = client.get(f"{service.url}/assessments/{number}/map", params={"case-id": case, "show": show})
        assert answer.status_code == 200, answer.text
        return answer.text

    for show in ("deviations", "completeness"):
        assert "Not on the map: Greet 1" in drawn("b", show)  # b has no greeting
        assert "Not on the map" not in drawn("a", show)
