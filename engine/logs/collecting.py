"""Collecting what is wrong with one file, errors and warnings, until it is read or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from engine.errors import InputRefused, Place, Problem, Severity, Value


class ProblemCollector:
    """The problems of one file, in the order of their lines.

    Attributes:
        source: The file's name, put into every place.
    """

    __slots__ = ("_counts", "_errors", "_limit", "_warnings", "source")

    def __init__(self, source: str, *, limit: int) -> None:
        """Start with no problem; the file is given up when ``limit`` errors have been found."""
        self.source = source
        self._limit = limit
        self._errors: list[Problem] = []
        self._warnings: dict[tuple[str, str], Problem] = {}
        self._counts = Counter[tuple[str, str]]()

    def error(self, code: str, line: int | None = None, element: str = "", **values: Value) -> None:
        """Add one error.

        Raises:
            InputRefused: As many errors as are reported at all have been found.
        """
        self._errors.append(Problem(code, Place(self.source, line, element), values))
        if len(self._errors) >= self._limit:
            self._errors.append(Problem("log.too-many-problems", Place(self.source), {"shown": self._limit}))
            self.refuse_if_wrong()

    def warn(self, code: str, count: int = 1, line: int | None = None, element: str = "", **values: Value) -> None:
        """Count something odd; of one code and element the first place and the first values are kept."""
        if count <= 0:
            return
        key = code, element
        if key not in self._warnings:
            self._warnings[key] = Problem(code, Place(self.source, line, element), values, Severity.WARNING)
        self._counts[key] += count

    def add_warnings(self, warnings: Iterable[Problem]) -> None:
        """Count the warnings of a part of the file."""
        for found in warnings:
            self.warn(found.code, found.count, found.place.line, found.place.element, **found.values)

    def add_errors(self, errors: Iterable[Problem]) -> None:
        """Add the errors of a part of the file; as ``error``."""
        for found in errors:
            self.error(found.code, found.place.line, found.place.element, **found.values)

    def warnings(self) -> tuple[Problem, ...]:
        """Everything odd, by code, then by element."""
        return tuple(replace(self._warnings[key], count=self._counts[key]) for key in sorted(self._warnings))

    def refuse_if_wrong(self) -> None:
        """Refuse the whole file if anything was wrong with it.

        Raises:
            InputRefused: With every error found, by line; those without a line stand last.
        """
        if self._errors:
            raise InputRefused(_by_line(self._errors))

    def refusal(self, code: str, line: int | None = None, element: str = "", **values: Value) -> InputRefused:
        """Make the refusal for an error that ends the reading, together with the errors before it."""
        last = Problem(code, Place(self.source, line, element), values)
        return InputRefused(_by_line([*self._errors, last]))


def _by_line(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: float("inf") if problem.place.line is None else problem.place.line)
