"""Reads the sections ``plans`` and ``weights``."""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.event_reader import TRIGGERS, read_trigger
from engine.definitions.fields import Fields, as_fields, sections
from engine.definitions.flow import Edge, Node, NodeKind, Plan, Trigger, WeightGroup
from engine.definitions.reading import Reading
from engine.definitions.references import References
from engine.definitions.standard_reader import title_of_id

_PLAN_KEYS = ("risk", "at", "on", "path", "rejoin")
_JOINS = (NodeKind.PARALLEL, NodeKind.INCLUSIVE)


def read_plans(reading: Reading, document: Fields, references: References, edges: Sequence[Edge]) -> tuple[Plan, ...]:
    """Read the section ``plans``.

    Args:
        reading: Where problems go.
        document: The whole file.
        references: The declared nodes.
        edges: The flow's edges, which tell joins from splits.
    """
    entering: dict[str, int] = {}
    for edge in edges:
        entering[edge.target] = entering.get(edge.target, 0) + 1
    plans: list[Plan] = []
    for identifier, key, value in sections(reading, document, "plans"):
        fields = as_fields(reading, value, f"plans.{identifier}")
        if fields is None:
            continue
        fields.allow(_PLAN_KEYS)
        risk = fields.title("risk", required=True)
        trigger = _trigger(fields)
        path = _path(fields, references)
        at = _protected(fields, references)
        rejoin = _rejoin(fields, references, entering)
        if risk and trigger and path and at and rejoin:
            plans.append(Plan(identifier, risk, at.id, trigger, path, rejoin.id, key.line))
            for name in (*path, rejoin.id):
                if references.nodes[name].parent != at.parent:
                    reading.add("flow.plan-across", key.line, f"plans.{identifier}", node=name, at=at.id)
    _refuse_entangled(reading, plans, edges)
    _refuse_laden(reading, plans, references)
    return tuple(plans)


def _protected(fields: Fields, references: References) -> Node | None:
    """The step or sub-flow that a plan is for."""
    value = fields.tree("at", required=True)
    return None if value is None else references.activity(value, f"{fields.path}.at")


def _trigger(fields: Fields) -> Trigger | None:
    """The one thing that sets a plan off."""
    on = fields.fields("on", required=True)
    if on is None:
        return None
    on.allow(TRIGGERS)
    kinds = [kind for kind in TRIGGERS if kind in on]
    if len(kinds) != 1:
        on.reading.add("flow.plan-needs-one-trigger", on.line, on.path, known=", ".join(TRIGGERS))
        return None
    return read_trigger(on)


def _path(fields: Fields, references: References) -> tuple[str, ...]:
    """The steps a plan performs; the first one is the evidence that it was entered."""
    items = fields.items("path", required=True)
    if items is None:
        return ()
    path = f"{fields.path}.path"
    if not items:
        fields.reading.add("flow.plan-path-empty", fields.line_of("path"), path)
        return ()
    steps: list[Node] = []
    for position, item in enumerate(items):
        step = references.step(item, path)
        if step is None:
            continue
        if step.kind is not NodeKind.STEP:
            fields.reading.add("flow.plan-path-event", item.line, path, event=step.id)
            continue
        if step in steps:
            fields.reading.add("flow.repeated-item", item.line, path, item=step.id)
        elif position == 0 and step.optional:
            fields.reading.add("flow.plan-starts-optional", item.line, path, step=step.id)
        steps.append(step)
    return tuple(step.id for step in steps)


def _rejoin(fields: Fields, references: References, entering: dict[str, int]) -> Node | None:
    """The node a plan leads back to: anything that one token can enter."""
    node = references.field(fields, "rejoin")
    if node is None:
        return None
    line, path = fields.line_of("rejoin"), f"{fields.path}.rejoin"
    if node.kind is NodeKind.START:
        fields.reading.add("flow.plan-rejoins-start", line, path, node=node.id)
        return None
    if node.boundary is not None:
        fields.reading.add("flow.plan-rejoins-boundary", line, path, event=node.id)
        return None
    if node.kind in _JOINS and entering.get(node.id, 0) > 1:
        fields.reading.add("flow.plan-rejoins-join", line, path, node=node.id)
        return None
    return node


def _refuse_entangled(reading: Reading, plans: Sequence[Plan], edges: Sequence[Edge]) -> None:
    """Steps of plans stand apart: no edge joins them, and no plan protects or rejoins them."""
    plan_of_step = {step: plan.id for plan in reversed(plans) for step in plan.path}
    for edge in edges:
        for step in (edge.source, edge.target):
            if step in plan_of_step:
                reading.add(
                    "flow.plan-step-joined",
                    edge.line,
                    f"{edge.source} -> {edge.target}",
                    step=step,
                    plan=plan_of_step[step],
                )
    for plan in plans:
        for key, node in (("at", plan.at), ("rejoin", plan.rejoin)):
            if node in plan_of_step:
                reading.add("flow.plan-inside-plan", plan.line, f"plans.{plan.id}.{key}", step=node)


def _refuse_laden(reading: Reading, plans: Sequence[Plan], references: References) -> None:
    """A step of a plan is done once, and nothing sits on it."""
    laden = {node.boundary.at for node in references.nodes.values() if node.boundary is not None}
    laden |= {node.id for node in references.nodes.values() if node.repeat is not None}
    for plan in plans:
        for step in plan.path:
            if step in laden:
                line = references.nodes[step].line
                reading.add("flow.plan-step-laden", line, f"nodes.{step}", step=step, plan=plan.id)


def read_weights(reading: Reading, document: Fields, references: References) -> tuple[WeightGroup, ...]:
    """Read the section ``weights``."""
    groups: list[WeightGroup] = []
    group_of_step: dict[str, str] = {}
    for identifier, _, value in sections(reading, document, "weights"):
        path = f"weights.{identifier}"
        fields = as_fields(reading, value, path)
        if fields is None:
            continue
        fields.allow(("title", "weight", "steps"))
        title = fields.title("title") or title_of_id(identifier)
        weight = fields.integer("weight", required=True)
        allowed = reading.limits.weight
        if weight is not None and not 1 <= weight <= allowed:
            line = fields.line_of("weight")
            reading.add("flow.weight-out-of-range", line, path, found=weight, allowed=allowed)
        steps: list[str] = []
        for item in fields.items("steps", required=True) or ():
            step = references.step(item, f"{path}.steps")
            if step is None:
                continue
            other = group_of_step.setdefault(step.id, identifier)
            if step.id in steps or other != identifier:
                reading.add("flow.weights-overlap", item.line, path, step=step.id, group=other)
            steps.append(step.id)
        if not steps and "steps" in fields:
            reading.add("flow.weight-without-steps", fields.line_of("steps"), path)
        if weight is not None and steps:
            groups.append(WeightGroup(identifier, title, weight, tuple(steps)))
    return tuple(groups)
