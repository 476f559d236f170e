"""Rules about who does a step, and how much they may decide on."""

from __future__ import annotations

from engine.definitions.fields import as_scalar
from engine.definitions.rules import Authority, AuthorityLimit, DifferentActor, PerformedBy, SameActor
from engine.definitions.rules_reading.operands import Operands
from engine.definitions.yaml_document import Mapping

UNLIMITED = ("unlimited", "不限")
"""How a limit is written that is none."""


def read_same_actor(operands: Operands) -> SameActor | None:
    """``same-actor: [a, b]``."""
    members = operands.several("same-actor")
    return None if members is None else SameActor(members)


def read_different_actor(operands: Operands) -> DifferentActor | None:
    """``different-actor: [a, b]``."""
    members = operands.several("different-actor")
    return None if members is None else DifferentActor(members)


def read_performed_by(operands: Operands) -> PerformedBy | None:
    """``performed-by: STEP, roles: [role]``."""
    step, names = operands.step("performed-by"), operands.labels("roles")
    if names is None:
        return None
    line, path = operands.fields.line_of("roles"), operands.path("roles")
    roles = [operands.role(name, line, path) for name in names]
    if step is None or not all(roles):
        return None
    return PerformedBy(step, tuple(role for role in roles if role is not None))


def read_authority(operands: Operands) -> Authority | None:
    """``authority: STEP, amount: STEP.attribute, limits: {role: 500, other: unlimited}``."""
    step, amount, limits = operands.step("authority"), operands.attribute("amount"), _limits(operands)
    return None if step is None or amount is None or limits is None else Authority(step, amount, limits)


def _limits(operands: Operands) -> tuple[AuthorityLimit, ...] | None:
    value = operands.fields.tree("limits", required=True)
    inside = None if value is None else operands.inside("limits")
    if inside is None or not isinstance(value, Mapping):
        return None
    if not value.entries:
        operands.note("flow.list-too-short", "limits", key="limits", least=1)
        return None
    limits: list[AuthorityLimit] = []
    for key, content in value.entries:
        role = inside.role(key.text, key.line, inside.fields.path)
        scalar = as_scalar(operands.fields.reading, content, inside.path(key.text))
        if scalar is None:
            continue
        is_unlimited = scalar.text in UNLIMITED
        most = None if is_unlimited else inside.number(key.text)
        if most is not None and most < 0:
            inside.note("flow.bad-number", key.text, key=key.text, found=scalar.text)
        if role is not None and (is_unlimited or most is not None):
            limits.append(AuthorityLimit(role, most))
    return tuple(limits) if len(limits) == len(value.entries) else None
