"""Laws of filters on the cases of a log, against a plain twin that looks at one case after the other."""

from __future__ import annotations

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import InputRefused
from engine.logs.filter_query import NAMES, from_query, to_query
from engine.logs.filtering import EVERY_CASE, LogFilter, apply_filter
from engine.logs.log import Log
from tests.oracles.process_map import PlainCase, is_meant
from tests.plain_cases import filters, log_of_cases, plain_cases

lawful = settings(deadline=None, derandomize=True, max_examples=60)


pairs_of_anything = st.lists(
    st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=5)), st.text(st.characters(), max_size=30))
)


def read(pairs: list[tuple[str, str]]) -> LogFilter | list[str]:
    """The filter that pairs mean, or the codes of what is wrong with them, sorted."""
    try:
        return from_query(pairs)
    except InputRefused as refused:
        return sorted(problem.code for problem in refused.problems)


def ids(log: Log) -> list[str]:
    return log.cases["case_id"].to_list()


def same(one: Log, other: Log) -> bool:
    return one.cases.equals(other.cases) and one.events.equals(other.events) and one.activities == other.activities


@lawful
@given(plain_cases(), filters())
def test_a_filter_means_the_cases_that_the_plain_twin_means(cases: list[PlainCase], chosen: LogFilter) -> None:
    log = log_of_cases(cases)
    assert ids(apply_filter(log, chosen)) == [case.name for case in cases if is_meant(case, chosen)]


@lawful
@given(plain_cases(), filters())
def test_what_is_kept_keeps_its_events(cases: list[PlainCase], chosen: LogFilter) -> None:
    part = apply_filter(log_of_cases(cases), chosen)
    again = log_of_cases([case for case in cases if is_meant(case, chosen)])
    names = pl.Series(part.activities, dtype=pl.String).gather(part.events["activity"]).to_list()
    assert names == pl.Series(again.activities, dtype=pl.String).gather(again.events["activity"]).to_list()
    assert part.events["case"].equals(again.events["case"])
    assert part.events["time"].equals(again.events["time"])


@lawful
@given(plain_cases(), filters(), filters())
def test_filters_commute(cases: list[PlainCase], one: LogFilter, other: LogFilter) -> None:
    log = log_of_cases(cases)
    assert same(apply_filter(apply_filter(log, one), other), apply_filter(apply_filter(log, other), one))


@lawful
@given(plain_cases(), filters())
def test_a_filter_applied_twice_changes_nothing(cases: list[PlainCase], chosen: LogFilter) -> None:
    once = apply_filter(log_of_cases(cases), chosen)
    assert same(apply_filter(once, chosen), once)


@lawful
@given(plain_cases(), filters())
def test_a_filter_and_its_complement_part_the_log(cases: list[PlainCase], chosen: LogFilter) -> None:
    log = log_of_cases(cases)
    kept, left = (set(ids(apply_filter(log, one))) for one in (chosen, chosen.complement()))
    assert not kept & left
    assert kept | left == set(ids(log))
    assert chosen.complement().complement() == chosen


@lawful
@given(filters())
def test_a_filter_survives_its_query(chosen: LogFilter) -> None:
    low, high = chosen.started_from, chosen.started_before
    assume(low is None or high is None or low < high)  # what means no case at all is refused when it is read
    shortest, below = chosen.lasting_from, chosen.lasting_below
    assume(shortest is None or below is None or shortest < below)
    assert from_query(to_query(chosen)) == chosen


@lawful
@given(filters(), st.randoms(use_true_random=False))
def test_the_order_of_a_query_does_not_matter(chosen: LogFilter, rng: object) -> None:
    pairs = to_query(chosen)
    shuffled = sorted(pairs, key=lambda _: rng.random())  # type: ignore[attr-defined]  # hypothesis' own Random
    assert read(shuffled) == read(pairs)


@lawful
@given(pairs_of_anything)
def test_any_pairs_are_a_filter_or_refused_by_code(pairs: list[tuple[str, str]]) -> None:
    found = read(pairs)
    if isinstance(found, LogFilter):
        assert from_query(to_query(found)) == found
        assert (found == EVERY_CASE) == (not [value for _, value in pairs if value])
    else:
        assert all(code.startswith(("filter.", "limit.")) for code in found)
