"""Values of a flow in a few words, the same in every language, as a flow file would spell them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from engine.calendars import CalendarChoice
from engine.calendars.days import DayOfYear, DayRange
from engine.definitions.calendar_writer import written_choice
from engine.definitions.flow import Boundary, Repeat, Trigger
from engine.definitions.rules import AttributeRef, AuthorityLimit, Level, RequiredField, SecondTier, TimeSpan
from engine.definitions.titles import Title

NOTHING = "–"
"""What is not there."""
UNLIMITED = "∞"
_PLAIN = frozenset({"attribute", "of", "measured"})
"""Attributes of rules that need no name before them."""


def spelled(value: object, *, of: object = None) -> str:
    """A value of a flow in a few words.

    Args:
        value: What an attribute holds.
        of: Whose attribute it is; it decides whether a fraction is a share or a plain number.

    Returns:
        One line; ``–`` for nothing.
    """
    if value is None or value in {(), ""}:
        return NOTHING
    if isinstance(value, tuple):
        return ", ".join(spelled(entry, of=of) for entry in value)
    if isinstance(value, Fraction) and isinstance(of, Level | AuthorityLimit):
        return number_text(value)
    for kind, spell in _SPELLINGS.items():
        if isinstance(value, kind):
            return spell(value)
    return _rule_text(value) if is_dataclass(value) else str(value)


def share_text(share: Fraction) -> str:
    """A share in per cent."""
    return f"{number_text(100 * share)}%"


def number_text(number: Fraction) -> str:
    """A number as a decimal where it is one of a few digits, else as a quotient."""
    exact = (number * 10**9).denominator == 1
    return f"{float(number):.9f}".rstrip("0").rstrip(".") if exact else str(number)


def _repeat_text(repeat: Repeat) -> str:
    most = UNLIMITED if repeat.at_most is None else repeat.at_most
    return f"{repeat.at_least}…{most}" + (" (parallel)" if repeat.parallel else "")


def _field_text(field: RequiredField) -> str:
    return field.name + (f" ({' | '.join(field.one_of)})" if field.one_of else "")


def _limit_text(limit: AuthorityLimit) -> str:
    return f"{limit.role}: {UNLIMITED if limit.at_most is None else number_text(limit.at_most)}"


def _day_text(day: DayOfYear) -> str:
    return (f"{day.year}-" if day.year is not None else "") + f"{day.month:02}-{day.day:02}"


def _rule_text(rule: Any) -> str:
    """``response: collect, analyse, within 5 workdays``: its name, then its attributes that say something."""
    said = []
    for field in fields(rule):
        value = getattr(rule, field.name)
        if value is not None and value != ():
            named = not (isinstance(value, str | tuple) or field.name in _PLAIN)
            said.append((f"{field.name.replace('_', '-')} " if named else "") + spelled(value, of=rule))
    return f"{spelled(getattr(rule, 'kind', type(rule).__name__))}: {', '.join(said)}"


_SPELLINGS: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        Enum: lambda choice: str(choice.value),
        bool: lambda flag: str(flag).lower(),
        Fraction: share_text,
        date: lambda day: day.isoformat(),
        TimeSpan: lambda span: span.text,
        AttributeRef: lambda attribute: attribute.text,
        Title: lambda title: title.en if title.en == title.zh else f"{title.en} / {title.zh}",
        Trigger: lambda trigger: f"{trigger.kind.value}: {trigger.detail or NOTHING}",
        SecondTier: lambda tier: f"{tier.within.text}, {share_text(tier.share)}",
        RequiredField: _field_text,
        AuthorityLimit: _limit_text,
        Boundary: lambda boundary: boundary.at + ("" if boundary.interrupting else " (interrupting: false)"),
        Repeat: _repeat_text,
        DayOfYear: _day_text,
        CalendarChoice: written_choice,
        DayRange: lambda days: f"{_day_text(days.first)}…{_day_text(days.last)}",
    }
)
