"""What can be wrong with an input, and how it is reported.

Tree::

    TruelineError                 the root; never raised itself
    ├── InputRefused              the user's input cannot be used; carries every problem at once
    │   ├── Conflict              … because it contradicts what is stored
    │   └── LimitExceeded         … because it is larger than a published limit
    └── Unavailable               an optional part of the installation is missing

A deviating case is never an error: it is a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Value = str | int | float
"""What a message may be filled with."""


class Severity(StrEnum):
    """Whether a problem stops the work, deserves a second look, or is only worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an input something was found.

    Attributes:
        source: The file's name as the user gave it, or "" when there is none.
        line: 1-based line, or None where lines mean nothing (a database, a compressed column).
        element: What stands there in the words of the format: a node id, an XML element, a column.
    """

    source: str = ""
    line: int | None = None
    element: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to tell the user about an input: a code, a place and values, never prose.

    Attributes:
        code: Dotted lower-case name, ``domain.what-is-wrong``; its sentence and its remedy are in the
            catalogues of ``engine.messages`` under ``code`` and ``code.remedy``.
        place: Where it was found.
        values: What fills the sentence's placeholders.
        severity: ``error``, ``warning`` or ``info``.
        count: How many times it occurred (the place is the first one).
    """

    code: str
    place: Place = Place()
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    severity: Severity = Severity.ERROR
    count: int = 1

    def __post_init__(self) -> None:
        """Freeze the values, so that a problem can be shared."""
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))


class TruelineError(Exception):
    """Root of everything Trueline raises on purpose."""


class InputRefused(TruelineError):  # noqa: N818 - the name says what happened, as in h11 and packaging
    """The input cannot be used; nothing of it was kept.

    Attributes:
        problems: Everything found wrong with it, in the order of the input, at least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        if not self.problems:
            raise ValueError("a refusal needs at least one problem")
        super().__init__("; ".join(f"{p.code} {dict(p.values)}" for p in self.problems[:5]))

    def __reduce__(self) -> tuple[object, ...]:
        """Made again from its problems, whatever its own arguments were, when it comes from another process."""
        return _refused, (type(self), self.problems)


def _refused(kind: type[InputRefused], problems: tuple[Problem, ...]) -> InputRefused:
    error = kind.__new__(kind)
    InputRefused.__init__(error, problems)
    return error


class Conflict(InputRefused):
    """The input is well formed, but contradicts what is stored already."""


def refusal_of(problems: Iterable[Problem], *, limit: int, source: str, more: str) -> InputRefused:
    """A refusal with the problems of one input in the order of their lines.

    Args:
        problems: At least one.
        limit: How many are named; the rest is counted in one last problem.
        source: The input's name.
        more: The code of that last problem.
    """
    ordered = sorted(problems, key=lambda problem: problem.place.line or 0)
    named, rest = ordered[:limit], len(ordered) - limit
    if rest > 0:
        named.append(Problem(more, Place(source), {"rest": rest}, count=rest))
    return InputRefused(named)


class LimitExceeded(InputRefused):
    """The input is larger than a published limit; the problem names limit, value and setting."""

    def __init__(self, *, limit: str, allowed: int, found: int | str, place: Place | None = None) -> None:
        super().__init__(
            [Problem("limit.exceeded", place or Place(), {"limit": limit, "allowed": allowed, "found": found})]
        )


class Unavailable(TruelineError):  # noqa: N818
    """An optional part is not installed.

    Attributes:
        problem: What is missing and how to get it.
    """

    def __init__(self, code: str, **values: Value) -> None:
        self.problem = Problem(code, values=values)
        super().__init__(code)
