"""Laws of alignments, on random nets and traces."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from engine.conformance.alignment import Alignment, Move
from engine.conformance.alignments import align, align_prefixes
from engine.conformance.costs import Costs
from engine.conformance.mapper import Threads
from engine.limits import DEFAULT_LIMITS
from engine.logs.variants import Variants
from engine.nets.net import SILENT, Net
from engine.vocabulary import AlignmentStatus, Explanation, MoveKind
from tests.oracles.alignment import STANDARD, PlainCosts, TooManyOptimaError, align_plainly, deviations
from tests.oracles.net_language import net_language
from tests.oracles.random_nets import random_block_net, random_net, random_trace, random_word_net

NETS_PER_EXAMPLE = 12
seeds = st.integers(min_value=0, max_value=2**32 - 1)
law = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def as_variants(traces: Sequence[tuple[str, ...]]) -> Variants:
    """One variant with one case for each trace, in the order given."""
    names = sorted({name for trace in traces for name in trace})
    offsets = np.zeros(len(traces) + 1, dtype=np.int64)
    np.cumsum([len(trace) for trace in traces], out=offsets[1:])
    codes = np.array([names.index(name) for trace in traces for name in trace], dtype=np.int32)
    counts, of_case = np.ones(len(traces), dtype=np.int64), np.arange(len(traces), dtype=np.int32)
    return Variants(tuple(names), offsets, codes, counts, of_case)


def examples(seed: int) -> list[tuple[Net, list[tuple[str, ...]]]]:
    """Random nets with random traces of theirs."""
    rng = random.Random(seed)
    return [
        ((random_net, random_word_net, random_block_net)[number % 3](rng), [random_trace(rng) for _ in range(4)])
        for number in range(NETS_PER_EXAMPLE)
    ]


def expected_of(
    net: Net,
    trace: tuple[str, ...],
    *,
    costs: PlainCosts = STANDARD,
    prefix: bool = False,
    counted: bool = True,
) -> tuple[int, tuple[Move, ...]] | None:
    """What the oracle says; an example with too many optimal alignments to enumerate is given up."""
    try:
        return align_plainly(net, trace, costs=costs, prefix=prefix, counted=counted)
    except TooManyOptimaError:
        reject()


def replayed(net: Net, alignment: Alignment) -> tuple[int, ...]:
    """The marking after the alignment's transitions, each of which has to be enabled."""
    marking: tuple[int, ...] = tuple(net.initial.tolist())
    for move in alignment.moves:
        if move.transition is not None:
            assert net.enabled(marking, move.transition)
            marking = net.fire(marking, move.transition)
    return marking


@law
@given(seed=seeds)
def test_cost_and_moves_equal_the_plain_twin(seed: int) -> None:
    for net, traces in examples(seed):
        found = align(net, as_variants(traces))
        for trace, alignment in zip(traces, found.per_variant, strict=True):
            assert (alignment.cost, alignment.moves) == expected_of(net, trace)
            assert alignment.explanation is Explanation.GLOBAL


@law
@given(seed=seeds)
def test_prefix_alignments_equal_the_plain_twin(seed: int) -> None:
    for net, traces in examples(1_000 + seed):
        found = align_prefixes(net, as_variants(traces))
        for trace, alignment in zip(traces, found.per_variant, strict=True):
            assert (alignment.cost, alignment.moves) == expected_of(net, trace, prefix=True)


@law
@given(seed=seeds)
def test_other_costs_and_forbidden_moves_equal_the_plain_twin(seed: int) -> None:
    rng = random.Random(5_000 + seed)
    for net, traces in examples(2_000 + seed):
        log = {name: rng.randint(0, 3) for name in "abcd?"}
        model = {name: rng.randint(0, 3) for name in net.labels}
        forbidden = frozenset(t.id for t in net.transitions if t.label != SILENT and rng.random() < 0.2)
        plain = PlainCosts(
            log=log.__getitem__,
            model=lambda t, net=net, model=model, forbidden=forbidden: (  # type: ignore[misc]  # bound per net
                None if net.transitions[t].id in forbidden else model[net.labels[net.transitions[t].label]]
            ),
        )
        found = align(net, as_variants(traces), costs=Costs(log=log, model=model, forbidden=forbidden))
        for trace, alignment in zip(traces, found.per_variant, strict=True):
            expected = expected_of(net, trace, costs=plain)
            if expected is None:
                assert alignment.status is AlignmentStatus.UNREACHABLE
            else:
                assert (alignment.cost, alignment.moves) == expected


@law
@given(seed=seeds)
def test_without_room_to_count_deviations_the_other_criteria_decide(seed: int) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, explanation_nodes=1)
    for net, traces in examples(9_000 + seed):
        found = align(net, as_variants(traces), limits=limits)
        for trace, alignment in zip(traces, found.per_variant, strict=True):
            counted = alignment.explanation is Explanation.GLOBAL
            assert (alignment.cost, alignment.moves) == expected_of(net, trace, counted=counted)


def test_the_first_criterion_decides_where_it_differs_from_the_others() -> None:
    rng = random.Random(11)
    limits = dataclasses.replace(DEFAULT_LIMITS, explanation_nodes=1)
    differing = 0
    for _ in range(400):
        net, traces = random_word_net(rng), [random_trace(rng) for _ in range(10)]
        counted, other = align(net, as_variants(traces)), align(net, as_variants(traces), limits=limits)
        for trace, one, two in zip(traces, counted.per_variant, other.per_variant, strict=True):
            if one.moves != two.moves:
                differing += 1
                assert (one.cost, one.moves) == expected_of(net, trace)
                assert deviations(net, trace, one.moves) < deviations(net, trace, two.moves)
    assert differing > 10


@law
@given(seed=seeds)
def test_moves_give_back_the_trace_and_a_run(seed: int) -> None:
    for net, traces in examples(3_000 + seed):
        for trace, alignment in zip(traces, align(net, as_variants(traces)).per_variant, strict=True):
            events = [move.position for move in alignment.moves if move.position is not None]
            assert events == list(range(len(trace)))
            assert net.is_final(replayed(net, alignment))
            assert alignment.cost == sum(move.kind in {MoveKind.LOG, MoveKind.MODEL} for move in alignment.moves)


@law
@given(seed=seeds)
def test_cost_is_zero_if_and_only_if_the_net_accepts_the_trace(seed: int) -> None:
    for net, traces in examples(seed):
        accepted = net_language(net, 5)
        tried = [*traces, *sorted(accepted)[:20]]
        costs = align(net, as_variants(tried)).costs.tolist()
        assert [cost == 0 for cost in costs] == [trace in accepted for trace in tried]


@law
@given(seed=seeds)
def test_the_visible_labels_of_a_run_cost_nothing(seed: int) -> None:
    for net, traces in examples(4_000 + seed):
        runs = []
        for alignment in align(net, as_variants(traces)).per_variant:
            fired = [net.transitions[m.transition].label for m in alignment.moves if m.transition is not None]
            runs.append(tuple(net.labels[label] for label in fired if label != SILENT))
        assert align(net, as_variants(runs)).costs.tolist() == [0] * len(runs)


@law
@given(seed=seeds)
def test_neither_order_nor_threads_change_a_move(seed: int) -> None:
    for net, traces in examples(6_000 + seed):
        once = align(net, as_variants(traces)).per_variant
        shuffled = list(range(len(traces)))
        random.Random(seed).shuffle(shuffled)
        again = align(net, as_variants([traces[k] for k in shuffled]), mapper=Threads(2)).per_variant
        assert [once[k] for k in shuffled] == list(again)


@law
@given(seed=seeds)
def test_renaming_activities_changes_nothing(seed: int) -> None:
    names = {"a": "预约", "b": "Z", "c": "c c", "d": "0", "?": "其他"}
    for net, traces in examples(7_000 + seed):
        renamed = Net(
            net.name,
            net.places,
            net.transitions,
            tuple(names[label] for label in net.labels),
            net.before,
            net.after,
            net.initial,
            net.finals,
            {names[name]: label for name, label in net.label_of_activity.items()},
        )
        other = [tuple(names[name] for name in trace) for trace in traces]
        assert align(net, as_variants(traces)).per_variant == align(renamed, as_variants(other)).per_variant


@pytest.mark.parametrize("seed", range(3))
def test_a_hashed_table_finds_what_a_dense_one_finds(seed: int) -> None:
    """A trace that is long enough pushes the whole call from the dense to the hashed table."""
    rng = random.Random(8_000 + seed)
    net = random_net(rng)
    traces = [random_trace(rng, longest=9) for _ in range(5)]
    long = ("?",) * 2_000_000
    dense, hashed = align(net, as_variants(traces)), align(net, as_variants([*traces, long]))
    assert dense.per_variant == hashed.per_variant[: len(traces)]
