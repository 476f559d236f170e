"""Sends every event several times, from several clients at once: each must be stored once, under one number.

20,000 requests carry 5,000 events, one in each request, in an order of chance; so the four sendings of an event meet in
all ways. It prints how long that took, and exits 1 when the log does not hold each event exactly once, or when two
answers gave one event two numbers.

Run as ``python -m benchmarks.idempotency [--events 5000] [--times 4] [--database sqlite|postgresql]``.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.live_service import LiveService, body_of, event, live_service
from tests.databases import running_postgresql

CLIENTS = 8
SEED = 20_260_401


def run(service: LiveService, *, events: int, times: int) -> bool:
    """Send each of so many events so many times; whether each is stored once."""
    log = service.new_log()
    sendings = [number for number in range(events) for _ in range(times)]
    random.Random(SEED).shuffle(sendings)
    own = threading.local()
    clients: list[httpx.Client] = []

    def send(number: int) -> tuple[str, int, bool]:
        if not hasattr(own, "client"):
            headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
            own.client = httpx.Client(base_url=service.url, headers=headers, timeout=120)
            clients.append(own.client)
        while True:
            answer = own.client.post(f"/logs/{log}/events", content=body_of([event("x", number)]))
            if answer.status_code != 503:
                break
            time.sleep(0.05)
        answer.raise_for_status()
        (receipt,) = answer.json()["events"]
        return receipt["id"], receipt["sequence"], receipt["duplicate"]

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        receipts = list(pool.map(send, sendings))
    seconds = time.perf_counter() - started
    for one in clients:
        one.close()
    with service.client() as client:
        rows = client.get(f"/logs/{log}").json()["events"]
    numbers = {(name, sequence) for name, sequence, _ in receipts}
    fresh = sum(not duplicate for _, _, duplicate in receipts)
    print(f"{len(sendings)} sendings of {events} events in {seconds:.1f} s, {len(sendings) / seconds:.0f} a second")
    print(f"{rows} rows, {fresh} answers without “duplicate”, {len(numbers)} pairs of id and number")
    return rows == fresh == len(numbers) == events and {number for _, number in numbers} == set(range(1, events + 1))


def main() -> None:
    """Run it as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trueline-") as folder:
        if asked.database == "sqlite":
            with live_service(Path(folder)) as service:
                right = run(service, events=asked.events, times=asked.times)
        else:
            with (
                running_postgresql() as server,
                server.database() as url,
                live_service(Path(folder), database=url) as service,
            ):
                right = run(service, events=asked.events, times=asked.times)
    print("each event is stored once" if right else "WRONG")
    sys.exit(not right)


if __name__ == "__main__":
    main()
