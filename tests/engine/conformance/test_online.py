"""Running cases: what one event says on small flows, and that real logs get the batch's answers at every prefix."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.alignments import PAIRS
from engine.conformance.alignments import align_prefixes
from engine.conformance.costs import Costs
from engine.conformance.deviations import find_deviations
from engine.conformance.live_deviations import Account
from engine.conformance.online import OnlineCase, OnlineChecker, Verdict
from engine.conformance.structure import Structure
from engine.errors import InputRefused, LimitExceeded
from engine.limits import Limits
from engine.logs.options import DateOrder, ReadOptions
from engine.logs.reading import read_log
from engine.logs.variants import Variants, find_variants
from engine.mining.discovery import discover
from engine.nets.compile import compile_flow
from engine.nets.net import Net
from engine.nets.process import read_process
from engine.vocabulary import DeviationKind, RiseKind
from tests.making import make_flow, make_net
from tests.shared_data import shared

SEQUENCE = make_net("a: i -> p", "b: p -> q", "c: q -> o")
WITHOUT_MODEL = [
    "logs/04_reviewing.xes.gz",
    "logs/DomesticDeclarations.xes.gz",
    "logs/callcenter.csv",
    "logs/helpdesk_finale.csv.gz",
    "logs/interval_event_log.xes",
    "logs/servicenow_incidents.csv",
]
SAMPLE = 60  # variants of each log; all of them run among the slow tests


def run(checker: OnlineChecker, *activities: str) -> tuple[OnlineCase, list[Verdict]]:
    """The case after some events, and what each said."""
    case, verdicts = checker.open(), []
    for activity in activities:
        case, verdict = checker.observe(case, activity)
        verdicts.append(verdict)
    return case, verdicts


def said(account: Account) -> list[tuple[int, DeviationKind, tuple[str, ...]]]:
    return [(one.number, one.deviation.kind, one.deviation.steps) for one in account.deviations]


def test_a_case_that_fits_is_told_what_comes_next() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    case, (first, second, third) = run(checker, "a", "b", "c")
    assert [(v.cost, v.rise, v.kind) for v in (first, second, third)] == [(0, 0, None)] * 3
    assert first.outlook.expected == ("b",)
    assert first.outlook.required == first.outlook.possible == ("b", "c")
    assert first.outlook.ruled_out == first.outlook.impossible == ("a",)
    assert third.outlook.impossible == ("a", "b", "c")
    assert (second.outlook.may_end, third.outlook.may_end) == (False, True)
    assert (third.account, checker.close(case).account) == (Account(), Account())


def test_before_its_first_event_a_case_has_everything_ahead() -> None:
    checker = OnlineChecker.of(make_net("a: i -> p", "b: p -> o", "c: p -> o"))
    outlook = checker.outlook(checker.open())
    assert (outlook.expected, outlook.possible, outlook.required) == (("a",), ("a", "b", "c"), ("a",))
    assert (outlook.impossible, outlook.ruled_out, outlook.may_end) == ((), (), False)


def test_a_step_that_is_missing_and_then_comes_is_one_deviation_that_is_extended() -> None:
    """⟨a c⟩: b is missing. Then b comes, too late: the same deviation, now a misplaced step."""
    net = make_net("a: i -> p", "b: p -> q", "c: q -> r", "d: r -> o")
    checker = OnlineChecker.of(net, costs=Costs(log={"c": 2}))
    _, verdicts = run(checker, "a", "c", "d", "b")
    assert [v.kind for v in verdicts] == [None, RiseKind.SOMETHING_MISSING_BEFORE, None, RiseKind.NOT_EXPECTED_HERE]
    assert said(verdicts[1].account) == [(1, DeviationKind.SKIPPED, ("b",))]
    assert said(verdicts[3].account) == [(1, DeviationKind.MISPLACED, ("b",))]
    assert [one.number for one in verdicts[1].account.opened] == [1]
    assert [one.number for one in verdicts[3].account.extended] == [1]
    assert verdicts[3].account.opened == ()


def test_an_event_that_can_be_taken_both_ways_says_both() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    _, (_, second) = run(checker, "a", "c")
    assert (second.rise, second.kind) == (1, RiseKind.EITHER)


def test_an_activity_that_the_net_does_not_know_is_not_expected() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    case, (_, second) = run(checker, "a", "?")
    assert (second.step, second.kind) == (None, RiseKind.NOT_EXPECTED_HERE)
    assert said(second.account) == [(1, DeviationKind.UNPLANNED, ("?",))]
    assert second.outlook.expected == ("b",)
    assert checker.activities(case) == ("a", "?")


def test_a_revised_explanation_keeps_its_number() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    _, (_, second, third) = run(checker, "a", "c", "b")
    assert said(second.account) == [(1, DeviationKind.SKIPPED, ("b",))]
    assert (third.rise, said(third.account)) == (0, [(1, DeviationKind.OUT_OF_PLACE, ("c",))])
    assert [one.number for one in third.account.revised] == [1]


def test_closing_confirms_what_stands_and_adds_what_is_lacking() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    case, (_, second) = run(checker, "?", "a")
    closing = checker.close(case)
    assert (second.cost, closing.alignment.cost, closing.rise) == (1, 3, 2)
    assert [one.deviation.kind for one in closing.account.unchanged] == [DeviationKind.UNPLANNED]
    assert [one.deviation.kind for one in closing.account.opened] == [DeviationKind.UNFINISHED]


def test_a_late_event_is_taken_where_it_belongs() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    case, verdicts = run(checker, "a", "c")
    late, verdict = checker.insert(case, 1, "b")
    assert (verdicts[-1].cost, verdict.cost, verdict.rise, verdict.kind) == (1, 0, -1, None)
    assert [one.number for one in verdict.account.withdrawn] == [1]
    assert (checker.activities(late), checker.activities(case)) == (("a", "b", "c"), ("a", "c"))
    _, after = checker.observe(late, "c")
    assert [one.number for one in after.account.opened] == [2]


def test_a_late_event_moves_the_events_behind_it() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    case, verdicts = run(checker, "a", "b", "?")
    _, verdict = checker.insert(case, 0, "!")
    assert said(verdicts[-1].account) == [(1, DeviationKind.UNPLANNED, ("?",))]
    assert said(verdict.account) == [(2, DeviationKind.UNPLANNED, ("!",)), (1, DeviationKind.UNPLANNED, ("?",))]
    assert [one.number for one in verdict.account.unchanged] == [1]
    assert [one.deviation.positions for one in verdict.account.deviations] == [(0,), (3,)]


@pytest.mark.parametrize("position", [-1, 3])
def test_a_late_event_needs_a_position_of_the_case(position: int) -> None:
    checker = OnlineChecker.of(SEQUENCE)
    case, _ = run(checker, "a", "b")
    with pytest.raises(ValueError, match="no position"):
        checker.insert(case, position, "c")


def test_a_case_is_a_value_and_two_futures_do_not_meet() -> None:
    checker = OnlineChecker.of(SEQUENCE)
    case, _ = run(checker, "a")
    before = (case.trace.codes, case.entries, case.cost)
    (one, _), (other, _) = checker.observe(case, "b"), checker.observe(case, "?")
    assert (case.trace.codes, case.entries, case.cost) == before
    assert (checker.activities(one), checker.activities(other)) == (("a", "b"), ("a", "?"))
    assert checker.observe(one, "c")[1].cost == 0


def test_threads_share_a_checker() -> None:
    net = read_process(shared("models/08_receipt-imf.pnml")).net
    variants = find_variants(read_log(shared("logs/08_receipt.xes.gz")))
    checker = OnlineChecker.of(net)
    expected = [checker.replay(variants.sequence(v)).cost for v in range(len(variants))]
    found: list[list[int]] = [[] for _ in range(4)]

    def work(costs: list[int]) -> None:
        for v in range(len(variants)):
            _, verdicts = run(checker, *variants.sequence(v))
            costs.append(verdicts[-1].cost)

    threads = [threading.Thread(target=work, args=[costs]) for costs in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_a_case_of_many_strange_events_stays_cheap_to_keep() -> None:
    """Events that the net does not know shift every cost alike, so nothing is ever computed again for them."""
    checker = OnlineChecker.of(SEQUENCE)
    case, verdicts = run(checker, *itertools.repeat("?", 2_000))
    assert (verdicts[-1].cost, case.threshold, len(case.entries)) == (2_000, 2_000, 8)


def test_deviations_name_another_branch_when_the_flow_is_known() -> None:
    flow = make_flow("start -> x -> a -> y -> end", "x -> b -> c -> y", kinds={"x": "exclusive", "y": "exclusive"})
    checker = OnlineChecker.of(compile_flow(flow), flow=flow)
    _, verdicts = run(checker, "a", "b")
    assert [one.deviation.other_branch for one in verdicts[-1].account.deviations] == [True]


def test_a_net_without_a_run_to_an_end_is_refused() -> None:
    with pytest.raises(InputRefused) as refusal:
        OnlineChecker.of(make_net("a: x -> o"))
    assert [problem.code for problem in refusal.value.problems] == ["align.no-end"]


def test_a_net_past_the_limit_is_refused_with_its_name() -> None:
    with pytest.raises(LimitExceeded, match="alignment_markings"):
        OnlineChecker.of(SEQUENCE, limits=Limits(alignment_markings=2))


def assert_every_prefix_equals_the_batch(net: Net, variants: Variants, chosen: range) -> None:
    """Cost and deviations after every event of the chosen variants, each distinct prefix once."""
    checker = OnlineChecker.of(net)
    cases: dict[tuple[str, ...], OnlineCase] = {(): checker.open()}
    verdicts: list[Verdict] = []
    for variant in chosen:
        sequence = variants.sequence(variant)
        for length, activity in enumerate(sequence, start=1):
            if sequence[:length] not in cases:
                cases[sequence[:length]], verdict = checker.observe(cases[sequence[: length - 1]], activity)
                assert not verdict.rise or verdict.account.opened or verdict.account.extended
                verdicts.append(verdict)
    distinct = list(cases)[1:]
    alignments = align_prefixes(checker.graph, coded(distinct, variants.activities))
    assert [verdict.cost for verdict in verdicts] == alignments.costs.tolist()
    structure = Structure(net)
    for index, (prefix, verdict) in enumerate(zip(distinct, verdicts, strict=True)):
        deviations = tuple(one.deviation for one in verdict.account.deviations)
        if verdict.cost or deviations:
            assert deviations == find_deviations(net, prefix, alignments.alignment(index), structure=structure)


def coded(sequences: list[tuple[str, ...]], activities: tuple[str, ...]) -> Variants:
    index = {name: code for code, name in enumerate(activities)}
    offsets = np.zeros(len(sequences) + 1, dtype=np.int64)
    np.cumsum([len(sequence) for sequence in sequences], out=offsets[1:])
    codes = np.array([index[name] for sequence in sequences for name in sequence], dtype=np.int32)
    numbers = np.arange(len(sequences), dtype=np.int32)
    return Variants(activities, offsets, codes, np.ones(len(sequences), dtype=np.int64), numbers)


def models(pairs: list[tuple[str, str, bool]]) -> Iterator[tuple[str, str]]:
    """The distinct pairs; one log stands for the other where both have the same variants."""
    return ((model, log) for model, log, _ in pairs if log != "logs/roadtraffic_fines.xes.gz")


@pytest.mark.parametrize(("model", "log"), list(models(PAIRS)))
def test_prefixes_of_real_logs_get_the_batchs_answers(model: str, log: str) -> None:
    variants = find_variants(read_log(shared(log)))
    step = max(1, len(variants) // SAMPLE)
    assert_every_prefix_equals_the_batch(read_process(shared(model)).net, variants, range(0, len(variants), step))


@pytest.mark.parametrize("log", WITHOUT_MODEL)
def test_prefixes_of_real_logs_get_the_batchs_answers_on_discovered_nets(log: str) -> None:
    loaded = read_log(shared(log), options=ReadOptions(date_order=DateOrder.DAY_FIRST))
    variants, net = find_variants(loaded), compile_flow(discover(loaded, noise=0.2))
    step = max(1, len(variants) // SAMPLE)
    assert_every_prefix_equals_the_batch(net, variants, range(0, len(variants), step))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "log"), list(models(PAIRS)))
def test_every_prefix_of_every_real_log_gets_the_batchs_answer(model: str, log: str) -> None:
    variants = find_variants(read_log(shared(log)))
    assert_every_prefix_equals_the_batch(read_process(shared(model)).net, variants, range(len(variants)))
