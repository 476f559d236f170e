"""Reads what an event is about, where it sits on a border, and how often something is repeated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from engine.definitions.edge_reader import as_condition
from engine.definitions.fields import Fields
from engine.definitions.flow import Boundary, Node, NodeKind, Repeat, Trigger, TriggerKind
from engine.definitions.references import References
from engine.definitions.yaml_document import Scalar

TRIGGERS = tuple(kind.value for kind in TriggerKind)
"""The keys that say what an event is about, or what sets a plan off."""
START_TRIGGERS = tuple(
    kind.value for kind in (TriggerKind.TIMER, TriggerKind.MESSAGE, TriggerKind.SIGNAL, TriggerKind.CONDITION)
)
END_TRIGGERS = tuple(kind.value for kind in (TriggerKind.ERROR, TriggerKind.MESSAGE, TriggerKind.SIGNAL))
REPEAT_KEYS = ("at-least", "at-most", "parallel")


def read_trigger(fields: Fields, known: Collection[str] = TRIGGERS) -> Trigger | None:
    """What a node or plan is about: the one of some keys that is there, or None without one.

    ``true`` in place of a detail stands for "some", as in ``error: true``. Two of the keys are a problem.
    """
    found = [kind for kind in TRIGGERS if kind in fields and kind in known]
    if len(found) > 1:
        fields.reading.add("flow.two-triggers", fields.line_of(found[1]), fields.path, kinds=", ".join(found))
        return None
    if not found:
        return None
    kind = TriggerKind(found[0])
    value = fields.tree(kind.value)
    if isinstance(value, Scalar) and value.plain and value.text == "true":
        return Trigger(kind, "")
    if kind is TriggerKind.TIMER:
        span = fields.time_span(kind.value)
        return None if span is None else Trigger(kind, span.text)
    if kind is TriggerKind.CONDITION:
        written = fields.scalar(kind.value)
        condition = None if written is None else as_condition(fields.reading, written, fields.path)
        return None if condition is None else Trigger(kind, condition)
    label = fields.label(kind.value)
    return None if label is None else Trigger(kind, label)


def read_boundary(fields: Fields) -> Boundary | None:
    """Where an event sits, as it is written; ``attached`` looks the place up once every node is known."""
    on = fields.scalar("on")
    if on is None:
        return None
    return Boundary(on.text.strip(), fields.flag("interrupting", absent=True))


def attached(event: Node, references: References) -> Node:
    """A boundary event whose place was looked up; the event without a border where there is no such place."""
    boundary = event.boundary
    if boundary is None:
        return event
    reading, path = references.reading, f"nodes.{event.id}"
    at = references.node(boundary.at, event.line, f"{path}.on")
    if at is None:
        return replace(event, boundary=None)
    if at.kind not in (NodeKind.STEP, NodeKind.SUB_FLOW):
        reading.add("flow.not-an-activity", event.line, path, found=at.id)
        return replace(event, boundary=None)
    if at.parent != event.parent:
        reading.add("flow.boundary-elsewhere", event.line, path, event=event.id, found=at.id)
        return replace(event, boundary=None)
    if not boundary.interrupting and event.event is not None and event.event.kind is TriggerKind.ERROR:
        reading.add("flow.error-beside", event.line, path, event=event.id)
    return event


def read_repeat(fields: Fields) -> Repeat | None:
    """How often a step or sub-flow is performed."""
    repeat = fields.fields("repeat")
    if repeat is None:
        return None
    repeat.allow(REPEAT_KEYS)
    reading, line = repeat.reading, repeat.line
    least, most, parallel = repeat.integer("at-least"), repeat.integer("at-most"), repeat.flag("parallel")
    if "at-least" not in repeat and "at-most" not in repeat:
        reading.add("flow.repeat-without-bounds", line, repeat.path)
        return None
    at_least = 1 if least is None else least
    if at_least < 0 or (most is not None and most < max(at_least, 1)):
        reading.add("flow.repeat-out-of-range", line, repeat.path)
        return None
    if parallel and most is None:
        reading.add("flow.repeat-unbounded", line, repeat.path)
        return None
    found, allowed = max(at_least, most or 0), reading.limits.instances
    if found > allowed:
        reading.too_large("instances", found, line, repeat.path)
        return None
    return Repeat(at_least, most, parallel)
