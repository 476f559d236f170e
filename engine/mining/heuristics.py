"""The heuristics miner: dependencies by pm4py, and the flow that their splits and joins draw.

As in Weijters, van der Aalst and Alves de Medeiros (2006), "Process mining with the HeuristicsMiner algorithm". The
dependencies are theirs; how they become a flow is ours, because theirs is often unsound: a split without its join.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from engine.nets.compile import compile_flow
from engine.nets.soundness import Verdict, check_soundness

DEPENDENCY_THRESHOLD = 0.5
AND_THRESHOLD = 0.65
LOOP_OF_TWO_THRESHOLD = 0.5

MOST_BINDINGS = 16
"""Sets of followers of one step that occur together. Past it followers are drawn as single choices: still readable."""

MOST_TRIALS = 200
"""Pairs of a split and a join that are tried on one flow."""

TRIAL_MARKINGS = 5_000
"""Markings that a trial explores where the structure gives no answer."""

Branches = tuple[int, tuple[int, ...]]
"""A step, and neighbours of it that occur together."""


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

    Behind a step with several followers stands an exclusive choice between sets of followers; a set of several is a
    parallel split. In front of a step it is the same, mirrored. Dependencies alone do not promise that what was split
    comes together again. So where the whole is unsound, splits and joins are added in pairs, and a pair stays only
    if the flow is sound with it; what is left over is drawn as a choice.
    """
    after = {n: _bindings(_followers(found, n), pairs) for n, pairs in found.together_after.items()}
    before = {n: _bindings(_predecessors(found, n), pairs) for n, pairs in found.together_before.items()}
    splits = [(n, members) for n, sets in sorted(after.items()) for members in sets if len(members) > 1]
    joins = [(n, members) for n, sets in sorted(before.items()) for members in sets if len(members) > 1]
    whole = _draw(log_name, found, splits, joins, limits)
    if _is_sound(whole, limits):
        return whole
    flow = _draw(log_name, found, [], [], limits)
    kept_splits: list[Branches] = []
    kept_joins: list[Branches] = []
    pairs = [(split, join) for split in splits for join in joins if len(split[1]) == len(join[1])]
    for split, join in pairs[:MOST_TRIALS]:
        trial_splits = kept_splits if split in kept_splits else [*kept_splits, split]
        trial_joins = kept_joins if join in kept_joins else [*kept_joins, join]
        trial = _draw(log_name, found, trial_splits, trial_joins, limits)
        if _is_sound(trial, limits):
            flow, kept_splits, kept_joins = trial, trial_splits, trial_joins
    return flow


def _draw(
    log_name: str, found: Dependencies, splits: Sequence[Branches], joins: Sequence[Branches], limits: Limits
) -> Flow:
    """The flow with these parallel splits and joins, and choices everywhere else."""
    draft = Draft(log_name, found.graph.activities, limits=limits)
    steps = {number: draft.step(name) for number, name in enumerate(found.graph.activities)}
    steps |= {BEGIN: START, FINISH: END}
    leaving: dict[Pair, list[str]] = {pair: [] for pair in found.pairs}
    entering: dict[Pair, list[str]] = {pair: [] for pair in found.pairs}
    for number, step in steps.items():
        sets = _with_singles(_followers(found, number), [members for n, members in splits if n == number])
        for follower, gateway in _fan(draft, step, sets, forward=True):
            leaving[number, follower].append(gateway)
        sets = _with_singles(_predecessors(found, number), [members for n, members in joins if n == number])
        for previous, gateway in _fan(draft, step, sets, forward=False):
            entering[previous, number].append(gateway)
    for pair in found.pairs:
        _link(draft, f"{steps[pair[0]]}_to_{steps[pair[1]]}", leaving[pair], entering[pair])
    return draft.flow()


def _is_sound(flow: Flow, limits: Limits) -> bool:
    budget = replace(limits, soundness_markings=min(limits.soundness_markings, TRIAL_MARKINGS))
    return check_soundness(compile_flow(flow, limits=limits), limits=budget).verdict is Verdict.SOUND


def _followers(found: Dependencies, number: int) -> list[int]:
    return sorted(second for first, second in found.pairs if first == number)


def _predecessors(found: Dependencies, number: int) -> list[int]:
    return sorted(first for first, second in found.pairs if second == number)


def _with_singles(neighbours: Sequence[int], sets: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The sets, and every neighbour that is in none of them on its own."""
    taken = {member for members in sets for member in members}
    return sorted([*sets, *((neighbour,) for neighbour in neighbours if neighbour not in taken)])


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


def _bindings(neighbours: Sequence[int], together: frozenset[Pair] | None) -> list[tuple[int, ...]]:
    """The largest sets of neighbours that occur together, each sorted, in order."""
    among: nx.Graph[int] = nx.Graph()
    among.add_nodes_from(neighbours)
    among.add_edges_from(pair for pair in together or () if set(pair) <= set(neighbours))
    sets: list[tuple[int, ...]] = []
    for clique in nx.find_cliques(among):
        sets.append(tuple(sorted(clique)))
        if len(sets) > MOST_BINDINGS:
            return [(neighbour,) for neighbour in neighbours]
    return sorted(sets)


def _fan(draft: Draft, step: str, sets: list[tuple[int, ...]], *, forward: bool) -> list[tuple[int, str]]:
    """The gateways on one side of a step: (neighbour, node that its connection hangs on)."""
    side = "after" if forward else "before"
    hub = step
    if len(sets) > 1:
        hub = draft.gateway(NodeKind.EXCLUSIVE, f"{side}_{step}")
        draft.connect(*((step, hub) if forward else (hub, step)))
    hooks: list[tuple[int, str]] = []
    for members in sets:
        hook = hub
        if len(members) > 1:
            hook = draft.gateway(NodeKind.PARALLEL, f"all_{side}_{step}")
            draft.connect(*((hub, hook) if forward else (hook, hub)))
        hooks.extend((member, hook) for member in members)
    return hooks


def _link(draft: Draft, name: str, sources: list[str], targets: list[str]) -> None:
    """Connect all ends of one dependency; several on one side meet in an exclusive gateway."""
    source, target = sources[0], targets[0]
    if len(sources) > 1:
        source = draft.gateway(NodeKind.EXCLUSIVE, f"{name}_join")
        for end in sources:
            draft.connect(end, source)
    if len(targets) > 1:
        target = draft.gateway(NodeKind.EXCLUSIVE, f"{name}_split")
        for end in targets:
            draft.connect(target, end)
    draft.connect(source, target)
