"""Events that are stored and judged in one unit of work, against ``trueline watch`` on the same events."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.composition import watch_process
from api.flows.service import activate, add_flow
from api.live.judges import Judges
from api.live.listening import LiveListener
from api.live.waking import Waking
from api.schemas.watching import SeenShape
from api.watching import LiveEvent
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.process import read_process_bytes
from engine.storage.closing import close_case, close_log
from engine.storage.database import Database
from engine.storage.event_store import append
from engine.storage.events import Event
from engine.storage.files import FileStore
from engine.storage.live_store import notices_after, said_of, standings
from engine.storage.repository import add, find, problems_from_json
from engine.storage.tables import FlowRow, LogRow
from tests.api.http.service import FLOW

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
LOOP = """\
trueline: 1
flow: visit
title: {en: Visit, zh: 到店}
nodes:
  start: start
  greet: {step: {en: Greet, zh: 接待}}
  fork: parallel
  serve: {step: {en: Serve, zh: 服务}}
  quote: {step: {en: Quote, zh: 报价}}
  join: parallel
  pay: {step: {en: Pay, zh: 付款}}
  end: end
edges:
  - start -> greet -> fork
  - fork -> serve -> join
  - fork -> quote -> join
  - join -> pay -> end
"""
STEPS = ["Greet", "Serve", "Quote", "Pay", "Sing"]


class Desk:
    """A live log that follows a flow, and who listens to it."""

    def __init__(
        self, database: Database, files: FileStore, *, flow: str = LOOP, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self.database, self.files, self.limits = database, files, limits
        self.flow = self.add_flow(flow)
        with database.writing() as session:
            self.log = add(session, LogRow(name="desk", flow=self.flow, created=NOW)).id or 0
        self.restart()

    def add_flow(self, text: str) -> int:
        with self.database.writing() as session, self.files.incoming(limit=10**6) as incoming:
            incoming.write(text.encode())
            incoming.finish()
            return add_flow(session, self.files, incoming, name="f.yaml", now=NOW, limits=self.limits).id or 0

    def restart(self) -> None:
        """Forget everything that is not stored."""
        self.listener = LiveListener(Judges(self.files, self.limits), self.limits, lambda: NOW, Waking())

    def send(self, events: Sequence[Event]) -> list[str | None]:
        with self.database.writing() as session:
            made = append(session, self.log, events, limits=self.limits, listener=self.listener)
            said = said_of(session, self.log, made.sequences, [])
        return [said.verdicts.get(number) for number in made.sequences]

    def send_and_fail(self, events: Sequence[Event]) -> None:
        """Send events, and have the unit of work fail after they were judged."""
        with self.database.writing() as session:
            append(session, self.log, events, limits=self.limits, listener=self.listener)
            raise LookupError

    def close(self, case: str) -> None:
        with self.database.writing() as session:
            close_case(session, self.log, case, now=NOW, listener=self.listener)

    def notices(self) -> list[tuple[int, str, dict[str, Any]]]:
        with self.database.reading() as session:
            rows = notices_after(session, self.log, 0, limit=10_000)
        return [(row.number, row.kind, json.loads(row.body)) for row in rows]


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileStore]:
    with closing(FileStore(tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


def random_events(rng: random.Random, count: int = 40) -> list[Event]:
    """Events of a few cases, now and then one that happened before others of its case."""
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return [
        Event(
            id=f"e{number}",
            case=f"c{rng.randrange(5)}",
            activity=rng.choice(STEPS),
            time=begin + timedelta(minutes=number + rng.choice([0, 0, 0, -7])),
        )
        for number in range(count)
    ]


def watched(events: Sequence[Event], flow: str = LOOP) -> list[dict[str, Any]]:
    """What ``trueline watch`` says of the same events."""
    board = watch_process(read_process_bytes(flow.encode(), source="f.yaml", limits=DEFAULT_LIMITS))
    return [
        SeenShape.of(seen).model_dump(mode="json")
        for event in events
        for seen in board.take(LiveEvent(event.case, event.activity, event.time))
    ]


@pytest.mark.parametrize("seed", range(6))
def test_verdicts_are_those_of_watch_whatever_the_batches_and_restarts(
    database: Database, files: FileStore, seed: int
) -> None:
    rng, desk = random.Random(seed), Desk(database, files)
    events, at, said = random_events(rng), 0, []
    while at < len(events):
        size = rng.choice([1, 1, 2, 7])
        said += desk.send(events[at : at + size])
        at += size
        if rng.random() < 0.3:
            desk.restart()
    assert [json.loads(one or "null") for one in said] == watched(events)
    assert [number for number, _, _ in desk.notices()] == list(range(1, len(events) + 1))
    assert desk.send(events) == said, "who sends again is told again"


def test_closing_confirms_what_watch_confirms(database: Database, files: FileStore) -> None:
    desk, events = Desk(database, files), random_events(random.Random(3))
    desk.send(events)
    board = watch_process(read_process_bytes(LOOP.encode(), source="f.yaml", limits=DEFAULT_LIMITS))
    for event in events:
        list(board.take(LiveEvent(event.case, event.activity, event.time)))
    expected = [SeenShape.of(seen).model_dump(mode="json") for seen in board.close()]
    desk.restart()
    desk.close("c1")
    desk.close("c1")
    with database.writing() as session:
        close_log(session, desk.log, now=NOW, listener=desk.listener)
    closed = [body for _, kind, body in desk.notices() if kind == "closed"]
    assert closed[0]["case"] == "c1"
    assert sorted(closed, key=lambda body: str(body["case"])) == sorted(expected, key=lambda body: str(body["case"]))


def test_what_is_not_committed_is_forgotten(database: Database, files: FileStore) -> None:
    desk, events = Desk(database, files), random_events(random.Random(4))
    said = desk.send(events[:10])
    with pytest.raises(LookupError):
        desk.send_and_fail(events[10:30])
    said += desk.send(events[10:])
    assert [json.loads(one or "null") for one in said] == watched(events)


def problem_of(desk: Desk, case: str) -> str:
    with desk.database.reading() as session:
        return problems_from_json(standings(session, desk.log, [case])[case].problem)[0].code


def test_net_that_is_too_large_judges_nothing_and_all_is_stored(database: Database, files: FileStore) -> None:
    desk = Desk(database, files, limits=Limits(live_markings=3))
    assert desk.send(random_events(random.Random(1), 5)) == [None] * 5
    assert problem_of(desk, "c1") == "live.net-too-large"
    desk.close("c1")
    assert desk.notices() == []


def test_case_that_is_too_long_is_judged_no_further(database: Database, files: FileStore) -> None:
    desk = Desk(database, files, limits=Limits(live_case_events=3))
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    events = [Event(id=str(n), case="a", activity="Greet", time=begin + timedelta(minutes=n)) for n in range(6)]
    said = [*desk.send(events[:2]), *desk.send(events[2:])]
    assert [one is None for one in said] == [False] * 3 + [True] * 3
    assert problem_of(desk, "a") == "live.case-too-long"


def test_each_case_is_judged_by_the_version_in_force_when_it_started(database: Database, files: FileStore) -> None:
    desk = Desk(database, files)
    short = desk.add_flow(FLOW)
    with database.writing() as session:
        for flow, day in ((desk.flow, date(2026, 3, 1)), (short, date(2026, 3, 10))):
            row = find(session, FlowRow, flow)
            assert row is not None
            activate(session, row, effective=day, now=NOW)

    def event(number: int, case: str, day: int) -> Event:
        return Event(id=str(number), case=case, activity="Quote", time=datetime(2026, 3, day, 12, tzinfo=UTC))

    said = desk.send([event(1, "old", 9), event(2, "new", 11), event(3, "early", 11), event(4, "never", 11)])
    desk.restart()
    said += desk.send([event(5, "old", 12), event(6, "early", 2)])
    assert desk.send([Event(id="7", case="none", activity="Quote", time=datetime(2026, 2, 1, tzinfo=UTC))]) == [None]
    steps = [json.loads(one or "null")["step"] for one in said]
    assert steps == ["quote", None, None, None, "quote", "quote"], "the late event moved its case to the older version"
    with database.reading() as session:
        found = standings(session, desk.log, ["old", "new", "early", "none"])
    assert {case: one.flow for case, one in found.items()} == {
        "old": desk.flow,
        "new": short,
        "early": desk.flow,
        "none": None,
    }
    assert problem_of(desk, "none") == "live.no-version"
