"""Improvement actions: what is read, what is refused, and which findings have none."""

from __future__ import annotations

from datetime import date

import pytest

from api.schemas.actions import ActionShape
from engine.assessment.actions import (
    Action,
    deviation_key,
    finding_key,
    known_keys,
    read_actions,
    standard_key,
    unanswered,
)
from engine.assessment.assessment import DeviationSummary, Finding
from engine.errors import InputRefused, LimitExceeded
from engine.limits import Limits
from engine.messages.catalogue import problem_text
from engine.vocabulary import ActionState, DeviationKind, Language
from tests.engine.rendering.fixtures import survey_assessment

GOOD = {"answers": "skipped:collect", "action": "Check the list at hand-over", "owner": "王芳", "due": "2026-12-15"}


def refusal(*rows: object, limits: Limits | None = None) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as refused:
        read_actions(rows, source="actions.json", limits=limits or Limits())
    for problem in refused.value.problems:
        for language in Language:
            assert problem_text(problem, language).sentence
    return [(problem.code, problem.place.element) for problem in refused.value.problems]


def test_an_action_is_read() -> None:
    (found,) = read_actions([{**GOOD, "state": "in-progress"}])
    wanted = Action(
        "skipped:collect", "Check the list at hand-over", "王芳", date(2026, 12, 15), ActionState.IN_PROGRESS
    )
    assert found == wanted
    assert read_actions([GOOD])[0].state is ActionState.OPEN


def test_everything_wrong_is_said_at_once() -> None:
    bad = {"answers": " ", "action": 7, "due": "soon", "state": "later", "colour": "red"}
    assert refusal(GOOD, bad, "x") == [
        ("action.unknown-field", "actions[1].colour"),
        ("action.missing-field", "actions[1].answers"),
        ("action.not-a-text", "actions[1].action"),
        ("action.missing-field", "actions[1].owner"),
        ("action.not-a-day", "actions[1].due"),
        ("action.unknown-state", "actions[1].state"),
        ("action.not-an-object", "actions[2]"),
    ]


def test_texts_and_their_number_have_limits() -> None:
    assert refusal({**GOOD, "action": "a" * 1001}) == [("action.too-long", "actions[0].action")]
    assert refusal({**GOOD, "owner": "a\x00"}) == [("action.unprintable", "actions[0].owner")]
    with pytest.raises(LimitExceeded):
        read_actions([GOOD] * 3, limits=Limits(actions=2))


def test_keys_are_one_to_one_and_the_same_for_one_cause() -> None:
    one = Finding("unplanned", ("a|b", "c"), "", 1, 1, 1, ())
    other = Finding("unplanned", ("a", "b|c"), "", 1, 1, 1, ())
    assert finding_key(one) == r"unplanned:a\|b|c" != finding_key(other)
    elsewhere = Finding("out-of-place", ("a",), "", 1, 1, 1, (), other_branch=True)
    assert finding_key(elsewhere) == "other-branch:a"
    late = DeviationSummary(DeviationKind.LATE, ("a",), "in-time", other_branch=False, count=1, cases=1, examples=())
    missed = Finding("missed-standard", ("a",), "in-time", 1, 1, 1, ())
    assert deviation_key(late) == finding_key(missed) == standard_key("in-time")


def test_a_long_key_can_be_written_down() -> None:
    steps = tuple(f"step-{number}" for number in range(200))
    found = [finding_key(Finding("unfinished", steps[:count], "", 1, 1, 1, ())) for count in (199, 200)]
    assert [len(key) for key in found] == [137, 137]
    assert found[0] != found[1]
    assert read_actions([{**GOOD, "answers": found[0]}])[0].answers == found[0]


def test_more_problems_than_are_named_are_counted() -> None:
    found = refusal(*["x"] * 5, limits=Limits(problems=2))
    assert [code for code, _ in found] == ["action.not-an-object", "action.not-an-object", "action.more-problems"]


def test_the_json_shape_is_what_is_read() -> None:
    (action,) = read_actions([{**GOOD, "state": "dropped"}])
    assert read_actions([ActionShape.of(action).model_dump(mode="json")]) == (action,)


def test_every_finding_and_standard_can_be_answered() -> None:
    keys = known_keys(survey_assessment())
    assert {"skipped:collect", "unplanned:tea", "standard:analysed-in-time"} <= keys


def test_a_dropped_action_answers_nothing() -> None:
    done, dropped = (
        Action(key, "x", "y", date(2026, 1, 1), state)
        for key, state in (("a", ActionState.DONE), ("b", ActionState.DROPPED))
    )
    assert unanswered(["a", "b", "c", "b"], [done, dropped]) == ("b", "c")


def test_an_action_is_overdue_until_it_is_settled() -> None:
    action = Action("a", "x", "y", date(2026, 1, 1))
    assert action.is_overdue(date(2026, 1, 2))
    assert not action.is_overdue(date(2026, 1, 1))
    assert not Action("a", "x", "y", date(2026, 1, 1), ActionState.DONE).is_overdue(date(2026, 1, 2))
