"""Traps that services fall into: an awkward value in any place of any JSON body is refused, never a fault of ours."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.accounts.test_audit import BODIES
from tests.api.accounts.test_sign_in import browser, csrf, sign_in
from tests.api.accounts.things import Things, address
from tests.api.http.service import Service

TRAPS = {
    "half a character": '"\\ud800"',
    "NUL": '"a\\u0000b"',
    "an integer past 64 bits": str(2**63),
    "a negative integer past 64 bits": str(-(2**63) - 1),
    "not a number": "NaN",
    "infinity": "1e999",
    "a moment in year 1": '"0001-01-01T00:00:00+14:00"',
    "a moment without a zone": '"2026-03-01T09:00:00"',
    "a long text": json.dumps("x" * 60_000),
    "deep nesting": "[" * 2_000 + "]" * 2_000,
}
JSON_ROUTES = [route for route, request in BODIES.items() if b"{" in request.get("content", b"")[:1]]


def with_trap(body: Any, trap: str) -> Iterator[str]:
    """A body as often as it has leaves, each time with the trap in place of another one."""
    for path in leaves(body):
        changed = copy.deepcopy(body)
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = "@trap@"
        yield json.dumps(changed).replace('"@trap@"', trap)


def leaves(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in members:
        yield (*path, name)
        yield from leaves(value, (*path, name))


def test_nine_routes_take_json() -> None:
    assert len(JSON_ROUTES) == 9


@pytest.mark.parametrize("name", TRAPS)
@pytest.mark.parametrize("route", JSON_ROUTES, ids=" ".join)
def test_trap_is_refused_and_can_be_told(shared_service: Service, route: tuple[str, str], name: str) -> None:
    method, path = route
    target = address(shared_service, Things(flow="1", log="2"), path)
    if not shared_service.client.get("/flows/1").is_success:
        shared_service.upload_flow()
        shared_service.upload_log()
        shared_service.client.post("/logs", json={"name": "desk"})
    body = json.loads(BODIES[route]["content"])
    for content in with_trap(body, TRAPS[name]):
        answer = shared_service.client.request(
            method,
            f"{shared_service.url}{target}",
            content=content.encode(),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in {200, 201, 202, 409, 413, 422}, (content[:300], answer.text[:300])
        if answer.is_error:
            assert answer.json()["problems"], content[:300]


def test_nul_in_an_address_is_no_fault_of_ours(shared_service: Service) -> None:
    document = shared_service.client.get("/openapi.json").json()
    asked = 0
    for path, operations in document["paths"].items():
        for given in operations.get("get", {}).get("parameters", []):
            if given.get("in") == "query" and "{" not in path:
                answer = shared_service.client.get(f"{shared_service.url}{path}", params={given["name"]: "a\0b"})
                assert answer.status_code == 422, (path, given["name"])
                asked += 1
    assert asked > 10


@pytest.mark.parametrize(("number", "status"), [(2**31 - 1, 404), (2**31, 422), (2**53 - 2, 422)])
def test_large_number_of_a_row_is_no_fault_of_ours(shared_service: Service, number: int, status: int) -> None:
    for path in ("/flows", "/logs", "/assessments", "/keys", "/schedules"):
        assert shared_service.client.get(f"{path}/{number}").status_code == status
    for path in ("/flows", "/logs", "/assessments", "/keys", "/audit"):
        asked = shared_service.client.get(path, params={"after": number})
        assert asked.status_code == (200 if status == 404 else 422)


PAGES = ("/audit?key={}", "/audit?before={}", "/flows/1/changes?since={}", "/assessments/1/comparison?before={}")


@pytest.mark.parametrize(("number", "status"), [(2**31, 422), (999_999_999_999_999, 422), (2**63, 422)])
def test_large_number_in_the_address_of_a_page_is_no_fault_of_ours(
    shared_service: Service, number: int, status: int
) -> None:
    with browser(shared_service) as client:
        sign_in(client, shared_service.key)
        for page in PAGES:
            assert client.get(page.format(number)).status_code == status, page
        assert client.get("/audit?key=&action=").status_code == 200
        assert client.get("/audit?key=1").status_code == 200


def test_nul_in_a_form_is_refused(shared_service: Service) -> None:
    schedule = {
        "name": "notice",
        "flow": "visit",
        "log": "",
        "log_name": "*",
        "day": "1",
        "at": "08:00",
        "timezone": "UTC",
    }
    forms = {
        "/schedules": schedule,
        "/live": {"name": "desk", "flow": ""},
        "/keys": {"name": "Li", "role": "reviewer"},
        "/assessments": {"flow": "1", "log": "1", "closed": "all"},
        "/flows/1/activations": {"effective": "2026-01-01"},
    }
    with browser(shared_service) as client:
        sign_in(client, shared_service.key)
        token = csrf(client)
        for path, fields in forms.items():
            for name in fields:
                answer = client.post(path, data={**fields, name: f"{fields[name]}\0", "csrf": token})
                assert answer.status_code == 422, (path, name)


@pytest.mark.parametrize("limit", ["-1", "0", "101", "1e9", str(2**63)])
def test_no_list_is_longer_than_its_limit(shared_service: Service, limit: str) -> None:
    for path in ("/flows", "/logs", "/assessments", "/keys", "/audit"):
        assert shared_service.client.get(path, params={"limit": limit}).status_code == 422


def test_known_event_with_another_payload_is_a_conflict(shared_service: Service) -> None:
    log = shared_service.client.post("/logs", json={"name": "desk"}).json()["id"]
    event = {"id": "1", "case": "a", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}
    statuses = [
        shared_service.client.post(f"/logs/{log}/events", json={"events": [{**event, **change}]}).status_code
        for change in ({}, {}, {"activity": "Serve"})
    ]
    assert statuses == [201, 200, 409]
