"""How long people and programs wait for a service that has something in it.

A service process is filled over its public API (``benchmarks.service_world``): 100 flows, 50 logs with a million events
in all, one of them live, assessments, decisions. Then it is started anew, and all of ``benchmarks.service_calls`` is
asked for: once, which is the cold call; then for some seconds by one client; then by four at once. It prints the cold
time, median, 99th percentile and maximum in milliseconds, the size of the answer, the processor time of the server's
process for each call of the one client, and its memory. Where anything is answered with another status than 2xx, that
is listed, and the run fails.

Run as ``python -m benchmarks.service [--seconds 2] [--folder FOLDER] [--database sqlite|postgresql]``; ``--folder``
keeps what was filled for the next run; with PostgreSQL, it is moved there by a backup. ``--flows``, ``--logs`` and
``--events`` make less or more of it, ``--only`` asks for those things only whose names contain a text.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import httpx
import numpy as np

from benchmarks.live_service import LiveService, live_service
from benchmarks.service_calls import Call, calls_of
from benchmarks.service_world import Size, World, filled
from engine.storage.backup import back_up, restore
from engine.storage.database import Database, open_engine
from engine.storage.files import FileStore
from tests.databases import running_postgresql

TOGETHER = 4
LEAST, MOST = 3, 200
"""Warm calls of a client: at least, however long they take, and at most."""
NOTE = "world.json"
"""What a folder was filled with, beside its data."""
RESIDENT = "process_resident_memory_bytes"
PROCESSOR = "process_cpu_seconds_total"
NO_ANSWER = 599
"""Stands for the status of an answer that never came."""
MEGABYTE = 1_000_000


@dataclass(slots=True)
class Answers:
    """What came of asking for one thing.

    Attributes:
        cold: Seconds of the first call.
        alone: Seconds of each call of one client.
        processor: Processor time of the server's process meanwhile, for each of them.
        together: Seconds of each call of several clients at once.
        size: Bytes of the largest answer.
        refused: How often an answer was no success, by status.
    """

    cold: float = 0.0
    alone: list[float] = field(default_factory=list)
    processor: float = 0.0
    together: list[float] = field(default_factory=list)
    size: int = 0
    refused: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Outcome:
    """What was measured.

    Attributes:
        world: What the service held.
        clients: How many clients asked together.
        answers: By the name of a call.
        resident: Bytes of the server's process at moments of the run.
    """

    world: World
    clients: int = TOGETHER
    answers: dict[str, Answers] = field(default_factory=dict)
    resident: dict[str, int] = field(default_factory=dict)

    @property
    def refused(self) -> dict[str, Counter[int]]:
        """What was not answered with success, by the name of the call."""
        return {name: one.refused for name, one in self.answers.items() if one.refused}


class Asking(Protocol):
    """Asks for one thing for some time."""

    def __call__(self, call: Call, client: httpx.Client, answers: Answers, *, since: int) -> list[float]:
        """The seconds that each call took; ``since`` numbers the first."""


def run(
    folder: Path,
    *,
    size: Size,
    seconds: float,
    database: str = "",
    only: str = "",
    least: int = LEAST,
    clients: int = TOGETHER,
) -> Outcome:
    """Fill a service where that is still to be done, and ask it for everything.

    Args:
        folder: Its data; what was filled before is used again.
        size: How much comes in.
        seconds: How long one thing is asked for by one client, and again by several.
        database: Its database; SQLite in the folder without it.
        only: Only calls whose names contain this.
        least: How often a client asks for it at least, however long that takes.
        clients: How many clients ask together.
    """
    note, resident = folder / NOTE, dict[str, int]()
    world = World.kept(note)
    if world is None:
        with live_service(folder, database=database, log_level="warning") as service:
            resident["started, empty"] = _resident(service)
            world = filled(service, size, folder)
            world.keep(note)
            resident["filled"] = _resident(service)
    with live_service(folder, database=database, log_level="warning") as service:
        service.key = world.key
        resident["started again"] = _resident(service)
        outcome = Outcome(world, clients, resident=resident)
        with _client(service) as client:
            calls = [call for call in calls_of(world, client) if only in call.name]
        for stage in (_cold, _alone, _together):
            stage(service, calls, outcome, partial(_for_some_time, seconds=seconds, least=least))
            resident[f"after the {stage.__name__.strip('_')} calls"] = _resident(service)
    return outcome


@contextmanager
def _client(service: LiveService) -> Iterator[httpx.Client]:
    """A client that asks for pages too."""
    headers = {"Authorization": f"Bearer {service.key}"}
    with httpx.Client(base_url=service.url.removesuffix("/api/v1"), headers=headers, timeout=300) as client:
        yield client


def _resident(service: LiveService) -> int:
    with _client(service) as client:
        return int(_metric(client, RESIDENT))


def _metric(client: httpx.Client, name: str) -> float:
    """What the service says of its own process; 0 where it cannot."""
    lines = client.get("/metrics").raise_for_status().text.splitlines()
    return next((float(line.removeprefix(f"{name} ")) for line in lines if line.startswith(f"{name} ")), 0.0)


def _cold(service: LiveService, calls: Sequence[Call], outcome: Outcome, _asked: Asking) -> None:
    """Ask for each thing once. What an earlier one has had read may be at hand already."""
    with _client(service) as client:
        for call in calls:
            answers = outcome.answers[call.name] = Answers()
            answers.cold = _timed(call, client, 0, answers)


def _alone(service: LiveService, calls: Sequence[Call], outcome: Outcome, asked: Asking) -> None:
    with _client(service) as client:
        for call in calls:
            answers, before = outcome.answers[call.name], _metric(client, PROCESSOR)
            answers.alone += asked(call, client, answers, since=1)
            answers.processor = (_metric(client, PROCESSOR) - before) / len(answers.alone)


def _together(service: LiveService, calls: Sequence[Call], outcome: Outcome, asked: Asking) -> None:
    for call in calls:
        answers = outcome.answers[call.name]

        def ask(place: int, call: Call = call, answers: Answers = answers) -> list[float]:
            with _client(service) as client:
                return asked(call, client, answers, since=place)

        with ThreadPoolExecutor(outcome.clients) as pool:
            answers.together += [one for own in pool.map(ask, range(outcome.clients)) for one in own]


def _for_some_time(
    call: Call, client: httpx.Client, answers: Answers, *, since: int, seconds: float, least: int
) -> list[float]:
    until, taken = time.perf_counter() + seconds, list[float]()
    while len(taken) < least or (time.perf_counter() < until and len(taken) < MOST):
        taken.append(_timed(call, client, since + len(taken), answers))
    return taken


def _timed(call: Call, client: httpx.Client, number: int, answers: Answers) -> float:
    request = call.request(client, number)
    began = time.perf_counter()
    try:
        answer = client.send(request)
    except httpx.TransportError:  # after an answer with 500 the service ends the connection
        answer = httpx.Response(NO_ANSWER, request=request)
    taken = time.perf_counter() - began
    answers.size = max(answers.size, len(answer.content))
    if not answer.is_success:
        answers.refused[answer.status_code] += 1
    return taken


def told(outcome: Outcome) -> None:
    """Print what was measured."""
    world = outcome.world
    print(
        f"{len(world.flows)} flows, {world.cases:,} cases, {world.events:,} events; filled in {world.seconds:.0f} s\n"
    )
    print("| what | KB | cold ms | p50 | p99 | max | CPU | four clients: p50 | p99 | max |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, one in outcome.answers.items():
        figures = [one.cold, *_figures(one.alone), one.processor, *_figures(one.together)]
        print(f"| {name} | {one.size / 1000:,.0f} | {' | '.join(map(_shown, figures))} |")
    print("\n| resident memory | MB |\n|---|---|")
    for moment, resident in outcome.resident.items():
        print(f"| {moment} | {resident / MEGABYTE:,.0f} |")
    for name, refused in outcome.refused.items():
        print(f"{name}: answered {', '.join(f'{count} times with {status}' for status, count in refused.items())}")


def _figures(taken: Sequence[float]) -> list[float]:
    return [*map(float, np.percentile(taken, [50, 99])), max(taken)]


def _shown(seconds: float) -> str:
    return f"{1000 * seconds:,.0f}"


def main() -> None:
    """Run it as asked on the command line."""
    parser, usual = argparse.ArgumentParser(description=__doc__.partition("\n")[0]), Size()
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--only", default="")
    for name, value in (("flows", usual.flows), ("logs", usual.logs), ("events", usual.events)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args()
    size = Size(asked.flows, asked.logs, asked.events)
    print(f"{asked.database}; load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="trueline-") as passing, _database(asked.database) as database:
        folder = Path(passing) if asked.folder is None or database else asked.folder
        folder.mkdir(parents=True, exist_ok=True)
        if asked.folder is not None and database:
            moved(asked.folder, folder, database)
        outcome = run(folder, size=size, seconds=asked.seconds, database=database, only=asked.only)
    told(outcome)
    if outcome.refused:
        sys.exit(1)


def moved(filled_before: Path, folder: Path, database: str) -> None:
    """Put what a folder was filled with on SQLite into another one and another database, by a backup.

    Args:
        filled_before: The folder that was filled; it stays as it is.
        folder: Where its files go.
        database: Where its rows go.
    """
    archive, data = folder / "backup.tar", filled_before / "data"
    engine = open_engine(f"sqlite:///{data / 'trueline.db'}")
    try:
        back_up(engine, data, archive)
    finally:
        engine.dispose()
    with closing(Database(database)) as opened, closing(FileStore(folder / "data")) as files:
        restore(archive, database=opened, files=files)
    archive.unlink()
    (folder / NOTE).write_bytes((filled_before / NOTE).read_bytes())


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    with running_postgresql() as server, server.database() as url:
        yield url


if __name__ == "__main__":
    main()
