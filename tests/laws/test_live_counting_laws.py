"""Laws of running cases whose logs say when work started: they have the events that the log has when it is assessed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from engine.conformance.live_cases import LiveCase, account_of, opened, packed, replayed, unpacked
from engine.conformance.live_counting import count, recounted
from engine.conformance.online import OnlineChecker
from engine.limits import DEFAULT_LIMITS
from engine.logs.counting import LiveEvent, TransitionKind, counted
from engine.logs.instants import INSTANT
from engine.logs.lifecycle import INSTANCE, Lifecycle, apply_lifecycle, usual_lifecycle
from engine.logs.log import Log
from engine.logs.tables import read_rows
from tests.oracles.random_nets import random_block_net, random_net, random_trace, random_word_net

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEEDS = range(40)
TRANSITIONS = [None, "complete", "Complete ", "start", "start", " START", "suspend", "schedule", "Wait - User"]
Row = tuple[str, str, datetime, str | None, str | None]
"""Case, activity, time, transition and instance, in the order in which they came."""


def random_rows(rng: random.Random, activities: list[str]) -> list[Row]:
    """Events of a few cases, in another order than they happened."""
    return [
        (
            f"c{rng.randrange(3)}",
            rng.choice(activities),
            BEGIN + timedelta(minutes=number + rng.choice([0, 0, 0, -1, -4])),
            rng.choice(TRANSITIONS),
            rng.choice([None, None, "1", "2"]) if rng.random() < 0.3 else None,
        )
        for number in range(rng.randint(4, 24))
    ]


def log_of(rows: list[Row]) -> Log:
    """The rows as a log, as ``stored_log`` makes one: in order of time, then as they came."""
    frame = pl.DataFrame(
        {
            "case_id": [row[0] for row in rows],
            "activity": [row[1] for row in rows],
            "start": pl.Series([None] * len(rows), dtype=INSTANT),
            "time": pl.Series([row[2] for row in rows], dtype=INSTANT),
            "resource": pl.Series([None] * len(rows), dtype=pl.String),
            "lifecycle": pl.Series([row[3] for row in rows], dtype=pl.String),
            INSTANCE: pl.Series([row[4] for row in rows], dtype=pl.String),
        }
    )
    return read_rows(frame, name="x", limits=DEFAULT_LIMITS)


def traces_of(log: Log) -> dict[str, list[tuple[str, datetime]]]:
    """Activity and time of each event, by case."""
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    ids = log.cases["case_id"].to_list()
    for case, activity, time in log.events.select("case", "activity", "time").iter_rows():
        found[ids[case]].append((log.activities[activity], time))
    return found


def event_of(row: Row) -> LiveEvent:
    return LiveEvent.of(row[1], row[2], transition=row[3], instance=row[4])


def kinds_in(rows: list[Row]) -> Callable[[str], set[TransitionKind]]:
    return lambda activity: {event_of(row).kind for row in rows if row[1] == activity}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mode", Lifecycle)
def test_events_that_count_are_those_of_the_whole_log(seed: int, mode: Lifecycle) -> None:
    rng = random.Random(seed)
    rows = random_rows(rng, ["a", "b", "c"])
    expected = traces_of(apply_lifecycle(log_of(rows), mode))
    for case in {row[0] for row in rows}:
        own = sorted((event_of(row) for row in rows if row[0] == case), key=lambda event: event.time)
        found = [(own[place].activity, own[place].time) for place in counted(own, mode, kinds_in(rows))]
        assert found == expected[case]


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nothing_is_said_pairing_gives_what_is_usual(seed: int) -> None:
    rows = random_rows(random.Random(seed), ["a", "b", "c"])
    log = log_of(rows)
    usual, paired = apply_lifecycle(log, usual_lifecycle(log)), apply_lifecycle(log, Lifecycle.PAIR)
    assert traces_of(usual) == traces_of(paired)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mode", Lifecycle)
def test_live_verdicts_are_those_of_the_log_as_it_is_then(seed: int, mode: Lifecycle) -> None:
    rng = random.Random(seed)
    net = rng.choice([random_net, random_word_net, random_block_net])(rng)
    checker = OnlineChecker.of(net)
    rows = random_rows(rng, sorted({*random_trace(rng, longest=5), "a", "b"}))
    cases: dict[str, LiveCase] = {}
    for number, row in enumerate(rows, start=1):
        case, event, kinds = row[0], event_of(row), kinds_in(rows[:number])
        before = cases.get(case, opened(checker))
        found = count(checker, before, event, mode=mode, kinds=kinds)
        trace = traces_of(apply_lifecycle(log_of(rows[:number]), mode))[case]
        again = replayed(checker, trace)
        assert found.case.times == tuple(time for _, time in trace)
        assert checker.activities(found.case.case) == tuple(activity for activity, _ in trace)
        assert found.case.case.cost == again.case.cost
        assert [one.deviation for one in account_of(found.case).deviations] == [
            one.deviation for one in account_of(again).deviations
        ]
        if found.verdict is not None:
            assert (found.verdict.cost, found.verdict.rise) == (again.case.cost, again.case.cost - before.case.cost)
            assert trace[found.verdict.position] == (event.activity, event.time)
            assert found.late == (found.verdict.position < len(trace) - 1)
            if not found.late and found.verdict.rise > 0:
                last = checker.observe(checker.replay(activity for activity, _ in trace[:-1]), trace[-1][0])[1]
                assert found.verdict.kind == last.kind
        cases[case] = unpacked(checker, packed(checker, found.case)) if rng.random() < 0.5 else found.case
    final = traces_of(apply_lifecycle(log_of(rows), mode))
    for case, live in cases.items():
        whole = checker.close(recounted(checker, live, mode=mode, kinds=kinds_in(rows)).case)
        expected = checker.close(checker.replay(activity for activity, _ in final[case]))
        assert whole.alignment == expected.alignment
        assert [d.deviation for d in whole.account.deviations] == [d.deviation for d in expected.account.deviations]


def test_start_that_is_completed_is_no_second_occurrence() -> None:
    checker = OnlineChecker.of(random_word_net(random.Random(1)))
    kinds = {TransitionKind.START, TransitionKind.COMPLETE}
    live = opened(checker)
    costs = []
    for transition, minute in (("start", 0), ("complete", 5), ("start", 7)):
        event = LiveEvent.of("never heard of", BEGIN + timedelta(minutes=minute), transition=transition)
        found = count(checker, live, event, mode=Lifecycle.PAIR, kinds=lambda _: kinds)
        live = found.case
        costs.append((found.case.case.cost, len(found.case), len(found.case.every)))
    assert costs == [(1, 1, 1), (1, 1, 2), (2, 2, 3)]
