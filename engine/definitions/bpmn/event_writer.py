"""Writes what events are about, and the messages, signals and errors that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lxml import etree

from engine.definitions.bpmn.vocabulary import INSTANCE, OWN
from engine.definitions.durations import MICROSECONDS_PER_SECOND, parse_time_span
from engine.definitions.flow import Trigger, TriggerKind
from engine.definitions.standards import TimeUnit

_DEFINITIONS = {
    TriggerKind.TIMER: "timerEventDefinition",
    TriggerKind.MESSAGE: "messageEventDefinition",
    TriggerKind.SIGNAL: "signalEventDefinition",
    TriggerKind.ERROR: "errorEventDefinition",
    TriggerKind.CONDITION: "conditionalEventDefinition",
}
_EXPRESSION = {f"{{{INSTANCE}}}type": "tFormalExpression"}


class Add(Protocol):
    """Adds a child element with attributes."""

    def __call__(self, parent: etree._Element, name: str, attributes: Mapping[str, str] = ..., /) -> etree._Element:
        """The new element."""


class EventWriter:
    """Writes event definitions, and remembers what they refer to.

    Args:
        add: Adds an element.
    """

    def __init__(self, add: Add) -> None:
        self._add = add
        self._named: dict[Trigger, str] = {}

    def write(self, element: etree._Element, trigger: Trigger) -> None:
        """Write what an event is about."""
        own = {f"{{{OWN}}}detail": trigger.detail}
        definition = self._add(element, _DEFINITIONS[trigger.kind], own)
        if trigger.kind is TriggerKind.TIMER:
            duration = iso_duration(trigger.detail)
            if duration is not None:
                self._add(definition, "timeDuration", _EXPRESSION).text = duration
        elif trigger.kind is TriggerKind.CONDITION:
            condition = self._add(definition, "condition", _EXPRESSION)
            condition.text = trigger.detail
        elif trigger.detail:
            reference = self._named.setdefault(trigger, f"_{trigger.kind.value}.{len(self._named) + 1}")
            definition.set(f"{trigger.kind.value}Ref", reference)

    def write_roots(self, root: etree._Element) -> None:
        """Write what the definitions refer to."""
        for trigger, reference in self._named.items():
            self._add(root, trigger.kind.value, {"id": reference, "name": trigger.detail})


def iso_duration(text: str) -> str | None:
    """A span of clock time in ISO 8601: ``1h30m`` is ``PT5400S``; None for working time and for no time."""
    span = parse_time_span(text)
    if span is None or span.unit is not TimeUnit.CLOCK:
        return None
    days, seconds = divmod(span.amount // MICROSECONDS_PER_SECOND, 24 * 60 * 60)
    parts = [("H", seconds // 3600), ("M", seconds // 60 % 60), ("S", seconds % 60)]
    time = "".join(f"{amount}{unit}" for unit, amount in parts if amount)
    return "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "") if days or time else "PT0S"
