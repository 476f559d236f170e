"""One reading of one file: collects every problem, so that a designer sees them all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NoReturn

from engine.errors import LimitExceeded, Place, Problem, Value, refusal_of
from engine.limits import Limits

_SUGGESTIONS = 50
"""Names for which a similar one is looked up in one file: comparing is slow, and nobody corrects more at a time."""


class Reading:
    """The problems of one file, in the order of its lines.

    Attributes:
        source: The file's name as the user gave it.
        limits: What is refused for its size.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self._problems: list[Problem] = []
        self._suggestions = 0

    def add(self, code: str, line: int | None, element: str = "", **values: Value) -> None:
        """Note a problem at a line."""
        clean = {name: _printable(value) for name, value in values.items()}
        self._problems.append(Problem(code, Place(self.source, line, _printable_text(element)), clean))

    def take(self, problems: Iterable[Problem]) -> None:
        """Note problems of another file that this one needs."""
        self._problems.extend(problems)

    def too_large(self, limit: str, found: int, line: int | None, element: str = "") -> None:
        """Note that something is larger than a limit, and read on."""
        self.add("limit.exceeded", line, element, limit=limit, allowed=getattr(self.limits, limit), found=found)

    def exceeded(self, limit: str, found: int, line: int | None) -> NoReturn:
        """Stop because the file as a whole is larger than a limit.

        Raises:
            LimitExceeded: Always.
        """
        allowed: int = getattr(self.limits, limit)
        raise LimitExceeded(limit=limit, allowed=allowed, found=found, place=Place(self.source, line))

    def similar(self, name: str, known: Iterable[str]) -> str | None:
        """The known name that the writer probably meant, or None."""
        self._suggestions += 1
        if self._suggestions > _SUGGESTIONS or len(name) > self.limits.label_characters:
            return None
        by_lower = {candidate.casefold(): candidate for candidate in known}
        found = difflib.get_close_matches(name.casefold(), by_lower, n=1, cutoff=0.6)
        return by_lower[found[0]] if found else None

    @property
    def failed(self) -> bool:
        """Whether a problem was noted so far."""
        return bool(self._problems)

    def refuse_if_failed(self) -> None:
        """End the reading when something is wrong.

        Raises:
            InputRefused: With the problems in the order of their lines; past ``limits.problems`` the rest is counted
                in one last problem, ``flow.more-problems``.
        """
        if self._problems:
            limit = self.limits.problems
            raise refusal_of(self._problems, limit=limit, source=self.source, more="flow.more-problems")


def _printable(value: Value) -> Value:
    return _printable_text(value) if isinstance(value, str) else value


def _printable_text(text: str, longest: int = 200) -> str:
    """The text as a message can carry it: no control characters, no lone surrogates, not longer than a label."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:longest])
    return clean if len(text) <= longest else f"{clean}…"
