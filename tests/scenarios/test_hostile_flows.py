"""Files made to mislead a check. Each says on a line of its own what is wrong with it, and the check says no more.

Only errors and warnings are named there: notes are worth knowing and never wrong.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from engine.errors import InputRefused, Problem, Severity
from engine.messages.catalogue import problem_text
from engine.nets.process import read_process
from engine.review.check import check
from engine.vocabulary import Language

FILES = sorted((Path(__file__).parent / "hostile_flows").glob("*.yaml"))
WITH_A_RUN = {f"check.{name}" for name in ("deadlock", "option-to-complete", "improper-completion", "unbounded")}
STUCK_AT_ONCE = "loop_into_the_split"


def expected(path: Path) -> set[str]:
    (line,) = re.findall(r"^# expects:(.*)$", path.read_text("utf-8"), re.MULTILINE)
    return set(line.split())


@cache
def problems(path: Path) -> tuple[Problem, ...]:
    try:
        found = check(read_process(path), source=path.name).problems
    except InputRefused as refusal:
        found = refusal.problems
    return tuple(problem for problem in found if problem.severity is not Severity.INFO)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_wrong_is_named_and_nothing_else(path: Path) -> None:
    assert {problem.code for problem in problems(path)} == expected(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_problem_has_its_place_and_a_remedy_in_both_languages(path: Path) -> None:
    for problem in problems(path):
        assert problem.place.source == path.name
        texts = [problem_text(problem, language) for language in Language]
        assert all(text.sentence and text.remedy for text in texts)
        assert texts[0].sentence != texts[1].sentence


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_can_be_shown_is_shown_with_a_run(path: Path) -> None:
    shown = [problem for problem in problems(path) if problem.code in WITH_A_RUN]
    runs = [f"{problem.values['run']}{problem.values['repeat']}".strip("–") for problem in shown]
    assert all(runs) or path.stem == STUCK_AT_ONCE
    assert bool(shown) == bool(expected(path) & WITH_A_RUN)


def test_there_is_a_file_for_each_way_of_misbehaving() -> None:
    named = set().union(*map(expected, FILES))
    assert named >= {
        "check.final-unreachable",
        "check.option-to-complete",
        "check.deadlock",
        "check.improper-completion",
        "check.dead-step",
        "check.unbounded",
        "flow.no-end",
        "flow.too-few-steps",
        "flow.unreachable",
    }
