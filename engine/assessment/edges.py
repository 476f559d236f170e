"""Statistics of edges: how many tokens of the aligned runs went along each edge of the flow.

Tokens are followed through each run (``engine.conformance.causality``). One that a transition of node u makes and a
transition of node v takes went along the edges from u to v. Gateways that the net leaves out lie between: they have one
outgoing edge, so the way is unique, but for two parallel ways from u to v, of which the first in the file is counted.
A token that enters a sub-flow, or leaves it, goes along the edges of the sub-flow; one that an event takes away from
inside goes along none. A token goes along an edge that its gateway chose; what an inclusive gateway hands to its join
for the branches that it did not choose goes along none. A token that enters a plan counts on the edge to the step that
the plan protects; inside a plan, and from it back into the flow, there are no edges. Tokens that an open case holds
have not gone on yet.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.assessment import EdgeStatistics
from engine.assessment.explanations import Explanations
from engine.assessment.times import MICROSECONDS
from engine.conformance.causality import find_causality
from engine.conformance.performed import EventTable
from engine.definitions.flow import Edge, Flow, NodeKind
from engine.nets.net import Net, Purpose

_END = ""  # stands for every end node
_START = -1  # the maker of initial tokens


class EdgeMap:
    """Which edges a token takes from one transition to another."""

    def __init__(self, flow: Flow, net: Net) -> None:
        self._flow = flow
        self._net = net
        self._present = {transition.node for transition in net.transitions}
        self._edges_out: dict[str, list[int]] = {node.id: [] for node in flow.nodes}
        for index, edge in enumerate(flow.edges):
            self._edges_out[edge.source].append(index)
        self._start_of = {node.parent or "": node.id for node in flow.nodes if node.kind is NodeKind.START}
        self._at_of_plan = {plan.id: plan.at for plan in flow.plans}
        self._starts = [n.id for n in flow.nodes if n.kind is NodeKind.START and n.id not in self._present]
        self._chosen: dict[int, tuple[int, ...]] = dict(self._choices())
        self._known: dict[tuple[int, int | None], tuple[int, ...]] = {}

    def way(self, maker: int, taker: int | None) -> tuple[int, ...]:
        """Indices of the edges from one transition to another.

        Args:
            maker: The transition that made the token, −1 for an initial token.
            taker: The transition that took it, None for a token that reached the end.

        Returns:
            The edges in order; empty where the token stayed within a node or a plan.
        """
        key = (maker, taker)
        if key not in self._known:
            self._known[key] = self._find(maker, taker)
        return self._known[key]

    def chosen_by(self, transition: int) -> tuple[int, ...]:
        """Indices of the edges that a transition of a gateway chooses; empty for one that does not choose."""
        return self._chosen.get(transition, ())

    def stays(self, maker: int, taker: int) -> bool:
        """Whether the taker is the silent transition that hands a step's token on."""
        first, second = self._net.transitions[maker], self._net.transitions[taker]
        is_step = self._flow.by_id[second.node].kind is NodeKind.STEP
        return first.node == second.node and second.purpose is Purpose.ROUTE and is_step

    def _find(self, maker: int, taker: int | None) -> tuple[int, ...]:
        if maker >= 0 and taker is not None and self.stays(maker, taker):
            return ()
        target = _END if taker is None else self._node_taking(taker)
        for edges, node in self._after(maker):
            way = self._follow(edges, node, target)
            if way is not None:
                return way
        return ()

    def _after(self, maker: int) -> Iterator[tuple[tuple[int, ...], str]]:
        """Where the tokens of a transition may go first, in file order: the edge and the node behind it."""
        if maker == _START:
            edges: Sequence[int] = [edge for start in self._starts for edge in self._edges_out[start]]
        elif maker in self._chosen:
            edges = self._chosen[maker]
        else:
            yield from self._onward(self._net.transitions[maker].node)
            return
        for edge in edges:
            yield (edge,), self._flow.edges[edge].target

    def _onward(self, name: str) -> Iterator[tuple[tuple[int, ...], str]]:
        """What a node leads to: its edges; the inside of a sub-flow, and from its ends the edges of the sub-flow."""
        node = self._flow.by_id[name]
        if node.kind is NodeKind.SUB_FLOW:
            yield (), self._start_of[name]
        outside = node.parent if node.kind is NodeKind.END and node.parent is not None else name
        for edge in self._edges_out[outside]:
            yield (edge,), self._flow.edges[edge].target

    def _node_taking(self, taker: int) -> str:
        transition = self._net.transitions[taker]
        if transition.enters_plan:
            return self._at_of_plan[transition.plan]
        boundary = self._flow.by_id[transition.node].boundary
        is_cut = boundary is not None and boundary.interrupting  # what happens beside something takes nothing from it
        return boundary.at if boundary is not None and is_cut else transition.node

    def _follow(self, way: tuple[int, ...], node: str, target: str) -> tuple[int, ...] | None:
        """The edges on to a target, through sub-flows and nodes without transitions; None where none leads there."""
        seen: set[str] = set()
        waiting = [(way, node)]
        while waiting:
            way, node = waiting.pop()
            is_last = self._flow.by_id[node].kind is NodeKind.END and self._flow.by_id[node].parent is None
            if node == target or (is_last and target == _END):
                return way
            passes = node not in self._present or node in self._start_of
            if passes and node not in seen:
                seen.add(node)
                further = [((*way, *edges), behind) for edges, behind in self._onward(node)]
                waiting += reversed(further)
        return None

    def _choices(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The transitions of gateways that choose, each with the edges it chooses."""
        for index, transition in enumerate(self._net.transitions):
            if transition.chosen:
                edges = self._edges_out[transition.node]
                yield index, tuple(edge for edge in edges if self._flow.edges[edge].target in transition.chosen)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the runs of explanations did at the edges of a flow.

    Attributes:
        counts: How many tokens went along each edge, over all cases.
        rows, edges, firsts, seconds: Pairs of events at the two ends of an edge: explanation, edge, and the positions
            of the events in their case.
    """

    counts: list[int]
    rows: array[int] = field(default_factory=lambda: array("q"))
    edges: array[int] = field(default_factory=lambda: array("q"))
    firsts: array[int] = field(default_factory=lambda: array("q"))
    seconds: array[int] = field(default_factory=lambda: array("q"))

    def note(self, row: int, edge: int, first: int, second: int) -> None:
        """Note a pair of events."""
        self.rows.append(row)
        self.edges.append(edge)
        self.firsts.append(first)
        self.seconds.append(second)

    def spans(self, of_case: NDArray[np.int64], events: EventTable) -> pl.DataFrame:
        """The time between the events at the two ends of an edge, for the cases of a table of events.

        Args:
            of_case: int64 explanation of each case of the table.
            events: The table.

        Returns:
            ``edge`` (Int32) and ``span`` (Int64, microseconds), one row for each pair that has both times.
        """
        pairs = pl.DataFrame(
            {"row": self.rows, "edge": self.edges, "first": self.firsts, "second": self.seconds},
            schema={"row": pl.Int64, "edge": pl.Int64, "first": pl.Int64, "second": pl.Int64},
        )
        cases = pl.DataFrame({"row": of_case, "offset": events.offsets[:-1]})
        rows = pairs.join(cases, on="row").select("edge", pl.col("first", "second") + pl.col("offset"))
        spans = events.begun[rows["second"].to_numpy()] - events.time[rows["first"].to_numpy()]
        known = ~np.isnat(spans)
        return pl.DataFrame(
            {"edge": rows["edge"].to_numpy()[known].astype(np.int32), "span": spans[known].astype(np.int64)}
        )


def follow_tokens(flow: Flow, net: Net, explanations: Explanations) -> Tokens:
    """Follow the tokens of every exact explanation.

    Args:
        flow: The flow; one without a graph has no edges, and nothing is followed.
        net: Its net.
        explanations: What the alignments say.
    """
    tokens = Tokens([0] * len(flow.edges))
    if flow.edges:
        ways = EdgeMap(flow, net)
        for row in np.flatnonzero(explanations.known).tolist():
            _follow_run(net, explanations, ways, row, tokens=tokens)
    return tokens


def edge_statistics(flow: Flow, counts: Sequence[int], spans: pl.DataFrame) -> tuple[EdgeStatistics, ...]:
    """How often the aligned runs went along each edge, in the flow's order; empty for a flow without a graph.

    Args:
        flow: The flow.
        counts: ``Tokens.counts``.
        spans: ``Tokens.spans`` of all cases.
    """
    medians = _median_times(spans)
    return tuple(_statistics(edge, counts[i], medians.get(i)) for i, edge in enumerate(flow.edges))


def _statistics(edge: Edge, count: int, median: float | None) -> EdgeStatistics:
    return EdgeStatistics(edge.source, edge.target, count, median)


def _follow_run(net: Net, explanations: Explanations, ways: EdgeMap, row: int, *, tokens: Tokens) -> None:
    """Count the tokens of one explanation's run."""
    counts = tokens.counts
    begin, stop = explanations.moves.offsets[row : row + 2].tolist()
    transitions = explanations.moves.transitions[begin:stop].tolist()
    positions = explanations.moves.positions[begin:stop].tolist()
    cases = int(explanations.cases[row])
    causality = find_causality(net.token_flow, transitions)
    event = list(positions)  # the event that each move shows; a step's silent onward move shows the step's
    for taker, causes in enumerate(causality.causes):
        if transitions[taker] < 0:
            continue
        if not causes:
            _count(counts, ways.way(_START, transitions[taker]), cases)
        for maker in causes:
            way = ways.way(transitions[maker], transitions[taker])
            if not way and ways.stays(transitions[maker], transitions[taker]):
                event[taker] = event[maker]
            _count(counts, way, cases)
            if len(way) == 1 and event[maker] >= 0 and positions[taker] >= 0:
                tokens.note(row, way[0], event[maker], positions[taker])
    if not explanations.is_open[row]:
        for maker in causality.last:
            _count(counts, ways.way(transitions[maker], None), cases)


def _count(counts: list[int], way: tuple[int, ...], cases: int) -> None:
    for edge in way:
        counts[edge] += cases


def _median_times(spans: pl.DataFrame) -> Mapping[int, float]:
    """The median time between the events at the two ends of each edge, in seconds."""
    return dict(spans.group_by("edge").agg(pl.col("span").clip(0).median() / MICROSECONDS).iter_rows())
