"""Versions of a flow: what a version is told by, and which one is in force.

A version never changes. It is told by its *content hash*: of what the flow means, and of nothing that only its file
has. Which version judges a case is decided by the moment at which the case started.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import Enum
from fractions import Fraction

from engine.calendars import CalendarChoice
from engine.definitions.flow import Flow
from engine.definitions.rules import TimeSpan
from engine.errors import InputRefused, Place, Problem

_Json = str | int | bool | list["_Json"] | dict[str, "_Json"] | None
_ONLY_OF_THE_FILE = frozenset({"line", "source_hash"})
_NOT_OF_THE_MEANING = frozenset({"effective"})
"""From when a version is in force says nothing of what it asks for: the same content may come back into force."""

_FORMER_NAMES = {"DayRange": "SeasonRange"}
"""Names that classes had when hashes of them were first kept."""


def content_hash(flow: Flow) -> str:
    """SHA-256 of what a flow means, in hexadecimal.

    Two files have the same content hash when they say the same: comments, white space, lines, the spelling of a time
    (``60m`` or ``1h``), and the day from which they are in force do not count. Ids, titles and the order of nodes
    and edges do; the order of nodes breaks the last ties between alignments. What has its usual value is left out, so
    that a later release, whose flows can say more, computes the same hash.
    """
    text = json.dumps(_canonical(flow), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: object) -> _Json:
    """A value as plain JSON, the same for all values that mean the same."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Mapping):
        return [[str(key), _canonical(entry)] for key, entry in value.items()]
    if isinstance(value, tuple | list):
        return [_canonical(entry) for entry in value]
    if isinstance(value, CalendarChoice) and not value.attribute:
        return value.name  # as it was when a flow had one calendar at most
    if is_dataclass(value) and not isinstance(value, type) and not isinstance(value, TimeSpan):
        said = {field.name: getattr(value, field.name) for field in fields(value) if _counts(field, value)}
        name = type(value).__name__
        return {"is": _FORMER_NAMES.get(name, name), **{name: _canonical(entry) for name, entry in said.items()}}
    return _canonical_quantity(value)


def _canonical_quantity(value: object) -> _Json:
    """A choice of several, a time, a number or a day."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, TimeSpan):
        return ["time", value.unit.value, value.amount]
    if isinstance(value, Fraction):
        return ["number", str(value)]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _counts(field: Field[object], value: object) -> bool:
    """Whether an attribute says something that is not usual."""
    if field.name in _ONLY_OF_THE_FILE or field.name in _NOT_OF_THE_MEANING:
        return False
    usual = field.default_factory() if field.default_factory is not MISSING else field.default
    return usual is MISSING or getattr(value, field.name) != usual


@dataclass(frozen=True, slots=True)
class FlowVersions:
    """The versions of one flow, in the order in which they come into force.

    Attributes:
        flows: At least one. At most one has no effective day, and it comes first: it is in force before all others.
    """

    flows: tuple[Flow, ...]

    @classmethod
    def of(cls, flows: Iterable[Flow], *, sources: Iterable[str] = ()) -> FlowVersions:
        """Versions in any order.

        Args:
            flows: At least one.
            sources: Names of their files, in the same order, for the places of problems.

        Raises:
            InputRefused: ``version.other-flow`` for a flow of another id, ``version.same-day`` for two versions that
                come into force on the same day, or both without a day; all of them at once.
            ValueError: There is none.
        """
        given = tuple(flows)
        if not given:
            raise ValueError("a flow has at least one version")
        named = (*sources, *[""] * len(given))
        problems: list[Problem] = []
        first_on: dict[date | None, str] = {}
        for flow, source in zip(given, named, strict=False):
            place = Place(source, element="flow")
            if flow.id != given[0].id:
                problems.append(Problem("version.other-flow", place, {"flow": given[0].id, "found": flow.id}))
            elif flow.effective in first_on:
                values = {"day": _day_text(flow.effective), "other": first_on[flow.effective] or flow.id}
                problems.append(Problem("version.same-day", Place(source, element="effective"), values))
            else:
                first_on[flow.effective] = source
        if problems:
            raise InputRefused(problems)
        return cls(tuple(sorted(given, key=lambda flow: flow.effective or date.min)))

    def begins(self, zone: tzinfo) -> tuple[datetime | None, ...]:
        """The moment at which each version comes into force, in UTC; None for one that always was.

        A version from the first day of all on always was: east of Greenwich that day begins before time does.

        Args:
            zone: The time zone whose midnight begins a day.
        """
        return tuple(
            None
            if flow.effective in {None, date.min}
            else datetime.combine(flow.effective, time.min, zone).astimezone(UTC)
            for flow in self.flows
        )

    def index_in_force(self, moment: datetime, zone: tzinfo) -> int | None:
        """Index in ``flows`` of the version in force at a moment, or None before the first of them.

        Args:
            moment: With its zone.
            zone: The time zone whose midnight begins a day.
        """
        begins = self.begins(zone)
        earliest = datetime.min.replace(tzinfo=UTC)
        index = bisect_right([begin or earliest for begin in begins], moment) - 1
        return index if index >= 0 else None

    def in_force(self, moment: datetime, zone: tzinfo) -> Flow | None:
        """The version in force at a moment, or None before the first of them."""
        index = self.index_in_force(moment, zone)
        return None if index is None else self.flows[index]


def _day_text(day: date | None) -> str:
    return "–" if day is None else day.isoformat()
