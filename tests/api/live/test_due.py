"""Deadlines that are kept are those that are found anew, and pages neither double nor miss what did not change."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from api.live.cursors import cursor_of, place_of
from api.live.due import CaseDeadline, DueLooker
from engine.assessment import open_cases
from engine.conformance.deadlines import Deadline
from engine.limits import DEFAULT_LIMITS
from engine.storage.events import Event
from tests.api.http.service import FLOW
from tests.api.live.desk import BEGIN, TimedDesk, event, timed_desk

STANDARDS = """\
standards:
  quick: {response: [greet, serve], within: 30m, share: 96%, tolerance: 4%}
  short: {duration: greet, at-most: 20m, share: 96%, tolerance: 4%}
  whole: {cycle-time: {at-most: 2h}, share: 96%, tolerance: 4%}
  told: {lead-time: serve, before: case.booked, at-least: 30m}
  often: {response: [greet, serve], within: 10m, share: 96%, tolerance: 4%, when: "case.kind == 'b'"}
"""
TRANSITIONS = [None, "start", "complete", "suspend"]


def random_event(rng: random.Random, number: int) -> Event:
    case = f"c{rng.randrange(6)}"
    attributes = {"case:kind": "b"} if rng.random() < 0.3 else {}
    if rng.random() < 0.3:
        attributes["case:booked"] = (BEGIN + timedelta(minutes=rng.randrange(300))).isoformat()
    members = {"lifecycle": rng.choice(TRANSITIONS), "attributes": attributes}
    return event(number, case, rng.choice(["Greet", "Serve", "Sing"]), number * 3 + rng.choice([0, 0, -9]), **members)


def looked(desk: TimedDesk, looker: DueLooker, cases: list[str] | None, minutes: float) -> list[CaseDeadline]:
    with desk.database.reading() as session:
        return looker.look(session, desk.log, now=BEGIN + timedelta(minutes=minutes), cases=cases)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_kept_is_what_is_found_anew(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    lifecycle = rng.choice(["", "all", "complete", "pair"])
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with timed_desk(tmp_path, url, FLOW + STANDARDS, lifecycle=lifecycle) as desk:
        closed: set[str] = set()
        for number in range(30):
            one = random_event(rng, number)
            if one.case not in closed:
                desk.send(one)
            if rng.random() < 0.05:
                closed.add(one.case)
                desk.close(one.case)
            if rng.random() < 0.5:
                cases = rng.choice([None, [f"c{n}" for n in range(6) if rng.random() < 0.5]])
                minutes = rng.uniform(0, 300)
                fresh = DueLooker(desk.files, desk.due.judges, DEFAULT_LIMITS)
                assert looked(desk, desk.due, cases, minutes) == looked(desk, fresh, cases, minutes)
        alone = [one for n in range(6) for one in looked(desk, fresh, [f"c{n}"], 100)]
        every = looked(desk, desk.due, None, 100)
        assert sorted(alone, key=lambda one: one.place) == every, "each as if its case were the only one"
        assert len({one.place for one in every}) == len(every) > 0


def test_only_cases_that_changed_are_looked_at_again(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    found = open_cases.deadlines_of

    def counting(process: object, log: object, **options: object) -> tuple[Deadline, ...]:
        asked.append(log.cases.height)  # type: ignore[attr-defined]
        return found(process, log, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("api.live.due.deadlines_of", counting)
    with timed_desk(tmp_path, database_url, FLOW + STANDARDS) as desk:
        desk.send(*(event(number, f"c{number}", "Greet", number) for number in range(9)))
        for minutes in (0, 20, 99):
            looked(desk, desk.due, None, minutes)
        desk.send(event(10, "c4", "Sing", 12))
        looked(desk, desk.due, None, 99)
        looked(desk, desk.due, ["c3", "c4"], 99)
        desk.send(event(11, "c5", "Greet", 13, lifecycle="start"))
        looked(desk, desk.due, None, 99)
    assert asked == [9, 1, 9], "a start where there were completions only changes what counts in all cases"


@pytest.mark.parametrize("seed", range(6))
def test_pages_neither_double_nor_miss_what_did_not_change(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with timed_desk(tmp_path, f"sqlite:///{tmp_path / 'x.db'}", FLOW + STANDARDS, lifecycle="all") as desk:
        desk.send(*(random_event(rng, number) for number in range(25)))
        now = BEGIN + timedelta(minutes=60)
        still = {one.place for one in looked(desk, desk.due, None, 60) if one.deadline.is_pending}
        seen: list[CaseDeadline] = []
        cursor: str | None = None
        for number in range(100, 1_000):
            with desk.database.reading() as session:
                after = None if cursor is None else place_of(cursor)
                page, more = desk.due.page(session, desk.log, now=now, until=None, after=after, limit=2)
            seen += page
            if not more:
                break
            cursor = cursor_of(page[-1].place)
            moved = event(number, rng.choice(["c0", "c1", "new"]), rng.choice(["Greet", "Serve"]), rng.randrange(200))
            desk.send(moved)
            still = {place for place in still if place[2] != moved.case}
            now += timedelta(minutes=7)
    places = [one.place for one in seen]
    assert places == sorted(set(places))
    assert still <= set(places)
