"""Soundness of nets that are made to mislead a checker."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from engine.limits import Limits
from engine.nets.net import Net
from engine.nets.pnml import read_pnml
from engine.nets.soundness import Finding, FindingKind, Verdict, check_soundness
from tests.making import make_net
from tests.shared_data import shared

PARALLEL_22 = (
    "s: i -> " + ", ".join(f"p{k}" for k in range(22)),
    *(f"a{k}: p{k} -> q{k}" for k in range(22)),
    "j: " + ", ".join(f"q{k}" for k in range(22)) + " -> o",
)
DOUBLINGS = ("t0: i -> 2*d1", *(f"t{k}: d{k} -> 2*d{k + 1}" for k in range(1, 12)), "z 'a': 4096*d12 -> o")

HOSTILE: dict[str, tuple[Net, str, set[str]]] = {
    "N1 grows": (make_net("a: i -> i, q", "b: i -> o"), "unbounded", {"unbounded"}),
    "N2 silent cycle with a way out": (
        make_net("t1: i -> p", "t2: p -> r", "t3: r -> p", "a: p -> o"), "sound", set()
    ),
    "N3 silent cycle without": (
        make_net("t1: i -> p", "t2: p -> q", "t3: q -> p", "a: x -> o"),
        "unsound",
        {"final-unreachable", "livelock", "dead-step"},
    ),
    "N4 choice into a join": (
        make_net("a: i -> p", "b: i -> q", "c: p, q -> o"), "unsound", {"final-unreachable", "deadlock", "dead-step"}
    ),
    "N5 two tokens at the end": (
        make_net("a: i -> p, q", "b: p -> o", "c: q -> o"), "unsound", {"final-unreachable", "improper-completion"}
    ),
    "N6 22 parallel branches": (make_net(*PARALLEL_22), "sound", set()),
    "N7 grows silently": (
        make_net("t1: i -> i, q", "a: i -> p", "b: x -> o"),
        "unbounded",
        {"unbounded", "final-unreachable", "dead-step"},
    ),
    "N8 a weight that is never met": (
        make_net("s: i -> p", "a: 2*p -> o"), "unsound", {"final-unreachable", "deadlock", "dead-step"}
    ),
    "N8c weights that are met": (
        make_net("t0: i -> 2*d1", "t1: d1 -> 2*d2", "z 'a': 4*d2 -> o"), "sound", set()
    ),
    "N9 a dead step": (make_net("a: i -> o", "d: i, o -> o"), "unsound", {"dead-step"}),
    "N10 nothing to do": (make_net(initial="i", final="i"), "sound", set()),
    "N11 a source": (make_net("g: -> q", "a: i -> o"), "unbounded", {"unbounded"}),
    "N12 two tokens at the start": (
        make_net("a: i -> o", initial="2*i"), "unsound", {"final-unreachable", "improper-completion"}
    ),
    "N13 4096 tokens": (make_net(*DOUBLINGS), "sound", set()),
}  # fmt: skip


@pytest.mark.parametrize(("net", "verdict", "kinds"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_nets_get_their_right_answer(net: Net, verdict: str, kinds: set[str]) -> None:
    began = time.perf_counter()
    report = check_soundness(net)
    found = {finding.kind.value for finding in report.findings} - {"not-a-workflow-net"}
    assert (report.verdict.value, found) == (verdict, kinds)
    assert time.perf_counter() - began < 5


def finding(net: Net, kind: FindingKind) -> Finding:
    return next(found for found in check_soundness(net).findings if found.kind is kind)


def run(found: Finding) -> list[str]:
    return [firing.transition for firing in found.witness or ()]


def test_structure_answers_without_exploring() -> None:
    assert check_soundness(HOSTILE["N6 22 parallel branches"][0]).markings == 0


def entangled(branches: int = 22) -> list[str]:
    """Branches each of whose two steps waits for one of its neighbour's, in both directions: no rule reduces them."""
    rules = ["s: i -> " + ", ".join(f"p{k}" for k in range(branches))]
    for k in range(branches):
        rules.append(f"a{k}: p{k} -> q{k}, m{k}")
        rules.append(f"b{k}: q{k}, m{(k + 1) % branches} -> r{k}")
        rules.append(f"c{k}: q{k}, m{(k + 1) % branches} -> r{k}, w{k}")
        rules.append(f"d{k}: r{k}, w{k} -> r{k}")
    return [*rules, "j: " + ", ".join(f"r{k}" for k in range(branches)) + " -> o"]


def test_a_spent_budget_is_unknown_and_says_how_much() -> None:
    report = check_soundness(make_net(*entangled()), limits=Limits(soundness_markings=1_000))
    assert (report.verdict, report.markings, report.findings) == (Verdict.UNKNOWN, 2_000, ())


def test_millions_of_markings_are_decided_by_the_reduced_net() -> None:
    report = check_soundness(make_net(*PARALLEL_22, "t9: q0 -> p0", final="o | i"))
    assert (report.verdict, report.findings) == (Verdict.SOUND, ())


BEHIND = {
    "a choice into a join": (
        ["x: o0 -> y", "z: o0 -> w", "v: y, w -> o"], {"final-unreachable", "deadlock", "dead-step"}
    ),
    "a loop without a way out": (
        ["b0: q0 -> l0", "b1: l0 -> l1", "b2: l1 -> l0", "c: o0 -> o"], {"option-to-complete"}
    ),
    "work left over": (["c: o0 -> o, l", "d: l -> o"], {"final-unreachable", "improper-completion"}),
    "a step that comes too late": (["c: o0 -> o", "d: o, o0 -> o"], {"dead-step"}),
    "a part that grows": (["c: o0 -> o", "g: q3 -> q3, z", "h: z, o -> o"], {"unbounded"}),
}  # fmt: skip
"""What is wrong behind a block of 22 parallel branches, or in one of them."""


@pytest.mark.parametrize(("rules", "kinds"), BEHIND.values(), ids=BEHIND.keys())
def test_what_is_wrong_beside_a_large_block_is_found_with_a_run(rules: list[str], kinds: set[str]) -> None:
    block = [rule.replace("-> o", "-> o0") for rule in PARALLEL_22]
    net = make_net(*block, *rules)
    report = check_soundness(net)
    assert {found.kind.value for found in report.findings} - {"not-a-workflow-net"} == kinds
    shown = [f for f in report.findings if f.kind in (FindingKind.DEADLOCK, FindingKind.OPTION_TO_COMPLETE)]
    assert all(f.witness for f in shown)
    assert {f.kind for f in shown} == {FindingKind(kind) for kind in kinds} & {
        FindingKind.DEADLOCK, FindingKind.OPTION_TO_COMPLETE,
    }  # fmt: skip


def grid(size: int) -> Net:
    """Steps in rows and columns, each after the one above it and the one to its left."""
    rules = []
    for row in range(size):
        for column in range(size):
            takes = [f"h{row}x{column}"] * (column > 0) + [f"v{row}x{column}"] * (row > 0)
            puts = [f"h{row}x{column + 1}"] * (column < size - 1) + [f"v{row + 1}x{column}"] * (row < size - 1)
            rules.append(f"x{row}x{column}: {', '.join(takes or ['i'])} -> {', '.join(puts or ['o'])}")
    return make_net(*rules)


def test_a_web_of_steps_that_each_happen_once_is_sound_by_structure() -> None:
    assert (check_soundness(grid(12)).verdict, check_soundness(grid(12)).markings) == (Verdict.SOUND, 0)


def test_a_deadlock_found_before_the_budget_is_spent_is_sure() -> None:
    net = make_net(*PARALLEL_22, "b: i -> stuck", final="o | o, i")
    report = check_soundness(net, limits=Limits(soundness_markings=1_000))
    assert report.verdict is Verdict.UNSOUND
    assert [found.kind for found in report.findings][:1] == [FindingKind.DEADLOCK]


def test_both_deadlocks_are_shown_with_what_waits() -> None:
    net = HOSTILE["N4 choice into a join"][0]
    found = [f for f in check_soundness(net).findings if f.kind is FindingKind.DEADLOCK]
    assert [(run(f), f.nodes, f.marking) for f in found] == [(["a"], ("c",), (("p", 1),)), (["b"], ("c",), (("q", 1),))]


def test_the_witness_of_an_improper_end_is_shortest() -> None:
    found = finding(HOSTILE["N5 two tokens at the end"][0], FindingKind.IMPROPER_COMPLETION)
    assert (run(found), found.marking, found.nodes) == (["a", "b"], (("q", 1), ("o", 1)), ("c",))


def test_silent_transitions_have_no_label_in_a_witness() -> None:
    found = finding(HOSTILE["N3 silent cycle without"][0], FindingKind.LIVELOCK)
    assert [(f.transition, f.label) for f in found.witness or ()] == [("t1", None)]
    assert found.nodes == ("t2", "t3")


def test_an_unbounded_net_shows_what_can_be_repeated() -> None:
    found = finding(HOSTILE["N1 grows"][0], FindingKind.UNBOUNDED)
    assert (run(found), [firing.label for firing in found.repeat]) == ([], ["a"])


def test_the_point_of_no_return_is_named() -> None:
    net = make_net("a: i -> p", "b: i -> q", "c: p -> o", "d: q -> r", "e: r -> q")
    found = finding(net, FindingKind.OPTION_TO_COMPLETE)
    assert (run(found), found.nodes) == (["b"], ("b",))


def test_a_step_with_one_living_transition_is_not_dead() -> None:
    net = make_net("a: i -> o", "a2 'a': i, o -> o")
    kinds = {(found.kind, found.nodes) for found in check_soundness(net).findings}
    assert (FindingKind.DEAD_TRANSITION, ("a2",)) in kinds
    assert not any(kind is FindingKind.DEAD_STEP for kind, _ in kinds)


def test_a_step_without_any_transition_is_dead() -> None:
    sound = make_net("a: i -> o")
    report = check_soundness(replace(sound, labels=("a", "b")))
    assert (report.verdict, [(f.kind, f.nodes) for f in report.findings]) == (
        Verdict.UNSOUND,
        [(FindingKind.DEAD_STEP, ("b",))],
    )


def test_many_deadlocks_are_counted_and_ten_are_shown() -> None:
    net = make_net("c: i -> o", *(f"a{k}: i -> p{k}" for k in range(15)))
    report = check_soundness(net)
    assert report.deadlocks == 15
    assert sum(found.kind is FindingKind.DEADLOCK for found in report.findings) == 10


def test_an_empty_final_marking_is_not_covered_by_everything() -> None:
    assert check_soundness(make_net("a: i -> p", "b: p -> ", final="")).verdict is Verdict.SOUND


def test_several_final_markings_are_all_ends() -> None:
    assert check_soundness(make_net("a: i -> o", "b: o -> p", final="o | p")).verdict is Verdict.SOUND


@pytest.mark.parametrize(
    "name", ["08_receipt-im.pnml", "12_roadtraffic_1t_per_variant-im.pnml", "receipt_imf_prom.pnml", "a22/a22.pnml"]
)
def test_discovered_nets_are_sound_by_structure(name: str) -> None:
    report = check_soundness(read_pnml(shared(f"models/{name}")))
    assert (report.verdict, report.markings) == (Verdict.SOUND, 0)
