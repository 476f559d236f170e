"""The heuristics miner: dependencies by pm4py, and the flow that their splits and joins draw.

As in Weijters, van der Aalst and Alves de Medeiros (2006), "Process mining with the HeuristicsMiner algorithm". The
dependencies are theirs; how they become a flow is ours. It may be unsound, a split without its join; a check
says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import networkx as nx
import polars as pl

from engine.definitions.flow import Flow, NodeKind
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import Log
from engine.mining.directly_follows import (
    BEGIN,
    FINISH,
    DirectlyFollows,
    Pair,
    connected,
    count_directly_follows,
    without_noise,
)
from engine.mining.draft import END, START, Draft
from engine.mining.library import load

DEPENDENCY_THRESHOLD = 0.5
AND_THRESHOLD = 0.65
LOOP_OF_TWO_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Fan:
    """How the followers, or the predecessors, of one step stand to each other.

    Attributes:
        kind: ``exclusive`` or ``parallel`` over the parts, or None for a single neighbour.
        neighbour: The neighbour, where it is single.
        parts: At least two, where it is not.
    """

    kind: NodeKind | None
    neighbour: int = BEGIN
    parts: tuple[Fan, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What depends on what.

    Attributes:
        graph: The directly-follows graph it was found in; its numbers stand for activities.
        pairs: The dependencies, ``BEGIN`` and ``FINISH`` included; every activity lies on a path between them.
        together_after: Activity → pairs of followers that occur together.
        together_before: Activity → pairs of predecessors that occur together.
    """

    graph: DirectlyFollows
    pairs: tuple[Pair, ...]
    together_after: Mapping[int, frozenset[Pair]]
    together_before: Mapping[int, frozenset[Pair]]

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        object.__setattr__(self, "together_after", MappingProxyType(dict(self.together_after)))
        object.__setattr__(self, "together_before", MappingProxyType(dict(self.together_before)))


def mine_dependencies(log: Log, *, noise: float) -> Dependencies:
    """Find what depends on what.

    Args:
        log: At least one event.
        noise: 0…1; pairs that are rarer than this share of their most frequent sibling do not count.

    Raises:
        Unavailable: ``mine.pm4py-missing``.
    """
    classic = load("pm4py.algo.discovery.heuristics.variants.classic")
    graph = count_directly_follows(log)
    strong = without_noise(graph, noise)
    follows = {pair: n for pair, n in graph.counts.items() if pair in strong and min(pair) >= 0}
    windows, triples = _two_apart(log, graph)
    net = classic.apply_heu_dfg(
        follows,
        activities=list(range(len(graph.activities))),
        activities_occurrences=dict(enumerate(graph.occurrences)),
        start_activities={},
        end_activities={},
        dfg_window_2=windows,
        freq_triples=triples,
        parameters={
            "dependency_thresh": DEPENDENCY_THRESHOLD,
            "and_measure_thresh": AND_THRESHOLD,
            "loop_length_two_thresh": LOOP_OF_TWO_THRESHOLD,
            "dfg_pre_cleaning_noise_thresh": 0.0,
        },
    )
    found = {(name, target.node_name) for name, node in net.nodes.items() for target in node.output_connections}
    ends = {pair for pair in strong if min(pair) < 0}
    return Dependencies(
        graph,
        tuple(sorted(connected(graph, frozenset(found | ends)))),
        {name: _together(node.and_measures_out, name) for name, node in net.nodes.items()},
        {name: _together(node.and_measures_in, name) for name, node in net.nodes.items()},
    )


def flow_of_dependencies(log_name: str, found: Dependencies, *, limits: Limits = DEFAULT_LIMITS) -> Flow:
    """The flow that the dependencies draw.

    Behind a step with several followers stand gateways: parallel ones over followers that occur together, exclusive
    ones over those that do not. In front of a step it is the same, mirrored. Dependencies are found pair by pair and do
    not promise that what was split comes together again: the flow says what was found, sound or not.
    """
    draft = Draft(log_name, found.graph.activities, limits=limits)
    steps = {number: draft.step(name) for number, name in enumerate(found.graph.activities)}
    steps |= {BEGIN: START, FINISH: END}
    leaving: dict[Pair, str] = {}
    entering: dict[Pair, str] = {}
    for number, step in steps.items():
        fan = _fan(_followers(found, number), found.together_after.get(number, frozenset()))
        leaving |= {(number, other): gateway for other, gateway in _open(draft, step, step, fan, forward=True)}
        fan = _fan(_predecessors(found, number), found.together_before.get(number, frozenset()))
        entering |= {(other, number): gateway for other, gateway in _open(draft, step, step, fan, forward=False)}
    for pair in found.pairs:
        draft.connect(leaving[pair], entering[pair])
    return draft.flow()


def _followers(found: Dependencies, number: int) -> list[int]:
    return sorted(second for first, second in found.pairs if first == number)


def _predecessors(found: Dependencies, number: int) -> list[int]:
    return sorted(first for first, second in found.pairs if second == number)


def _two_apart(log: Log, graph: DirectlyFollows) -> tuple[dict[Pair, int], dict[tuple[int, int, int], int]]:
    """How often an activity follows another with one event between, and with which one."""
    rank = {name: number for number, name in enumerate(graph.activities)}
    ranks = pl.Series([rank.get(name, 0) for name in log.activities], dtype=pl.Int64)
    case = pl.col("case")
    triples = (
        log.events.select("case", first=ranks.gather(log.events["activity"]))
        .lazy()
        .with_columns(second=pl.col("first").shift(-1), third=pl.col("first").shift(-2), last_case=case.shift(-2))
        .filter(case == pl.col("last_case"))
        .group_by("first", "second", "third")
        .len()
        .sort("first", "second", "third")
        .collect()
        .rows()
    )
    windows: dict[Pair, int] = {}
    for first, _, third, count in triples:
        windows[first, third] = windows.get((first, third), 0) + count
    return windows, {(first, second, third): count for first, second, third, count in triples}


def _together(measures: Mapping[int, Mapping[int, Any]], own: int) -> frozenset[Pair]:
    """The library's table as pairs, each in both directions; a step is never parallel to its own repetition."""
    pairs = {(a, b) for a, row in measures.items() for b in row if own not in (a, b)}
    return frozenset(pairs | {(b, a) for a, b in pairs})


def _fan(neighbours: Sequence[int], together: frozenset[Pair]) -> Fan:
    """How neighbours stand to each other, given who occurs together with whom.

    Groups none of whose members occurs with another group's exclude each other; groups all of whose members occur
    with all of another's are parallel; and so on inside each group (the decomposition of cographs; Corneil, Lerchs
    and Burlingham 1981, "Complement reducible graphs"). Where neither holds, choices stay readable.
    """
    among: nx.Graph[int] = nx.Graph()
    among.add_nodes_from(neighbours)
    among.add_edges_from(pair for pair in together if set(pair) <= set(neighbours))
    return _decomposed(among)


def _decomposed(among: nx.Graph[int]) -> Fan:
    if len(among) < 2:
        return Fan(None, next(iter(among), BEGIN))
    for kind, graph in ((NodeKind.EXCLUSIVE, among), (NodeKind.PARALLEL, nx.complement(among))):
        groups = sorted(sorted(group) for group in nx.connected_components(graph))
        if len(groups) > 1:
            return Fan(kind, parts=tuple(_decomposed(among.subgraph(group)) for group in groups))
    return Fan(NodeKind.EXCLUSIVE, parts=tuple(Fan(None, neighbour) for neighbour in sorted(among)))


def _open(draft: Draft, step: str, hub: str, fan: Fan, *, forward: bool) -> list[tuple[int, str]]:
    """Add the gateways of a fan behind a node (or in front of it): (neighbour, node that its edge hangs on)."""
    if fan.kind is None:
        return [(fan.neighbour, hub)]
    side = "after" if forward else "before"
    name = f"{side}_{step}" if fan.kind is NodeKind.EXCLUSIVE else f"all_{side}_{step}"
    gateway = draft.gateway(fan.kind, name)
    draft.connect(*((hub, gateway) if forward else (gateway, hub)))
    return [hook for part in fan.parts for hook in _open(draft, step, gateway, part, forward=forward)]
