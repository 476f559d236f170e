"""Live cases by HTTP: where they stand, what is due, and what is said as it happens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api.http.server import Server
from api.live.telling import DeadlineTeller
from engine.limits import Limits
from tests.api.http.service import FLOW, NOW, Service, service_in, until
from tests.databases import BACKENDS, url_of

STANDARDS = """\
standards:
  quick: {response: [greet, serve], within: 30m, share: 96%, tolerance: 4%, title: {en: Served soon, zh: 及时服务}}
  told: {lead-time: serve, before: case.booked, at-least: 30m, title: {en: Told before, zh: 提前通知}}
"""


@pytest.fixture(params=BACKENDS)
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    with url_of(request, tmp_path) as url, service_in(tmp_path / "data", database=url) as running:
        yield running


def desk(service: Service, text: str = FLOW + STANDARDS) -> int:
    """A live log that follows a flow; its number."""
    answer = service.client.post("/logs", json={"name": "desk", "flow": service.upload_flow(text)})
    number: int = answer.json()["id"]
    return number


def send(service: Service, log: int, case: str, activity: str, minutes: int, **attributes: Any) -> dict[str, Any]:
    """Send one event, so many minutes after the clock's moment; its receipt."""
    time = (NOW + timedelta(minutes=minutes)).isoformat()
    identity = f"{case}-{activity}-{minutes}"
    said = {"id": identity, "case": case, "activity": activity, "time": time, "attributes": attributes}
    answer = service.client.post(f"/logs/{log}/events", json={"events": [said]})
    assert answer.status_code in (200, 201), answer.text
    receipt: dict[str, Any] = answer.json()["events"][0]
    return receipt


def test_verdict_is_in_the_answer_and_again_when_sent_again(service: Service) -> None:
    log = desk(service)
    first = send(service, log, "a", "Serve", -5)
    assert (first["duplicate"], first["verdict"]["cost"], first["unjudged"]) == (False, 1, None)
    assert [one["change"] for one in first["verdict"]["deviations"]] == ["opened"]
    again = send(service, log, "a", "Serve", -5)
    assert (again["duplicate"], again["verdict"]) == (True, first["verdict"])


def test_where_cases_stand(service: Service) -> None:
    log = desk(service)
    for case in ("a", "b", "c/d"):
        send(service, log, case, "Serve" if case != "b" else "Greet", -5)
    pages = service.typed.verdicts(log).pages(limit=1)
    assert [[(one.case, one.deviations) for one in page.items] for page in pages] == [[("a", 1)], [("c/d", 1)]]
    open_case = service.client.get(f"/logs/{log}/cases/b").json()
    assert (open_case["verdict"]["expected"], open_case["closed"]) == (["serve"], None)
    service.client.post(f"/logs/{log}/cases/b/close")
    closed = service.client.get(f"/logs/{log}/cases/b").json()
    assert (closed["verdict"]["closed"], closed["verdict"]["cost"], closed["deadlines"]) == (True, 1, [])
    assert service.client.get(f"/logs/{log}/cases/none").json()["code"] == "event.no-such-case"


def test_deadlines_come_by_when_they_are_due(service: Service) -> None:
    log = desk(service)
    booked = (NOW + timedelta(minutes=55)).isoformat()
    send(service, log, "late", "Greet", -40)
    send(service, log, "soon", "Greet", -5, **{"case:booked": booked})
    send(service, log, "done", "Greet", -20)
    send(service, log, "done", "Serve", -10)
    address = f"/logs/{log}/deadlines"
    found = service.client.get(address, params={"lang": "en"}).json()["items"]
    assert [(one["case"], one["standard"], one["state"], one["says"]) for one in found] == [
        ("late", "quick", "passed", "Served soon: overdue for 10 min"),
        ("soon", "quick", "ahead", "Served soon: due in 25 min"),
        ("soon", "told", "ahead", "Told before: due in 25 min"),
    ]
    near = service.client.get(address, params={"within": 20, "lang": "zh"}).json()["items"]
    assert [one["says"] for one in near] == ["及时服务：已逾期 10 分钟"]
    first = service.client.get(address, params={"limit": 2}).json()
    assert len(first["items"]) == 2
    rest = service.client.get(address, params={"limit": 2, "after": first["next"]}).json()
    assert ([one["standard"] for one in rest["items"]], rest["next"]) == (["told"], None)
    states = {
        one["standard"]: one["state"] for one in service.client.get(f"/logs/{log}/cases/done").json()["deadlines"]
    }
    assert states == {"quick": "met"}
    assert service.client.get(address, params={"within": -1}).status_code == 422
    for cursor in ("2", "x" * 20, first["next"][:-2], first["next"] + "AA", "W10", "é"):
        refused = service.client.get(address, params={"after": cursor})
        assert (refused.status_code, refused.json()["code"]) == (422, "live.bad-cursor"), cursor


def test_log_without_a_flow_is_not_judged(service: Service) -> None:
    log = service.client.post("/logs", json={"name": "desk"}).json()["id"]
    receipt = send(service, log, "a", "Serve", -5)
    assert (receipt["verdict"], receipt["unjudged"]) == (None, None)
    assert service.client.get(f"/logs/{log}/deadlines").json()["items"] == []
    assert service.client.get(f"/logs/{log}/verdicts").json()["items"] == []
    assert service.client.get(f"/logs/{log}/cases/a").json()["flow"] is None


def test_who_judges_nothing_says_why(tmp_path: Path) -> None:
    with service_in(tmp_path / "data", limits=Limits(live_markings=2)) as service:
        receipt = send(service, desk(service), "a", "Serve", -5)
    assert (receipt["verdict"], receipt["unjudged"]["code"]) == (None, "live.net-too-large")


@contextmanager
def following(service: Service, log: int, **headers: str) -> Iterator[Iterator[tuple[int, str, dict[str, Any]]]]:
    """A stream: number, kind and body of each notice as it comes."""
    address = f"/logs/{log}/stream" + ("" if headers else "?after=0")
    with service.client.stream("GET", address, headers=headers, timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _read(answer.iter_lines())


def _read(lines: Iterator[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    said: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            said[name] = value
        elif "data" in said:
            yield int(said["id"]), said["event"], json.loads(said["data"])
            said = {}


def test_stream_goes_on_behind_the_last_one_seen(service: Service) -> None:
    log = desk(service)
    send(service, log, "a", "Serve", -9)
    with following(service, log) as stream:
        assert next(stream)[:2] == (1, "verdict")
        receipt = send(service, log, "a", "Greet", -8)
        assert next(stream) == (2, "verdict", receipt["verdict"])
    service.client.post(f"/logs/{log}/cases/a/close")
    send(service, log, "b", "Greet", -7)
    with following(service, log, **{"Last-Event-ID": "2"}) as stream:
        assert [next(stream)[:2] for _ in range(2)] == [(3, "closed"), (4, "verdict")]
    assert service.client.get(f"/logs/{log}/stream", headers={"Last-Event-ID": "x"}).status_code == 422
    assert service.client.get("/logs/99/stream").json()["code"] == "service.no-such-log"


def test_place_of_a_stream_is_free_again_when_it_ends(tmp_path: Path) -> None:
    with service_in(tmp_path / "data", limits=Limits(live_streams=1)) as service:
        log = desk(service)
        send(service, log, "a", "Serve", -9)
        with following(service, log) as stream:
            next(stream)
            refused = service.client.get(f"/logs/{log}/stream")
            assert (refused.status_code, refused.json()["code"]) == (503, "live.too-many-streams")
        until(lambda: service.running.live.streams.taken == 0)


def test_streams_end_when_the_service_does(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        log = desk(service)
        server = Server(uvicorn.Config(service.app, port=0, log_config=None, lifespan="off"), service.running)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            pass
        port = server.servers[0].sockets[0].getsockname()[1]
        headers = {"Authorization": f"Bearer {service.key}"}
        address = f"http://127.0.0.1:{port}/api/v1/logs/{log}/stream"
        with closing(httpx.Client()) as client, client.stream("GET", address, headers=headers, timeout=20) as answer:
            lines = answer.iter_lines()
            assert [next(lines), next(lines)] == [":", "id: 0"]
            server.should_exit = True
            assert [line for line in lines if line] == []
        thread.join(20)
        assert not thread.is_alive()


def test_deadlines_are_said_once_when_near_and_once_when_passed(service: Service) -> None:
    log, running, moment = desk(service), service.running, NOW
    running.live.teller.close()
    near = timedelta(minutes=30)
    teller = DeadlineTeller(
        running.database, running.writer, running.live.due, running.live.waking, clock=lambda: moment, near=near
    )
    teller.look_everywhere()

    def said() -> list[tuple[str, str, str]]:
        with following(service, log, **{"Last-Event-ID": "0"}) as stream:
            service.client.post(f"/logs/{log}/cases/{case}/close")
            found: list[tuple[str, str, str]] = []
            for _, kind, body in stream:
                if kind == "closed":
                    return found
                if kind != "verdict":
                    found.append((kind, body["case"], body["standard"]))
        return found

    for case in ("a", "b"):
        send(service, log, case, "Greet", -5)
    for minutes in (0, 3, 10, 26, 27, 40):
        moment = NOW + timedelta(minutes=minutes)
        teller.tick()
        if minutes == 10:
            send(service, log, "b", "Serve", 9)
    case = "a"
    assert said() == [
        ("deadline-near", "a", "quick"),
        ("deadline-near", "b", "quick"),
        ("deadline-passed", "a", "quick"),
    ]
