"""The JSON shape of a problem."""

from __future__ import annotations

from pydantic import BaseModel

from engine.errors import Problem, Severity
from engine.messages.catalogue import problem_text
from engine.vocabulary import Language


class ProblemShape(BaseModel):
    """One thing that is wrong, or odd, in the reader's language.

    Attributes:
        code: Stable dotted name.
        severity: Whether it stops the work.
        place: ``file:line (element)``, as much of it as is known; may be empty.
        line: 1-based line, or null.
        sentence: What is wrong.
        remedy: What to do about it.
        values: What the sentence was filled with.
        count: How many times it occurred.
    """

    code: str
    severity: Severity
    place: str
    line: int | None
    sentence: str
    remedy: str
    values: dict[str, str | int | float]
    count: int

    @classmethod
    def of(cls, problem: Problem, language: Language) -> ProblemShape:
        """The shape of a problem."""
        text = problem_text(problem, language)
        return cls(
            code=problem.code,
            severity=problem.severity,
            place=text.place,
            line=problem.place.line,
            sentence=text.sentence,
            remedy=text.remedy,
            values=dict(problem.values),
            count=problem.count,
        )
