"""Laws of running cases that are kept: one that is packed and unpacked after every event says what another one says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conformance import live_cases
from engine.conformance.live_cases import LiveCase, Taken, account_of, events_of, opened, packed, replayed, unpacked
from engine.conformance.online import OnlineChecker
from tests.laws.test_online_laws import random_costs
from tests.oracles.random_nets import random_block_net, random_net, random_trace, random_word_net

law = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
seeds = st.integers(min_value=0, max_value=2**32 - 1)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)

Events = list[tuple[str, datetime]]


def examples(seed: int) -> Iterator[tuple[OnlineChecker, Events]]:
    """Random nets at random costs, each with a case whose events come in another order than they happened."""
    rng = random.Random(seed)
    for _ in range(4):
        net = rng.choice([random_net, random_word_net, random_block_net])(rng)
        trace = random_trace(rng, longest=7)
        times = [BEGIN + timedelta(microseconds=rng.randint(0, 5)) for _ in trace]
        checker = (
            OnlineChecker.of(net) if rng.random() < 0.5 else OnlineChecker.of(net, costs=random_costs(rng, net)[0])
        )
        yield checker, list(zip(trace, times, strict=True))


def said(taken: Taken) -> tuple[object, ...]:
    verdict, outlook = taken.verdict, taken.verdict.outlook
    return (
        *(verdict.position, verdict.cost, verdict.rise, verdict.kind, taken.late, verdict.account),
        *(outlook.expected, outlook.required, outlook.ruled_out, outlook.may_end, taken.case.times),
    )


@law
@given(seed=seeds)
def test_a_case_that_was_kept_goes_on_as_if_it_never_was(seed: int) -> None:
    for checker, events in examples(seed):
        kept = never = opened(checker)
        for activity, time in events:
            one, other = kept.taken(checker, activity, time), never.taken(checker, activity, time)
            assert said(one) == said(other)
            assert packed(checker, one.case) == packed(checker, other.case)
            kept, never = unpacked(checker, packed(checker, one.case)), other.case
        assert checker.close(kept.case).account == checker.close(never.case).account


@law
@given(seed=seeds)
def test_a_case_kept_by_another_version_costs_and_says_the_same(seed: int) -> None:
    for checker, events in examples(seed):
        kept = never = opened(checker)
        for activity, time in events:
            one, other = kept.taken(checker, activity, time), never.taken(checker, activity, time)
            assert said(one) == said(other)
            content = packed(checker, one.case).replace(b'"engine":"', b'"engine":"not-', 1)
            kept, never = unpacked(checker, content), other.case


@law
@given(seed=seeds)
def test_events_stand_in_the_order_of_their_times_however_they_came(seed: int) -> None:
    for checker, events in examples(seed):
        case: LiveCase = opened(checker)
        for activity, time in events:
            case = case.taken(checker, activity, time).case
        ordered = sorted(events, key=lambda event: event[1])
        assert list(events_of(checker, case)) == ordered
        again = replayed(checker, ordered)
        assert (again.case.cost, again.times) == (case.case.cost, case.times)
        assert [one.deviation for one in account_of(again).deviations] == [
            one.deviation for one in account_of(case).deviations
        ]
        assert live_cases.account_of(opened(checker)).deviations == ()
