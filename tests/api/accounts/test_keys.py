from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.accounts.keys import CONSOLE, KeyRing, Uses, ensure_key, make_key
from engine.limits import Limits
from engine.storage.accounts import all_keys
from engine.storage.database import Database
from engine.storage.tables import Role
from tests.api.http.service import FLOW, NOW, Service, service_in

HOUR = timedelta(hours=1)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def status(service: Service, key: str) -> int:
    with service.client_with(key) as client:
        return client.get("/me").status_code


def test_key_is_shown_when_it_is_made_and_never_again(service: Service) -> None:
    made = service.client.post("/keys", json={"name": " 前台 ", "role": "operator"})
    assert made.headers["Location"] == f"/api/v1/keys/{made.json()['id']}"
    shape = made.json()
    key = shape.pop("key")
    assert (shape["name"], shape["role"], shape["created_by"]) == ("前台", "operator", 1)
    listed = service.client.get("/keys")
    assert [listed.json()["items"][1], service.client.get("/keys/2").json()] == [shape, shape]
    assert key not in listed.text
    assert status(service, key) == 200


def test_revoked_key_opens_nothing_from_then_on(service: Service) -> None:
    number, key = service.new_key("designer")
    assert status(service, key) == 200
    assert [service.client.delete(f"/keys/{number}").status_code for _ in range(2)] == [204, 204]
    assert status(service, key) == 401
    assert service.client.get(f"/keys/{number}").json()["revoked"] == "2026-04-01T09:00:00Z"


def test_key_expires_to_the_microsecond(tmp_path: Path) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock) as service:
        _, key = service.new_key("reviewer", expires="2026-04-01T18:00:00+08:00")
        clock.now = NOW + HOUR - timedelta(microseconds=1)
        assert status(service, key) == 200
        clock.now = NOW + HOUR
        assert status(service, key) == 401


@pytest.mark.parametrize(
    ("members", "codes"),
    [
        ({"name": " "}, ["account.bad-name"]),
        ({"name": "a\nb", "expires": "2026-04-01T09:00:00Z"}, ["account.bad-name", "account.expired"]),
        ({"name": "x" * 101}, ["service.text-length"]),
        ({"role": "king"}, ["service.not-a-choice"]),
        ({"expires": "tomorrow"}, ["service.not-a-moment"]),
        ({"expires": "2026-05-01"}, ["service.moment-without-zone"]),
        ({"key": "mine"}, ["service.unknown-field"]),
    ],
)
def test_key_that_cannot_be_is_refused(service: Service, members: dict[str, Any], codes: list[str]) -> None:
    answer = service.client.post("/keys", json={"name": "Li", "role": "reviewer", **members})
    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.json()["problems"]] == codes
    assert len(service.client.get("/keys").json()["items"]) == 1


def test_no_more_keys_than_the_limit_are_in_force(tmp_path: Path) -> None:
    with service_in(tmp_path / "d", limits=Limits(keys=2)) as service:
        number, _ = service.new_key("reviewer")
        refused = service.client.post("/keys", json={"name": "Li", "role": "reviewer"})
        assert (refused.status_code, refused.json()["problems"][0]["values"]["limit"]) == (422, "keys")
        service.client.delete(f"/keys/{number}")
        service.new_key("reviewer")


def test_missing_keys_are_not_found(service: Service) -> None:
    answers = [service.client.get("/keys/9"), service.client.delete("/keys/9")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "account.no-such-key")] * 2


def test_who_one_is_and_what_one_may(service: Service) -> None:
    number, key = service.new_key("operator")
    with service.client_with(key) as client:
        me = client.get("/me").json()
    assert (me["id"], me["name"], me["role"], me["how"], me["csrf"]) == (number, "a operator", "operator", "key", None)
    whose = {entry["action"]: entry["whose"] for entry in me["may"]}
    assert (whose["upload-log"], whose["remove-hook"], "upload-flow" in whose) == ("all", "own", False)


def test_use_is_noted_once_a_minute(tmp_path: Path) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock) as service:
        number, key = service.new_key("reviewer")
        seen = []
        for seconds in (0, 59, 60):
            clock.now = NOW + timedelta(seconds=seconds)
            status(service, key)
            service.running.writer.submit(lambda _: None).result()  # what is noted is written in order
            seen.append(service.client.get(f"/keys/{number}").json()["used"])
    assert seen == ["2026-04-01T09:00:00Z", "2026-04-01T09:00:00Z", "2026-04-01T09:01:00Z"]


def test_clock_that_goes_back_does_not_stop_the_noting() -> None:
    uses = Uses()
    assert [uses.due(1, now=NOW), uses.due(1, now=NOW), uses.due(1, now=NOW - HOUR)] == [True, False, True]


def test_new_key_of_the_console_replaces_its_older_ones_alone(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        first = ensure_key(database, now=NOW, renew=False, most=9)
        assert first is not None
        assert ensure_key(database, now=NOW, renew=False, most=9) is None
        with database.writing() as session:
            by_somebody = make_key(session, name=CONSOLE, role=Role.REVIEWER, now=NOW, most=9, by=first.row.id)
            other = make_key(session, name="Li", role=Role.ADMINISTRATOR, now=NOW, most=9)
        second = ensure_key(database, now=NOW, renew=True, most=9)
        assert second is not None
        ring = KeyRing(database)
        found = [ring.find(key.text, now=NOW) for key in (first, by_somebody, other, second)]
        assert [None if key is None else key.role for key in found] == [
            None,
            Role.REVIEWER,
            Role.ADMINISTRATOR,
            Role.ADMINISTRATOR,
        ]
        with database.reading() as session:
            assert [row.name for row in all_keys(session)] == [CONSOLE, CONSOLE, "Li", CONSOLE]


def test_what_is_made_says_by_which_key(service: Service) -> None:
    number, key = service.new_key("designer")
    with service.client_with(key) as client:
        flow = client.post("/flows", params={"name": "x.yaml"}, content=FLOW.encode()).json()
        log = client.post("/logs", json={"name": "desk"}).json()
        assessment = client.post("/assessments", json={"flow": flow["id"], "log": log["id"]}).json()
        again = [client.get(f"/flows/{flow['id']}").json(), client.get(f"/logs/{log['id']}").json()]
    assert [one["created_by"] for one in (flow, log, assessment, *again)] == [number] * 5
    service.finished(assessment["id"])


def test_stream_ends_with_its_key_and_says_nothing_more(service: Service) -> None:
    number, key = service.new_key("reviewer")
    log = service.client.post("/logs", json={"name": "desk", "flow": service.upload_flow()}).json()["id"]
    event = {"id": "1", "case": "a", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}
    with service.client_with(key) as client, client.stream("GET", f"/logs/{log}/stream?after=0") as stream:
        lines = stream.iter_lines()
        assert next(lines) == ":"
        service.client.delete(f"/keys/{number}")
        assert service.client.post(f"/logs/{log}/events", json={"events": [event]}).status_code == 201
        assert "data" not in "".join(lines)
