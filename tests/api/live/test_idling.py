"""Cases in which nothing happens are closed by the rule of their flow, as an assessment counts them as closed."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from api.live import idling
from engine.storage import closing
from engine.storage.database import Session, migrate
from engine.storage.group_commit import GroupWriter
from engine.storage.live_store import standings
from engine.storage.tables import LogRow
from tests.api.http.service import FLOW
from tests.api.live.desk import BEGIN, event, timed_desk

IDLE = FLOW.replace("nodes:\n", "idle: 2h\nnodes:\n")
TRANSITIONS = [None, None, "start", "complete", "suspend"]


def test_case_is_closed_once_it_has_been_idle_and_that_is_said_once(tmp_path: Path, database_url: str) -> None:
    with timed_desk(tmp_path, database_url, IDLE) as desk:
        desk.send(event(1, "a", "Greet", 0), event(2, "b", "Greet", 60), event(3, "a", "Sing", 1))
        desk.now = BEGIN + timedelta(minutes=121) - timedelta(microseconds=1)
        assert (desk.idle.look(), desk.open_cases()) == (0, ["a", "b"])
        desk.now = BEGIN + timedelta(minutes=121)
        desk.restart()
        assert (desk.idle.look(), desk.open_cases()) == (1, ["b"])
        assert desk.idle.look() == 0
        (said,) = desk.notices("closed")
        assert (said["case"], said["closed"], said["cost"]) == ("a", True, 2)
        desk.send(event(4, "b", "Greet", 170))
        desk.now = BEGIN + timedelta(minutes=200)
        assert desk.idle.look() == 0, "something has happened since"
        desk.close("b")
        desk.now += timedelta(days=9)
        assert (desk.idle.look(), len(desk.notices("closed"))) == (0, 2)


def test_flow_without_the_rule_closes_nothing(tmp_path: Path, database_url: str) -> None:
    with timed_desk(tmp_path, database_url, FLOW) as desk:
        desk.send(event(1, "a", "Greet", 0))
        desk.now = BEGIN + timedelta(days=3_000)
        assert (desk.idle.look(), desk.open_cases()) == (0, ["a"])
        assert desk.assessed(desk.now).open_cases == 1


def test_many_are_closed_in_parts(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (closing, idling):
        monkeypatch.setattr(module, "JUDGED_TOGETHER", 2)
    submitted: list[object] = []
    submit = GroupWriter.submit

    def counted(self: GroupWriter, work: Callable[[Session], Any]) -> Future[Any]:
        submitted.append(work)
        return submit(self, work)

    monkeypatch.setattr(GroupWriter, "submit", counted)
    with timed_desk(tmp_path, database_url, IDLE) as desk:
        desk.send(*(event(number, f"c{number}", "Greet", number) for number in range(5)))
        desk.now = BEGIN + timedelta(days=1)
        assert (desk.idle.look(), desk.open_cases()) == (5, [])
        assert len(submitted) == 4, "three parts, and one that finds nothing more"
        assert [said["case"] for said in desk.notices("closed")] == [f"c{number}" for number in range(5)]


@pytest.mark.parametrize("seed", range(8))
def test_live_and_assessment_agree_on_what_is_idle(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    # a step that no case reaches: none has ended, so that only the idle rule closes
    flow = IDLE.replace("serve -> end", "serve -> last -> end").replace(
        "  end: end", "  last: {step: Last}\n  end: end"
    )
    lifecycle = rng.choice(["", "all", "complete", "pair"])
    with timed_desk(tmp_path, f"sqlite:///{tmp_path / 'x.db'}", flow, lifecycle=lifecycle) as desk:
        # every activity has had all transitions before: what counts does not change any more
        number = 0
        for activity in ("Greet", "Serve", "Sing"):
            for transition in ("start", "complete", "suspend"):
                desk.send(event(number, "first", activity, 500, lifecycle=transition))
                number += 1
        for _ in range(30):
            number += 1
            case, activity = f"c{rng.randrange(8)}", rng.choice(["Greet", "Serve", "Sing"])
            if case in desk.open_cases() or rng.random() < 0.7:
                desk.send(event(number, case, activity, rng.randrange(300), lifecycle=rng.choice(TRANSITIONS)))
        for minutes in (121, 250, 250.0001, 333, 420):
            desk.now = BEGIN + timedelta(minutes=minutes)
            expected = desk.assessed(desk.now)
            open_before = desk.open_cases()
            assert expected.closed_rule == "ended-or-idle:2h"
            closed = desk.idle.look()
            assert len(desk.open_cases()) == len(open_before) - closed == expected.open_cases
            assert desk.assessed(desk.now).open_cases == expected.open_cases


def test_older_cases_know_when_something_last_happened_in_them(tmp_path: Path, database_url: str) -> None:
    with timed_desk(tmp_path, database_url, IDLE) as desk:
        desk.send(event(1, "a", "Greet", 0), event(2, "a", "Serve", 30), event(3, "b", "Greet", 60))
        desk.close("b")
        migrate(desk.database.engine, step=command.downgrade, revision="0004")
        migrate(desk.database.engine, step=command.upgrade)
        desk.restart()
        with desk.database.reading() as session:
            assert session.get_one(LogRow, desk.log).lifecycle == "all", "as they were judged until now"
            found = standings(session, desk.log, ["a", "b"])
            assert {case: one.latest for case, one in found.items()} == {"a": BEGIN + timedelta(minutes=30), "b": None}
        desk.now = BEGIN + timedelta(minutes=150)
        assert desk.idle.look() == 1
