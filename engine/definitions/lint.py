"""What a reviewer would ask about a flow that is readable: structural warnings, and what is only worth knowing.

Each is a problem of severity ``warning`` (probably not what was meant) or ``info`` (a gap that may be intended).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.definitions.flow import Edge, Flow, Node, NodeKind
from engine.definitions.interruptions import silent_interruptions
from engine.definitions.rules import Authority, PerformedBy
from engine.definitions.standard_lint import lint_standards
from engine.definitions.standards import StandardKind, TimeUnit
from engine.errors import Place, Problem, Severity, Value

_BRANCHING = (NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE)
_WAITING = (NodeKind.PARALLEL, NodeKind.INCLUSIVE)
_GATEWAYS = (*_BRANCHING, NodeKind.PARALLEL, NodeKind.EVENT_BASED)
_SHOWN = 10
"""Names listed in one message; the rest is counted."""


def lint(flow: Flow) -> tuple[Problem, ...]:
    """Look a flow over.

    Args:
        flow: A flow as a reader made it.

    Returns:
        Warnings and notes in the order of their lines:

        - ``flow.gateway-passes-through``: a gateway with one way in and one way out;
        - ``flow.gateway-waits-and-splits``: a parallel or inclusive gateway that does both, so that a loop that comes
          back to it waits for ever;
        - ``flow.branch-without-condition``: an exclusive or inclusive gateway some of whose ways say nothing;
        - ``flow.no-otherwise``: every way has a condition, so that none may hold;
        - ``flow.condition-on-only-way``: a condition where there is nothing to choose;
        - ``flow.plans-alike``: two plans of one step begin with the same step, so that no log tells them apart;
        - ``flow.silent-interruption``: an event that ends a step or sub-flow, and of which a log shows nothing;
        - ``flow.unused-role``: a role that no step has;
        - ``flow.unused-calendar``: a calendar of the flow that nothing uses;
        - ``flow.working-time-without-calendar``: working time is asked for and no calendar named;
        - ``flow.steps-without-order`` (info): steps with standards of which none is about their order;
        - ``flow.no-plans`` (info): no step is protected by a contingency plan;

        and what ``lint_standards`` finds.
    """
    found = [
        *_gateways(flow),
        *_plans_alike(flow),
        *_silent_interruptions(flow),
        *_unused_roles(flow),
        *_unused_calendars(flow),
        *_working_time(flow),
        *_steps_without_order(flow),
        *lint_standards(flow),
    ]
    if not flow.plans:
        found.append(Problem("flow.no-plans", severity=Severity.INFO))
    return tuple(sorted(found, key=lambda problem: problem.place.line or 0))


def _warning(code: str, line: int, element: str, **values: Value) -> Problem:
    return Problem(code, Place(line=line or None, element=element), values, Severity.WARNING)


def _gateways(flow: Flow) -> Iterator[Problem]:
    """Gateways that decide nothing, and decisions that are not written down."""
    entering: dict[str, int] = {node.id: 0 for node in flow.nodes}
    leaving: dict[str, list[Edge]] = {node.id: [] for node in flow.nodes}
    for edge in flow.edges:
        entering[edge.target] += 1
        leaving[edge.source].append(edge)
    for node in flow.nodes:
        ways = leaving[node.id]
        if node.kind in _GATEWAYS and entering[node.id] == 1 and len(ways) == 1:
            yield _warning("flow.gateway-passes-through", node.line, f"nodes.{node.id}", node=node.id)
        if node.kind in _WAITING and entering[node.id] > 1 and len(ways) > 1:
            yield _warning("flow.gateway-waits-and-splits", node.line, f"nodes.{node.id}", node=node.id)
        if node.kind in _BRANCHING:
            yield from _decision(node, ways)


def _decision(node: Node, ways: Sequence[Edge]) -> Iterator[Problem]:
    path = f"nodes.{node.id}"
    silent = [way for way in ways if way.when is None and not way.otherwise]
    if len(ways) == 1 and not silent:
        yield _warning("flow.condition-on-only-way", ways[0].line, path, node=node.id)
    elif len(ways) > 1 and silent:
        targets = _listed([way.target for way in silent])
        yield _warning("flow.branch-without-condition", silent[0].line, path, node=node.id, targets=targets)
    elif len(ways) > 1 and not any(way.otherwise for way in ways):
        yield _warning("flow.no-otherwise", node.line, path, node=node.id)


def _plans_alike(flow: Flow) -> Iterator[Problem]:
    first_plan: dict[tuple[str, str], str] = {}
    for plan in flow.plans:
        other = first_plan.setdefault((plan.at, plan.path[0]), plan.id)
        if other != plan.id:
            yield _warning(
                "flow.plans-alike", plan.line, f"plans.{plan.id}", plan=plan.id, other=other, step=plan.path[0]
            )


def _silent_interruptions(flow: Flow) -> Iterator[Problem]:
    """Events on a border of which no log is evidence."""
    for found in silent_interruptions(flow):
        if not found.shown_by:
            path, line = f"nodes.{found.event}", flow.by_id[found.event].line
            yield _warning("flow.silent-interruption", line, path, event=found.event, at=found.at)


def _unused_roles(flow: Flow) -> Iterator[Problem]:
    used = {node.role for node in flow.nodes}
    for standard in flow.standards:
        if isinstance(standard.rule, PerformedBy):
            used.update(standard.rule.roles)
        elif isinstance(standard.rule, Authority):
            used.update(limit.role for limit in standard.rule.limits)
    for role in flow.roles:
        if role not in used:
            yield _warning("flow.unused-role", 0, f"roles.{role}", role=role)


def _unused_calendars(flow: Flow) -> Iterator[Problem]:
    for calendar in flow.calendars:
        if calendar.name not in flow.calendar_names:
            yield _warning("flow.unused-calendar", 0, f"calendars.{calendar.name}", calendar=calendar.name)


def _working_time(flow: Flow) -> Iterator[Problem]:
    if flow.calendar is not None or flow.role_calendars:
        return
    for standard in flow.standards:
        second = standard.second_tier.within if standard.second_tier else None
        for span in (standard.at_least, standard.at_most, second):
            if span is not None and span.unit is not TimeUnit.CLOCK:
                yield _warning(
                    "flow.working-time-without-calendar",
                    standard.line,
                    f"standards.{standard.id}",
                    standard=standard.id,
                    found=span.text,
                )


def _steps_without_order(flow: Flow) -> Iterator[Problem]:
    ordering = (StandardKind.PRECEDENCE, StandardKind.RESPONSE, StandardKind.ALL_OF)
    ordered = {step for standard in flow.standards if standard.kind in ordering for step in standard.steps}
    named = {step for standard in flow.standards for step in standard.steps}
    if flow.standards:  # a step that no standard is about is told so, and not twice
        ordered |= {step.id for step in flow.steps if step.id not in named}
    without = [step for step in flow.steps if step.id not in ordered and step.id not in flow.plan_steps]
    if without:
        yield Problem(
            "flow.steps-without-order",
            Place(line=without[0].line or None, element=f"nodes.{without[0].id}"),
            {"steps": _listed([step.id for step in without]), "found": len(without)},
            Severity.INFO,
            count=len(without),
        )


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
