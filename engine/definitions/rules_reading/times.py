"""Rules about time: how long, by when, how long before."""

from __future__ import annotations

from engine.definitions.rules import CycleTime, Deadline, Duration, LeadTime
from engine.definitions.rules_reading.operands import Operands, minimum


def read_duration(operands: Operands) -> Duration | None:
    """``duration: STEP`` with ``at-least``, ``at-most`` or both."""
    step, bounds = operands.step("duration"), operands.time_bounds()
    return None if step is None or bounds is None else Duration(step, *bounds)


def read_cycle_time(operands: Operands) -> CycleTime | None:
    """``cycle-time: {at-least: …, at-most: …, second-tier: {…}}``."""
    inside = operands.inside("cycle-time")
    if inside is None:
        return None
    inside.fields.allow(("at-least", "at-most", "second-tier"))
    bounds = inside.time_bounds()
    tier = inside.second_tier(bounds[1] if bounds else None, needs="at-most")
    return None if bounds is None else CycleTime(*bounds, tier)


def read_deadline(operands: Operands) -> Deadline | None:
    """``deadline: STEP, promised: case.attribute``, with ``second-tier``."""
    step, promised = operands.step("deadline"), operands.attribute("promised")
    tier = operands.second_tier(None)
    return None if step is None or promised is None else Deadline(step, promised, tier)


def read_lead_time(operands: Operands) -> LeadTime | None:
    """``lead-time: STEP, before: case.attribute, at-least: 30m``."""
    step, promised = operands.step("lead-time"), operands.attribute("before")
    if "at-least" not in operands.fields:
        operands.fields.missing("at-least")
    at_least = minimum(operands.fields)
    if step is None or promised is None or at_least is None:
        return None
    return LeadTime(step, promised, at_least)
