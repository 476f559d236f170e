from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.schedules.service import _matcher, ask_what_is_due
from engine.limits import Limits
from engine.storage.tables import ScheduleRow
from tests.api.http.service import FLOW, PATIENCE, Service, service_in

MONTHLY = {"day": 1, "at": "08:00", "timezone": "Asia/Shanghai"}
NOTICE: dict[str, Any] = {"name": "月度通报", "flow": "visit", "log": "visits*.csv", "monthly": MONTHLY}

LOG = """\
case,activity,timestamp
january,Greet,2026-01-31T15:59:59Z
january,Serve,2026-02-01T09:00:00Z
first,Serve,2026-01-31T16:00:00Z
last,Greet,2026-02-28T15:59:59Z
last,Serve,2026-03-01T02:00:00Z
march,Serve,2026-02-28T16:00:00Z
"""


class FakeClock:
    """The time that a test says."""

    def __init__(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).astimezone(UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock("2026-02-14T12:00+08:00")


@pytest.fixture
def service(database_url: str, tmp_path: Path, clock: FakeClock) -> Iterator[Service]:
    with service_in(tmp_path / "data", database=database_url, clock=clock) as running:
        yield running


def made(service: Service, **changes: Any) -> dict[str, Any]:
    """A schedule that was made."""
    answer = service.client.post("/schedules", json={**NOTICE, **changes})
    assert answer.status_code == 201, answer.text
    shape: dict[str, Any] = answer.json()
    return shape


def asked(service: Service) -> list[dict[str, Any]]:
    """The assessments that were asked for."""
    found: list[dict[str, Any]] = service.client.get("/assessments").json()["items"]
    return found


def test_a_schedule_that_cannot_be_understood_any_more_keeps_no_other_one_from_asking(
    service: Service, clock: FakeClock
) -> None:
    service.upload_flow()
    service.upload_log(LOG, name="visits-2026.csv")
    strange, broken, good = made(service), made(service), made(service)
    with service.running.database.writing() as session:
        for shape, text in ((strange, "Asia/Shanghai"), (broken, '"monthly"')):
            row = session.get_one(ScheduleRow, shape["id"])
            row.settings = row.settings.replace(text, "Nowhere/Land" if shape is strange else '"yearly"')
            session.add(row)
    clock.set("2026-03-01T08:00:01+08:00")
    assert ask_what_is_due(service.running) == 3
    assert [one["schedule"] for one in asked(service)] == [good["id"]]
    assert ask_what_is_due(service.running) == 0
    told = service.client.get(f"/schedules/{strange['id']}").json()
    assert (told["paused"], [one["code"] for one in told["problems"]]) == (True, ["service.our-fault"])


def test_monthly_notice_is_of_the_cases_of_the_last_month(service: Service, clock: FakeClock) -> None:
    service.upload_flow()
    service.upload_log(LOG, name="visits-2026.csv")
    schedule = made(service)
    assert schedule["due"] == "2026-03-01T00:00:00Z"
    clock.set("2026-03-01T07:59:59+08:00")
    assert ask_what_is_due(service.running) == 0
    clock.set("2026-03-01T08:00:01+08:00")
    assert ask_what_is_due(service.running) == 1
    (one,) = asked(service)
    answer = service.finished(one["id"])
    assert (answer["status"], answer["schedule"]) == ("done", schedule["id"])
    assert answer["options"]["period"] == {"since": "2026-01-31T16:00:00Z", "until": "2026-02-28T16:00:00Z"}
    assert answer["options"]["now"] == "2026-03-01T00:00:00Z"
    assert answer["result"]["cases"] == 2
    later = service.client.get(f"/schedules/{schedule['id']}").json()
    assert (later["last"], later["due"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    assert ask_what_is_due(service.running) == 0


def test_what_was_missed_is_asked_for_once(database_url: str, tmp_path: Path, clock: FakeClock) -> None:
    settings: dict[str, Any] = {"database": database_url, "clock": clock}
    with service_in(tmp_path / "data", **settings) as service:
        key = service.key
        service.upload_flow()
        service.upload_log(LOG)
        made(service)
        made(service, monthly=None, daily={"at": "06:00", "timezone": "Europe/Berlin"}, period="whole")
    clock.set("2026-05-20T12:00+08:00")
    with service_in(tmp_path / "data", key=key, **settings) as service:
        deadline = time.monotonic() + PATIENCE
        while len(asked(service)) < 2 and time.monotonic() < deadline:  # the service looks at its start
            time.sleep(0.02)
        periods = {one["schedule"]: (one["options"]["now"], one["options"]["period"]) for one in asked(service)}
        assert len(asked(service)) == 2
        assert periods[1] == (
            "2026-05-01T00:00:00Z",
            {"since": "2026-03-31T16:00:00Z", "until": "2026-04-30T16:00:00Z"},
        )
        assert periods[2] == ("2026-05-20T04:00:00Z", None)
        assert ask_what_is_due(service.running) == 0


def test_newest_log_of_the_name_and_the_version_in_force_are_taken(service: Service, clock: FakeClock) -> None:
    flows = [service.upload_flow(), service.upload_flow(FLOW.replace("greet -> serve", "serve -> greet"))]
    flows.append(service.upload_flow(FLOW.replace("Visit", "Draft")))
    for flow, day in zip(flows, ("2026-01-01", "2026-03-01", "2026-03-02"), strict=True):
        service.client.post(f"/flows/{flow}/activations", json={"effective": day})
    logs = [service.upload_log(LOG, name=name) for name in ("visits-1.csv", "visits-2.csv", "others.csv")]
    made(service)
    clock.set("2026-03-01T08:00+08:00")
    ask_what_is_due(service.running)
    assert [(one["flow"], one["log"]) for one in asked(service)] == [(flows[1], logs[1])]


def test_what_is_not_there_is_said_and_tried_again_the_next_time(service: Service, clock: FakeClock) -> None:
    number = made(service)["id"]
    clock.set("2026-03-05T08:00+08:00")
    assert ask_what_is_due(service.running) == 1
    answer = service.client.get(f"/schedules/{number}").json()
    assert [one["code"] for one in answer["problems"]] == ["schedule.no-flow", "schedule.no-log"]
    assert (answer["last"], answer["due"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    service.upload_flow()
    service.upload_log(LOG)
    clock.set("2026-04-01T08:00+08:00")
    ask_what_is_due(service.running)
    assert service.client.get(f"/schedules/{number}").json()["problems"] == []
    assert len(asked(service)) == 1


def test_versions_of_a_flow_without_any_are_said(service: Service, clock: FakeClock) -> None:
    service.upload_flow()
    service.upload_log(LOG)
    number = made(service, options={"versions": True})["id"]
    clock.set("2026-03-05T08:00+08:00")
    ask_what_is_due(service.running)
    answer = service.client.get(f"/schedules/{number}").json()
    assert [one["code"] for one in answer["problems"]] == ["service.no-versions"]


def test_paused_schedule_asks_for_nothing_and_what_passed_stays_unasked(service: Service, clock: FakeClock) -> None:
    service.upload_flow()
    service.upload_log(LOG)
    number = made(service)["id"]
    assert service.client.post(f"/schedules/{number}/pause").json()["paused"]
    clock.set("2026-03-05T08:00+08:00")
    assert ask_what_is_due(service.running) == 0
    answer = service.client.post(f"/schedules/{number}/resumption").json()
    assert (answer["paused"], answer["due"]) == (False, "2026-04-01T00:00:00Z")
    assert ask_what_is_due(service.running) == 0


def test_deleted_schedule_is_gone_and_its_assessments_stay(service: Service, clock: FakeClock) -> None:
    service.upload_flow()
    service.upload_log(LOG)
    number = made(service)["id"]
    clock.set("2026-03-05T08:00+08:00")
    ask_what_is_due(service.running)
    assert service.client.delete(f"/schedules/{number}").status_code == 204
    clock.set("2026-04-05T08:00+08:00")
    assert ask_what_is_due(service.running) == 0
    assert service.client.get("/schedules").json()["items"] == []
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resumption")):
        answer = service.client.request(method, f"/schedules/{number}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "schedule.no-such-schedule")
    assert [one["schedule"] for one in asked(service)] == [number]


def test_schedule_waits_while_too_many_assessments_do(
    database_url: str, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(waiting_assessments=1)
    with service_in(tmp_path / "data", database=database_url, clock=clock, limits=limits) as service:
        monkeypatch.setattr(service.running.work.queue, "submit", lambda _name: None)
        service.upload_flow()
        service.upload_log(LOG)
        made(service)
        made(service)
        clock.set("2026-03-01T08:00+08:00")
        assert [ask_what_is_due(service.running) for _ in range(2)] == [1, 0]
        service.client.post("/assessments/1/cancellation")
        assert ask_what_is_due(service.running) == 1
        assert [one["schedule"] for one in asked(service)] == [1, 2]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"monthly": None}, ["schedule.one-recurrence"]),
        ({"daily": {"at": "08:00", "timezone": "UTC"}}, ["schedule.one-recurrence"]),
        (
            {"monthly": {**MONTHLY, "timezone": "Mars/Olympus"}, "flow": 9},
            ["schedule.unknown-timezone", "service.no-such-flow"],
        ),
        ({"monthly": {**MONTHLY, "timezone": "../etc"}}, ["schedule.unknown-timezone"]),
        ({"monthly": {**MONTHLY, "day": 32}}, ["service.out-of-range"]),
        ({"monthly": {**MONTHLY, "at": "24:00"}}, ["service.bad-field"]),
        ({"monthly": None, "weekly": {**MONTHLY, "day": "someday"}}, ["service.not-a-choice"]),
        ({"log": 7}, ["service.no-such-log"]),
        ({"options": {"closed": "sometimes"}}, ["assess.unknown-closed-rule"]),
        ({"options": {"now": "2026-03-01T09:00:00Z"}}, ["service.unknown-field"]),
        ({"period": "last-year"}, ["service.not-a-choice"]),
        ({"name": ""}, ["service.text-length"]),
        ({"name": "x" * 201}, ["service.text-length"]),
    ],
)
def test_what_is_wrong_is_said_at_once(service: Service, changes: dict[str, Any], codes: list[str]) -> None:
    answer = service.client.post("/schedules", json={**NOTICE, **changes})
    assert (answer.status_code, [one["code"] for one in answer.json()["problems"]]) == (422, codes)
    assert service.client.get("/schedules").json()["items"] == []


def test_schedules_have_a_limit(tmp_path: Path, clock: FakeClock) -> None:
    with service_in(tmp_path / "data", clock=clock, limits=Limits(schedules=1)) as service:
        number = made(service)["id"]
        answer = service.client.post("/schedules", json=NOTICE)
        assert (answer.status_code, answer.json()["code"]) == (422, "limit.exceeded")
        service.client.delete(f"/schedules/{number}")
        made(service)


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("visits.csv", "visits.csv", True),
        ("visits.csv", "visits.csv2", False),
        ("*", "", True),
        ("visits*", "visits", True),
        ("a*b*c", "axbxbc", True),
        ("a*b*c", "acb", False),
        ("a*a", "a", False),
        ("*月*", "三月.csv", True),
        ("v[a-z]*", "visits", False),
        ("*a" * 60, "a" * 59, False),
    ],
)
def test_star_stands_for_any_text(*, pattern: str, name: str, matches: bool) -> None:
    assert _matcher(pattern)(name) is matches
