"""Laws of token replay, precision, generalization and footprints, on random nets and traces."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given

from engine.conformance.alignments import align
from engine.conformance.footprints import compare_footprints
from engine.conformance.forced_replay import ForcedReplay
from engine.conformance.generalization import generalization
from engine.conformance.kernels.nearest import nearest
from engine.conformance.precision import precision_of_prefixes, precision_of_runs
from engine.conformance.search_graph import compile_search
from engine.conformance.token_replay import replay_tokens
from engine.logs.variants import Variants
from engine.nets.net import SILENT, Net
from tests.laws.test_alignment_laws import as_variants, examples, law, seeds
from tests.making import make_net
from tests.oracles.measures import PlainNet, nearest_plainly, precision_plainly, replays, successors_plainly
from tests.oracles.net_language import net_language

MOST = 500


def weighted_examples(seed: int) -> list[tuple[Net, Variants]]:
    """Random nets with random traces of theirs and traces that they accept, each with some cases."""
    rng = random.Random(seed)
    found = []
    for net, traces in examples(seed):
        accepted = sorted(net_language(net, 5))
        distinct = list(dict.fromkeys([*traces, *rng.sample(accepted, min(3, len(accepted)))]))
        counts = np.array([rng.randint(1, 5) for _ in distinct], dtype=np.int64)
        found.append((net, dataclasses.replace(as_variants(distinct), counts=counts)))
    return found


def labels_of_runs(net: Net, variants: Variants) -> dict[tuple[str, ...], int]:
    """The visible labels of each aligned run, with its cases."""
    runs: Counter[tuple[str, ...]] = Counter()
    alignments = align(net, variants)
    for alignment, cases in zip(alignments.per_variant, variants.counts.tolist(), strict=True):
        fired = [net.transitions[move.transition].label for move in alignment.moves if move.transition is not None]
        runs[tuple(net.labels[label] for label in fired if label != SILENT)] += cases
    return dict(runs)


@law
@given(seed=seeds)
def test_token_counts_are_those_of_the_plain_twin(seed: int) -> None:
    for net, variants in weighted_examples(20_000 + seed):
        plain, replay = PlainNet(net), replay_tokens(net, variants)
        for variant in range(len(variants)):
            allowed = replays(plain, variants.sequence(variant), most=MOST)
            assert allowed is None or dataclasses.astuple(replay.of(variant)) in allowed


@law
@given(seed=seeds)
def test_a_trace_replays_without_loss_if_and_only_if_its_alignment_costs_nothing(seed: int) -> None:
    for net, variants in weighted_examples(21_000 + seed):
        replay, alignments = replay_tokens(net, variants), align(net, variants)
        assert replay.fits.tolist() == (alignments.costs == 0).tolist()
        assert (replay.fitness == 1).tolist() == replay.fits.tolist()
        assert replay.fitting_cases == alignments.fitting_cases


@law
@given(seed=seeds)
def test_tokens_balance_and_fitness_stays_in_bounds(seed: int) -> None:
    for net, variants in weighted_examples(22_000 + seed):
        replay = replay_tokens(net, variants)
        produced, consumed, missing, remaining = replay.tokens.T
        assert (produced + missing == consumed + remaining).all()
        assert (missing <= consumed).all()
        assert (remaining <= produced).all()
        assert ((replay.fitness >= 0) & (replay.fitness <= 1)).all()


@law
@given(seed=seeds)
def test_the_nearest_marking_is_that_of_the_plain_twin(seed: int) -> None:
    """The kernel is given only the silent transitions that can help; the twin tries all."""
    rng = random.Random(23_000 + seed)
    for net, _ in examples(23_000 + seed):
        plain, forced = PlainNet(net), ForcedReplay(net, MOST)
        start = tuple(rng.choice([0, 0, 1, 2]) for _ in net.places)
        before, after = ((a.offsets, a.places, a.weights) for a in (net.before, net.after))
        silent = np.flatnonzero(net.transition_labels == SILENT).astype(np.int32)
        finals = net.finals.astype(np.int64)
        tried = [(silent, finals, True)] + [
            (ways.silent, ways.needs, False) for label in range(len(net.labels)) for ways in [forced._ways(label)]
        ]
        for transitions, needs, exact in tried:
            expected = nearest_plainly(plain, start, [tuple(row) for row in needs.tolist()], exact=exact, most=MOST)
            need, lack, path, complete = nearest(
                before, after, transitions, np.array(start, dtype=np.int64), needs, int(exact), 4 * MOST
            )
            if expected is not None:
                assert complete
                assert (need, lack, tuple(path.tolist())) == expected


@law
@given(seed=seeds)
def test_precision_is_that_of_the_plain_twin(seed: int) -> None:
    for net, variants in weighted_examples(24_000 + seed):
        plain, graph = PlainNet(net), compile_search(net)
        log = {variants.sequence(v): int(variants.counts[v]) for v in range(len(variants))}
        for found, sequences in (
            (precision_of_runs(graph, align(graph, variants)), labels_of_runs(net, variants)),
            (precision_of_prefixes(graph, variants), log),
        ):
            expected = precision_plainly(plain, sequences)
            assert expected is not None
            assert found.value == pytest.approx(float(expected), abs=1e-12)
            assert found.value is not None
            assert 0 <= found.value <= 1


@law
@given(seed=seeds)
def test_both_precisions_agree_where_every_case_fits(seed: int) -> None:
    for net, variants in weighted_examples(25_000 + seed):
        graph = compile_search(net)
        fitting = [variants.sequence(v) for v in np.flatnonzero(align(graph, variants).costs == 0).tolist()]
        accepted = as_variants(fitting)
        runs, prefixes = precision_of_runs(graph, align(graph, accepted)), precision_of_prefixes(graph, accepted)
        assert (runs.value, runs.cut) == (prefixes.value, prefixes.cut)


@law
@given(seed=seeds)
def test_the_precision_of_a_net_that_accepts_the_log_alone_is_one(seed: int) -> None:
    for _, variants in weighted_examples(26_000 + seed):
        net = one_line_each([variants.sequence(v) for v in range(len(variants))])
        graph = compile_search(net)
        found = precision_of_runs(graph, align(graph, variants))
        assert (found.value, len(found.escaping_states)) == (1.0, 0)


def one_line_each(traces: list[tuple[str, ...]]) -> Net:
    """A net that accepts these traces and no other: one line of places for each."""
    rules = []
    for row, trace in enumerate(traces):
        places = ["i", *(f"r{row}p{k}" for k in range(1, len(trace))), "o"]
        rules += [f"x{row}_{k} '{name}': {places[k]} -> {places[k + 1]}" for k, name in enumerate(trace)]
        rules += [f"x{row} '': i -> o"] if not trace else []
    return make_net(*rules)


@law
@given(seed=seeds)
def test_generalization_counts_every_execution(seed: int) -> None:
    for net, variants in weighted_examples(27_000 + seed):
        alignments = align(net, variants)
        executions: Counter[int | None] = Counter()
        for alignment, cases in zip(alignments.per_variant, variants.counts.tolist(), strict=True):
            for move in alignment.moves:
                executions[move.transition] += cases
        terms = [1 / sqrt(executions[t] or 1) for t in range(len(net.transitions))]
        found = generalization(alignments)
        assert found.value == pytest.approx(1 - sum(terms) / len(terms), abs=1e-12)
        assert found.value is not None
        assert 0 <= found.value < 1
        assert found.unvisited == sum(executions[t] == 0 for t in range(len(net.transitions)))


@law
@given(seed=seeds)
def test_footprints_are_those_of_the_plain_twin(seed: int) -> None:
    for net, variants in weighted_examples(28_000 + seed):
        found = compare_footprints(compile_search(net), variants)
        names = found.activities
        pairs = {(names[a], names[b]) for a, b in np.argwhere(found.can_follow).tolist()}
        assert pairs == successors_plainly(PlainNet(net))
        counted: Counter[tuple[str, str]] = Counter()
        for variant in range(len(variants)):
            trace = variants.sequence(variant)
            for pair in pairwise(trace):
                counted[pair] += int(variants.counts[variant])
        observed = {(names[a], names[b]): int(found.follows[a, b]) for a, b in np.argwhere(found.follows).tolist()}
        assert observed == dict(counted)


@law
@given(seed=seeds)
def test_footprints_differ_in_pairs(seed: int) -> None:
    for net, variants in weighted_examples(29_000 + seed):
        found = compare_footprints(compile_search(net), variants)
        assert found.agreement is not None
        assert 0 <= found.agreement <= 1
        assert found.differing_cells == sum(1 if p.first == p.second else 2 for p in found.differing)
        assert all(pair.log != pair.net for pair in found.differing)


def figures(net: Net, variants: Variants) -> tuple[object, ...]:
    """All measures, and the tokens of each variant."""
    graph = compile_search(net)
    alignments, replay = align(graph, variants), replay_tokens(graph, variants)
    return (
        {variants.sequence(v): replay.of(v) for v in range(len(variants))},
        replay.total,
        precision_of_runs(graph, alignments).value,
        precision_of_prefixes(graph, variants).value,
        generalization(alignments).value,
        compare_footprints(graph, variants).differing_cells,
    )


@law
@given(seed=seeds)
def test_the_order_of_variants_changes_nothing(seed: int) -> None:
    for net, variants in weighted_examples(30_000 + seed):
        order = list(range(len(variants)))
        random.Random(seed).shuffle(order)
        shuffled = dataclasses.replace(
            as_variants([variants.sequence(v) for v in order]), counts=variants.counts[np.array(order)]
        )
        assert figures(net, shuffled) == figures(net, variants)


@law
@given(seed=seeds)
def test_renaming_activities_changes_no_figure(seed: int) -> None:
    names = {"a": "预约", "b": "Z", "c": "c c", "d": "0", "?": "其他"}
    for net, variants in weighted_examples(31_000 + seed):
        renamed = dataclasses.replace(
            net,
            labels=tuple(names[label] for label in net.labels),
            label_of_activity={names[name]: label for name, label in net.label_of_activity.items()},
        )
        traces = [tuple(names[name] for name in variants.sequence(v)) for v in range(len(variants))]
        other = dataclasses.replace(as_variants(traces), counts=variants.counts)
        before, after = figures(net, variants), figures(renamed, other)
        assert before[1:] == after[1:]
        assert list(before[0].values()) == list(after[0].values())  # type: ignore[attr-defined]  # a dictionary
