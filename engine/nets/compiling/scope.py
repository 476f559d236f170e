"""A flow or a sub-flow as a fragment: its nodes, edges and plans, without what is inside its own sub-flows.

Every node has one input place, into which each edge that leads to it puts its token; a parallel join has one place for
each incoming edge. A step is a visible transition labelled with its id; an optional step has a silent one beside it. A
step or start with several outgoing edges is a parallel split. An exclusive gateway has a silent transition for each
outgoing edge, a parallel gateway one for all. The events behind an event-based gateway share its place. An inclusive
split has a transition for each non-empty set S of its n branches: it puts a token into each branch of S and the n − |S|
that are missing straight into the input place of its join, which always takes n. So a region of n branches needs no
memory beyond its tokens, and the join waits for exactly the chosen ones.

A gateway that neither chooses nor waits would be a silent transition between two places; it is left out and the places
are one. The same holds for a start that leads to a place nothing else leads to, and for the ends of the whole flow.
Both keep language and soundness (Murata 1989, "Petri nets: properties, analysis and applications", section V, fusion of
series places). The end of a sub-flow stays a transition: while a token is on the way there, the sub-flow is under way.

A plan's path has transitions of its own. Its first step takes its token from where the protected step is due, or from
the place directly after it, and the last one puts it where the flow goes on. Every entry is therefore visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan, TriggerKind
from engine.limits import Limits
from engine.nets.compiling.activities import Ranks, is_plain, plan_key
from engine.nets.compiling.fragment import ENTRY, OUT, TERMINATED, Fragment, Sketch, left, thrown
from engine.nets.inclusive import InclusivePairs
from engine.nets.net import SILENT, Purpose, Transition

_GATEWAYS = (NodeKind.EXCLUSIVE, NodeKind.PARALLEL, NodeKind.INCLUSIVE, NodeKind.EVENT_BASED)
_WAITING = (NodeKind.PARALLEL, NodeKind.INCLUSIVE)

Activity = Callable[[Node], Fragment]
"""Gives the fragment of a step or sub-flow that is more than one transition, with what sits on its border."""


class Scope:
    """The compilation of one flow or sub-flow: resolves places, then writes the transitions node by node.

    Args of the constructor:
        flow: The whole flow.
        parent: Id of the sub-flow, or None for the flow itself.
        pairs: The inclusive gateways that belong together.
        ranks: Positions and labels of the nodes.
        activity: Makes the fragments of the activities in it.
        limits: Sizes.

    Attributes:
        initial: The place where it begins: ``ENTRY``, or one of its own.
    """

    def __init__(
        self,
        flow: Flow,
        parent: str | None,
        *,
        pairs: InclusivePairs,
        ranks: Ranks,
        activity: Activity,
        limits: Limits,
    ) -> None:
        self.initial = ENTRY
        self._flow = flow
        self._is_flow = parent is None
        self._pairs = pairs
        self._ranks = ranks
        self._activity = activity
        self._sketch = Sketch(limits)
        self._nodes = [node for node in flow.nodes if node.parent == parent]
        self._by_id = {node.id: node for node in self._nodes}
        self._events: dict[str, list[Node]] = {node.id: [] for node in self._nodes}  # what sits on each border
        for node in self._nodes:
            if node.boundary is not None:
                self._events[node.boundary.at].append(node)
        self._edges_out: dict[str, list[Edge]] = {node.id: [] for node in self._nodes}
        self._edges_in: dict[str, list[Edge]] = {node.id: [] for node in self._nodes}
        self._edges = [edge for edge in flow.edges if edge.source in self._by_id]
        for edge in self._edges:
            self._edges_out[edge.source].append(edge)
            self._edges_in[edge.target].append(edge)
        self._plans = [plan for plan in flow.plans if plan.at in self._by_id]
        self._input: dict[str, str] = {}  # node id → its own input place
        self._edge_places: dict[int, str] = {}  # identity of an edge into a parallel join → its place
        self._plan_places: dict[tuple[str, int], str] = {}  # plan and position in its path → the place before it
        self._forwarding = {node.id for node in self._nodes if self._passes(node.id)}

    def fragment(self) -> Fragment:
        """What the nodes mean together; afterwards ``initial`` is set."""
        self._add_places()
        awaited = {id(edge) for node in self._nodes for edge in self._awaited(node)}
        self._feeders = Counter(self._edge_place(edge) for edge in self._edges if id(edge) not in awaited)
        self._feeders.update(self._place_of(plan.rejoin) for plan in self._plans)
        self.initial = self._initial_place()
        self._after = {plan.at: self._after_place(plan.at) for plan in self._plans}
        for node in self._nodes:
            if node.kind is NodeKind.START:
                self._add_start(node)
            elif node.kind is NodeKind.END:
                self._add_end(node)
            elif node.kind in (NodeKind.STEP, NodeKind.SUB_FLOW):
                self._add_activity(node)
            elif node.kind is NodeKind.EVENT:
                self._add_event(node)
            elif node.id not in self._forwarding:
                self._add_gateway(node)
        return self._sketch.fragment()

    # Places

    def _add_places(self) -> None:
        for node in self._nodes:
            if self._is_parallel_join(node.id):
                for edge in self._edges_in[node.id]:
                    self._edge_places[id(edge)] = self._sketch.place(f"{edge.source}.to.{edge.target}")
            elif self._has_place(node):
                self._input[node.id] = self._sketch.place(f"before.{node.id}")
        for node in self._nodes:
            for edge in self._awaited(node):
                self._input[edge.target] = self._input[node.id]

    def _has_place(self, node: Node) -> bool:
        if node.kind is NodeKind.START or node.boundary is not None or node.id in self._forwarding:
            return False
        if self._is_plan_only(node.id) or self._is_plain_end(node):
            return False
        return not any(self._is_shared(self._by_id[edge.source], edge) for edge in self._edges_in[node.id])

    def _is_plain_end(self, node: Node) -> bool:
        """Whether reaching an end is all that happens there; its place is then the final one."""
        return node.kind is NodeKind.END and self._is_flow and self._end_port(node) == OUT

    @staticmethod
    def _end_port(node: Node) -> str:
        if node.terminates:
            return TERMINATED
        if node.event is not None and node.event.kind is TriggerKind.ERROR:
            return thrown(node.event.detail)
        return OUT

    def _awaited(self, node: Node) -> Iterator[Edge]:
        """The edges from an event-based gateway to what shares its place."""
        return (edge for edge in self._edges_out[node.id] if self._is_shared(node, edge))

    def _is_shared(self, gateway: Node, edge: Edge) -> bool:
        """Whether an edge leads from an event-based gateway to something that waits in the gateway's place."""
        target = self._by_id[edge.target]
        waits = target.kind is NodeKind.EVENT or (
            is_plain(target, self._events[target.id]) and target.id not in {plan.at for plan in self._plans}
        )
        return (
            gateway.kind is NodeKind.EVENT_BASED
            and gateway.id not in self._forwarding
            and waits
            and len(self._edges_in[target.id]) == 1
        )

    def _is_parallel_join(self, node: str) -> bool:
        return self._by_id[node].kind is NodeKind.PARALLEL and len(self._edges_in[node]) > 1

    def _is_plan_only(self, node: str) -> bool:
        return node in self._flow.plan_steps and not self._edges_in[node] and not self._edges_out[node]

    def _only_forwards(self, node: str) -> bool:
        """Whether a node is a gateway that neither chooses nor waits."""
        kind = self._by_id[node].kind
        waits = kind in _WAITING and len(self._edges_in[node]) > 1
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
        return OUT if self._is_plain_end(self._by_id[node]) else self._input[node]

    def _edge_place(self, edge: Edge) -> str:
        own = self._edge_places.get(id(edge))
        return own if own is not None else self._place_of(edge.target)

    def _out_places(self, node: str) -> list[str]:
        return [self._edge_place(edge) for edge in self._edges_out[node]]

    def _is_only_fed_by_one(self, place: str) -> bool:
        return place != OUT and self._feeders[place] == 1

    def _initial_place(self) -> str:
        """The place that serves as entry: of the whole flow the one behind the start, where only the start leads."""
        start = next(node.id for node in self._nodes if node.kind is NodeKind.START)
        places = self._out_places(start)
        if self._is_flow and len(places) == 1 and self._is_only_fed_by_one(places[0]):
            return places[0]
        return ENTRY

    def _after_place(self, step: str) -> str | None:
        """The place directly after a step, from which its plans may be entered; None after a parallel split.

        The place of the outgoing edge serves where only this step puts tokens into it. Elsewhere the step gets a place
        of its own, or a plan could be entered without the step having been done.
        """
        places = self._out_places(step)
        if len(places) != 1:
            return None
        return places[0] if self._is_only_fed_by_one(places[0]) else self._sketch.place(f"after.{step}")

    # Transitions

    def _add(self, transition: Transition, takes: Sequence[str], puts: Sequence[str]) -> None:
        self._sketch.link(self._ranks.rank[transition.node], transition, takes, puts)

    def _add_silent(self, name: str, node: str, takes: Sequence[str], puts: Sequence[str]) -> None:
        self._add(self._ranks.silent(name, node), takes, puts)

    def _add_start(self, node: Node) -> None:
        places = self._out_places(node.id)
        if places != [self.initial]:
            self._add_silent(node.id, node.id, [self.initial], places)

    def _add_end(self, node: Node) -> None:
        if not self._is_plain_end(node):
            self._add_silent(node.id, node.id, [self._input[node.id]], [self._end_port(node)])

    def _add_event(self, node: Node) -> None:
        """An event between nodes; one on a border is part of the activity that it sits on."""
        if node.boundary is None:
            takes, puts = [self._input[node.id]], self._out_places(node.id)
            self._add(self._ranks.event(node), takes, puts)
            if node.is_visible and node.optional:
                self._add(self._ranks.silent(f"{node.id}.skip", node.id, Purpose.SKIP), takes, puts)

    def _add_activity(self, node: Node) -> None:
        if not self._is_plan_only(node.id):
            takes, puts = [self._input[node.id]], self._out_places(node.id)
            after = self._after.get(node.id)
            done = puts if after is None else [after]
            if is_plain(node, self._events[node.id]):
                self._add(self._ranks.visible(node.id, node.id), takes, done)
                if node.optional:
                    skip = self._ranks.silent(f"{node.id}.skip", node.id, Purpose.SKIP)
                    self._add(skip, takes, puts)
            else:
                ports = {ENTRY: takes, OUT: done}
                ports |= {left(event.id): self._out_places(event.id) for event in self._events[node.id]}
                ports |= {left(plan_key(p)): [self._behind(p, 0)] for p in self._plans if p.at == node.id}
                self._sketch.embed(self._activity(node), ports)
            if after is not None and puts != [after]:
                self._add_silent(f"{node.id}.on", node.id, [after], puts)
        for plan in self._plans:
            for position, step in enumerate(plan.path):
                if step == node.id:
                    self._add_plan_step(plan, position)

    def _add_plan_step(self, plan: Plan, position: int) -> None:
        step = plan.path[position]
        name = f"{plan.id}.{step}"
        if position > 0:
            sources = {name: self._plan_place(plan, position)}
        else:
            # What leaves an activity that is under way was written with the activity.
            plain = is_plain(self._by_id[plan.at], self._events[plan.at])
            sources = {name: self._input[plan.at]} if plain else {}
            after = self._after[plan.at]
            if after is not None and after != self._input[plan.at]:
                sources[f"{name}.after"] = after
        for title, source in sources.items():
            entry = self._ranks.visible(title, step, plan=plan.id, enters=position == 0)
            self._add(entry, [source], [self._behind(plan, position)])
        if position > 0 and self._flow.by_id[step].optional:
            skip = Transition(f"{name}.skip", SILENT, step, Purpose.SKIP, plan.id)
            self._add(skip, [self._plan_place(plan, position)], [self._behind(plan, position)])

    def _behind(self, plan: Plan, position: int) -> str:
        """The place that a step of a plan's path leads to."""
        last = position == len(plan.path) - 1
        return self._place_of(plan.rejoin) if last else self._plan_place(plan, position + 1)

    def _plan_place(self, plan: Plan, position: int) -> str:
        """The place before a later step of a plan's path, made when it is first asked for."""
        key = (plan.id, position)
        if key not in self._plan_places:
            self._plan_places[key] = self._sketch.place(f"{plan.id}.before.{plan.path[position]}")
        return self._plan_places[key]

    def _add_gateway(self, node: Node) -> None:
        joins = self._is_parallel_join(node.id)
        takes = [self._edge_place(edge) for edge in self._edges_in[node.id]] if joins else [self._input[node.id]]
        puts = self._out_places(node.id)
        if node.kind in (NodeKind.EXCLUSIVE, NodeKind.EVENT_BASED):
            shared = {id(edge) for edge in self._awaited(node)}
            for edge, place in zip(self._edges_out[node.id], puts, strict=True):
                if id(edge) not in shared:
                    self._add_choice(f"{node.id}.to.{edge.target}", node.id, takes, [place], [edge])
        elif node.kind is NodeKind.PARALLEL:
            self._add_silent(node.id, node.id, takes, puts)
        else:
            self._add_inclusive(node.id, takes, puts)

    def _add_choice(
        self, name: str, node: str, takes: Sequence[str], puts: Sequence[str], edges: Sequence[Edge]
    ) -> None:
        chosen = tuple(edge.target for edge in edges)
        self._add(Transition(name, SILENT, node, Purpose.ROUTE, chosen=chosen), takes, puts)

    def _add_inclusive(self, node: str, takes: list[str], puts: list[str]) -> None:
        split_of = {join: split for split, join in self._pairs.join_of.items()}
        if node in split_of:
            takes = takes * len(self._edges_out[split_of[node]])
        if node not in self._pairs.join_of:
            self._add_silent(node, node, takes, puts)
            return
        if node in split_of:  # closes one region and opens the next
            between = self._sketch.place(f"{node}.joined")
            self._add_silent(node, node, takes, [between])
            takes = [between]
        join = self._input[self._pairs.join_of[node]]
        branches = list(zip(self._edges_out[node], puts, strict=True))
        for size in range(1, len(branches) + 1):
            for chosen in combinations(branches, size):
                name = f"{node}.to." + ".".join(edge.target for edge, _ in chosen)
                places = [place for _, place in chosen] + [join] * (len(branches) - size)
                self._add_choice(name, node, takes, places, [edge for edge, _ in chosen])
