"""How a flow is laid out: its form, who decides, where there is room, and which risks have an answer.

All of it is read from the graph. Nothing here is an error; ``design_notes`` says what a reviewer should look at.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import networkx as nx

from engine.definitions.flow import Flow, Node, NodeKind
from engine.definitions.rules import Authority
from engine.errors import Place, Problem, Severity, Value
from engine.review.simplicity import followers, simplicity

MOST_NODES = 50
"""Nodes past which a flow is better drawn as several (Mendling, Reijers and van der Aalst 2010, guideline 7)."""
MOST_APPROVAL_LEVELS = 3
"""Levels past which decisions are slow and what is decided on is known at second hand."""


class FlowForm(StrEnum):
    """The form of a service flow, as far as its structure shows it.

    Service management tells three apart: line, job shop and intermittent operations (Cowell 1984, "The marketing of
    services").

    ``linear`` 线性: every case performs the same steps in the same order; single steps may be optional or repeated.
    ``order`` 订单: what is done, or in which order, depends on the case: there is a choice, a parallel part or a way
    back. ``intermittent`` 间歇性: work stops and is taken up again: the flow waits for an event between its steps.
    """

    LINEAR = "linear"
    ORDER = "order"
    INTERMITTENT = "intermittent"


@dataclass(frozen=True, slots=True)
class Design:
    """Figures of a flow's layout.

    Attributes:
        form: Its form.
        approval_levels: How many roles decide one after the other, at most, on a way through the flow. A step decides
            when a standard limits the authority for it, or when it leads straight into an exclusive gateway with
            several ways. Levels are counted where the decision goes to another role; a loop counts each role once.
        extension_points: Places where work can be added, repeated or left out without drawing the flow anew: optional
            steps, repeated steps and sub-flows, called sub-flows, non-interrupting boundary events, and plans.
        risk_steps: Steps at risk: those that say so, and those that a plan protects.
        covered_risks: Those of them with a plan.
    """

    form: FlowForm
    approval_levels: int
    extension_points: int
    risk_steps: int
    covered_risks: int

    @property
    def contingency_coverage(self) -> float | None:
        """Covered risks ÷ risk steps, or None without risk steps."""
        return self.covered_risks / self.risk_steps if self.risk_steps else None


def design(flow: Flow) -> Design:
    """Look at a flow's layout.

    Args:
        flow: A flow with a graph.
    """
    risks, covered = _risks(flow), {plan.at for plan in flow.plans}
    return Design(
        form=_form(flow),
        approval_levels=_approval_levels(flow),
        extension_points=sum(map(_is_extension_point, flow.nodes)) + len(flow.plans),
        risk_steps=len(risks),
        covered_risks=sum(node.id in covered for node in risks),
    )


def design_notes(flow: Flow) -> tuple[Problem, ...]:
    """What a reviewer should look at in a flow's layout.

    Returns:
        - ``design.risk-without-plan`` (warning): a step that is known to go wrong, and no plan for it;
        - ``design.large`` (info): more nodes than a reader follows;
        - ``design.many-approval-levels`` (info): decisions go through many roles;
        - ``design.no-room`` (info): nothing can be added or left out without drawing the flow anew.
    """
    found, size = design(flow), simplicity(flow).nodes
    notes = [*_uncovered(flow)]
    if size > MOST_NODES:
        notes.append(_note("design.large", nodes=size, most=MOST_NODES))
    if found.approval_levels > MOST_APPROVAL_LEVELS:
        notes.append(_note("design.many-approval-levels", levels=found.approval_levels, most=MOST_APPROVAL_LEVELS))
    if not found.extension_points:
        notes.append(_note("design.no-room"))
    return tuple(notes)


def _note(code: str, **values: Value) -> Problem:
    return Problem(code, values=values, severity=Severity.INFO)


def _risks(flow: Flow) -> list[Node]:
    protected = {plan.at for plan in flow.plans}
    return [node for node in flow.nodes if node.risk is not None or node.id in protected]


def _uncovered(flow: Flow) -> Iterator[Problem]:
    covered = {plan.at for plan in flow.plans}
    for node in _risks(flow):
        if node.id not in covered:
            place = Place(line=node.line or None, element=f"nodes.{node.id}")
            yield Problem("design.risk-without-plan", place, {"step": node.id}, Severity.WARNING)


def _is_extension_point(node: Node) -> bool:
    aside = node.boundary is not None and not node.boundary.interrupting
    return node.optional or node.repeat is not None or node.calls is not None or aside


def _form(flow: Flow) -> FlowForm:
    ways: dict[str, int] = {}
    for edge in flow.edges:
        ways[edge.source] = ways.get(edge.source, 0) + 1
    if any(_waits(node) for node in flow.nodes):
        return FlowForm.INTERMITTENT
    # In a graph in which no node has two ways out, and every node is reached, all is one line without a way back.
    return FlowForm.ORDER if any(count > 1 for count in ways.values()) else FlowForm.LINEAR


def _waits(node: Node) -> bool:
    """Whether work stops there until something happens."""
    between = node.kind is NodeKind.EVENT and node.boundary is None and not node.throws
    return between or node.kind is NodeKind.EVENT_BASED


def _deciding(flow: Flow) -> dict[str, str]:
    """Steps that decide, with their roles."""
    limited = {standard.rule.step for standard in flow.standards if isinstance(standard.rule, Authority)}
    ways: dict[str, int] = {}
    for edge in flow.edges:
        ways[edge.source] = ways.get(edge.source, 0) + 1
    asks = {
        edge.source
        for edge in flow.edges
        if flow.by_id[edge.target].kind is NodeKind.EXCLUSIVE and ways.get(edge.target, 0) > 1
    }
    return {step.id: step.role for step in flow.steps if step.role and step.id in limited | asks}


def _approval_levels(flow: Flow) -> int:
    """The longest row of different roles that decide, over the graph with its loops taken as one."""
    deciding = _deciding(flow)
    graph: nx.DiGraph[Hashable] = nx.DiGraph()
    graph.add_nodes_from(flow.by_id)
    graph.add_edges_from((node, target) for node, targets in followers(flow).items() for target in targets)
    condensed = nx.condensation(graph)
    rows: dict[int, dict[str, int]] = {}  # part of the graph → role that decided last → length of the row
    for part in nx.topological_sort(condensed):
        before = [rows[earlier] for earlier in condensed.predecessors(part)]
        rows[part] = _lengthened(
            before, {deciding[node] for node in condensed.nodes[part]["members"] if node in deciding}
        )
    return max((length for row in rows.values() for length in row.values()), default=0)


def _lengthened(before: Iterable[dict[str, int]], roles: set[str]) -> dict[str, int]:
    """The longest rows that end with each role, after some roles have decided."""
    longest: dict[str, int] = {}
    for row in before:
        for role, length in row.items():
            longest[role] = max(longest.get(role, 0), length)
    if not roles:
        return longest
    lengths = [length + len(roles - {role}) for role, length in longest.items()]
    return dict.fromkeys(roles, max(lengths, default=len(roles)))
