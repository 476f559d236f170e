"""Rules about many cases together."""

from __future__ import annotations

from engine.definitions.rules import AttributeRef, Change, Measured, Quicker
from engine.definitions.rules_reading.operands import Operands

MEASURES = tuple(measured.value for measured in Measured)


def read_change(operands: Operands) -> Change | None:
    """``change: {count: STEP}, per: month, at-most: -10%``; also ``{share: STEP}`` and ``{mean: case.attribute}``."""
    inside = operands.inside("change")
    at_least, at_most = operands.percentage("at-least"), operands.percentage("at-most")
    agree = operands.bounds_agree(at_least, at_most)
    if "per" not in operands.fields:
        operands.fields.missing("per")
    if inside is None:
        return None
    inside.fields.allow(MEASURES)
    named = [measure for measure in MEASURES if measure in inside.fields]
    if len(named) != 1:
        inside.note("flow.change-needs-one-measure", "", known=", ".join(MEASURES))
        return None
    measured = Measured(named[0])
    of: str | AttributeRef | None
    of = inside.attribute(measured.value) if measured is Measured.MEAN else inside.step(measured.value)
    return None if of is None or not agree else Change(measured, of, at_least, at_most)


def read_quicker(operands: Operands) -> Quicker | None:
    """``quicker: "case.booked", than: "!case.booked"``; also ``from: STEP`` and ``to: STEP``."""
    first = operands.condition("quicker", about_event=False, required=True)
    second = operands.condition("than", about_event=False, required=True)
    ends = {key: operands.step(key) for key in ("from", "to") if key in operands.fields}
    if first is None or second is None or None in ends.values():
        return None
    if first == second:
        operands.note("flow.repeated-item", "than", item=second)
        return None
    since, until = ends.get("from"), ends.get("to")
    if until is not None and since == until:
        operands.note("flow.repeated-item", "to", item=until)
        return None
    return Quicker(first, second, since, until)
