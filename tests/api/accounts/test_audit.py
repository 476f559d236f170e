from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.accounts.acting import Acting, allows, declared
from api.accounts.principal import How, Principal
from api.accounts.roles import RULES, Action
from api.http.app import create_app
from engine.storage.account_tables import AuditRow
from engine.storage.database import Session
from engine.storage.tables import Role
from tests.api.accounts.test_keys import Clock
from tests.api.accounts.test_sign_in import browser, csrf, sign_in
from tests.api.accounts.things import ACTION, Things, address, let_wait
from tests.api.http.service import FLOW, LOG, NOW, Service, service_in

SAFE = {"GET", "HEAD"}
JSON = {"Content-Type": "application/json"}
EVENTS = [{"id": f"e{n}", "case": "b", "activity": "Greet", "time": "2026-03-01T09:00:00Z"} for n in range(3)]


def json_of(**members: Any) -> dict[str, Any]:
    return {"content": json.dumps(members).encode(), "headers": JSON}


BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/flows"): {"params": {"name": "x.yaml"}, "content": FLOW.encode()},
    ("POST", "/api/v1/flows/{flow}/activations"): json_of(effective="2026-04-01"),
    ("POST", "/api/v1/flows/{flow}/acceptances"): json_of(kind="skipped", steps=["greet"], reason="agreed"),
    ("DELETE", "/api/v1/flows/{flow}/acceptances/{acceptance}"): {},
    ("POST", "/api/v1/flows/{flow}/actions"): json_of(**ACTION),
    ("PUT", "/api/v1/flows/{flow}/actions/{action}"): json_of(**ACTION, state="done"),
    ("DELETE", "/api/v1/flows/{flow}/actions/{action}"): {},
    ("POST", "/api/v1/logs"): {"params": {"name": "x.csv"}, "content": LOG.encode()},
    ("POST", "/api/v1/logs/{log}/events"): json_of(events=EVENTS),
    ("POST", "/api/v1/logs/{log}/cases/{case:text}/close"): {},
    ("POST", "/api/v1/logs/{log}/close"): {},
    ("POST", "/api/v1/logs/{log}/hooks"): json_of(url="http://127.0.0.1:9/secret-path"),
    ("DELETE", "/api/v1/logs/{log}/hooks/{hook}"): {},
    ("POST", "/api/v1/assessments"): json_of(flow=1, log=1),
    ("POST", "/api/v1/assessments/{assessment}/cancellation"): {},
    ("POST", "/api/v1/schedules"): json_of(
        name="notice", flow=1, log=1, daily={"at": "08:00", "timezone": "Asia/Shanghai"}
    ),
    ("POST", "/api/v1/schedules/{schedule}/pause"): {},
    ("POST", "/api/v1/schedules/{schedule}/resumption"): {},
    ("DELETE", "/api/v1/schedules/{schedule}"): {},
    ("POST", "/api/v1/keys"): json_of(name="Li", role="reviewer"),
    ("DELETE", "/api/v1/keys/{key}"): {},
    ("POST", "/flows/uploads"): {"params": {"name": "x.yaml"}, "content": FLOW.encode()},
    ("POST", "/flows/{flow}/activations"): {"data": {"effective": "2026-05-01"}, "follow_redirects": False},
    ("POST", "/logs/uploads"): {"params": {"name": "x.csv"}, "content": LOG.encode()},
    ("POST", "/assessments"): {"data": {"flow": 1, "log": 1}, "follow_redirects": False},
    ("POST", "/assessments/{assessment}/cancellation"): {"follow_redirects": False},
    ("POST", "/assessments/{assessment}/acceptances"): {
        "data": {"key": "", "reason": "agreed"},
        "follow_redirects": False,
    },
    ("POST", "/assessments/{assessment}/acceptances/{acceptance}/withdrawal"): {"follow_redirects": False},
    ("POST", "/schedules"): {
        "data": {"name": "notice", "flow": "visit", "log": "1", "every": "day", "at": "08:00", "timezone": "UTC"},
        "follow_redirects": False,
    },
    ("POST", "/schedules/{schedule}/pause"): {"follow_redirects": False},
    ("POST", "/schedules/{schedule}/resumption"): {"follow_redirects": False},
    ("POST", "/schedules/{schedule}/deletion"): {"follow_redirects": False},
    ("POST", "/live"): {"data": {"name": "desk"}, "follow_redirects": False},
    ("POST", "/live/{log}/closing"): {"follow_redirects": False},
    ("POST", "/keys"): {"data": {"name": "Li", "role": "reviewer"}},
    ("POST", "/keys/{key}/revocation"): {"follow_redirects": False},
    ("POST", "/sign-in"): {},
    ("POST", "/sign-out"): {},
}
"""What makes each request that changes something succeed. A new one gets a line here."""


def entries(service: Service, **wanted: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.client.get("/audit", params=wanted).json()["items"]
    return found


def last(service: Service) -> AuditRow | None:
    with service.running.database.reading() as session:
        number = session.connection().exec_driver_sql("SELECT max(id) FROM audit").scalar()
        return None if number is None else session.get_one(AuditRow, number)


def test_every_change_has_a_body(shared_service: Service) -> None:
    unsafe = {route for route in declared(shared_service.app) if route[0] not in SAFE}
    assert unsafe == set(BODIES)


@pytest.mark.parametrize("route", BODIES, ids=" ".join)
def test_every_change_is_written_down(shared_service: Service, route: tuple[str, str]) -> None:
    service, (method, path) = shared_service, route
    if path.endswith(("/assessments", "/schedules")):
        service.upload_flow()
        service.upload_log()
    made = Things()
    target = address(service, made, path)
    if path.endswith("/cancellation"):
        let_wait(service, made["assessment"])
    request = {**BODIES[route]}
    if path == "/assessments/{assessment}/acceptances":
        found = service.client.get(f"/assessments/{made['assessment']}/deviations").json()["items"]
        request["data"] = {**request["data"], "key": found[0]["key"]}
    if path == "/sign-in":
        request |= {"data": {"key": service.key}, "headers": {"Origin": service.url}}
    before = last(service)
    answer = service.client.request(method, f"{service.url}{target}", **request)
    assert not answer.is_error, answer.text
    row = last(service)
    assert row is not None
    assert before is None or row.id == (before.id or 0) + 1
    action = declared(service.app)[route] or Action.SIGN_IN
    assert (row.method, row.action, row.status) == (method, action, answer.status_code)
    assert (row.key, row.name, row.role) == (1, "console", "administrator")
    assert (row.resource, row.at) == (RULES[action].resource, NOW)
    assert row.resource_id
    assert row.resource
    assert not any(secret in row.changed for secret in (service.key, "whsec_", "trueline_", "secret-path"))


def test_what_is_refused_is_not_written_down(service: Service) -> None:
    _, key = service.new_key("reviewer")
    count = len(entries(service))
    with service.client_with(key) as client:
        client.post("/flows", params={"name": "x.yaml"}, content=FLOW.encode())
    service.client.post("/flows", params={"name": "x.yaml"}, content=b"nonsense")
    service.client.post("/logs/9/close")
    service.client.delete("/keys/9")
    assert len(entries(service)) == count


def test_change_and_entry_are_kept_together(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    log = service.client.post("/logs", json={"name": "desk"}).json()["id"]

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the audit log cannot be written")

    with monkeypatch.context() as broken:
        broken.setattr("engine.storage.audit.write", fail)
        with service.client_with(service.key) as client:
            flow = client.post("/flows", params={"name": "x.yaml"}, content=FLOW.encode())
        with service.client_with(service.key) as client:  # the service hangs up after a fault of its own
            events = client.post(f"/logs/{log}/events", json={"events": EVENTS})
    assert [flow.status_code, events.status_code] == [500, 500]
    assert service.client.get("/flows").json()["items"] == []
    assert service.client.get(f"/logs/{log}/events").json()["items"] == []


def test_batch_is_one_entry_with_its_counts(service: Service) -> None:
    log = service.client.post("/logs", json={"name": "desk"}).json()["id"]
    for events in (EVENTS[:2], EVENTS, EVENTS):
        service.client.post(f"/logs/{log}/events", json={"events": events})
    found = [(entry["status"], entry["changed"]) for entry in entries(service, action="append-events")]
    assert found == [
        (201, {"accepted": 2, "duplicates": 0}),
        (201, {"accepted": 1, "duplicates": 2}),
        (200, {"accepted": 0, "duplicates": 3}),
    ]


def test_entries_are_found_by_who_what_and_when(tmp_path: Path) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock) as service:
        number, key = service.new_key("designer")
        clock.now = NOW + timedelta(hours=1)
        with browser(service) as client:
            sign_in(client, key)
            sent = {"X-CSRF-Token": csrf(client)}
            for _ in range(3):
                client.post("/api/v1/flows?name=x.yaml", content=FLOW.encode(), headers=sent)
        by_session = entries(service, key=number)
        assert [entry["action"] for entry in by_session] == ["sign-in", *["upload-flow"] * 3]
        assert by_session[1]["who"] == {"key": number, "name": "a designer", "role": "designer", "how": "session"}
        assert [entry["resource_id"] for entry in entries(service, resource="flow")] == ["1", "2", "3"]
        assert len(entries(service, resource="flow", id="2")) == 1
        assert len(entries(service, since="2026-04-01T18:00:00+08:00")) == 4
        assert entries(service, since="2026-04-01T10:00:00.000001Z") == []
        pages = list(service.typed.audit(resource="flow").pages(limit=2))
    assert [[entry.resource_id for entry in page.items] for page in pages] == [["1", "2"], ["3"]]


@pytest.mark.parametrize(
    "query", ["action=nothing", "key=0", "since=yesterday", "since=2026-04-01T09:00:00", "id=", "resource="]
)
def test_awkward_filters_are_refused(shared_service: Service, query: str) -> None:
    assert shared_service.client.get(f"/audit?{query}").status_code == 422


def test_route_that_does_not_say_what_it_does_is_refused(service: Service) -> None:
    app = create_app(service.running)

    @app.post("/forgotten")
    def forgotten() -> None:
        """Says nothing."""

    with pytest.raises(LookupError, match="/forgotten"):
        declared(app)


def test_change_that_a_route_writes_in_its_own_way_is_written_down_all_the_same(service: Service) -> None:
    def forgetful() -> None:
        """Writes with neither ``WriteSession`` nor ``committed``."""

    added(service.app, forgetful)
    service.client.post("/forgetful")
    (entry,) = entries(service)
    assert (entry["action"], entry["status"]) == ("upload-log", 202)


def added(app: FastAPI, endpoint: Any) -> None:
    """Let an application have a route more."""
    app.post("/api/v1/forgetful", status_code=HTTPStatus.ACCEPTED, dependencies=[allows(Action.UPLOAD_LOG)])(endpoint)


def test_nobody_forgets_to_look_whose_it_is(service: Service) -> None:
    acting = Acting("DELETE", Principal(1, "console", Role.ADMINISTRATOR, How.KEY), action=Action.REMOVE_HOOK)
    with service.running.database.writing() as session:
        assert isinstance(session, Session)
        with pytest.raises(LookupError, match="whose"):
            acting.write(session, now=NOW)
    acting.require_own(None)
    with service.running.database.writing() as session:
        acting.write(session, now=NOW)
    assert acting.audited
