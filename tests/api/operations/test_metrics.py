"""``/metrics`` counts what happens, and no label grows with what is asked or stored."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from prometheus_client.parser import text_string_to_metric_families

from api.operations.records import NO_ROUTE
from tests.api.http.service import Service, service_in, until

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(service: Service) -> Samples:
    answer = httpx.get(f"{service.url}/metrics", headers={"Authorization": f"Bearer {service.key}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def event(number: int) -> dict[str, str]:
    return {"id": str(number), "case": f"c{number}", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}


def test_events_jobs_and_deliveries_are_counted(service: Service) -> None:
    number = service.assess(closed="ended")
    service.finished(number)
    log = service.client.post("/logs", json={"name": "desk", "flow": 1}).json()["id"]
    service.client.post(f"/logs/{log}/hooks", json={"url": "https://desk.invalid/x"})
    assert service.client.post(f"/logs/{log}/events", json={"events": [event(1), event(2)]}).status_code == 201
    service.client.post(f"/logs/{log}/events", json={"events": [event(1), event(3)]})
    service.client.post(f"/logs/{log}/cases/c1/close")
    found = samples(service)
    assert value(found, "trueline_events_appended_total") == 3
    assert value(found, "trueline_events_duplicates_total") == 1
    assert value(found, "trueline_cases_open") == 2
    assert value(found, "trueline_deliveries_pending") == 1
    assert value(found, "trueline_assessments", status="done") == 1
    assert {dict(labels)["status"] for name, labels in found if name == "trueline_assessments"} == {
        "queued",
        "running",
        "done",
        "failed",
        "cancelled",
    }
    assert value(found, "trueline_batches_waiting") == 0
    assert value(found, "process_open_fds") > 0


def test_cases_of_a_closed_log_are_not_open(service: Service) -> None:
    log = service.client.post("/logs", json={"name": "desk"}).json()["id"]
    service.client.post(f"/logs/{log}/events", json={"events": [event(1)]})
    service.client.post(f"/logs/{log}/close")
    assert value(samples(service), "trueline_cases_open") == 0


def test_requests_are_counted_by_method_template_and_status(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        for number in range(3):
            service.client.get(f"/flows/{number + 1}")
        service.client.get("/flows/x")
        service.client.request("BREW", "/flows")
        with service.client_with("wrong") as stranger:
            stranger.get("/flows/1")
        found = samples(service)
    route = "/api/v1/flows/{flow}"
    assert value(found, "trueline_requests_total", method="GET", route=route, status="404") == 3
    assert value(found, "trueline_requests_total", method="GET", route=route, status="422") == 1
    assert value(found, "trueline_requests_total", method="GET", route=NO_ROUTE, status="401") == 1
    assert value(found, "trueline_requests_total", method="other", route="/api/v1/flows", status="405") == 1
    assert value(found, "trueline_request_seconds_count", method="GET", route=route) == 4
    assert value(found, "trueline_requests_in_flight") == 1, "the one that asks"


def test_streams_are_counted_while_they_are_open(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        flow = service.upload_flow()
        log = service.client.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]
        with service.client.stream("GET", f"/logs/{log}/stream"):
            assert value(samples(service), "trueline_streams_open") == 1
        until(lambda: value(samples(service), "trueline_streams_open") == 0)
        assert value(samples(service), "trueline_requests_in_flight") == 1


def test_every_route_gives_its_template_as_label_and_nothing_else_does(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        routes = {
            (method, str(route.path))
            for route in iter_route_contexts(service.app.routes)
            for method in route.methods or ()
        }
        templates = {path for _, path in routes}
        assert len(templates) > 60
        for turn in ("7", "x%2Fy"):  # two values of each parameter: the same labels
            for method, path in routes:
                if not path.endswith("/stream"):
                    address = re.sub(r"\{[^}]+\}", turn, path)
                    service.client.request(method, f"{service.url}{address}", headers={"Origin": service.url})
                    service.client.get(f"{service.url}/nowhere/{turn}{address}")
        found = samples(service)
    labelled = [dict(labels) for name, labels in found if name == "trueline_requests_total"]
    assert {one["route"] for one in labelled} <= templates | {NO_ROUTE}
    streams = {path for path in templates if path.endswith("/stream")}
    assert templates - streams - {one["route"] for one in labelled} == set()
    assert {one["method"] for one in labelled} <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    names = {name for _, labels in found for name, _ in labels}
    assert names == {"method", "route", "status", "le"}


def test_applications_count_apart(tmp_path: Path) -> None:
    with service_in(tmp_path / "a") as first, service_in(tmp_path / "b") as second:
        first.client.get("/flows")
        route = {"method": "GET", "route": "/api/v1/flows", "status": "200"}
        assert value(samples(first), "trueline_requests_total", **route) == 1
        with pytest.raises(KeyError):
            value(samples(second), "trueline_requests_total", **route)


def test_any_key_reads_them_and_no_stranger(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        _, reviewer = service.new_key("reviewer")
        with service.client_with(reviewer) as client:
            assert client.get(f"{service.url}/metrics").status_code == 200
        assert httpx.get(f"{service.url}/metrics").status_code == 401
