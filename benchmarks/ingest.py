"""Events a second that one service process takes, and how long a batch waits for its answer.

Eight clients, each in a thread of this process, send batches of 100 events on kept-alive connections for some seconds;
bodies are made beforehand. It prints events a second, and the median and 99th percentile of the time from request to
answer. A second table leaves HTTP out: eight threads append the same batches through the group commit, with up to 64
batches sharing a commit and with one each, which shows what sharing is worth on this disk.

Run as ``python -m benchmarks.ingest [--seconds 10] [--database sqlite|postgresql]``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import numpy as np

from benchmarks.live_service import LiveService, body_of, event, live_service
from engine.limits import DEFAULT_LIMITS
from engine.storage.database import Database
from engine.storage.event_reading import read_batch
from engine.storage.event_store import append
from engine.storage.group_commit import MOST_TOGETHER, GroupWriter
from engine.storage.repository import add
from engine.storage.tables import LogRow
from tests.databases import running_postgresql

CLIENTS = 8
BATCH = 100


def batches_of(sender: str) -> Iterator[bytes]:
    """Bodies of one sender, without end."""
    for number in count(step=BATCH):
        yield body_of([event(sender, number + place) for place in range(BATCH)])


def measured(seconds: float, send: Callable[[int], Callable[[bytes], None]]) -> tuple[int, list[float], float]:
    """Let every client send for some seconds.

    Args:
        seconds: How long.
        send: For the number of a client, what sends one body and returns when it is answered.

    Returns:
        Batches, the seconds that each took, and the seconds of all together.
    """
    prepared = [
        [body for body, _ in zip(batches_of(f"c{n}"), range(int(40 * seconds)), strict=False)] for n in range(CLIENTS)
    ]
    taken: list[list[float]] = [[] for _ in range(CLIENTS)]
    start = threading.Barrier(CLIENTS + 1)
    ended = [0.0] * CLIENTS

    def work(number: int) -> None:
        one = send(number)
        start.wait()
        until = time.perf_counter() + seconds
        for body in prepared[number]:
            begun = time.perf_counter()
            if begun > until:
                break
            one(body)
            taken[number].append(time.perf_counter() - begun)
        ended[number] = time.perf_counter()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    every = [one for own in taken for one in own]
    return len(every), every, max(ended) - begun


def over_http(service: LiveService, seconds: float) -> tuple[int, list[float], float]:
    """Send to a service."""
    log = service.new_log()
    headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}

    def send(_number: int) -> Callable[[bytes], None]:
        client = httpx.Client(base_url=service.url, headers=headers, timeout=120)

        def one(body: bytes) -> None:
            answer = client.post(f"/logs/{log}/events", content=body)
            answer.raise_for_status()

        return one

    return measured(seconds, send)


def in_process(url: str, seconds: float, *, together: int) -> tuple[int, list[float], float]:
    """Append in this process."""
    with closing(Database(url)) as database, closing(GroupWriter(database, waiting=64, together=together)) as writer:
        with database.writing() as session:
            log = add(session, LogRow(name="benchmark", created=datetime.now(UTC))).id or 0

        def send(_number: int) -> Callable[[bytes], None]:
            def one(body: bytes) -> None:
                events = read_batch(body, limits=DEFAULT_LIMITS)
                writer.submit(lambda session: append(session, log, events, limits=DEFAULT_LIMITS)).result()

            return one

        return measured(seconds, send)


def told(name: str, outcome: tuple[int, list[float], float]) -> None:
    """Print one row."""
    batches, taken, seconds = outcome
    median, late = np.percentile(taken, [50, 99]) * 1000
    print(f"| {name} | {batches * BATCH / seconds:,.0f} | {median:.0f} | {late:.0f} |", flush=True)


@contextmanager
def databases(kind: str) -> Iterator[Callable[[str], str]]:
    """What makes a URL for a name."""
    if kind == "postgresql":
        with running_postgresql() as server, server.database() as first, server.database() as second:
            urls = {"http": first, "process": second}
            yield lambda name: urls[name]
        return
    with tempfile.TemporaryDirectory(prefix="trueline-") as folder:
        yield lambda name: f"sqlite:///{folder}/{name}.db"


def main() -> None:
    """Run it as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    print(f"{asked.database}; load of the machine before: {os.getloadavg()[0]:.1f}")
    print("| way | events/s | p50 ms | p99 ms |\n|---|---|---|---|")
    with databases(asked.database) as url, tempfile.TemporaryDirectory(prefix="trueline-") as folder:
        with live_service(Path(folder), database=url("http")) as service:
            told("HTTP", over_http(service, asked.seconds))
        for together in (MOST_TOGETHER, 1):
            told(f"in process, {together} a commit", in_process(url("process"), asked.seconds, together=together))


if __name__ == "__main__":
    main()
