"""Aligning within a time keeps every promise of aligning without one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from api.budget import Watched, align_within
from engine.conformance.alignments import align
from engine.limits import DEFAULT_LIMITS
from engine.logs.variants import Variants
from engine.nets.net import Net
from engine.vocabulary import AlignmentStatus, MoveKind
from tests.making import make_net


@pytest.fixture
def net() -> Net:
    return make_net("a: i -> p", "t: p -> q", "b: q -> o", "c: p -> o")


def variants_of(*traces: str) -> Variants:
    names = tuple(sorted({name for trace in traces for name in trace} | {"a"}))
    codes = [names.index(name) for trace in traces for name in trace]
    return Variants(
        activities=names,
        offsets=np.cumsum([0, *(len(trace) for trace in traces)], dtype=np.int64),
        codes=np.array(codes, dtype=np.int32),
        counts=np.arange(len(traces), 0, -1, dtype=np.int64),
        of_case=np.zeros(0, dtype=np.int32),
    )


TRACES = variants_of("ab", "ac", "", "zz", "ba", "abab", "b")


def test_enough_time_gives_the_same_alignments(net: Net) -> None:
    timed = align_within(net, TRACES, seconds=3600.0, limits=DEFAULT_LIMITS)
    assert timed.per_variant == align(net, TRACES).per_variant


@pytest.mark.parametrize("seconds", [0.0, 1e-9])
def test_without_time_every_variant_has_bounds_and_a_possible_alignment(net: Net, seconds: float) -> None:
    exact = align(net, TRACES)
    timed = align_within(net, TRACES, seconds=seconds, limits=DEFAULT_LIMITS)
    for found, best in zip(timed.per_variant, exact.per_variant, strict=True):
        assert best.cost is not None
        assert found.cost is not None
        assert found.lower_bound <= best.cost <= found.cost <= found.worst == best.worst
        costly = [m for m in found.moves if m.kind in {MoveKind.LOG, MoveKind.MODEL}]
        assert len(costly) == found.cost
    assert any(found.status is AlignmentStatus.BUDGET for found in timed.per_variant)


def test_nothing_to_align_is_nothing(net: Net) -> None:
    assert len(align_within(net, variants_of(), seconds=1.0, limits=DEFAULT_LIMITS)) == 0


def test_a_net_without_a_run_is_unreachable() -> None:
    dead = make_net("a: x -> o")
    found = align_within(dead, TRACES, seconds=1.0, limits=DEFAULT_LIMITS)
    assert {a.status for a in found.per_variant} == {AlignmentStatus.UNREACHABLE}


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_progress_ends_at_the_end(net: Net, seconds: float | None) -> None:
    told: list[tuple[int, int]] = []
    align_within(net, TRACES, seconds=seconds, limits=DEFAULT_LIMITS, progress=lambda *now: told.append(now))
    assert told
    assert told[-1][0] == told[-1][1]


def test_pieces_come_back_in_their_order() -> None:
    assert list(Watched(workers=3)(lambda item: item * 2, range(20))) == pl.Series(range(0, 40, 2)).to_list()
