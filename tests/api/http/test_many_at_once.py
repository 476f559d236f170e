from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.http.service import FLOW, LOG, Service


def test_uploads_at_once_are_all_kept(service: Service) -> None:
    with ThreadPoolExecutor(12) as pool:
        flows = list(pool.map(lambda number: service.upload_flow(name=f"{number}.yaml"), range(24)))
        logs = list(pool.map(lambda number: service.upload_log(name=f"{number}.csv"), range(24)))
    assert sorted(flows) == sorted(logs) == list(range(1, 25))
    listed = service.client.get("/flows", params={"limit": 100}).json()["items"]
    assert sorted(flow["name"] for flow in listed) == sorted(f"{number}.yaml" for number in range(24))


def test_assessments_at_once_are_all_done(service: Service) -> None:
    body = {"flow": service.upload_flow(), "log": service.upload_log()}
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda _: service.client.post("/assessments", json=body).json()["id"], range(4)))
    results = [service.finished(number) for number in asked]
    assert [answer["status"] for answer in results] == ["done"] * 4
    assert all(answer["result"] == results[0]["result"] for answer in results)


def test_same_bytes_lie_in_the_folder_once(service: Service, tmp_path: Path) -> None:
    for _ in range(3):
        service.upload_flow()
    files = [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [FLOW.encode()]


def test_whoever_waits_too_long_for_a_turn_is_sent_away(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.turns.PATIENCE_SECONDS", 0.01)
    while service.running.readers.acquire(blocking=False):
        pass
    answer = service.client.post("/logs", params={"name": "x.csv"}, content=LOG.encode())
    assert (answer.status_code, answer.json()["code"]) == (503, "service.too-busy")
    assert service.client.get("/../../health").status_code == 200
