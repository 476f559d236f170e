"""Checks: all that instances are judged by, standards and ways out of gateways alike.

A **standard** of the flow, but for those of the population, which count in no dimension because they are met or missed
by many cases together. A **branch**: an edge out of an exclusive or inclusive gateway that says when it is taken; its
instances are the cases that came past the gateway, and it counts in ordering.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.definitions.flow import Edge, Flow, NodeKind
from engine.definitions.standards import Standard
from engine.vocabulary import Dimension

_CHOOSING = (NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE)


@dataclass(frozen=True, slots=True)
class Check:
    """A standard or a branch.

    Attributes:
        dimension: The measure it counts in.
        steps: Labels of the steps it names; none of a branch.
        standard: Id of the standard, or "".
        branch: Gateway and target of the edge, or () for a standard.
        weighed_with: Id of the node in whose weight group it counts, or "".
        is_of_case: Whether it has one instance for each case, so that a case recovers only where it is met.
    """

    dimension: Dimension
    steps: tuple[str, ...]
    standard: str
    branch: tuple[str, ...]
    weighed_with: str
    is_of_case: bool


def checks_of(flow: Flow) -> tuple[Check, ...]:
    """The checks of a flow: its standards in their order, then the branches in theirs."""
    standards = [_of_standard(standard) for standard in flow.standards]
    return (*standards, *(_of_branch(edge) for edge in branches_of(flow)))


def branches_of(flow: Flow) -> tuple[Edge, ...]:
    """The edges that say when they are taken, in file order; otherwise means nothing where no other edge says when."""
    conditional = {e.source for e in flow.edges if e.when is not None and flow.by_id[e.source].kind in _CHOOSING}
    return tuple(e for e in flow.edges if e.source in conditional and (e.when is not None or e.otherwise))


def _of_standard(standard: Standard) -> Check:
    return Check(
        dimension=standard.dimension,
        steps=standard.steps,
        standard=standard.id,
        branch=(),
        weighed_with=standard.steps[-1] if standard.steps else "",
        is_of_case=standard.is_of_case,
    )


def _of_branch(edge: Edge) -> Check:
    return Check(Dimension.ORDERING, (), "", (edge.source, edge.target), edge.target, is_of_case=False)
