"""Conditions as the simulation asks them: remembered answers, and values that make them true or false.

What an attribute may be is read off the text of the conditions that speak of it: the constants it is compared with, and
what lies beside them. That is enough to draw from; whether a condition holds is always asked of the compiled one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction

from engine.definitions.conditions import compiled_condition
from engine.simulation.values import FLAG, Choice, Draw, Number, Value

_ATTRIBUTE = (
    r"(?P<scope>case|event)(?:\.(?P<name>[A-Za-z_]\w*)(?!\w*\()|\[\s*(?P<quote>['\"])(?P<key>[^'\"]*)(?P=quote)\s*\])"
)
_LITERAL = r"'[^'\\]*'|\"[^\"\\]*\"|-?\d+(?:\.\d+)?|true|false"
_AFTER = re.compile(rf"\b{_ATTRIBUTE}\s*(?P<sign>==|!=|>=|<=|>|<)\s*(?P<literal>{_LITERAL})")
_BEFORE = re.compile(rf"(?P<literal>{_LITERAL})\s*(?P<sign>==|!=|>=|<=|>|<)\s*{_ATTRIBUTE}")
_AMONG = re.compile(rf"\b{_ATTRIBUTE}\s+in\s+\[(?P<list>[^\]]*)\]")
_OPERATOR = r"(?:==|!=|>=|<=|>|<|\+|-|\*|/)"
_BESIDE = re.compile(rf"\b{_ATTRIBUTE}\s*{_OPERATOR}\s*(?:case|event)\b")
_BEHIND = re.compile(rf"\b(?:case|event)(?:\.\w+|\[[^\]]*\])\s*{_OPERATOR}\s*{_ATTRIBUTE}")
_MOMENT = re.compile(rf"\btimestamp\(\s*{_ATTRIBUTE}\s*\)")
_THERE = re.compile(rf"\bhas\(\s*{_ATTRIBUTE}\s*\)")
_EVERY = re.compile(rf"\b{_ATTRIBUTE}")
_OTHER = "other"
_MOST_KNOWN = 50_000

_Names = tuple[str, ...] | None
"""Names of attributes, in order; None for all there are."""


class Conditions:
    """Answers to conditions, each asked once for the same values."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], bool | None] = {}
        self._reads: dict[str, tuple[_Names, _Names]] = {}

    def holds(self, text: str, case: Mapping[str, Value], event: Mapping[str, Value] | None = None) -> bool | None:
        """Whether a condition is true of a case, perhaps of an event; None where it has no answer.

        Args:
            text: CEL about ``case`` and ``event``.
            case: The attributes of the case; None stands for one that was not recorded.
            event: Those of the event.
        """
        if text not in self._reads:
            self._reads[text] = _reads(text)
        of_case, of_event = self._reads[text]
        inside = event or {}
        names = list(case) if of_case is None else of_case
        names_inside = list(inside) if of_event is None else of_event
        values = [case.get(name) for name in names]
        values_inside = [inside.get(name) for name in names_inside]
        # with their types, because 1, 1.0 and true are equal in Python and not in CEL
        kinds = tuple(map(type, values)), tuple(map(type, values_inside))
        key = (text, tuple(names), tuple(values), tuple(names_inside), tuple(values_inside), *kinds)
        if key not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            condition = compiled_condition(text)
            self._known[key] = condition.holds(_as_cel(names, values), _as_cel(names_inside, values_inside))
        return self._known[key]


def _reads(text: str) -> tuple[_Names, _Names]:
    """The names that a condition reads of a case and of an event."""
    names = compiled_condition(text).names
    return (
        None if "case" in names.whole else tuple(sorted(names.case)),
        None if "event" in names.whole else tuple(sorted(names.event)),
    )


def _as_cel(names: Sequence[str], values: Sequence[Value]) -> dict[str, object]:
    return {
        name: value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for name, value in zip(names, values, strict=True)
        if value is not None
    }


def draws_of(conditions: Iterable[str]) -> dict[tuple[str, str], Draw]:
    """What the attributes of some conditions may be, so that each condition is now true, now false.

    Args:
        conditions: CEL about ``case`` and ``event``.

    Returns:
        ``("case", name)`` or ``("event", name)`` → how it is drawn; nothing for moments.
    """
    constants: dict[tuple[str, str], list[Value]] = {}
    moments: set[tuple[str, str]] = set()
    optional: set[tuple[str, str]] = set()
    for text in conditions:
        for found in _EVERY.finditer(text):
            constants.setdefault(_key(found), [])
        for found in (*_BESIDE.finditer(text), *_BEHIND.finditer(text)):
            constants[_key(found)] += [50]
        for found in (*_AFTER.finditer(text), *_BEFORE.finditer(text)):
            constants[_key(found)].append(_constant(found["literal"]))
        for found in _AMONG.finditer(text):
            constants[_key(found)] += [_constant(literal) for literal in re.findall(_LITERAL, found["list"])]
        moments.update(_key(found) for found in _MOMENT.finditer(text))
        optional.update(_key(found) for found in _THERE.finditer(text))
    return {
        key: _draw(values, may_lack=key in optional) for key, values in sorted(constants.items()) if key not in moments
    }


def _key(found: re.Match[str]) -> tuple[str, str]:
    return found["scope"], found["name"] or found["key"]


def _constant(literal: str) -> Value:
    if literal in ("true", "false"):
        return literal == "true"
    if literal[0] in "'\"":
        return literal[1:-1]
    return float(literal) if "." in literal else int(literal)


def _draw(constants: list[Value], *, may_lack: bool) -> Draw:
    lacking: tuple[Value, ...] = (None,) if may_lack else ()
    texts = [value for value in constants if isinstance(value, str)]
    if texts:
        return Choice((*dict.fromkeys(texts), _OTHER, *lacking))
    numbers = [
        Fraction(repr(value)) for value in constants if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if not numbers:
        return Choice((*FLAG.values, *lacking))
    decimals = 2 if any(isinstance(value, float) for value in constants) else 0
    room = max(Fraction(3), *(abs(number) for number in numbers))
    least = min(numbers) - room if min(numbers) < 0 else max(min(numbers) - room, Fraction(0))
    return Number(least, max(numbers) + room, decimals, tuple(dict.fromkeys(numbers)))
