"""Laws of process maps, against a plain twin that walks through every case."""

from __future__ import annotations

import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.logs.log import Log
from engine.mining.process_map import Durations, MapEdge, ProcessMap, process_map
from tests.oracles.process_map import (
    PlainCase,
    plain_median,
    plain_order,
    plain_pairs,
    plain_quantile,
    plain_times,
    widest,
)
from tests.plain_cases import log_of_cases, plain_cases

lawful = settings(deadline=None, derandomize=True, max_examples=60)
shares = st.integers(0, 20).map(lambda twentieths: twentieths / 20)


def paths(drawn: ProcessMap) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in drawn.edges}


def agrees(found: Durations, values: list[float]) -> bool:
    if not values:
        return found == Durations()
    wanted = (plain_median(values), sum(values) / len(values), plain_quantile(values, 0.9), sum(values))
    got = (found.median, found.mean, found.p90, found.total)
    return found.known == len(values) and got == pytest.approx(wanted)


def shown_of(cases: list[PlainCase], share: float) -> list[str]:
    order = plain_order(cases)
    return order[: max(1, math.ceil(len(order) * Fraction(share).limit_denominator(1000)))]


def shuffled(log: Log, rng: object) -> Log:
    """The same cases in another order, with other numbers of the activities."""
    height = log.cases.height
    order = sorted(range(height), key=lambda _: rng.random())  # type: ignore[attr-defined]  # hypothesis' own Random
    place = pl.Series([order.index(case) for case in range(height)], dtype=pl.UInt32)
    names = tuple(reversed(log.activities))
    events = log.events.with_columns(
        case=place.gather(log.events["case"]),
        activity=(len(names) - 1 - log.events["activity"].cast(pl.Int64)).cast(pl.UInt32),
    )
    return Log(log.name, names, log.cases[order], events.sort("case", maintain_order=True))


@lawful
@given(plain_cases(), shares)
def test_every_count_and_time_is_that_of_the_log_without_the_hidden_activities(
    cases: list[PlainCase], share: float
) -> None:
    drawn = process_map(log_of_cases(cases), activities=share, paths=1)
    shown = shown_of(cases, share)
    wanted = plain_pairs(cases, shown)
    assert {node.activity for node in drawn.nodes} == set(shown)
    assert paths(drawn) == set(wanted)
    for edge in drawn.edges:
        pair = wanted[edge.source, edge.target]
        assert (edge.count, edge.cases) == (pair.count, pair.cases)
        assert agrees(edge.between, list(pair.between))
    assert drawn.cases_beside == sum(not set(case.activities) & set(shown) for case in cases)


@lawful
@given(plain_cases(), shares, shares)
def test_what_an_activity_says_of_itself_is_that_of_the_whole_log(
    cases: list[PlainCase], share: float, more: float
) -> None:
    for node in process_map(log_of_cases(cases), activities=share, paths=more).nodes:
        work, waiting = plain_times(cases, node.activity)
        assert node.events == sum(case.activities.count(node.activity) for case in cases)
        assert node.cases == sum(node.activity in case.activities for case in cases)
        assert agrees(node.work, work)
        assert agrees(node.waiting, waiting)


@lawful
@given(plain_cases(), shares, st.tuples(shares, shares))
def test_a_higher_slider_never_hides_a_path(cases: list[PlainCase], share: float, ends: tuple[float, float]) -> None:
    log = log_of_cases(cases)
    low, high = (process_map(log, activities=share, paths=paths) for paths in sorted(ends))
    assert low.nodes == high.nodes  # their ranks among what is equal
    assert paths(low) <= paths(high)


@lawful
@given(plain_cases(), st.tuples(shares, shares))
def test_a_higher_slider_never_hides_an_activity(cases: list[PlainCase], ends: tuple[float, float]) -> None:
    log = log_of_cases(cases)
    low, high = (process_map(log, activities=share, paths=0) for share in sorted(ends))
    assert {node.activity for node in low.nodes} <= {node.activity for node in high.nodes}


@lawful
@given(plain_cases(), shares, shares)
def test_every_activity_is_connected_by_its_widest_ways(cases: list[PlainCase], share: float, more: float) -> None:
    drawn = process_map(log_of_cases(cases), activities=share, paths=more)
    all_pairs = {pair: found.count for pair, found in plain_pairs(cases, shown_of(cases, share)).items()}
    on_map = {(edge.source, edge.target): edge.count for edge in drawn.edges}
    for towards_end in (False, True):
        ways = widest(on_map, towards_end=towards_end)
        assert set(ways) == {node.activity for node in drawn.nodes}
        assert ways == widest(all_pairs, towards_end=towards_end)


@lawful
@given(plain_cases(), shares, shares, st.randoms(use_true_random=False))
def test_neither_the_order_of_cases_nor_numbers_of_activities_matter(
    cases: list[PlainCase], share: float, more: float, rng: object
) -> None:
    log = log_of_cases(cases)
    other = shuffled(log, rng)
    assert process_map(log, activities=share, paths=more) == process_map(other, activities=share, paths=more)
    assert process_map(log) == process_map(other)


@lawful
@given(plain_cases())
def test_without_sliders_the_map_is_one_that_sliders_give(cases: list[PlainCase]) -> None:
    log = log_of_cases(cases)
    drawn = process_map(log)
    again = process_map(log, activities=drawn.sliders.activities, paths=drawn.sliders.paths)
    assert drawn == again
    assert len(drawn.nodes) <= 12


@lawful
@given(plain_cases())
def test_each_activity_stands_behind_one_that_leads_to_it(cases: list[PlainCase]) -> None:
    drawn = process_map(log_of_cases(cases), activities=1, paths=0)
    places = {"": -1} | {node.activity: place for place, node in enumerate(drawn.nodes)}

    def leads_on(edge: MapEdge) -> bool:
        return places[edge.source] < places[edge.target]

    assert {edge.target for edge in drawn.edges if edge.target and leads_on(edge)} == set(places) - {""}
