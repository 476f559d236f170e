"""Rules about what attributes hold: that numbers agree, that fields are filled in, that a condition is true."""

from __future__ import annotations

from engine.definitions import rules
from engine.definitions.fields import as_fields, as_label
from engine.definitions.rules import Agreement, Holds, Level, Rating, RequiredField
from engine.definitions.rules_reading.operands import Operands
from engine.definitions.yaml_document import Mapping, Tree


def read_agreement(operands: Operands) -> Agreement | None:
    """``agreement: [case.estimate, case.actual], within: 10%``."""
    attributes = operands.attributes("agreement")
    if "within" not in operands.fields:
        operands.fields.missing("within")
    within = operands.fields.share("within")
    return None if attributes is None or within is None else Agreement(*attributes, within)


def read_level(operands: Operands) -> Level | None:
    """``level: STEP.attribute`` with ``at-least``, ``at-most`` or both."""
    attribute = operands.attribute("level")
    at_least, at_most = operands.number("at-least"), operands.number("at-most")
    if not operands.bounds_agree(at_least, at_most) or attribute is None:
        return None
    return Level(attribute, at_least, at_most)


def read_rating(operands: Operands) -> Rating | None:
    """``rating: case.attribute, scale: [worst, …, best], at-least: grade``."""
    attribute, scale = operands.attribute("rating"), operands.labels("scale", least=2)
    if "at-least" not in operands.fields:
        operands.fields.missing("at-least")
    if attribute is None or scale is None:
        return None
    at_least = operands.fields.choice("at-least", scale)
    return None if at_least is None else Rating(attribute, scale, at_least)


def read_fields(operands: Operands) -> rules.Fields | None:
    """``fields: STEP, require: [name, {name: name, one-of: [a, b]}]``."""
    step = operands.step("fields")
    items = operands.fields.items("require", required=True)
    if items is None:
        return None
    if not items:
        operands.note("flow.list-too-short", "require", key="require", least=1)
        return None
    required: dict[str, RequiredField] = {}
    for item in items:
        found = _required_field(operands, item)
        if found is None:
            step = None
        elif found.name in required:
            operands.fields.reading.add("flow.repeated-item", item.line, operands.path("require"), item=found.name)
            step = None
        else:
            required[found.name] = found
    return None if step is None else rules.Fields(step, tuple(required.values()))


def _required_field(operands: Operands, item: Tree) -> RequiredField | None:
    reading, path = operands.fields.reading, operands.path("require")
    if not isinstance(item, Mapping):
        name = as_label(reading, item, path)
        return None if name is None else RequiredField(name)
    fields = as_fields(reading, item, path)
    if fields is None:
        return None
    fields.allow(("name", "one-of"))
    name = fields.label("name", required=True)
    inside = Operands(fields, operands.references, operands.roles)
    choices = inside.labels("one-of") if "one-of" in fields else ()
    return None if name is None or choices is None else RequiredField(name, choices)


def read_holds(operands: Operands) -> Holds | None:
    """``holds: STEP, that: "event.flag"``."""
    step = operands.step("holds")
    that = operands.condition("that", about_event=True, required=True)
    return None if step is None or that is None else Holds(step, that)
