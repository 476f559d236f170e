"""What ``assess`` refuses, how it reads its arguments, and what it does with awkward input."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from engine import VERSION
from engine.assessment.assess import assess
from engine.assessment.closing import ENDED_CLOSED
from engine.calendars import CalendarChoice, calendar_named
from engine.conformance.mapper import Threads
from engine.definitions.flow import Flow
from engine.errors import InputRefused
from engine.limits import Limits
from engine.logs.lifecycle import Lifecycle
from engine.logs.reading import read_log
from engine.nets.process import Process, process_of_net, read_process
from engine.vocabulary import Dimension
from tests.engine.assessment.making import LINE, assessed, process, score
from tests.making import make_net
from tests.oracles.small_logs import hours, log
from tests.shared_data import shared

COMPLETENESS, ORDERING, EFFICIENCY, ADAPTABILITY = Dimension


def refusal_of(made: Process) -> str:
    with pytest.raises(InputRefused) as refused:
        assessed(made, "a")
    return refused.value.problems[0].code


def test_a_process_without_an_end_is_refused() -> None:
    assert refusal_of(process_of_net(make_net("a: i -> p", "b: x -> o"))) == "assess.unreachable"


def test_an_unknown_calendar_is_refused() -> None:
    made = process()
    flow: Flow = replace(made.flow, calendar=CalendarChoice("lunar"))
    assert refusal_of(replace(made, flow=flow)) == "assess.unknown-calendar"


def test_the_calendar_is_the_flows_own_unless_given() -> None:
    made = process(LINE, "calendar: office")
    assert assessed(process(), "a").calendar == "clock"
    assert assessed(made, "a").calendar == "office"
    assert assess(made, log("a"), calendar=calendar_named("china-office")).calendar == "china-office"


def test_now_is_the_latest_timestamp_unless_given() -> None:
    assert assessed(process(), "a@1 b@7", "a@3").now == hours(7)
    assert assessed(process(), "a@1", now=datetime(2030, 1, 1, tzinfo=UTC)).now == datetime(2030, 1, 1, tzinfo=UTC)
    assert assessed(process(), "a@?").now is None


def test_starts_and_completions_are_paired_where_there_are_both() -> None:
    whole = log("a a b c d")
    both = whole.events.with_columns(pl.Series("lifecycle", ["start", "complete", None, None, None]))
    found = assess(process(), replace(whole, events=both))
    assert (found.lifecycle, found.events, score(found, ORDERING)) == ("pair", 4, (4, 4))
    plain = assess(process(), replace(whole, events=both), lifecycle=Lifecycle.ALL)
    assert (plain.lifecycle, plain.events, score(plain, ORDERING)) == ("all", 5, (4, 5))


def test_what_was_assessed_is_named() -> None:
    found = assessed(process(), "a b c d", "", closed=ENDED_CLOSED)
    assert (found.log_name, found.closed_rule, found.cases, found.open_cases, found.events) == (
        "small",
        "ended",
        2,
        1,
        4,
    )
    assert found.hashes["engine"] == VERSION
    assert len(found.hashes["flow"]) == 64
    assert found.period == (hours(0), hours(3))
    assert found.variants is not None


def test_progress_reaches_its_end() -> None:
    seen: list[tuple[int, int]] = []
    assess(process(), log("a b"), progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_threads_change_nothing() -> None:
    cases = log("a b c d", "a c b d", "a zzz", "d c b a", "b b b")
    one, other = assess(process(), cases), assess(process(), cases, mapper=Threads(2))
    assert one.dimensions == other.dimensions
    assert one.deviations == other.deviations


def test_cases_past_the_budget_count_in_no_dimension() -> None:
    made = process(LINE, "standards: {s: {response: [a, b], within: 1h}}")
    cases = log("d c b a d c b a", "a b c d")
    found = assess(made, cases, limits=Limits(search_nodes=12))
    assert (found.cases, found.unexplained_cases) == (2, 1)
    assert (score(found, COMPLETENESS), score(found, ORDERING), score(found, EFFICIENCY)) == ((4, 4), (4, 4), (1, 1))
    assert [found.dimension(d).no_evidence for d in Dimension] == [1, 1, 2, 1]


def test_when_every_case_is_past_the_budget_the_reason_says_so() -> None:
    found = assess(process(), log("d c b a d c b a"), limits=Limits(search_nodes=1))
    reasons = {found.dimension(d).reason for d in (COMPLETENESS, ORDERING, ADAPTABILITY)}
    assert reasons == {"assess.past-budget"}


def test_when_some_case_is_explained_the_budget_is_no_reason() -> None:
    found = assess(process(), log("d c b a d c b a", "a b c d"), limits=Limits(search_nodes=12))
    assert (found.dimension(ADAPTABILITY).reason, found.unexplained_cases) == ("assess.nothing-disturbed", 1)


def test_a_net_of_one_place_is_assessed() -> None:
    made = process_of_net(make_net(initial="i", final="i"))
    found = assessed(made, "a b", "")
    assert (score(found, COMPLETENESS), score(found, ORDERING), score(found, ADAPTABILITY)) == ((0, 0), (0, 2), (1, 1))


def test_a_real_log_with_a_discovered_net() -> None:
    made = read_process(shared("models/08_receipt-imf.pnml"))
    found = assess(made, read_log(shared("logs/08_receipt.xes.gz")))
    assert found.cases == 1_434
    assert found.alignments.total_cost == 2_465
    lost = [found.dimension(d).denominator - found.dimension(d).numerator for d in (COMPLETENESS, ORDERING)]
    misplaced = sum(d.count for d in found.deviations if d.kind == "misplaced")
    assert sum(lost) + misplaced == 2_465  # a misplaced step costs two moves and loses one unit
    assert found.dimension(EFFICIENCY).reason == "assess.no-standards"
