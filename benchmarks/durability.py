"""Kills the service during ingest, again and again, and counts what was lost, doubled or half stored.

Several clients send batches to a real service process; whoever gets no answer sends the same batch again, as a client
should. Meanwhile the process is killed (SIGKILL) at random moments and started again. Events are sealed every
few hundred, so that kills fall into sealing too. At the end the store is read with nothing but the engine:

- lost: events that were acknowledged and are not there; doubled: ids that are there more than once;
- half batches: batches of which some events are there and others not;
- moved: events that are not where the acknowledgement said; gaps: numbers that no event has;
- digest: whether the log's digest is that of its events; orphans: files that no row names.

Run as ``python -m benchmarks.durability [--kills 200] [--database sqlite|postgresql]``; exits 1 when any is not zero.
A kill ends the process, not the machine: that commits survive a power cut as well rests on ``synchronous = FULL``
(SQLite) and on ``fsync`` and ``synchronous_commit`` (PostgreSQL), which the tests look at.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlmodel import select

from benchmarks.live_service import LiveService, body_of, event
from engine.storage.database import Database
from engine.storage.events import canonical, chained, digest_of
from engine.storage.files import FileStore
from engine.storage.sealing import remove_orphans
from engine.storage.stored_log import page_of_events
from engine.storage.tables import FileRow, LogRow
from tests.databases import running_postgresql

CLIENTS = 4
MOST_OF_A_BATCH = 40
SEAL_EVENTS = 200
SEED = 20_260_401


@dataclass
class Sender:
    """One client: what it has sent, and what was acknowledged."""

    name: str
    sent: list[list[str]] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=dict)
    retries: int = 0

    def run(self, service: LiveService, log: int, enough: threading.Event) -> None:
        """Send batch after batch, each until it is acknowledged."""
        chance, number = random.Random(f"{SEED} {self.name}"), 0
        with service.client() as client:
            while not enough.is_set():
                size = chance.randint(1, MOST_OF_A_BATCH)
                events = [event(self.name, number + place) for place in range(size)]
                number += size
                self.sent.append([one["id"] for one in events])
                body = body_of(events)
                while (answer := self._answer(client, log, body)) is None:
                    self.retries += 1
                    time.sleep(0.2)
                self.acknowledged |= {one["id"]: one["sequence"] for one in answer.json()["events"]}

    @staticmethod
    def _answer(client: httpx.Client, log: int, body: bytes) -> httpx.Response | None:
        try:
            headers = {"Content-Type": "application/json"}
            answer = client.post(f"/logs/{log}/events", content=body, headers=headers)
        except httpx.TransportError:
            return None
        if answer.status_code == 503:
            return None
        answer.raise_for_status()
        return answer


@dataclass(frozen=True)
class Outcome:
    """What was found at the end; all but the first five should be 0."""

    kills: int
    events: int
    acknowledged: int
    retries: int
    seals: int
    lost: int
    doubled: int
    half_batches: int
    moved: int
    gaps: int
    wrong_digests: int
    orphans: int

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not any(
            (self.lost, self.doubled, self.half_batches, self.moved, self.gaps, self.wrong_digests, self.orphans)
        )


def run(folder: Path, *, kills: int, database: str, seal_events: int = SEAL_EVENTS) -> Outcome:
    """Kill a service so many times while events come in, and count what is wrong afterwards."""
    service = LiveService(folder, database=database, seal_events=seal_events)
    chance = random.Random(SEED)
    try:
        log = service.new_log()
        enough = threading.Event()
        senders = [Sender(f"client{number}") for number in range(CLIENTS)]
        threads = [threading.Thread(target=sender.run, args=(service, log, enough)) for sender in senders]
        for thread in threads:
            thread.start()
        try:
            for kill in range(kills):
                known = sum(len(sender.acknowledged) for sender in senders)
                while sum(len(sender.acknowledged) for sender in senders) == known:
                    time.sleep(0.005)  # at least one batch comes through between two kills
                time.sleep(chance.uniform(0, 0.4))
                service.kill()
                service.start()
                if (kill + 1) % 20 == 0:
                    print(f"{kill + 1} kills, {known} events acknowledged", flush=True)
        finally:
            enough.set()
            for thread in threads:
                thread.join()
    finally:
        service.kill()
    return _examine(folder, database, log, senders, kills=kills)


def _examine(folder: Path, database: str, log: int, senders: list[Sender], *, kills: int) -> Outcome:
    data = folder / "data"
    url = database or f"sqlite:///{data / 'trueline.db'}"
    with closing(FileStore(data)) as files, closing(Database(url)) as opened:
        with opened.writing() as session:
            remove_orphans(session, files)
        with opened.reading() as session:
            row = session.get_one(LogRow, log)
            stored, _ = page_of_events(session, files, log, after=0, limit=10**9)
            named = {one.hash for one in session.exec(select(FileRow)).all()}
        lying = {path.name for path in (data / "files").rglob("*") if path.is_file()}
    times = Counter(one.event.id for one in stored)
    places = {one.event.id: one.sequence for one in stored}
    acknowledged = {name: number for sender in senders for name, number in sender.acknowledged.items()}
    batches = [batch for sender in senders for batch in sender.sent]
    digest = chained("", (digest_of(canonical(one.event)) for one in stored))
    return Outcome(
        kills=kills,
        events=len(stored),
        acknowledged=len(acknowledged),
        retries=sum(sender.retries for sender in senders),
        seals=len(named),
        lost=sum(name not in places for name in acknowledged),
        doubled=sum(count - 1 for count in times.values()),
        half_batches=sum(0 < sum(name in places for name in batch) < len(batch) for batch in batches),
        moved=sum(places.get(name, number) != number for name, number in acknowledged.items()),
        gaps=sum(one.sequence != place for place, one in enumerate(stored, start=1)),
        wrong_digests=int(digest != row.digest),
        orphans=len(lying - named),
    )


def main() -> None:
    """Run it as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trueline-") as folder:
        if asked.database == "sqlite":
            outcome = run(Path(folder), kills=asked.kills, database="")
        else:
            with running_postgresql() as server, server.database() as url:
                outcome = run(Path(folder), kills=asked.kills, database=url)
    print(outcome)
    print(f"{time.monotonic() - started:.0f} s; {'nothing is wrong' if outcome.clean else 'WRONG'}")
    sys.exit(not outcome.clean)


if __name__ == "__main__":
    main()
