"""The process is killed while uploads come in, each of them sent until it is answered: none is there twice."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import httpx

from benchmarks.live_service import LiveService
from tests.api.http.service import FLOW

KILLS = 3
SEED = 20_260_401


def test_kills_let_nothing_be_done_twice(database_url: str, tmp_path: Path) -> None:
    service = LiveService(tmp_path, database=database_url)
    chance, enough, answered = random.Random(SEED), threading.Event(), dict[str, int]()

    def send(sender: int) -> None:
        with service.client() as client:
            while not enough.is_set():
                key = f"{sender}-{len(answered)}"
                while (answer := upload(client, key)) is None:
                    time.sleep(0.1)
                assert answer.status_code == 201, answer.text
                answered[key] = answer.json()["id"]

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(3)]
    try:
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            before = len(answered)
            while len(answered) < before + 3:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.2))
            service.kill()
            service.start()
        enough.set()
        for thread in threads:
            thread.join()
        with service.client() as client:
            stored = list[str]()
            after: int | None = 0
            while after is not None:
                page = client.get("/flows", params={"after": after, "limit": 100}).json()
                stored += [one["name"] for one in page["items"]]
                after = page["next"]
    finally:
        enough.set()
        service.kill()
    assert len(stored) == len(set(stored))
    assert set(stored) == set(answered)
    assert len(stored) >= 3 * KILLS


def upload(client: httpx.Client, key: str) -> httpx.Response | None:
    """An answer; None where the process was killed instead, or still answers the one before."""
    try:
        headers = {"Idempotency-Key": key}
        answer = client.post("/flows", params={"name": key}, content=FLOW.encode(), headers=headers)
    except httpx.TransportError:
        return None
    return None if answer.status_code in {409, 503} else answer
