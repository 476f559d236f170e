"""Improvement actions by HTTP. Who may write and change them stands in ``accounts/permissions.csv``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.limits import Limits
from engine.storage.actions import action_row
from tests.api.accounts.test_keys import Clock
from tests.api.http.service import FLOW, NOW, Service, service_in

ACTION = {"answers": "skipped:greet", "action": "交接时核对清单", "owner": "王芳", "due": "2026-04-30"}


def test_action_comes_back_as_it_was_written(service: Service) -> None:
    flow = service.upload_flow()
    answer = service.client.post(f"/flows/{flow}/actions", json=ACTION)
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/v1/flows/{flow}/actions/{made['id']}")
    assert made == {
        **ACTION,
        "state": "open",
        "id": 1,
        "flow": "visit",
        "created": "2026-04-01T09:00:00Z",
        "created_by": 1,
        "changed": "2026-04-01T09:00:00Z",
    }
    assert service.client.get(answer.headers["location"].removeprefix("/api/v1")).json() == made
    assert service.client.get(f"/flows/{flow}/actions").json() == {"items": [made], "next": None}


def test_change_says_everything_again_and_when(tmp_path: Path) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock) as service:
        flow = service.upload_flow()
        address = f"/flows/{flow}/actions/{service.client.post(f'/flows/{flow}/actions', json=ACTION).json()['id']}"
        clock.now = NOW + timedelta(hours=1)
        same = service.client.put(address, json=ACTION).json()
        assert same["changed"] == "2026-04-01T09:00:00Z"
        changed = service.client.put(address, json=ACTION | {"state": "in-progress", "owner": "李伟"}).json()
    assert (changed["state"], changed["owner"], changed["changed"]) == ("in-progress", "李伟", "2026-04-01T10:00:00Z")
    assert changed["created"] == "2026-04-01T09:00:00Z"


def test_who_reads_an_action_waits_for_nobody_who_changes_it(service: Service) -> None:
    flow = service.upload_flow()
    made = service.client.post(f"/flows/{flow}/actions", json=ACTION).json()
    with service.running.database.writing() as session:
        action_row(session, "visit", made["id"], held=True)
        answer = service.client.get(f"/flows/{flow}/actions/{made['id']}", timeout=5)
    assert answer.json() == made


def test_removed_action_is_gone(service: Service) -> None:
    flow = service.upload_flow()
    made = service.client.post(f"/flows/{flow}/actions", json=ACTION).json()
    address = f"/flows/{flow}/actions/{made['id']}"
    assert service.client.delete(address).json() == made
    for method in ("GET", "DELETE"):
        answer = service.client.request(method, address)
        assert (answer.status_code, answer.json()["code"]) == (404, "action.not-there")
    assert service.client.put(address, json=ACTION).status_code == 404
    assert service.client.get(f"/flows/{flow}/actions").json()["items"] == []


def test_action_belongs_to_all_versions_of_its_flow_alone(service: Service) -> None:
    flow, newer = service.upload_flow(), service.upload_flow(FLOW.replace("Serve", "Help"))
    other = service.upload_flow(FLOW.replace("flow: visit", "flow: another"))
    made = service.client.post(f"/flows/{flow}/actions", json=ACTION).json()
    assert service.client.get(f"/flows/{newer}/actions/{made['id']}").json() == made
    assert service.client.get(f"/flows/{other}/actions/{made['id']}").status_code == 404
    assert service.client.get(f"/flows/{other}/actions").json()["items"] == []
    assert service.client.get("/flows/99/actions").status_code == 404


def test_pages_follow_each_other(service: Service) -> None:
    flow = service.upload_flow()
    for number in range(3):
        service.client.post(f"/flows/{flow}/actions", json=ACTION | {"owner": f"owner {number}"})
    pages = service.typed.actions(flow).pages(limit=2)
    assert [[one.owner for one in page.items] for page in pages] == [["owner 0", "owner 1"], ["owner 2"]]


@pytest.mark.parametrize(
    ("wrong", "codes", "places"),
    [
        ({"owner": " ", "due": "tomorrow"}, ["action.missing-field", "action.not-a-day"], ["owner", "due"]),
        ({"action": "x" * 1_001}, ["action.too-long"], ["action"]),
        ({"action": "a\x07b", "state": "late"}, ["action.unprintable", "action.unknown-state"], ["action", "state"]),
        ({"due": "0000-00-00"}, ["action.not-a-day"], ["due"]),
        ({"owner": 7}, None, ["owner"]),
        ({"colour": "red"}, ["service.unknown-field"], ["colour"]),
        ({"answers": None}, None, ["answers"]),
    ],
)
def test_wrong_action_is_refused_with_all_that_is_wrong(
    service: Service, wrong: dict[str, Any], codes: list[str] | None, places: list[str]
) -> None:
    flow = service.upload_flow()
    answer = service.client.post(f"/flows/{flow}/actions", json=ACTION | wrong)
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert codes is None or [one["code"] for one in problems] == codes
    assert [one["place"] for one in problems] == places
    assert service.client.get(f"/flows/{flow}/actions").json()["items"] == []


def test_flow_has_no_more_actions_than_a_report_lists(tmp_path: Path) -> None:
    with service_in(tmp_path / "d", limits=Limits(actions=2)) as service:
        flow = service.upload_flow()
        found = [service.client.post(f"/flows/{flow}/actions", json=ACTION) for _ in range(3)]
        other = service.upload_flow(FLOW.replace("flow: visit", "flow: another"))
        assert service.client.post(f"/flows/{other}/actions", json=ACTION).status_code == 201
    assert [one.status_code for one in found] == [201, 201, 422]
    assert "actions" in found[2].text
