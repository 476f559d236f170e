"""Closing a live log with many open cases: others have their turns, and a kill in the middle changes nothing."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.storage import closing
from engine.storage.group_commit import GroupWriter, WriterBusy
from engine.storage.live_store import notices_after
from tests.api.http.service import FLOW, PATIENCE, Service, service_in
from tests.api.http.test_server import process


def event(case: int, place: int = 0) -> dict[str, Any]:
    name = ("Greet", "Sing", "Serve")[case % 3]
    return {"id": f"{case}-{place}", "case": f"c{case}", "activity": name, "time": "2026-03-02T09:30:00Z"}


def fill(client: httpx.Client, cases: int) -> int:
    flow = client.post("/flows", params={"name": "f.yaml"}, content=FLOW.encode()).json()["id"]
    log: int = client.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]
    for start in range(0, cases, 500):
        batch = [event(case) for case in range(start, min(start + 500, cases))]
        assert client.post(f"/logs/{log}/events", json={"events": batch}).status_code == 201
    return log


def cases_of(client: httpx.Client, log: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = client.get(f"/logs/{log}/cases", params={"after": after, "limit": 100}).json()
        found += page["items"]
        after = page["next"]
    return found


def closed_notices(service: Service, log: int) -> Counter[str]:
    with service.running.database.reading() as session:
        return Counter(row.case for row in notices_after(session, log, 0, limit=10_000) if row.kind == "closed")


def test_killed_while_closing_it_goes_on_at_the_next_start(tmp_path: Path, database_url: str) -> None:
    cases = 500
    with process(tmp_path / "d", "--database", database_url) as (started, address, key):
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client:
            log = fill(client, cases)
            answers: list[int] = []
            closer = threading.Thread(target=_close, args=(address, headers, log, answers))
            closer.start()
            until = time.monotonic() + PATIENCE
            while not client.get(f"/logs/{log}/cases").json()["items"][0]["closed"] and time.monotonic() < until:
                time.sleep(0.002)
            started.kill()
            started.wait(PATIENCE)
            closer.join(PATIENCE)
    assert answers == [], "it was killed before it was answered"
    with service_in(tmp_path / "d", key=key, database=database_url) as service:
        left = sum(one["closed"] is None for one in cases_of(service.client, log))
        refused = service.client.post(f"/logs/{log}/events", json={"events": [event(7, place=1)]})
        assert (refused.status_code, refused.json()["code"]) == (409, "event.log-closed")
        answer = service.client.post(f"/logs/{log}/close").json()
        assert (answer["closing"], answer["cases_closed"] <= left) == (False, True)
        found = cases_of(service.client, log)
        assert {one["closed"] for one in found} == {answer["closed"]}
        assert closed_notices(service, log) == Counter({f"c{case}": 1 for case in range(cases)})
        assert service.client.post(f"/logs/{log}/close").json()["cases_closed"] == 0


def _close(address: str, headers: dict[str, str], log: int, answers: list[int]) -> None:
    try:
        answers.append(httpx.post(f"{address}/logs/{log}/close", headers=headers, timeout=PATIENCE).status_code)
    except httpx.TransportError:
        return


def test_others_have_their_turns_while_a_log_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "JUDGED_TOGETHER", 1)
    with service_in(tmp_path / "d") as service:
        log, other = fill(service.client, 200), fill(service.client, 1)
        answers: list[int] = []
        headers = {"Authorization": f"Bearer {service.key}"}
        closer = threading.Thread(target=_close, args=(str(service.client.base_url).rstrip("/"), headers, log, answers))
        closer.start()
        stored = 0
        while closer.is_alive():
            batch = {"events": [event(1_000 + stored)]}
            assert service.client.post(f"/logs/{other}/events", json=batch).status_code == 201
            stored += not answers
        assert answers == [200]
    assert stored >= 5, "the other log had to wait for the end"


def test_closing_that_is_held_up_goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "JUDGED_TOGETHER", 1)
    monkeypatch.setattr("api.events.closing.PATIENCE_SECONDS", 0.1)
    submit, busy = GroupWriter.submit, threading.Event()

    def held_up(self: GroupWriter, work: Any) -> Any:
        if busy.is_set():
            raise WriterBusy
        if "_close_part" in repr(work):
            busy.set()
            threading.Timer(0.5, busy.clear).start()
        return submit(self, work)

    with service_in(tmp_path / "d") as service:
        log = fill(service.client, 3)
        with monkeypatch.context() as patch:
            patch.setattr(GroupWriter, "submit", held_up)
            patch.setattr("api.events.endpoints.close_soon", lambda *_: None)
            answer = service.client.post(f"/logs/{log}/close")
        assert (answer.status_code, answer.json()["code"]) == (503, "event.closing-goes-on")
        assert answer.headers["retry-after"] == "1"
        shown = service.client.get(f"/logs/{log}").json()
        assert (shown["closed"] is not None, shown["closing"]) == (True, True)
    with service_in(tmp_path / "d", key=service.key) as service:
        until = time.monotonic() + PATIENCE
        while service.client.get(f"/logs/{log}").json()["closing"] and time.monotonic() < until:
            time.sleep(0.01)
        assert closed_notices(service, log) == Counter(c0=1, c1=1, c2=1)
