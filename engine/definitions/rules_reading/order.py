"""Rules about which steps are done, how often, and in which order."""

from __future__ import annotations

from engine.definitions.rules import AllOf, Count, Precedence, Response, Together
from engine.definitions.rules_reading.operands import Operands


def read_count(operands: Operands) -> Count | None:
    """``count: STEP, at-least: 1, at-most: 1``."""
    step = operands.step("count")
    at_least, at_most = operands.count("at-least", least=1), operands.count("at-most")
    if not operands.bounds_agree(at_least, at_most) or step is None:
        return None
    return Count(step, at_least, at_most)


def read_precedence(operands: Operands) -> Precedence | None:
    """``precedence: [first, second]``."""
    steps = operands.pair("precedence")
    return None if steps is None else Precedence(*steps)


def read_response(operands: Operands) -> Response | None:
    """``response: [first, second]``, with ``within`` and ``second-tier``."""
    steps = operands.pair("response")
    within = operands.fields.time_span("within")
    tier = operands.second_tier(within, needs="within")
    return None if steps is None else Response(*steps, within, tier)


def read_all_of(operands: Operands) -> AllOf | None:
    """``all-of: [a, b, c], before: STEP``."""
    members, before = operands.several("all-of"), operands.step("before")
    if members is None or before is None:
        return None
    if before in members:
        operands.note("flow.step-before-itself", "before", step=before)
        return None
    return AllOf(members, before)


def read_together(operands: Operands) -> Together | None:
    """``together: [a, b]``."""
    members = operands.several("together")
    return None if members is None else Together(members)
