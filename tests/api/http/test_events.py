from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Signal
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from engine.limits import Limits
from engine.storage.group_commit import NotCertain
from tests.api.http.service import FLOW, LOG, Service, service_in
from tests.api.http.test_awkward_requests import is_refusal


def event(number: int, **members: Any) -> dict[str, Any]:
    said = {"id": f"e{number}", "case": "a", "activity": "Greet", "time": f"2026-03-01T09:{number % 60:02}:00Z"}
    return said | members


def live_log(service: Service, **members: Any) -> int:
    answer = service.client.post("/logs", json={"name": "desk", **members})
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def send(service: Service, log: int, *events: dict[str, Any]) -> httpx.Response:
    return service.client.post(f"/logs/{log}/events", json={"events": events})


def items(service: Service, address: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """Everything that a list holds, page by page."""
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        answer = service.client.get(address, params={"after": after, "limit": limit}).json()
        assert len(answer["items"]) <= limit
        found, after = found + answer["items"], answer["next"]
    return found


def test_live_log_is_made_and_listed(service: Service) -> None:
    flow = service.upload_flow()
    log = live_log(service, flow=flow)
    listed = service.client.get("/logs").json()["items"]
    assert [(one["id"], one["name"], one["live"], one["flow"], one["events"]) for one in listed] == [
        (log, "desk", True, flow, 0)
    ]
    assert service.client.get(f"/logs/{log}").json()["report"]["events"] == 0


def test_live_log_of_an_unknown_flow_is_refused(service: Service) -> None:
    answer = service.client.post("/logs", json={"name": "desk", "flow": 7})
    assert (answer.status_code, answer.json()["code"]) == (404, "service.no-such-flow")
    assert service.client.get("/logs").json()["items"] == []


def test_events_are_numbered_and_read_back_as_they_were_sent(service: Service) -> None:
    log = live_log(service)
    sent = event(2, start="2026-03-01T08:00:00Z", resource="Li", attributes={"n": 1.5, "ok": True, "t": "客户"})
    answer = send(service, log, event(1), sent)
    assert answer.status_code == 201
    assert answer.json() == {
        "accepted": 2,
        "duplicates": 0,
        "events": [
            {"id": "e1", "sequence": 1, "duplicate": False, "verdict": None, "unjudged": None},
            {"id": "e2", "sequence": 2, "duplicate": False, "verdict": None, "unjudged": None},
        ],
    }
    nothing: dict[str, Any] = {"start": None, "resource": None, "lifecycle": None, "attributes": {}}
    assert items(service, f"/logs/{log}/events") == [
        nothing | event(1) | {"sequence": 1},
        nothing | sent | {"sequence": 2},
    ]


def test_retry_is_answered_with_the_first_numbers(service: Service) -> None:
    log = live_log(service)
    send(service, log, event(1))
    again = send(service, log, event(1))
    assert (again.status_code, again.json()["duplicates"]) == (200, 1)
    (receipt,) = again.json()["events"]
    assert (receipt["id"], receipt["sequence"], receipt["duplicate"]) == ("e1", 1, True)
    mixed = send(service, log, event(2), event(1, time="2026-03-01T17:01:00+08:00"))
    assert (mixed.status_code, mixed.json()["accepted"]) == (201, 1)


def test_known_id_with_another_payload_is_a_conflict(service: Service) -> None:
    log = live_log(service)
    send(service, log, event(1), event(2))
    answer = send(service, log, event(3), event(1, activity="Serve"), event(2, case="b"))
    assert is_refusal(answer)
    assert answer.status_code == 409
    found = [(one["code"], one["values"]["id"], one["values"]["sequence"]) for one in answer.json()["problems"]]
    assert found == [("event.conflict", "e1", 1), ("event.conflict", "e2", 2)]
    assert len(items(service, f"/logs/{log}/events")) == 2


def test_every_wrong_event_is_named_and_nothing_is_stored(service: Service) -> None:
    log = live_log(service)
    answer = send(service, log, event(1), event(2, case=""), event(3), {"id": "e4"})
    assert is_refusal(answer)
    assert answer.status_code == 422
    assert {one["values"]["index"] for one in answer.json()["problems"]} == {1, 3}
    assert items(service, f"/logs/{log}/events") == []


AWKWARD = [
    '{"case": "\\ud800"}',
    '{"case": "\\u0000"}',
    '{"attributes": {"n": 9223372036854775808}}',
    '{"attributes": {"n": NaN}}',
    '{"attributes": {"n": 1e999}}',
    '{"attributes": {"\\udfff": 1}}',
    '{"attributes": {"n": "\\udfff"}}',
    '{"attributes": {"n": "\\u0000"}}',
    '{"attributes": {"n": "' + "x" * 70_000 + '"}}',
    '{"time": "0001-01-01T00:00:00Z"}',
    '{"time": "0001-01-01T00:00:00+14:00"}',
    '{"time": "2026-03-01T09:00:00"}',
    '{"time": NaN}',
    '{"id": 9223372036854775808}',
    '{"\\ud800": 1}',
    '{"activity": null}',
]


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=0", "limit=101", "limit=NaN", "after=-1", "after=9223372036854775808"]
)
def test_awkward_pages_of_a_live_log_are_refused(shared_service: Service, query: str) -> None:
    log = live_log(shared_service)
    assert send(shared_service, log, event(1)).status_code == 201
    for listed in ("events", "cases", "cases/a/events"):
        assert is_refusal(shared_service.client.get(f"/logs/{log}/{listed}?{query}"))


@pytest.mark.parametrize("change", AWKWARD)
def test_awkward_events_are_refused_by_index(shared_service: Service, change: str) -> None:
    log = live_log(shared_service)
    good, member = json.dumps(event(1)), change[2 : change.index('":')]
    others = {name: value for name, value in event(2).items() if name != member}
    bad = f"{json.dumps(others)[:-1]}, {change[1:]}"
    body = f'{{"events": [{good}, {bad}]}}'.encode()
    answer = shared_service.client.post(
        f"/logs/{log}/events", content=body, headers={"Content-Type": "application/json"}
    )
    assert is_refusal(answer)
    assert answer.status_code == 422
    assert {one["values"]["index"] for one in answer.json()["problems"]} == {1}


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"[" * 50_000, "application/json", 422),
        (b"\xff\xfe\x00", "application/json", 422),
        (b"", "application/json", 422),
        (b"x" * (9 * 1024 * 1024), "application/json", 413),
        (b"{}", "text/plain", 415),
    ],
)
def test_awkward_batches_are_refused(shared_service: Service, body: bytes, media_type: str, status: int) -> None:
    log = live_log(shared_service)
    answer = shared_service.client.post(f"/logs/{log}/events", content=body, headers={"Content-Type": media_type})
    assert is_refusal(answer)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "body",
    [b"{}", b'{"name": ""}', b'{"name": "\\ud800"}', b'{"name": "..", "flow": null}', b'{"name": "x", "flow": 1.5}',
     b'{"name": "x", "flow": 9223372036854775808}', b'{"name": "\\u0000"}', b'{"name": "x", "more": 1}'],
)  # fmt: skip
def test_awkward_live_logs_are_refused(shared_service: Service, body: bytes) -> None:
    answer = shared_service.client.post("/logs", content=body, headers={"Content-Type": "application/json"})
    assert is_refusal(answer)
    assert answer.status_code == 422


def test_batch_past_its_limit_is_refused(service: Service) -> None:
    answer = send(service, live_log(service), *(event(number) for number in range(1_001)))
    assert (answer.status_code, answer.json()["problems"][0]["values"]["limit"]) == (422, "batch_events")


def test_largest_batch_is_taken(service: Service) -> None:
    answer = send(service, live_log(service), *(event(number, case=f"c{number}") for number in range(1_000)))
    assert (answer.status_code, answer.json()["accepted"]) == (201, 1_000)


def test_cases_are_listed_and_closed(service: Service) -> None:
    log = live_log(service)
    names = ["a/b", "客户 1?", "close", "..x"]
    send(service, log, *(event(number, case=name) for number, name in enumerate([*names, *names])))
    assert [one["case"] for one in items(service, f"/logs/{log}/cases", limit=3)] == names
    for place, name in enumerate(names):
        address = f"/logs/{log}/cases/{quote(name, safe='')}"
        found = items(service, f"{address}/events", limit=1)
        assert [one["sequence"] for one in found] == [place + 1, place + 5]
        closed = service.client.post(f"{address}/close").json()
        assert closed["closed"] is not None
        assert service.client.post(f"{address}/close").json() == closed
    answer = send(service, log, event(9, case="a/b"), event(10, case="new"))
    assert (answer.status_code, answer.json()["code"]) == (409, "event.case-closed")
    assert send(service, log, event(0, case="a/b")).status_code == 200


def test_log_that_is_closed_takes_no_more(service: Service) -> None:
    log = live_log(service)
    send(service, log, event(1))
    closed = service.client.post(f"/logs/{log}/close").json()
    assert closed["closed"] is not None
    assert service.client.post(f"/logs/{log}/close").json()["closed"] == closed["closed"]
    assert send(service, log, event(2)).json()["code"] == "event.log-closed"
    assert [one["closed"] for one in items(service, f"/logs/{log}/cases")] == [closed["closed"]]


@pytest.mark.parametrize("case", ["x", "%00", "%ED%A0%80", "a%2Fb", "x" * 300])
def test_case_that_is_not_there(shared_service: Service, case: str) -> None:
    log = live_log(shared_service)
    for answer in (
        shared_service.client.get(f"/logs/{log}/cases/{case}/events"),
        shared_service.client.post(f"/logs/{log}/cases/{case}/close"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "event.no-such-case")


ANY_CASES = [
    "a\nb",
    "a\n",
    "a\r",
    "\x01",
    "a/b",
    "/a",
    "a/",
    "a//b",
    "events",
    "a/close",
    "a?b#c",
    "%2F",
    "é",
    "e\u0301",
    "客户 7",
    "'",
]


def test_case_may_have_any_name(service: Service) -> None:
    log = live_log(service)
    sent = send(service, log, *(event(number, case=case) for number, case in enumerate(ANY_CASES)))
    assert sent.status_code == 201
    for case in ANY_CASES:
        address = f"/logs/{log}/cases/{quote(case, safe='')}"
        assert [one["case"] for one in items(service, f"{address}/events")] == [case]
        closed = service.client.post(f"{address}/close").json()
        assert (closed["case"], closed["closed"] is None) == (case, False)


def test_file_takes_no_events(service: Service) -> None:
    log = service.upload_log()
    answers = [
        send(service, log, event(1)),
        service.client.get(f"/logs/{log}/events"),
        service.client.get(f"/logs/{log}/cases"),
        service.client.get(f"/logs/{log}/cases/a/events"),
        service.client.post(f"/logs/{log}/cases/a/close"),
        service.client.post(f"/logs/{log}/close"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "event.not-live")] * 6
    assert send(service, 99, event(1)).json()["code"] == "service.no-such-log"


def test_live_log_is_assessed_like_a_file(service: Service) -> None:
    log = live_log(service)
    rows = [line.split(",") for line in LOG.splitlines()[1:]]
    events = [
        {"id": str(number), "case": case, "activity": activity, "time": time}
        for number, (case, activity, time) in enumerate(rows)
    ]
    send(service, log, *reversed(events))
    body = {"flow": service.upload_flow(FLOW), "log": log}
    live = service.finished(service.client.post("/assessments", json=body).json()["id"])
    file = service.finished(service.client.post("/assessments", json=body | {"log": service.upload_log()}).json()["id"])
    assert live["status"] == file["status"] == "done"
    for part in ("dimensions", "deviations"):
        assert live["result"][part] == file["result"][part]
    assert live["result"]["hashes"]["log"] == service.client.get(f"/logs/{log}").json()["sha256"]


def test_case_of_a_live_log_is_open_until_it_ends_or_a_call_closes_it(service: Service) -> None:
    flow = service.upload_flow(FLOW)
    log = live_log(service, flow=flow)
    send(service, log, event(1), event(2, case="b"), event(3, case="b", activity="Serve"))

    def assessed() -> dict[str, Any]:
        number = service.client.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
        result: dict[str, Any] = service.finished(number)["result"]
        return result

    before = assessed()
    assert (before["closed"], before["cases"], before["open_cases"], before["deviations"]) == ("ended", 2, 1, [])
    service.client.post(f"/logs/{log}/cases/a/close")
    after = assessed()
    assert (after["open_cases"], [found["kind"] for found in after["deviations"]]) == (0, ["unfinished"])
    assert before["hashes"]["log"] != after["hashes"]["log"]


def test_senders_at_once_store_every_event_once(service: Service) -> None:
    log = live_log(service)
    batches = [
        [event(number, case=f"c{number % 9}") for number in range(start, start + 10)] for start in range(0, 200, 5)
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda batch: send(service, log, *batch), batches * 2))
    assert {answer.status_code for answer in answers} == {200, 201}
    found = items(service, f"/logs/{log}/events")
    assert [one["sequence"] for one in found] == list(range(1, 206))
    assert len({one["id"] for one in found}) == 205
    assert sum(answer.json()["accepted"] for answer in answers) == 205


@contextmanager
def blocked(service: Service) -> Iterator[None]:
    """Nothing is written until the block ends."""
    go, begun = Signal(), Signal()

    def wait(_session: object) -> None:
        begun.set()
        go.wait(30)

    service.running.writer.submit(wait)
    begun.wait(30)
    try:
        yield
    finally:
        go.set()


def test_whoever_comes_when_the_queue_is_full_is_told_when_to_come_again(tmp_path: Path) -> None:
    with service_in(tmp_path / "data", limits=Limits(waiting_batches=1)) as service:
        log = live_log(service)
        with blocked(service):
            waits = service.running.writer.submit(lambda _: None)
            answer = send(service, log, event(1))
        waits.result(30)
        assert (answer.status_code, answer.json()["code"]) == (503, "event.queue-full")
        assert answer.headers["retry-after"] == "1"
        assert send(service, log, event(1)).status_code == 201


def test_failing_database_is_no_success(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    log = live_log(service)

    def fail(*_: object, **__: object) -> None:
        raise NotCertain

    with monkeypatch.context() as patch:
        patch.setattr("api.events.endpoints.append", fail)
        answer = send(service, log, event(1))
    assert (answer.status_code, answer.json()["code"]) == (503, "event.not-certain")
    assert send(service, log, event(1)).status_code == 201
