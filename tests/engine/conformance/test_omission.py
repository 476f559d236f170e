"""Which skipped steps were left out at one stroke."""

from __future__ import annotations

from engine.conformance.causality import find_causality
from engine.conformance.omission import find_omissions
from engine.nets.net import Net
from tests.making import make_net

BLOCK = make_net("a: i -> p", "s: p -> q, u", "b: q -> r", "x: u -> v", "t: r, v -> w", "d: w -> o")
TRIPLE = make_net("s: i -> p, u, k", "b: p -> q", "x: u -> v", "y: k -> m", "t: q, v, m -> o")


def omissions(net: Net, skipped: str, run: str) -> list[str]:
    """The omissions of a run, both written with the transitions' names; silent ones are s and t."""
    names = [transition.id for transition in net.transitions]
    word = run.split()
    causality = find_causality(net.token_flow, [names.index(name) for name in word])
    silent = {index for index, name in enumerate(word) if name in "st"}
    chosen = {index for index, name in enumerate(word) if name in skipped.split()}
    return [" ".join(word[index] for index in group) for group in find_omissions(chosen, silent, causality)]


def test_a_parallel_block_left_out_whole_is_one() -> None:
    assert omissions(BLOCK, "b x", "a s b x t d") == ["b x"]


def test_at_the_very_beginning_too() -> None:
    assert omissions(BLOCK, "a b x", "a s b x t d") == ["a b x"]
    assert omissions(TRIPLE, "b x y", "s b x y t") == ["b", "x", "y"]  # nothing came after


def test_beside_work_that_was_done_each_is_one() -> None:
    net = make_net("s: i -> p, u, k", "b: p -> q", "x: u -> v", "y: k -> m", "t: q, v, m -> w", "d: w -> o")
    assert omissions(net, "b x", "s b x y t d") == ["b", "x"]
    assert omissions(net, "b x y", "s b x y t d") == ["b x y"]


def test_between_different_steps_each_is_one() -> None:
    net = make_net("s: i -> p, u", "b: p -> q", "c: q -> r", "x: u -> v", "t: r, v -> w", "d: w -> o")
    assert omissions(net, "c x", "s b c x t d") == ["c", "x"]


def test_one_or_none_needs_no_grouping() -> None:
    assert omissions(BLOCK, "", "a s b x t d") == []
    assert omissions(BLOCK, "x", "a s b x t d") == ["x"]
