"""What many open cases cost a live log that follows a flow: its deadlines, and closing it.

A service process takes some thousand cases that are all open. Then it is asked for what is due: the first time, again,
and once more after some cases have gone on. At last the log is closed, while another log takes an event every few
milliseconds: how long its batches wait says what closing costs everybody else.

Run as ``python -m benchmarks.live_cases [--cases 5000] [--database sqlite|postgresql]``.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Self

import httpx
import numpy as np

from benchmarks.live_service import LiveService, live_service
from tests.databases import running_postgresql

FLOW = """\
trueline: 1
flow: visit
title: {en: Visit, zh: 到店}
nodes:
  start: start
  greet: {step: {en: Greet, zh: 接待}}
  serve: {step: {en: Serve, zh: 服务}}
  quote: {step: {en: Quote, zh: 报价}}
  pay: {step: {en: Pay, zh: 付款}}
  end: end
edges:
  - start -> greet -> serve -> quote -> pay -> end
standards:
  quick: {response: [greet, serve], within: 30m, share: 96%, tolerance: 4%}
  soon: {response: [greet, pay], within: 2 workdays, share: 96%, tolerance: 4%}
  whole: {cycle-time: {at-most: 5d}, share: 96%, tolerance: 4%}
"""
STEPS = ("Greet", "Serve", "Quote")
BATCH = 500


def event(case: int, place: int) -> dict[str, Any]:
    """An event of a case: every third case has left out a step."""
    name = STEPS[place] if case % 3 or place != 1 else "Sing"
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3_600 + 60 * place + case % 60))
    return {"id": f"{case}-{place}", "case": f"c{case}", "activity": name, "time": moment}


def filled(client: httpx.Client, cases: int) -> int:
    """A live log with so many open cases of two events each; its number."""
    flow = client.post("/flows", params={"name": "visit.yaml"}, content=FLOW.encode()).json()["id"]
    log: int = client.post("/logs", json={"name": "desk", "flow": flow}).json()["id"]
    events = [event(case, place) for place in range(2) for case in range(cases)]
    for start in range(0, len(events), BATCH):
        client.post(f"/logs/{log}/events", json={"events": events[start : start + BATCH]}).raise_for_status()
    return log


def asked(client: httpx.Client, log: int) -> float:
    """Seconds that a page of deadlines takes."""
    begun = time.perf_counter()
    answer = client.get(f"/logs/{log}/deadlines", params={"limit": 100})
    answer.raise_for_status()
    if len(answer.json()["items"]) != 100:
        raise LookupError("a page is not full")
    return time.perf_counter() - begun


class Other:
    """Sends single events to a log of its own for as long as the block lasts."""

    def __init__(self, service: LiveService, log: int) -> None:
        self.service, self.log, self.waits = service, log, [0.0]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        number = 10**6
        with self.service.client() as client:
            while not self._ended.is_set():
                number += 1
                begun = time.perf_counter()
                client.post(f"/logs/{self.log}/events", json={"events": [event(number, 0)]}).raise_for_status()
                self.waits.append(time.perf_counter() - begun)
                time.sleep(0.005)


def run(folder: Path, *, cases: int, database: str = "") -> None:
    """Fill, ask and close, and print what it took."""
    with live_service(folder, database=database) as service, service.client() as client:
        begun = time.perf_counter()
        log = filled(client, cases)
        print(f"{cases} open cases, {2 * cases} events stored in {time.perf_counter() - begun:.1f} s")
        first, again = asked(client, log), [asked(client, log) for _ in range(5)]
        print(f"deadlines, first page: {first:.3f} s; again: {np.median(again):.3f} s")
        moved = [event(case, 2) for case in range(0, cases, max(cases // 100, 1))]
        client.post(f"/logs/{log}/events", json={"events": moved}).raise_for_status()
        print(f"after {len(moved)} cases have gone on: {asked(client, log):.3f} s")
        other = filled(client, 1)
        with Other(service, other) as sender:
            time.sleep(0.5)
            before = len(sender.waits)
            begun = time.perf_counter()
            client.post(f"/logs/{log}/close").raise_for_status()
            took = time.perf_counter() - begun
        waits = np.array(sender.waits[before:])
        print(f"closed in {took:.2f} s; meanwhile {len(waits)} batches of another log, which waited", end=" ")
        print(f"{np.median(waits):.3f} s (median), {waits.max():.3f} s (longest)")


def main() -> None:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked_for = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked_for.database == "sqlite":
            run(Path(folder), cases=asked_for.cases)
            return
        with running_postgresql() as server, server.database() as url:
            run(Path(folder), cases=asked_for.cases, database=url)


if __name__ == "__main__":
    main()
