"""What becomes of a peer's malformed files: read, with its warnings, or refused, with its codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.logs.reading import read_log
from engine.messages.catalogue import problem_text
from engine.vocabulary import Language
from tests.shared_data import DATA, shared

OUTSIDE = "xes-event-outside-trace"
REFUSED = {
    "attributeTraceSwapped": ["xes-order"],
    "classifierEmptyKeys": ["xes-attribute-missing"],
    "classifierEventSwapped": [OUTSIDE],
    "classifierIncorrectScope": ["xes-scope"],
    "classifierTooManyAttributes": ["xes-unknown-attribute"],
    "classifierTraceSwapped": ["xes-order"],
    "dateIncorrectValue": ["value-unreadable"],
    "elementIncorrect": ["xes-unknown-element", OUTSIDE, OUTSIDE],
    "eventIdenticalAttributes": ["attribute-twice", OUTSIDE, OUTSIDE],
    "eventTooManyAttributes": ["xes-unknown-attribute"] * 4 + [OUTSIDE] * 2,
    "extensionEventSwapped": [OUTSIDE],
    "extensionIncorrectKey": ["activity-missing"],
    "extensionTooManyAttributes": ["xes-unknown-attribute"],
    "globalIncorrectScope": ["xes-scope"],
    "globalStringTooManyAttributes": ["xes-unknown-attribute"],
    "logOutOfPlace": [OUTSIDE, OUTSIDE],
    "noLog": ["file-empty"],
    "realIncorrectValue": ["value-unreadable"],
    "traceOutOfPlace": [OUTSIDE, OUTSIDE],
}
OWN = "xes-log-attributes"
READ = {
    "booleanCorrectValue": [OWN],
    # What stands before the traces may be in any order: the textbook log itself is not in the standard's.
    "classifierAttributeSwapped": ["xes-head-order", OWN],
    "extensionClassifierSwapped": ["xes-head-order"],
    "globalAttributeSwapped": ["xes-head-order", OWN],
    "extensionNotDeclared": [],
    "globalEventStringCorrectAttributes": [],
    "globalStringCorrectAttributes": [],
    "globalTraceStringCorrectAttributes": [],
    "idCorrectValue": [OWN],
    "intCorrectValue": [OWN],
    "listEmptyValues": [OWN],
    "listTwoValues": [OWN, "xes-nested"],
    "logNoAttributes": [],
    "stringNestedNotDeclared": [OWN, "xes-nested"],
    "stringNotNestedButDeclared": [OWN],
    "traceCorrectAttributes": ["case-without-id", "empty-cases", OWN],
}


def file(name: str) -> Path:
    return shared(f"malformed-xes/{name}.xes")


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_log(file(name))
    assert [problem.code.removeprefix("log.") for problem in caught.value.problems] == REFUSED[name]
    assert name == "noLog" or all(problem.place.line for problem in caught.value.problems)


@pytest.mark.parametrize("name", READ)
def test_read(name: str) -> None:
    log = read_log(file(name))
    assert [problem.code.removeprefix("log.") for problem in log.warnings] == READ[name]


def test_every_file_has_an_answer() -> None:
    shared("malformed-xes")
    assert {path.stem for path in (DATA / "malformed-xes").iterdir()} == REFUSED.keys() | READ.keys()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", [*REFUSED, *READ])
def test_every_problem_can_be_told(name: str, language: Language) -> None:
    try:
        problems = read_log(file(name)).warnings
    except InputRefused as refused:
        problems = refused.problems
    texts = [problem_text(problem, language) for problem in problems]
    assert all(text.sentence and text.remedy for text in texts)
