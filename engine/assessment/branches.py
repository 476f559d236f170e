"""Wrong branches: the ways that cases took out of gateways, held against the conditions that choose among them.

The optimal alignment says which way a case took. Of a gateway that a case passes several times the last passage counts,
because an attribute of a case is what is known at its end. It counts only where something shows that it was made:

- work that was performed depends on it causally, or the case reached its end with nothing unfinished;
- an exclusive way with steps of its own: one of them was performed, in its place or not. Where all were left out, they
  are deviations already, and another way would have been no better explanation.

What is right:

- An exclusive gateway: the way that was taken is right where its condition holds. ``otherwise`` is right where no other
  condition of the gateway holds, and wrong where one does.
- An inclusive gateway: each way that says when it is taken is right where it was taken and its condition holds, or
  neither. ``otherwise`` is right where it was taken and no other condition holds, or neither.

Where a condition asks for an attribute that is not there, there is no evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.checks import branches_of
from engine.assessment.edges import EdgeMap
from engine.assessment.explanations import SYNC, Explanations
from engine.conformance.causality import find_causality
from engine.conformance.conditions import NO, UNKNOWN, YES
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import INSTANCE_COLUMNS, NONE, Judged
from engine.conformance.structure import Structure
from engine.definitions.flow import Edge, Flow, NodeKind
from engine.vocabulary import DeviationKind, Lack

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]
Answers = NDArray[np.int8]


@dataclass(frozen=True, eq=False, slots=True)
class Passages:
    """How explanations went past one gateway; arrays with one value for each explanation.

    Attributes:
        passed: Whether it came past at all.
        took: For each edge, by its index in the flow, whether it was taken the last time.
    """

    passed: Truths
    took: Mapping[int, Truths]


def find_passages(flow: Flow, structure: Structure, explanations: Explanations) -> Mapping[str, Passages]:
    """How explanations went past each gateway that says when a way is taken.

    Args:
        flow: The flow.
        structure: Its net, made ready.
        explanations: What the alignments say.
    """
    gateways = dict.fromkeys(edge.source for edge in branches_of(flow))
    if not gateways:
        return {}
    shown = _shown(structure, explanations)
    return {gateway: _passages(gateway, flow, structure, explanations, shown) for gateway in gateways}


def judge_branches(flow: Flow, passages: Mapping[str, Passages], of_case: Rows, facts: Facts) -> pl.DataFrame:
    """Every way that cases took, held against its condition.

    Args:
        flow: The flow.
        passages: How explanations went past its gateways.
        of_case: int64 explanation of each case.
        facts: The cases.

    Returns:
        ``INSTANCE_COLUMNS``, the standards numbered on: one number for each of ``branches_of(flow)``, in its order. No
        events are named; the moment is when the case began.
    """
    frames = [pl.DataFrame(schema=INSTANCE_COLUMNS)]
    begin, _ = facts.events.spans
    for number, edge in enumerate(branches_of(flow), start=len(flow.standards)):
        found = _judge(edge, flow, passages[edge.source], of_case, facts)
        frames.append(found.frame(number, begin[found.case]))
    return pl.concat(frames)


def _shown(structure: Structure, explanations: Explanations) -> Truths:
    """For each move whether work that was performed depends on it, or the case reached its end."""
    moves = explanations.moves
    found: Truths = explanations.ended[explanations.row_of_move]
    starts = moves.offsets.tolist()
    for row in np.flatnonzero(explanations.known & ~explanations.ended).tolist():
        rows = slice(starts[row], starts[row + 1])
        performed = moves.kinds[rows] == SYNC
        for deviation in explanations.deviations[row]:
            if deviation.kind is DeviationKind.MISPLACED:
                performed[list(deviation.moves)] = True
        causality = find_causality(structure.net.token_flow, moves.transitions[rows].tolist())
        found[rows] = causality.followed_by(performed.tolist())
    return found


def _passages(gateway: str, flow: Flow, structure: Structure, explanations: Explanations, shown: Truths) -> Passages:
    """What each explanation did at one gateway, the last time it came there."""
    count, moves, ways = len(explanations), explanations.moves, EdgeMap(flow, structure.net)
    chosen = [ways.chosen_by(index) for index, t in enumerate(structure.net.transitions) if t.node == gateway]
    routes = [index for index, t in enumerate(structure.net.transitions) if t.node == gateway]
    edges = [index for index, edge in enumerate(flow.edges) if edge.source == gateway]
    at = np.flatnonzero(np.isin(moves.transitions, [r for r, c in zip(routes, chosen, strict=True) if c]))
    last = np.full(count, -1, dtype=np.int64)
    last[explanations.row_of_move[at]] = moves.transitions[at]
    took = {edge: np.isin(last, [r for r, c in zip(routes, chosen, strict=True) if edge in c]) for edge in edges}
    passed = np.zeros(count, dtype=np.bool_)
    passed[explanations.row_of_move[at]] = shown[at]  # the last passage is written last
    passed &= explanations.known
    if flow.by_id[gateway].kind is NodeKind.EXCLUSIVE:
        for place, edge in enumerate(edges):
            steps = structure.steps_of_branch(gateway, place)
            if steps:
                passed &= ~took[edge] | _performs(steps, structure, explanations)
    return Passages(passed, took)


def _performs(steps: frozenset[str], structure: Structure, explanations: Explanations) -> Truths:
    """For each explanation whether it performed one of some steps, in its place or not."""
    net, moves = structure.net, explanations.moves
    wanted = np.array([*(t.label >= 0 and t.node in steps for t in net.transitions), False], dtype=np.bool_)
    found = np.zeros(len(explanations), dtype=np.bool_)
    found[explanations.row_of_move[(moves.kinds == SYNC) & wanted[moves.transitions]]] = True
    for row, deviations in enumerate(explanations.deviations):
        if any(d.kind is DeviationKind.MISPLACED and not steps.isdisjoint(d.steps) for d in deviations):
            found[row] = True
    return found


def _judge(edge: Edge, flow: Flow, passages: Passages, of_case: Rows, facts: Facts) -> Judged:
    """The instances of one branch."""
    index = flow.edges.index(edge)
    took = passages.took[index]
    asked = passages.passed & (took if flow.by_id[edge.source].kind is NodeKind.EXCLUSIVE else True)
    cases = np.flatnonzero(asked[of_case])
    answer = _answer(edge, flow, facts, cases)
    taken = took[of_case[cases]]
    nothing = np.full(len(cases), NONE, dtype=np.int64)
    return Judged.of(
        cases,
        nothing,
        nothing,
        missed=(taken & (answer == NO)) | (~taken & (answer == YES)),
        unknown=answer == UNKNOWN,
        kind=DeviationKind.WRONG_BRANCH,
        lack=Lack.CONDITION,
    )


def _answer(edge: Edge, flow: Flow, facts: Facts, cases: Rows) -> Answers:
    """Whether a way is the one to take: its condition holds, or of ``otherwise`` no other one does."""
    if edge.when is not None:
        return facts.answers(edge.when, cases)
    others = [e.when for e in flow.edges if e.source == edge.source and e.when is not None]
    found = np.array([facts.answers(condition, cases) for condition in others], dtype=np.int8).reshape(
        len(others), len(cases)
    )
    some, unclear = (found == YES).any(axis=0), (found == UNKNOWN).any(axis=0)
    return np.select([some, unclear], [NO, UNKNOWN], YES).astype(np.int8)
