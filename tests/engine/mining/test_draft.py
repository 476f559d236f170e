from __future__ import annotations

import pytest

from engine.definitions.flow import NodeKind
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.mining.draft import END, START, Draft, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Check ticket", "check_ticket"),
        ("W_Nabellen offertes", "w_nabellen_offertes"),
        ("Créer la demande", "creer_la_demande"),
        ("T02 Check confirmation (late)", "t02_check_confirmation_late"),
        ("预约", "step"),
        ("1. Call", "step_1_call"),
        ("end", "step_end"),
        ("No", "step_no"),
        ("", "step"),
        ("a" * 90, "a" * 40),
    ],
)
def test_slugs_are_ascii_ids(name: str, expected: str) -> None:
    assert slug(name, fallback="step") == expected


def test_steps_with_the_same_slug_get_numbers() -> None:
    draft = Draft("x", ["预约", "接待", "a b", "a-b"], limits=DEFAULT_LIMITS)
    assert [draft.step(name) for name in ("预约", "接待", "a b", "a-b")] == ["step", "step_2", "a_b", "a_b_2"]


def test_no_id_is_the_name_of_another_activity() -> None:
    draft = Draft("x", ["A B", "a_b"], limits=DEFAULT_LIMITS)
    first, second = draft.step("A B"), draft.step("a_b")
    flow = draft.flow()
    assert (first, second) == ("a_b_2", "a_b")
    assert dict(flow.step_of_activity) == {"a_b_2": "a_b_2", "A B": "a_b_2", "a_b": "a_b"}


def test_names_a_file_cannot_carry_are_cleaned_and_stay_apart() -> None:
    draft = Draft("x", ["call", " call", "ca\nll"], limits=DEFAULT_LIMITS)
    for name in (" call", "call", "ca\nll"):
        draft.step(name)
    assert [step.title.en for step in draft.flow().steps] == ["call (2)", "call", "call (3)"]


def test_flow_is_named_after_the_log() -> None:
    flow = Draft("08_receipt.xes.gz", [], limits=DEFAULT_LIMITS).flow()
    assert (flow.id, flow.title.en, flow.title.zh) == ("flow_08_receipt", "08_receipt", "08_receipt")


def test_start_comes_first_and_gateways_before_the_end() -> None:
    draft = Draft("x", ["a"], limits=DEFAULT_LIMITS)
    draft.gateway(NodeKind.EXCLUSIVE, "choose")
    draft.step("a")
    assert [node.id for node in draft.flow().nodes] == [START, "a", "choose", END]


def test_too_many_nodes_name_the_limit() -> None:
    draft = Draft("x", ["a", "b"], limits=Limits(flow_nodes=3))
    draft.step("a")
    with pytest.raises(LimitExceeded) as refused:
        draft.step("b")
    assert refused.value.problems[0].values["limit"] == "flow_nodes"
