"""The plain explanation of a trace, by the fixed order."""

from __future__ import annotations

import pytest

from engine.simulation.board import Board
from engine.simulation.explanations import Explainer, Explanation, accepts
from tests.engine.simulation.flows import SERVICE, SURVEY, flow_of

RUN = "receive inquire sign wash repair check pay hand_over"


def explained(trace: str, flow: str = SERVICE) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
    net = flow_of(flow)[1]
    found = Explainer(Board(net)).explain(net.codes(trace.split()).tolist())
    return None if found is None else (found.log_positions, tuple(net.labels[label] for label in found.model_labels))


def test_a_run_needs_no_explanation() -> None:
    assert explained(RUN) == ((), ())


def test_parallel_steps_may_come_in_any_order() -> None:
    assert explained("receive inquire sign repair wash check pay hand_over") == ((), ())


def test_swap_leaves_the_earlier_event_in_place() -> None:
    assert explained("inquire receive sign wash repair check pay hand_over") == ((1,), ("receive",))


def test_skip_is_one_missing_step() -> None:
    assert explained("receive inquire wash repair check pay hand_over") == ((), ("sign",))


def test_of_two_equal_events_the_second_is_too_many() -> None:
    assert explained("receive receive inquire sign wash repair check pay hand_over") == ((1,), ())


def test_a_plan_is_never_assumed() -> None:
    assert explained("receive inquire sign wash lend repair check pay hand_over") == ((4,), ())
    assert explained("receive inquire sign wash explain lend repair check pay hand_over") == ((), ())


def test_two_cheapest_explanations_are_none() -> None:
    assert explained("conduct collect analyse", SURVEY) is None
    assert explained("conduct collect phone", SURVEY) is None


def test_a_short_way_through_a_loop_and_a_displaced_step_are_too_alike() -> None:
    assert explained("receive inquire sign wash repair check check rework pay hand_over") is None


def test_an_explanation_that_is_empty_fits() -> None:
    assert Explanation((), ()).fits
    assert not Explanation((1,), ()).fits


@pytest.mark.parametrize(("trace", "accepted"), [(RUN, True), (RUN + " pay", False), ("", False)])
def test_acceptance(trace: str, accepted: bool) -> None:  # noqa: FBT001
    net = flow_of(SERVICE)[1]
    assert accepts(Board(net), net.codes(trace.split()).tolist()) is accepted
