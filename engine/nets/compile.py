"""From a flow to its net: the one formal meaning that checker, runtime and picture share.

Every node has one input place, into which each edge that leads to it puts its token; a parallel join has one place for
each incoming edge. A step is a visible transition labelled with its id; an optional step has a silent one beside it. A
step or start with several outgoing edges is a parallel split. An exclusive gateway has a silent transition for each
outgoing edge, a parallel gateway one for all. An inclusive split has one for each non-empty set S of its n branches: it
puts a token into each branch of S and the n − |S| that are missing straight into the input place of its join, which
always takes n. So a region of n branches needs no memory beyond its tokens, and the join waits for exactly the chosen
ones. All ends share one final place.

A gateway that neither chooses nor waits would be a silent transition between two places; it is left out and the places
are one. The same holds for a start that leads to a place nothing else leads to. Both keep language and soundness
(Murata 1989, "Petri nets: properties, analysis and applications", section V, fusion of series places).

A plan's path has transitions of its own. Its first step takes its token from where the protected step is due, or from
the place directly after it, and the last one puts it where the flow goes on. Every entry is therefore visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan
from engine.errors import InputRefused, Place, Problem, Value
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.building import NetBuilder
from engine.nets.inclusive import InclusivePairs, match_inclusive
from engine.nets.net import SILENT, Net, Purpose, Transition

_FINAL = "final"
_GATEWAYS = (NodeKind.EXCLUSIVE, NodeKind.PARALLEL, NodeKind.INCLUSIVE)


def compile_flow(flow: Flow, *, limits: Limits = DEFAULT_LIMITS) -> Net:
    """The accepting Petri net that a flow means.

    Args:
        flow: A structurally valid flow: one start, an end, plans that stand apart from the edges.
        limits: ``inclusive_branches`` bounds the branches of one inclusive split, for which 2ⁿ − 1 transitions stand.

    Returns:
        The net. Labels are the step ids in file order; transitions stand in the order of the nodes in the file, those
        of a plan's step where that step is declared, which is the order that breaks the last ties between alignments.

    Raises:
        InputRefused: Inclusive gateways have no partner or too many branches; all of them at once.
    """
    pairs = match_inclusive(flow)
    problems = [*pairs.problems, *_too_many_branches(flow, limits)]
    if problems:
        raise InputRefused(sorted(problems, key=lambda problem: problem.place.line or 0))
    return _Compiler(flow, pairs).compile()


def _too_many_branches(flow: Flow, limits: Limits) -> Iterator[Problem]:
    branches = Counter(edge.source for edge in flow.edges)
    for node in flow.nodes:
        if node.kind is NodeKind.INCLUSIVE and branches[node.id] > limits.inclusive_branches:
            values: dict[str, Value] = {"limit": "inclusive_branches", "allowed": limits.inclusive_branches}
            values["found"] = branches[node.id]
            yield Problem("limit.exceeded", Place(line=node.line, element=node.id), values)


class _Compiler:
    """One compilation: resolves places, then writes the transitions node by node."""

    def __init__(self, flow: Flow, pairs: InclusivePairs) -> None:
        self._flow = flow
        self._pairs = pairs
        self._edges_out: dict[str, list[Edge]] = {node.id: [] for node in flow.nodes}
        self._edges_in: dict[str, list[Edge]] = {node.id: [] for node in flow.nodes}
        for edge in flow.edges:
            self._edges_out[edge.source].append(edge)
            self._edges_in[edge.target].append(edge)
        self._build = NetBuilder()
        self._label = {step.id: index for index, step in enumerate(flow.steps)}
        self._input: dict[str, str] = {}  # node id → its own input place
        self._edge_places: dict[int, str] = {}  # identity of an edge into a parallel join → its place
        self._plan_places: dict[tuple[str, int], str] = {}  # plan and position in its path → the place before it
        self._forwarding = {node.id for node in flow.nodes if self._passes(node.id)}

    def compile(self) -> Net:
        self._add_places()
        self._feeders = Counter(self._edge_place(edge) for edge in self._flow.edges)
        self._feeders.update(self._place_of(plan.rejoin) for plan in self._flow.plans)
        initial = self._initial_place()
        self._after = {plan.at: self._after_place(plan.at) for plan in self._flow.plans}
        for node in self._flow.nodes:
            if node.kind is NodeKind.START:
                self._add_start(node, initial)
            elif node.kind is NodeKind.STEP:
                self._add_step(node)
            elif node.kind in _GATEWAYS and node.id not in self._forwarding:
                self._add_gateway(node)
        return self._build.net(
            name=self._flow.id,
            labels=tuple(step.id for step in self._flow.steps),
            initial={initial: 1},
            finals=[{_FINAL: 1}],
            label_of_activity={name: self._label[step] for name, step in self._flow.step_of_activity.items()},
            source_hash=self._flow.source_hash,
        )

    # Places

    def _add_places(self) -> None:
        self._build.place(_FINAL)
        for node in self._flow.nodes:
            if self._is_parallel_join(node.id):
                for edge in self._edges_in[node.id]:
                    self._edge_places[id(edge)] = self._build.place(f"{edge.source}.to.{edge.target}")
            elif node.kind in (NodeKind.START, NodeKind.END) or node.id in self._forwarding:
                continue
            elif not self._is_plan_only(node.id):
                self._input[node.id] = self._build.place(f"before.{node.id}")

    def _is_parallel_join(self, node: str) -> bool:
        return self._flow.by_id[node].kind is NodeKind.PARALLEL and len(self._edges_in[node]) > 1

    def _is_plan_only(self, node: str) -> bool:
        return node in self._flow.plan_steps and not self._edges_in[node] and not self._edges_out[node]

    def _only_forwards(self, node: str) -> bool:
        """Whether a node is a gateway that neither chooses nor waits."""
        kind = self._flow.by_id[node].kind
        waits = kind is not NodeKind.EXCLUSIVE and len(self._edges_in[node]) > 1
        return kind in _GATEWAYS and len(self._edges_out[node]) == 1 and not waits

    def _passes(self, node: str) -> bool:
        """Whether a forwarding gateway has the place of its successor; in a ring of them none has a successor."""
        current = node
        seen: set[str] = set()
        while self._only_forwards(current) and current not in seen:
            seen.add(current)
            current = self._edges_out[current][0].target
        return node in seen and current != node

    def _place_of(self, node: str) -> str:
        """The place that a token for a node is put into."""
        while node in self._forwarding:
            edge = self._edges_out[node][0]
            if id(edge) in self._edge_places:
                return self._edge_places[id(edge)]
            node = edge.target
        return _FINAL if self._flow.by_id[node].kind is NodeKind.END else self._input[node]

    def _edge_place(self, edge: Edge) -> str:
        own = self._edge_places.get(id(edge))
        return own if own is not None else self._place_of(edge.target)

    def _out_places(self, node: str) -> list[str]:
        return [self._edge_place(edge) for edge in self._edges_out[node]]

    def _is_only_fed_by_one(self, place: str) -> bool:
        return place != _FINAL and self._feeders[place] == 1

    def _initial_place(self) -> str:
        start = next(node.id for node in self._flow.nodes if node.kind is NodeKind.START)
        places = self._out_places(start)
        if len(places) == 1 and self._is_only_fed_by_one(places[0]):
            return places[0]
        return self._build.place("initial")

    def _after_place(self, step: str) -> str | None:
        """The place directly after a step, from which its plans may be entered; None after a parallel split.

        The place of the outgoing edge serves where only this step puts tokens into it. Elsewhere the step gets a place
        of its own, or a plan could be entered without the step having been done.
        """
        places = self._out_places(step)
        if len(places) != 1:
            return None
        return places[0] if self._is_only_fed_by_one(places[0]) else self._build.place(f"after.{step}")

    # Transitions

    def _add_silent(self, name: str, node: str, takes: Sequence[str], puts: Sequence[str]) -> None:
        transition = Transition(self._build.unique(name), SILENT, node, Purpose.ROUTE)
        self._build.transition(transition, takes, puts)

    def _add_start(self, node: Node, initial: str) -> None:
        places = self._out_places(node.id)
        if places != [initial]:
            self._add_silent(node.id, node.id, [initial], places)

    def _add_step(self, node: Node) -> None:
        if not self._is_plan_only(node.id):
            takes, puts = [self._input[node.id]], self._out_places(node.id)
            after = self._after.get(node.id)
            done = Transition(self._build.unique(node.id), self._label[node.id], node.id, Purpose.PERFORM)
            self._build.transition(done, takes, puts if after is None else [after])
            if node.optional:
                skip = Transition(self._build.unique(f"{node.id}.skip"), SILENT, node.id, Purpose.SKIP)
                self._build.transition(skip, takes, puts)
            if after is not None and puts != [after]:
                self._add_silent(f"{node.id}.on", node.id, [after], puts)
        for plan in self._flow.plans:
            for position, step in enumerate(plan.path):
                if step == node.id:
                    self._add_plan_step(plan, position)

    def _add_plan_step(self, plan: Plan, position: int) -> None:
        step = plan.path[position]
        last = position == len(plan.path) - 1
        puts = [self._place_of(plan.rejoin) if last else self._plan_place(plan, position + 1)]
        name = f"{plan.id}.{step}"
        if position > 0:
            sources = {name: self._plan_place(plan, position)}
        else:
            sources = {name: self._input[plan.at]}
            after = self._after[plan.at]
            if after is not None and after != self._input[plan.at]:
                sources[f"{name}.after"] = after
        for title, source in sources.items():
            transition = Transition(
                self._build.unique(title), self._label[step], step, Purpose.PERFORM, plan.id, enters_plan=position == 0
            )
            self._build.transition(transition, [source], puts)
        if position > 0 and self._flow.by_id[step].optional:
            skip = Transition(self._build.unique(f"{name}.skip"), SILENT, step, Purpose.SKIP, plan.id)
            self._build.transition(skip, [self._plan_place(plan, position)], puts)

    def _plan_place(self, plan: Plan, position: int) -> str:
        """The place before a later step of a plan's path, made when it is first asked for."""
        key = (plan.id, position)
        if key not in self._plan_places:
            self._plan_places[key] = self._build.place(f"{plan.id}.before.{plan.path[position]}")
        return self._plan_places[key]

    def _add_gateway(self, node: Node) -> None:
        joins = self._is_parallel_join(node.id)
        takes = [self._edge_place(edge) for edge in self._edges_in[node.id]] if joins else [self._input[node.id]]
        puts = self._out_places(node.id)
        if node.kind is NodeKind.EXCLUSIVE:
            for edge, place in zip(self._edges_out[node.id], puts, strict=True):
                self._add_silent(f"{node.id}.to.{edge.target}", node.id, takes, [place])
        elif node.kind is NodeKind.PARALLEL:
            self._add_silent(node.id, node.id, takes, puts)
        else:
            self._add_inclusive(node.id, takes, puts)

    def _add_inclusive(self, node: str, takes: list[str], puts: list[str]) -> None:
        split_of = {join: split for split, join in self._pairs.join_of.items()}
        if node in split_of:
            takes = takes * len(self._edges_out[split_of[node]])
        if node not in self._pairs.join_of:
            self._add_silent(node, node, takes, puts)
            return
        if node in split_of:  # closes one region and opens the next
            between = self._build.place(f"{node}.joined")
            self._add_silent(node, node, takes, [between])
            takes = [between]
        join = self._input[self._pairs.join_of[node]]
        branches = list(zip(self._edges_out[node], puts, strict=True))
        for size in range(1, len(branches) + 1):
            for chosen in combinations(branches, size):
                name = f"{node}.to." + ".".join(edge.target for edge, _ in chosen)
                places = [place for _, place in chosen] + [join] * (len(branches) - size)
                self._add_silent(name, node, takes, places)
