"""Patterns from end to end: planted ones in simulated logs, and those of real logs."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import polars as pl
import pytest

from api.composition import discover_process, load_log, load_process, simulate_flow
from engine.assessment.assess import assess
from engine.assessment.patterns import LEAST_ODDS_RATIO, LEVEL, MoreFrequent, Patterns
from engine.logs.log import Log
from engine.nets.process import Process, read_process_bytes
from tests.api.cli.making import FLOW
from tests.shared_data import shared

REAL = {
    "helpdesk_finale.csv.gz": "helpdesk-imf.pnml",
    "servicenow_incidents.csv": None,
    "08_receipt.xes.gz": "08_receipt-imf.pnml",
    "roadtraffic_fines.xes.gz": "12_roadtraffic_1t_per_variant-imf.pnml",
}


@cache
def real(name: str) -> Patterns:
    model, log = REAL[name], load_log(shared(f"logs/{name}"))
    if model is None:
        process = discover_process(log, miner="inductive", noise=0.2)
    else:
        process = load_process(shared(f"models/{model}"))
    return assess(process, log).patterns


@pytest.mark.parametrize("name", REAL)
def test_everything_told_of_a_real_log_keeps_its_promises(name: str) -> None:
    patterns = real(name)
    for told in (patterns.together, patterns.more_frequent):
        assert len(told.patterns) == min(told.count, 100)
        assert told.count <= told.tests
        for pattern in told.patterns:
            assert 0 < pattern.p <= pattern.q <= LEVEL
            assert pattern.odds_ratio is None or pattern.odds_ratio >= LEAST_ODDS_RATIO
            assert len(pattern.examples) == 5 == len(set(pattern.examples))
    assert all(p.inside_with >= 5 and p.difference > 0 for p in patterns.more_frequent.patterns)
    assert all(p.both >= 5 and p.phi > 0 for p in patterns.together.patterns)


def about(patterns: Patterns, attribute: str, value: str) -> list[MoreFrequent]:
    return [
        pattern
        for pattern in patterns.more_frequent.patterns
        if (attribute, value) in {(one.attribute, one.value) for one in (pattern.where, *pattern.same)}
    ]


def test_columns_that_name_the_variant_tell_nothing() -> None:
    left_out = {one.attribute: one.reason for one in real("helpdesk_finale.csv.gz").left_out}
    assert {name for name, reason in left_out.items() if reason == "variant"} == {
        "Variant",
        "Variant (2)",
        "Variant index",
    }


def test_fines_that_the_authority_dismissed_stop_early() -> None:
    """Dismissal "A" and "T": the fine is withdrawn, so no notification and no penalty follow."""
    for value in ("A", "T"):
        told = about(real("roadtraffic_fines.xes.gz"), "dismissal", value)
        assert "unfinished" in {cause.kind for pattern in told for cause in pattern.deviations}


def leave_out(log: Log, activity: str, shares: dict[str, float], attribute: str, seed: int) -> Log:
    """The log without the events of one step, in a share of the cases that depends on an attribute."""
    rng = random.Random(seed)
    dropped = np.array([rng.random() < shares.get(value, 0) for value in log.cases[attribute].to_list()])
    events = log.events.with_columns(drop=pl.Series(dropped).gather(log.events["case"]))
    events = events.filter(~(pl.col("drop") & (pl.col("activity") == log.activities.index(activity)))).drop("drop")
    return Log(log.name, log.activities, log.cases, events)


@cache
def simulated() -> tuple[Process, Log]:
    """Four hundred cases in which nothing goes wrong, of two branches and three channels."""
    process = read_process_bytes(FLOW.encode(), source="survey.yaml")
    return process, simulate_flow(process, cases=400, seed=11).log


def test_a_planted_pattern_is_found_and_nothing_else() -> None:
    process, log = simulated()
    made = leave_out(log, "Collect", {"north": 0.25, "south": 0.05}, "branch", seed=1)
    found = assess(process, made).patterns.more_frequent
    assert [(p.where.attribute, p.where.value, p.deviations[0].kind) for p in found.patterns] == [
        ("branch", "north", "skipped")
    ]
    assert found.patterns[0].interval[0] > 0


def test_what_depends_on_nothing_is_no_pattern() -> None:
    process, log = simulated()
    made = leave_out(log, "Collect", {"north": 0.15, "south": 0.15}, "branch", seed=2)
    found = assess(process, made).patterns.more_frequent
    assert found.tests > 0
    assert found.patterns == ()
