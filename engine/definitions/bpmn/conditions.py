"""Which conditions cannot hold at once, told by how they are written, in whatever language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

_WRAPPED = re.compile(r"\s*(?:[$#]\{(?P<braces>[^{}]*)\}|=(?!=)(?P<formula>.*)|(?P<plain>.*))\s*\Z", re.DOTALL)
_NOT = re.compile(r"(?:!|not\b)\s*(?P<rest>.+)\Z", re.DOTALL)
_OPERATOR = re.compile(r"[=<>&|?+*/-]|\b(?:and|or|in)\b")
_EQUALS = re.compile(
    r"(?P<left>[^=!<>&|]+?)\s*(?:===?|=|\beq\b)\s*(?P<value>'[^']*'|\"[^\"]*\"|-?[0-9]+(?:\.[0-9]+)?|true|false)\Z"
)


def exclude_each_other(texts: Sequence[str]) -> bool:
    """Whether no two conditions can hold at once: one denies the other, or both compare the same with other values.

    Args:
        texts: One condition at least, as written: ``${ok}``, ``${!ok}``, ``= state = "new"``, ``case.n == 3``.
    """
    plain = [_unwrapped(text) for text in texts]
    return all(_deny(a, b) or _deny(b, a) or _differ(a, b) for a, b in combinations(plain, 2))


def _unwrapped(text: str) -> str:
    """A condition without the marks of an expression around it and with single blanks."""
    found = _WRAPPED.match(text)
    parts = (found["braces"], found["formula"], found["plain"]) if found else (text,)
    return _without_brackets(" ".join(next((part for part in parts if part is not None), "").split()))


def _without_brackets(text: str) -> str:
    """A text without one pair of brackets around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and position < len(text) - 1:
            return text
    return text[1:-1].strip()


def _deny(first: str, second: str) -> bool:
    """Whether the first is the second with a "not" before all of it."""
    found = _NOT.match(first)
    if found is None or not second:
        return False
    rest = found["rest"].strip()
    inner = _without_brackets(rest)
    return inner == second and (inner != rest or _OPERATOR.search(rest) is None)


def _differ(first: str, second: str) -> bool:
    """Whether both compare the same thing with constants that are not the same."""
    one, other = _EQUALS.match(first), _EQUALS.match(second)
    return (
        one is not None
        and other is not None
        and one["left"].strip() == other["left"].strip()
        and _constant(one["value"]) != _constant(other["value"])
    )


def _constant(text: str) -> tuple[str, object]:
    """A constant by kind and value: texts in either quotes are alike, and so are 1 and 1.0."""
    if text[0] in "'\"":
        return "text", text[1:-1]
    return ("flag", text) if text in {"true", "false"} else ("number", float(text))
