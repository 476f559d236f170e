"""Live logs whose senders say when work started: verdicts are those of an assessment of the same events."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.live.counting import counting_of
from engine.assessment.assessment import Assessment
from engine.conformance.online import OnlineChecker
from engine.limits import DEFAULT_LIMITS
from engine.logs.lifecycle import Lifecycle, apply_lifecycle
from engine.nets.process import read_process_bytes
from engine.storage.event_store import append
from engine.storage.stored_log import read_stored_log
from engine.storage.tables import LogRow
from tests.api.http.service import FLOW, Service, service_in
from tests.api.live.desk import BEGIN, TimedDesk, event, timed_desk
from tests.api.live.test_listening import LOOP

TRANSITIONS = [None, "complete", "start", "start", "suspend", "Wait - User"]
SHORT = "standards:\n  short: {duration: greet, at-most: 20m, share: 96%, tolerance: 4%}\n"


def cost_in_log(desk: TimedDesk, checker: OnlineChecker, case: str) -> int:
    """The cost of a case in the log as it is, by the events that count when it is assessed."""
    with desk.database.reading() as session:
        mode = counting_of(session.get_one(LogRow, desk.log))
        log = apply_lifecycle(read_stored_log(session, desk.files, desk.log, limits=DEFAULT_LIMITS), mode)
    number = log.cases["case_id"].to_list().index(case)
    codes = log.events.filter(log.events["case"] == number)["activity"].to_list()
    return checker.replay(log.activities[code] for code in codes).cost


def _whole_cost(assessed: Assessment) -> int:
    """What the explanations of all cases cost together."""
    variants = assessed.variants
    assert variants is not None
    return int((assessed.alignments.costs * variants.counts).sum())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lifecycle", ["", *Lifecycle])
def test_verdicts_are_those_of_the_log_whatever_the_batches_and_restarts(
    tmp_path: Path, seed: int, lifecycle: str
) -> None:
    rng = random.Random(seed)
    process = read_process_bytes(LOOP.encode(), source="f.yaml", limits=DEFAULT_LIMITS)
    checker = OnlineChecker.of(process.net, flow=process.flow)
    with timed_desk(tmp_path, f"sqlite:///{tmp_path / 'x.db'}", LOOP, lifecycle=lifecycle) as desk:
        for number in range(30):
            one = event(
                number,
                f"c{rng.randrange(4)}",
                rng.choice(["Greet", "Serve", "Quote", "Pay", "Sing"]),
                number + rng.choice([0, 0, -6]),
                lifecycle=rng.choice(TRANSITIONS),
                attributes={"concept:instance": rng.choice("12")} if rng.random() < 0.3 else {},
            )
            (said,) = desk.send(one)
            if said is not None:
                assert said["cost"] == cost_in_log(desk, checker, one.case)
            if rng.random() < 0.2:
                desk.restart()
        for case in desk.open_cases():
            desk.close(case)
        assessed = desk.assessed(BEGIN + timedelta(days=1))
        said_at_close = desk.notices("closed")
        assert assessed.open_cases == 0
        assert sum(found.cases for found in assessed.deviations) > 0
        assert sum(said["cost"] for said in said_at_close) == _whole_cost(assessed)


def test_what_is_not_committed_is_forgotten(tmp_path: Path, database_url: str) -> None:
    with timed_desk(tmp_path, database_url, FLOW, lifecycle="complete") as desk:
        assert desk.send(event(1, "a", "Greet", 0, lifecycle="start")) != [None]
        with pytest.raises(LookupError), desk.database.writing() as session:  # noqa: PT012 - the unit of work fails
            batch = [event(2, "b", "Greet", 1)]
            append(session, desk.log, batch, limits=DEFAULT_LIMITS, listener=desk.listener)
            raise LookupError
        (said,) = desk.send(event(3, "a", "Greet", 2, lifecycle="start"))
        assert said is not None, "no completion of it is known"
        desk.send(event(4, "b", "Greet", 3))
        assert desk.send(event(5, "a", "Greet", 4, lifecycle="start")) == [None]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with service_in(tmp_path / "d") as running:
        yield running


def send(service: Service, log: int, number: int, minutes: float, transition: str) -> dict[str, Any]:
    said = {
        "id": f"e{number}",
        "case": "a",
        "activity": "Greet",
        "time": (BEGIN + timedelta(minutes=minutes)).isoformat(),
        "lifecycle": transition,
    }
    receipt: dict[str, Any] = service.client.post(f"/logs/{log}/events", json={"events": [said]}).json()["events"][0]
    return receipt


def test_step_that_was_started_runs_until_it_is_completed(service: Service) -> None:
    flow = service.upload_flow(FLOW + SHORT)
    made = service.client.post("/logs", json={"name": "desk", "flow": flow}).json()
    log = made["id"]
    assert (made["lifecycle"], made["closing"]) == (None, False)
    service.client.post(
        f"/logs/{log}/events",
        json={"events": [{"id": "x", "case": "x", "activity": "Greet", "time": BEGIN.isoformat()}]},
    )
    started = send(service, log, 1, 0, "start")
    assert (started["verdict"]["cost"], started["verdict"]["step"]) == (0, "greet")
    (due,) = service.client.get(f"/logs/{log}/cases/a").json()["deadlines"]
    assert (due["standard"], due["act_by"]) == ("short", "2026-03-02T09:20:00Z")
    assert send(service, log, 2, 1, "suspend")["unjudged"]["code"] == "live.not-counted"
    completed = send(service, log, 3, 30, "complete")
    assert (completed["verdict"]["cost"], completed["verdict"]["position"]) == (0, 0)
    (due,) = service.client.get(f"/logs/{log}/cases/a").json()["deadlines"]
    assert due["state"] == "late", "it took thirty minutes, counted from its start"


def test_rule_is_chosen_when_the_log_is_made(service: Service) -> None:
    flow = service.upload_flow(FLOW)
    costs = {}
    for lifecycle in ("all", "complete", "pair"):
        made = service.client.post("/logs", json={"name": "desk", "flow": flow, "lifecycle": lifecycle}).json()
        assert made["lifecycle"] == lifecycle
        send(service, made["id"], 1, 0, "start")
        costs[lifecycle] = send(service, made["id"], 2, 1, "complete")["verdict"]["cost"]
        number = service.client.post("/assessments", json={"flow": flow, "log": made["id"]}).json()["id"]
        assert service.finished(number)["result"]["lifecycle"] == lifecycle
    assert costs == {"all": 1, "complete": 0, "pair": 0}
    refused = service.client.post("/logs", json={"name": "desk", "lifecycle": "some"})
    assert refused.status_code == 422
