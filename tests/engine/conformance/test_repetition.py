"""Which surplus events are one stretch of work."""

from __future__ import annotations

from engine.conformance.causality import TokenGame, find_causality
from engine.conformance.repetition import Surplus, find_stretches
from tests.making import make_net

LINE = make_net("a: i -> p", "b: p -> q", "c: q -> o")
PAIR = make_net("s: i -> p, u", "a: p -> q", "x: u -> v", "t: q, v -> o")


def test_nothing_surplus_is_no_stretch() -> None:
    assert find_stretches([], [], find_causality(TokenGame.of(LINE), [])) == ()


def test_an_event_that_depends_on_the_step_ends_the_stretch() -> None:
    causality = find_causality(TokenGame.of(LINE), [0, -1, 1, -1, 2])  # a A b A c
    surplus = [Surplus(1, 0, again=True), Surplus(3, 0, again=True)]
    assert find_stretches(surplus, [True, False, True, False, True], causality) == ((1,), (3,))


def test_an_event_that_the_step_depends_on_ends_the_stretch() -> None:
    causality = find_causality(TokenGame.of(LINE), [-1, 0, -1, 1, 2])  # B a B b c
    surplus = [Surplus(0, 3, again=True), Surplus(2, 3, again=True)]
    assert find_stretches(surplus, [False, True, False, True, True], causality) == ((0,), (2,))


def test_the_step_in_its_place_ends_the_stretch() -> None:
    causality = find_causality(TokenGame.of(LINE), [-1, 0, -1, 1, 2])  # A a A b c
    surplus = [Surplus(0, 1, again=True), Surplus(2, 1, again=True)]
    assert find_stretches(surplus, [False, True, False, True, True], causality) == ((0,), (2,))


def test_parallel_work_does_not() -> None:
    causality = find_causality(TokenGame.of(PAIR), [0, 1, -1, 2, -1, 3])  # s a A x A t
    surplus = [Surplus(2, 1, again=True), Surplus(4, 1, again=True)]
    assert find_stretches(surplus, [False, True, False, True, False, False], causality) == ((2, 4),)


def test_what_was_chosen_against_joins_only_with_a_way_back_between() -> None:
    causality = find_causality(TokenGame.of(LINE), [0, -1, -1, 1, 2])  # a B A b c, with b for the choice
    back = [Surplus(1, 3, again=False), Surplus(2, 0, again=True)]
    on = [Surplus(1, 0, again=True), Surplus(2, 3, again=False)]
    synchronous = [True, False, False, False, True]
    assert find_stretches(back, synchronous, causality) == ((1, 2),)
    assert find_stretches(on, synchronous, causality) == ((1,),)


def test_what_was_chosen_against_is_no_stretch_by_itself() -> None:
    causality = find_causality(TokenGame.of(LINE), [0, -1, 1, 2])
    assert find_stretches([Surplus(1, 2, again=False)], [True, False, False, True], causality) == ()
