"""Sentences, problems and terms are made from codes and values."""

from __future__ import annotations

import pytest

from engine.errors import LimitExceeded, Place, Problem
from engine.messages.catalogue import ProblemText, has_text, printable, problem_text, sentence, term
from engine.vocabulary import DeviationKind, Dimension, Language

LIMIT = Problem("limit.exceeded", Place("a.yaml", 3, "node x"), {"limit": "nesting", "allowed": 64, "found": 70000})


def test_a_missing_code_is_named() -> None:
    with pytest.raises(KeyError, match=r"no\.such-code"):
        sentence("no.such-code", {}, Language.EN)


def test_a_missing_value_names_the_code_and_the_placeholder() -> None:
    with pytest.raises(KeyError, match=r"limit\.exceeded.*name"):
        sentence("limit.exceeded", {"allowed": 1, "found": 2}, Language.EN)


def test_braces_in_a_users_value_stay_braces() -> None:
    text = sentence("limit.exceeded", {"name": "{found}{0.__class__}", "allowed": 1, "found": 2}, Language.EN)
    assert "{found}{0.__class__}" in text


def test_control_characters_and_surrogates_are_shown_not_obeyed() -> None:
    assert printable("a\x1b[2J\nb\ud800 c　d") == "a\\x1b[2J\\nb\\ud800 c　d"


def test_a_limit_is_named_in_words_with_its_setting() -> None:
    text = problem_text(LIMIT, Language.EN)
    assert text.place == "a.yaml:3 (node x)"
    assert "depth of nesting" in text.sentence
    assert "70,000" in text.sentence
    assert "TRUELINE_NESTING" in text.remedy


def test_sentence_and_remedy_begin_with_a_capital() -> None:
    text = problem_text(LIMIT, Language.EN)
    assert (text.sentence[:3], text.remedy[:3]) == ("The", "Use")


def test_a_value_at_the_beginning_stays_as_it_is() -> None:
    problem = Problem("cli.not-a-day", values={"value": "heute"})
    assert problem_text(problem, Language.EN).sentence == "heute is not a day"


def test_the_error_of_a_limit_reads_in_chinese() -> None:
    (problem,) = LimitExceeded(limit="flow_nodes", allowed=2000, found=2001).problems
    assert "流程的节点数" in problem_text(problem, Language.ZH).sentence


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place(), ""),
        (Place("a.xes"), "a.xes"),
        (Place("a.xes", 7), "a.xes:7"),
        (Place("", 7), "7"),
        (Place("", None, "step x"), "step x"),
        (Place("a.xes", None, "step x"), "a.xes (step x)"),
    ],
)
def test_a_place_shows_what_is_known(place: Place, text: str) -> None:
    assert problem_text(Problem("limit.exceeded", place, LIMIT.values), Language.EN).place == text


def test_a_problem_fits_on_one_line() -> None:
    assert ProblemText("s", "r", "a:1", 12).line == "a:1: s (×12) — r"
    assert ProblemText("s", "r", "").line == "s — r"


def test_members_of_the_vocabulary_bring_their_prefix() -> None:
    assert term(Dimension.ADAPTABILITY, Language.ZH) == "应变能力"
    assert term(DeviationKind.OUT_OF_PLACE, Language.EN) == term("deviation.out-of-place", Language.EN)


def test_has_text_tells_known_codes() -> None:
    assert has_text("limit.exceeded", Language.ZH)
    assert not has_text("limit.unknown", Language.ZH)
