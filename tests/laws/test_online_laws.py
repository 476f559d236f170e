"""Laws of online conformance, on random nets and traces: event by event it says what the batch says."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conformance.alignment import Alignment
from engine.conformance.alignments import align, align_prefixes
from engine.conformance.costs import STANDARD_COSTS, Costs
from engine.conformance.deviations import Deviation, find_deviations
from engine.conformance.live_deviations import Account
from engine.conformance.online import OnlineCase, OnlineChecker, Outlook, Verdict
from engine.nets.net import SILENT, Net
from engine.vocabulary import RiseKind
from tests.laws.test_alignment_laws import as_variants
from tests.oracles.alignment import STANDARD, PlainCosts, TooManyOptimaError, align_plainly
from tests.oracles.online import (
    PlainStanding,
    closed_plainly,
    expected_plainly,
    may_end_plainly,
    observe_plainly,
    possible_plainly,
    required_plainly,
    vectors_plainly,
)
from tests.oracles.random_nets import random_block_net, random_net, random_trace, random_word_net

NETS_PER_EXAMPLE = 6
seeds = st.integers(min_value=0, max_value=2**32 - 1)
law = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
Trace = tuple[str, ...]


def random_costs(rng: random.Random, net: Net) -> tuple[Costs, PlainCosts]:
    """Costs from 0 to 3 and some forbidden model moves, for the engine and for the plain twin."""
    log = {name: rng.randint(0, 3) for name in "abcd?"}
    model = {name: rng.randint(0, 3) for name in net.labels}
    forbidden = frozenset(t.id for t in net.transitions if t.label != SILENT and rng.random() < 0.2)

    def model_cost(transition: int) -> int | None:
        found = net.transitions[transition]
        return None if found.id in forbidden else model[net.labels[found.label]]

    return Costs(log=log, model=model, forbidden=forbidden), PlainCosts(log.__getitem__, model_cost)


def examples(seed: int, *, longest: int) -> Iterator[tuple[Net, Trace, Costs, PlainCosts]]:
    """Random nets of three kinds, each with a trace at the standard cost and one at other costs."""
    rng = random.Random(seed)
    for _ in range(NETS_PER_EXAMPLE):
        net = rng.choice([random_net, random_word_net, random_block_net, random_block_net])(rng)
        yield net, random_trace(rng, longest=longest), STANDARD_COSTS, STANDARD
        yield net, random_trace(rng, longest=longest), *random_costs(rng, net)


def observed(checker: OnlineChecker, trace: Trace) -> list[tuple[OnlineCase, Verdict]]:
    """The case and the verdict after each event."""
    case, found = checker.open(), []
    for activity in trace:
        case, verdict = checker.observe(case, activity)
        found.append((case, verdict))
    return found


def prefixes(trace: Trace) -> list[Trace]:
    """The prefixes with at least one event, by length."""
    return [trace[:length] for length in range(1, len(trace) + 1)]


def batch(net: Net, traces: list[Trace], costs: Costs) -> tuple[Alignment, ...]:
    return align_prefixes(net, as_variants(traces), costs=costs).per_variant


def what(account: Account) -> list[Deviation]:
    return [one.deviation for one in account.deviations]


def numbered(account: Account) -> list[tuple[int, Deviation]]:
    return [(one.number, one.deviation) for one in account.deviations]


def check_outlook(net: Net, outlook: Outlook, standing: PlainStanding, at_first: PlainStanding) -> None:
    possible = possible_plainly(net, standing)
    assert set(outlook.expected) == expected_plainly(net, standing)
    assert set(outlook.possible) == possible
    assert set(outlook.impossible) == possible_plainly(net, at_first) - possible
    assert set(outlook.required) == required_plainly(net, standing)
    assert outlook.may_end == may_end_plainly(net, standing)


@law
@given(seed=seeds)
def test_every_prefix_costs_what_the_batch_and_the_enumeration_say(seed: int) -> None:
    for net, trace, costs, plain in examples(seed, longest=6):
        found = observed(OnlineChecker.of(net, costs=costs), trace)
        standings = list(observe_plainly(net, trace, plain))[1:]
        for (case, verdict), alignment, standing in zip(
            found, batch(net, prefixes(trace), costs), standings, strict=True
        ):
            assert verdict.cost == case.cost == alignment.cost == standing.cost
        with contextlib.suppress(TooManyOptimaError):  # then the two others have been asked
            expected = align_plainly(net, trace, costs=plain, prefix=True, counted=False)
            assert expected is not None
            assert not found or found[-1][0].cost == expected[0]


@law
@given(seed=seeds)
def test_long_cases_cost_what_the_whole_vector_says(seed: int) -> None:
    for net, trace, costs, plain in examples(1_000 + seed, longest=60):
        found = observed(OnlineChecker.of(net, costs=costs), trace)
        standings = list(observe_plainly(net, trace, plain))[1:]
        assert [case.cost for case, _ in found] == [standing.cost for standing in standings]


@law
@given(seed=seeds)
def test_what_is_kept_is_exact_up_to_the_threshold(seed: int) -> None:
    """Closed over model moves, the entries are the whole vector up to the threshold; none follows from the others."""
    for net, trace, costs, _ in examples(2_000 + seed, longest=25):
        checker = OnlineChecker.of(net, costs=costs)
        labels, model = net.codes(trace).tolist(), costs.of_transitions(net).tolist()
        vectors = vectors_plainly(checker.graph, labels, costs.of_activities(trace).tolist(), model)
        next(vectors)
        for (case, _), vector in zip(observed(checker, trace), vectors, strict=True):
            rows = np.frombuffer(case.entries, dtype=np.int32).reshape(-1, 2).tolist()
            entries = {row[0]: row[1] for row in rows}
            assert len(entries) == len(rows)
            closed = closed_plainly(checker.graph, entries, model)
            assert {s: c for s, c in closed.items() if c <= case.threshold} == {
                s: c for s, c in vector.items() if c <= case.threshold
            }


def test_cases_begin_again_with_a_larger_threshold() -> None:
    """The laws above meet what they are about: thresholds grow in many of their cases, and not by much."""
    thresholds = []
    for net, trace, costs, _ in (one for seed in range(10) for one in examples(seed, longest=60)):
        found = observed(OnlineChecker.of(net, costs=costs), trace)
        thresholds.append(len({case.threshold for case, _ in found}))
    assert sum(count > 3 for count in thresholds) > 20


@law
@given(seed=seeds)
def test_the_cost_never_falls_and_rises_by_the_events_log_cost_at_most(seed: int) -> None:
    for net, trace, costs, _ in examples(3_000 + seed, longest=25):
        for _, verdict in observed(OnlineChecker.of(net, costs=costs), trace):
            assert 0 <= verdict.rise <= costs.log.get(verdict.activity, 1)


@law
@given(seed=seeds)
def test_a_rise_says_how_the_event_is_taken_at_the_least_cost(seed: int) -> None:
    for net, trace, costs, plain in examples(4_000 + seed, longest=12):
        standings = list(observe_plainly(net, trace, plain))[1:]
        for (_, verdict), standing in zip(observed(OnlineChecker.of(net, costs=costs), trace), standings, strict=True):
            log, sync = standing.by_log == standing.cost, standing.by_sync == standing.cost
            said = {
                RiseKind.EITHER: (True, True),
                RiseKind.NOT_EXPECTED_HERE: (True, False),
                RiseKind.SOMETHING_MISSING_BEFORE: (False, True),
            }
            assert (verdict.kind is None) == (verdict.rise == 0)
            assert verdict.kind is None or said[verdict.kind] == (log, sync)


@law
@given(seed=seeds)
def test_what_may_can_and_has_to_come_is_what_enumeration_finds(seed: int) -> None:
    for net, trace, costs, plain in examples(5_000 + seed, longest=6):
        checker = OnlineChecker.of(net, costs=costs)
        first, *standings = observe_plainly(net, trace, plain)
        check_outlook(net, checker.outlook(checker.open()), first, first)
        before = set(checker.outlook(checker.open()).possible)
        for (case, verdict), standing in zip(observed(checker, trace), standings, strict=True):
            check_outlook(net, verdict.outlook, standing, first)
            check_outlook(net, checker.outlook(case), standing, first)
            assert set(verdict.outlook.ruled_out) == before - set(verdict.outlook.possible)
            before = set(verdict.outlook.possible)


@law
@given(seed=seeds)
def test_deviations_are_those_of_the_prefix_alignment(seed: int) -> None:
    for net, trace, costs, _ in examples(6_000 + seed, longest=12):
        found = observed(OnlineChecker.of(net, costs=costs), trace)
        for (_, verdict), prefix, alignment in zip(
            found, prefixes(trace), batch(net, prefixes(trace), costs), strict=True
        ):
            assert what(verdict.account) == list(find_deviations(net, prefix, alignment))
            assert sum(one.cost for one in verdict.account.deviations) == verdict.cost


@law
@given(seed=seeds)
def test_a_rise_opens_or_extends_a_deviation_and_numbers_stay(seed: int) -> None:
    for net, trace, costs, _ in examples(7_000 + seed, longest=12):
        before, given_out = Account(), 0
        for _, verdict in observed(OnlineChecker.of(net, costs=costs), trace):
            account = verdict.account
            numbers = [one.number for one in account.deviations]
            assert len(set(numbers)) == len(numbers)
            known = {one.number for one in before.deviations}
            assert {one.number for one in account.opened} == set(numbers) - known
            assert all(one.number > given_out for one in account.opened)
            assert {one.number for one in account.withdrawn} == known - set(numbers)
            assert not verdict.rise or any(one.cost for one in (*account.opened, *account.extended))
            assert not account.opened or not account.withdrawn
            earlier = dict(numbered(before))
            assert all(one.deviation.kind == earlier[one.number].kind for one in account.unchanged)
            before, given_out = account, account.numbers


@law
@given(seed=seeds)
def test_numbers_do_not_depend_on_when_they_are_asked_for(seed: int) -> None:
    rng = random.Random(seed)
    for net, trace, costs, _ in examples(8_000 + seed, longest=12):
        checker = OnlineChecker.of(net, costs=costs)
        always = [verdict.account for _, verdict in observed(checker, trace)]
        case, sometimes = checker.open(), []
        for activity in trace:
            case, verdict = checker.observe(case, activity)
            if rng.random() < 0.3:
                assert verdict.account == always[verdict.position]
            sometimes.append(verdict)
        assert [verdict.account for verdict in sometimes] == always
        replayed = checker.replay(trace)
        assert replayed.explanation is None or replayed.explanation.account == [Account(), *always][-1]


@law
@given(seed=seeds)
def test_a_late_event_leads_where_its_own_order_would_have_led(seed: int) -> None:
    rng = random.Random(9_000 + seed)
    for net, trace, costs, _ in examples(9_000 + seed, longest=12):
        checker = OnlineChecker.of(net, costs=costs)
        position, activity, rest = rng.randint(0, len(trace)), rng.choice("abcd?"), random_trace(rng)
        case = checker.replay(trace)
        late, verdict = checker.insert(case, position, activity)
        whole = (*trace[:position], activity, *trace[position:])
        in_order = checker.replay(whole)
        assert checker.activities(late) == checker.activities(in_order) == whole
        assert verdict.rise == in_order.cost - case.cost
        possible = set(checker.outlook(case).possible)
        assert set(verdict.outlook.ruled_out) == possible - set(verdict.outlook.possible)
        assert what(verdict.account) == list(find_deviations(net, whole, batch(net, [whole], costs)[0]))
        for following in rest:
            late, one = checker.observe(late, following)
            in_order, other = checker.observe(in_order, following)
            assert (one.cost, one.kind, one.outlook.expected) == (other.cost, other.kind, other.outlook.expected)
            assert what(one.account) == what(other.account)


@law
@given(seed=seeds)
def test_closing_confirms_the_deviations_of_the_whole_case(seed: int) -> None:
    for net, trace, costs, _ in examples(10_000 + seed, longest=12):
        checker = OnlineChecker.of(net, costs=costs)
        case = checker.replay(trace)
        closing = checker.close(case)
        whole = align(net, as_variants([trace]), costs=costs).alignment(0)
        assert closing.alignment == whole
        assert what(closing.account) == list(find_deviations(net, trace, whole))
        assert closing.rise == (None if whole.cost is None else whole.cost - case.cost)
        assert closing.rise is None or closing.rise >= 0
        if checker.outlook(case).may_end:
            assert closing.rise == 0
