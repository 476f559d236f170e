"""Conditions of edges, triggers and standards: CEL, the Common Expression Language, over attributes.

A condition knows two names, each a map from text to anything: ``case``, the attributes of a case, and, in the
standards about occurrences of a step, ``event``, those of an event. This is the one place that compiles conditions.
They are checked when a flow is read: that they are CEL, that they know no other name, and that they can be true or
false. Whoever evaluates one asks its compiled form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from engine.definitions.condition_names import NamesUsed, names_in

CASE = "case"
EVENT = "event"
_LOCATION = re.compile(r"(?:[A-Z_]+: )?ERROR: <input>:[0-9]+:([0-9]+): (.*)")
_BOOLEAN = "BOOL"


@dataclass(frozen=True, slots=True)
class ConditionFault:
    """Why a text is no condition.

    Attributes:
        reason: What the CEL compiler says, without its drawing; "" when the text is CEL but of the wrong type.
        found_type: The CEL type it would have, or "" when it does not compile.
    """

    reason: str
    found_type: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition, to be asked as often as wanted.

    Attributes:
        text: As it was written.
        names: The attributes that it reads.
    """

    text: str
    names: NamesUsed
    _expression: Any = field(repr=False, compare=False)

    def holds(self, case: Mapping[str, object], event: Mapping[str, object] | None = None) -> bool | None:
        """Whether it is true of a case and an event.

        Args:
            case: The attributes of the case that are known: text, Booleans, integers or numbers. A moment is text as in
                RFC 3339, ``2026-05-01T08:30:00+08:00``, which a condition reads as ``timestamp(case.promised)``.
            event: Those of the event; None where there is none.

        Returns:
            None where it has no answer: an attribute that it needs is not there or is of a kind it cannot compare.
        """
        try:
            found = self._expression.eval(data={CASE: dict(case), EVENT: dict(event or {})})
        except RuntimeError:  # a value that CEL cannot carry, such as text that UTF-8 cannot
            return None
        return bool(found.plain_value()) if found.type().name() == _BOOLEAN else None


@cache
def _environment() -> Any:
    """CEL with both variables. Made on first use: many flows have no conditions."""
    from cel_expr_python import cel  # noqa: PLC0415 - see above

    attributes = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return cel.NewEnv(variables={CASE: attributes, EVENT: attributes})


def check_condition(text: str, *, about_event: bool = False) -> ConditionFault | None:
    """Check that a text is a condition.

    Args:
        text: CEL, such as ``case.answers >= 30``, ``case.booked`` or ``case['预约'] == '是'``.
        about_event: Whether it may ask about ``event`` as well.

    Returns:
        None when it is one, else why not.
    """
    try:
        expression = _compile(text)
    except (RuntimeError, TypeError, ValueError) as error:  # TypeError: text that UTF-8 cannot carry
        return ConditionFault(_reason(str(error)), "")
    found = str(expression.return_type().name())
    if found not in {_BOOLEAN, "DYN"}:
        return ConditionFault("", found)
    if not about_event and _asks_about_event(expression):
        return ConditionFault(f"undeclared reference to '{EVENT}'", "")
    return None


def compiled_condition(text: str) -> Condition:
    """Compile a condition.

    Args:
        text: CEL about ``case`` and ``event`` that was checked when its flow was read.

    Returns:
        The condition; the same one for the same text.

    Raises:
        ValueError: When the text is no condition.
    """
    return _condition(text)


def names_used(text: str) -> NamesUsed:
    """The attributes that a condition reads.

    Raises:
        ValueError: When the text is no condition.
    """
    return compiled_condition(text).names


@lru_cache(maxsize=1024)
def _condition(text: str) -> Condition:
    fault = check_condition(text, about_event=True)
    if fault is not None:
        raise ValueError(fault.reason or fault.found_type)
    expression = _compile(text)
    return Condition(text, names_in(expression.serialize(), CASE, EVENT), expression)


@lru_cache(maxsize=1024)
def _compile(text: str) -> Any:
    return _environment().compile(text)


def _asks_about_event(expression: Any) -> bool:
    names = names_in(expression.serialize(), CASE, EVENT)
    return bool(names.event) or EVENT in names.whole


def _reason(message: str) -> str:
    """The first line of the compiler's message, with the column in front."""
    first = message.splitlines()[0] if message else ""
    located = _LOCATION.match(first)
    return f"{located[1]}: {located[2]}" if located else first
