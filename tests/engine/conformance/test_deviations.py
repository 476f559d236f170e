"""Deviations of small flows, named as a person would name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from engine.conformance.alignment import Alignment, Move
from engine.conformance.alignments import align, align_prefixes
from engine.conformance.deviations import Deviation, find_deviations
from engine.conformance.structure import Structure
from engine.definitions.flow import Flow
from engine.logs.variants import find_variants
from engine.nets.compile import compile_flow
from engine.vocabulary import AlignmentStatus, MoveKind
from tests.making import make_flow, make_net
from tests.oracles.small_logs import log

LINE = make_flow("start -> a -> b -> c -> d -> end")
PARALLEL = make_flow(
    "start -> a -> s", "s -> b -> e -> j", "s -> c -> j", "j -> d -> end", kinds={"s": "parallel", "j": "parallel"}
)
CHOICE = make_flow(
    "start -> a -> x", "x -> b -> y", "x -> c -> e -> y", "y -> d -> end", kinds={"x": "exclusive", "y": "exclusive"}
)
LOOP = make_flow("start -> m -> a -> b -> x -> end", "x -> r -> m", kinds={"m": "exclusive", "x": "exclusive"})
OPTIONAL = make_flow("start -> a -> b -> c -> end", optional=["b"])


def deviations(flow: Flow, case: str, *, prefix: bool = False) -> list[Deviation]:
    net = compile_flow(flow)
    search = align_prefixes if prefix else align
    alignment = search(net, find_variants(log(case))).per_variant[0]
    return list(find_deviations(net, case.split(), alignment, structure=Structure(net, flow)))


def named(found: Iterable[Deviation]) -> list[str]:
    return [f"{d.kind}: {' '.join(d.steps)}" + " (other branch)" * d.other_branch for d in found]


CASES: Mapping[str, tuple[Flow, str, list[str]]] = {
    "fits": (LINE, "a b c d", []),
    "swap is one misplaced step": (LINE, "a c b d", ["misplaced: b"]),
    "unknown activity": (LINE, "a b zzz c d", ["unplanned: zzz"]),
    "skipped": (LINE, "a b d", ["skipped: c"]),
    "skipped block": (LINE, "a d", ["skipped: b c"]),
    "two holes are two causes": (LINE, "b d", ["skipped: a", "skipped: c"]),
    "unfinished together": (LINE, "a b", ["unfinished: c d"]),
    "empty case": (LINE, "", ["unfinished: a b c d"]),
    "skipped and unfinished": (LINE, "a c", ["skipped: b", "unfinished: d"]),
    "repeated block": (LINE, "a b a b c d", ["repeated: a b"]),
    "repeated apart": (LINE, "a b a c a d", ["repeated: a", "repeated: a"]),
    "repeated and unplanned side by side": (LINE, "a a zzz b c d", ["repeated: a", "unplanned: zzz"]),
    "too late and again": (LINE, "a c d b b", ["misplaced: b", "repeated: b"]),
    "parallel order is free": (PARALLEL, "a b c e d", []),
    "skipped parallel step once": (PARALLEL, "a b e d", ["skipped: c"]),
    "skipped branch is one block": (PARALLEL, "a c d", ["skipped: b e"]),
    "skipped siblings are two": (PARALLEL, "a b d", ["skipped: e", "skipped: c"]),
    "unfinished in parallel": (PARALLEL, "a c", ["unfinished: b e d"]),
    "parallel left out with what follows": (PARALLEL, "a", ["unfinished: b e c d"]),
    "other branch": (CHOICE, "a b c d", ["out-of-place: c (other branch)"]),
    "twice on the other branch": (
        CHOICE,
        "a b c e b d",
        ["out-of-place: b (other branch)", "out-of-place: b (other branch)"],
    ),
    "loop twice": (LOOP, "a b r a b", []),
    "rework left out": (LOOP, "a b a b", ["skipped: r"]),
    "optional left out": (OPTIONAL, "a c", []),
    "optional out of place": (OPTIONAL, "a c b", ["out-of-place: b"]),
    "optional twice": (OPTIONAL, "a b b c", ["repeated: b"]),
}


@pytest.mark.parametrize("name", CASES)
def test_deviations_of(name: str) -> None:
    flow, case, expected = CASES[name]
    assert named(deviations(flow, case)) == expected


def test_a_misplaced_step_names_its_event_and_both_moves() -> None:
    (found,) = deviations(LINE, "a c b d")
    assert found.positions == (2,)
    assert len(found.moves) == 2


def test_a_swap_in_a_running_case_is_explained_as_cheaply_as_so_far_possible() -> None:
    assert named(deviations(LINE, "a c", prefix=True)) == ["skipped: b"]
    assert named(deviations(LINE, "a c b", prefix=True)) == ["out-of-place: c"]
    assert named(deviations(LINE, "a c b d", prefix=True)) == ["misplaced: b"]


def test_a_running_case_has_nothing_unfinished() -> None:
    assert deviations(PARALLEL, "a b", prefix=True) == []


def test_without_the_flow_no_branch_is_named() -> None:
    net = compile_flow(CHOICE)
    alignment = align(net, find_variants(log("a b c d"))).per_variant[0]
    assert named(find_deviations(net, "abcd", alignment)) == ["out-of-place: c"]


def test_steps_that_share_a_label_count_as_one_activity() -> None:
    net = make_net("x 'a': i -> p", "y 'a': p -> q", "z 'b': q -> o")
    alignment = align(net, find_variants(log("a b a"))).per_variant[0]
    assert named(find_deviations(net, ["a", "b", "a"], alignment)) == ["misplaced: a"]


def test_a_run_that_the_net_cannot_play_is_refused() -> None:
    net = make_net("a: i -> p", "b: p -> o")
    moves = (Move(MoveKind.MODEL, None, 1),)
    with pytest.raises(ValueError, match="no run"):
        find_deviations(net, [], Alignment(AlignmentStatus.OPTIMAL, 1, 1, 1, moves))
