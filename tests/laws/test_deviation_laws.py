"""Laws of deviations, on flows of choices, loops, parallel work and plans, and cases in which people went astray."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conformance.alignment import Alignments
from engine.conformance.alignments import align, align_prefixes
from engine.conformance.deviations import Deviation, find_deviations
from engine.conformance.structure import Structure
from engine.definitions.flow import Flow
from engine.nets.compile import compile_flow
from engine.nets.net import SILENT, Net
from engine.vocabulary import DeviationKind, MoveKind
from tests.laws.test_alignment_laws import as_variants
from tests.oracles.deviations import deviations_plainly
from tests.oracles.small_logs import UNKNOWN
from tests.oracles.structured_flows import structured_flow

Traces = list[tuple[str, ...]]
seeds = st.integers(min_value=0, max_value=2**32 - 1)
law = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def astray(seed: int) -> tuple[Flow, Net, Traces]:
    """A flow with runs of it that were gone through again in part, cut, disturbed and mixed up."""
    rng = random.Random(seed)
    flow = structured_flow(rng, rng.randint(3, 8))
    net = compile_flow(flow)
    return flow, net, [_astray(rng, flow, _walk(rng, net), _walk(rng, net)) for _ in range(6)]


def _walk(rng: random.Random, net: Net) -> list[str]:
    """The visible labels of a random run, which need not reach an end."""
    marking: tuple[int, ...] = tuple(net.initial.tolist())
    seen: list[str] = []
    for _ in range(40):
        enabled = [t for t in range(len(net.transitions)) if net.enabled(marking, t)]
        if not enabled or len(seen) > 9:
            break
        chosen = rng.choice(enabled)
        marking = net.fire(marking, chosen)
        label = net.transitions[chosen].label
        seen += [net.labels[label]] * (label != SILENT)
    return seen


def _astray(rng: random.Random, flow: Flow, run: list[str], other: list[str]) -> tuple[str, ...]:
    for _ in range(rng.randint(1, 3)):
        begin, end = sorted(rng.randint(0, len(run)) for _ in range(2))
        at = rng.randint(end, len(run))
        change = rng.choice(["again", "again", "another way", "omit", "move", "foreign"])
        if change == "again":
            run[at:at] = run[begin:end]
        elif change == "another way":
            run[at:at] = other[begin:end]
        elif change == "omit":
            del run[begin:end]
        elif change == "move":
            run[at:at], run[begin:end] = run[begin:end], []
        else:
            run[at:at] = [rng.choice([UNKNOWN, *(step.id for step in flow.steps)])]
    return tuple(run[:14])


def explained(seed: int, search: Callable[..., Alignments] = align) -> list[tuple[Sequence[Deviation], set[object]]]:
    """What is found in each trace, and what the plain twin finds."""
    flow, net, traces = astray(seed)
    structure = Structure(net, flow)
    found = search(net, as_variants(traces)).per_variant
    return [
        (
            find_deviations(net, trace, alignment, structure=structure),
            {*deviations_plainly(net, trace, alignment.moves, flow)},
        )
        for trace, alignment in zip(traces, found, strict=True)
    ]


def as_plain(found: Sequence[Deviation]) -> set[object]:
    return {(d.kind.value, d.steps, d.moves, d.other_branch) for d in found}


@law
@given(seed=seeds)
def test_deviations_of_whole_cases_equal_the_plain_twin(seed: int) -> None:
    for found, plain in explained(seed):
        assert as_plain(found) == plain


@law
@given(seed=seeds)
def test_deviations_of_running_cases_equal_the_plain_twin(seed: int) -> None:
    for found, plain in explained(1_000 + seed, align_prefixes):
        assert as_plain(found) == plain
        assert all(deviation.kind is not DeviationKind.UNFINISHED for deviation in found)


@law
@given(seed=seeds)
def test_every_move_that_costs_is_in_exactly_one_deviation(seed: int) -> None:
    flow, net, traces = astray(2_000 + seed)
    structure = Structure(net, flow)
    for trace, alignment in zip(traces, align(net, as_variants(traces)).per_variant, strict=True):
        found = find_deviations(net, trace, alignment, structure=structure)
        costly = [i for i, move in enumerate(alignment.moves) if move.kind in {MoveKind.LOG, MoveKind.MODEL}]
        assert sorted(move for deviation in found for move in deviation.moves) == costly
        events = Counter(p for deviation in found for p in deviation.positions)
        assert events == Counter(m.position for m in alignment.moves if m.kind is MoveKind.LOG)


@law
@given(seed=seeds)
def test_a_deviation_names_its_steps_once_for_each_event_or_missing_step(seed: int) -> None:
    for found, _ in explained(3_000 + seed):
        for deviation in found:
            kinds = {DeviationKind.SKIPPED, DeviationKind.UNFINISHED}
            units = len(deviation.moves) if deviation.kind in kinds else len(deviation.positions)
            assert len(deviation.steps) == units


@law
@given(seed=seeds)
def test_repeated_events_are_one_deviation_just_when_they_follow_each_other(seed: int) -> None:
    for found, _ in explained(4_000 + seed):
        blocks = [d.positions for d in found if d.kind is DeviationKind.REPEATED]
        assert all(block == tuple(range(block[0], block[-1] + 1)) for block in blocks)
        assert {block[-1] + 1 for block in blocks}.isdisjoint(block[0] for block in blocks)


def test_the_cases_go_astray_in_every_way() -> None:
    """Else the laws above would hold for nothing."""
    met: Counter[str] = Counter()
    for seed in range(150):
        for found, _ in explained(seed):
            met["again apart"] += sum(d.kind is DeviationKind.REPEATED for d in found) > 1
            for d in found:
                met[d.kind.value] += 1
                met["several again"] += d.kind is DeviationKind.REPEATED and len(d.steps) > 1
                met["several skipped"] += d.kind is DeviationKind.SKIPPED and len(d.steps) > 1
                met["other branch"] += d.other_branch
    assert min(met[kind] for kind in ("misplaced", "unplanned", "repeated", "out-of-place", "skipped")) > 10
    assert min(met.values()) > 10, met
