"""One case as a rule sees it, what an instance came to, and how values are read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction

from engine.calendars import Calendar
from engine.definitions.flow import Season
from engine.definitions.rules import AttributeRef
from engine.definitions.titles import Title
from tests.oracles.plain_log import PlainEvent

Value = bool | int | float | str | datetime | None
MET, NOT_DUE, NO_EVIDENCE = "met", "not-due", "no-evidence"


@dataclass(frozen=True)
class PlainFacts:
    """One case, as a rule sees it; positions count its events."""

    events: Sequence[PlainEvent]
    steps: Sequence[str | None]
    performed: frozenset[int]
    closed: bool
    ended: bool
    now: datetime | None
    calendar: Calendar
    values: Mapping[str, Value] = field(default_factory=dict)
    pending: frozenset[int] = frozenset()
    roles: Mapping[str, Title] = field(default_factory=dict)
    seasons: Sequence[Season] = ()
    inside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    working: Mapping[str | None, Calendar] = field(default_factory=dict)

    def by(self, step: str | None) -> PlainFacts:
        """The same, with time measured as whoever does a step works, or with None as the flow does."""
        whole = self.working.get(None, self.calendar)
        return replace(self, calendar=self.working.get(step, whole))

    def part(self, sub_flow: str | None) -> list[int]:
        """Where the events of a sub-flow are, or with None all."""
        return [i for i, name in enumerate(self.steps) if sub_flow is None or name in self.inside[sub_flow]]

    def entered(self, sub_flow: str | None) -> bool:
        """Whether something inside a sub-flow was performed."""
        return sub_flow is None or bool(self.performed.intersection(self.part(sub_flow)))

    def done(self, step: str) -> list[int]:
        """Where a step was done, in its place or not."""
        return [i for i, name in enumerate(self.steps) if name == step and i not in self.pending]

    def asking(self, step: str) -> list[int]:
        """Where a step was performed and done."""
        return [i for i in self.done(step) if i in self.performed]

    def of_case(self, name: str) -> Value:
        """An attribute of the case; the last value on an event where the case has none."""
        for known in (name, name.removeprefix("case:"), f"case:{name}"):
            if known in self.values:
                return self.values[known]
        said = [event.value(name) for event in self.events if is_given(event.value(name))]
        return said[-1] if said else None

    def of(self, attribute: AttributeRef) -> Value:
        """An attribute of the case, or of the last event of a step."""
        if attribute.step is None:
            return self.of_case(attribute.name)
        done = self.done(attribute.step)
        return self.events[done[-1]].value(attribute.name) if done else None


@dataclass(frozen=True)
class PlainInstance:
    """Where it is asked for (None for the case), its outcome or what went wrong, whether it kept the later limit."""

    position: int | None
    result: str
    later: bool | None = None


def is_given(value: Value) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def number(value: Value) -> Fraction | None:
    if isinstance(value, bool) or not is_given(value):
        return None
    if isinstance(value, int | float):
        return Fraction(str(value))
    if isinstance(value, str):
        text = value.strip()
        plain = text.lstrip("+-").replace(".", "", 1).replace("e", "", 1)
        return Fraction(text) if plain.isascii() and plain.isdigit() else None
    return None


def word(value: Value) -> str | None:
    if not is_given(value):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()


def moment(value: Value) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if len(value.strip()) <= len("2026-01-01"):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def begin_of(facts: PlainFacts, inside: str | None = None) -> datetime | None:
    begun = [facts.events[i].start or facts.events[i].time for i in facts.part(inside)]
    return min(m for m in begun if m) if begun and begun[0] else None


def end_of(facts: PlainFacts, inside: str | None = None) -> datetime | None:
    times = [facts.events[i].time for i in facts.part(inside)]
    return max(m for m in times if m) if times and times[-1] else None
