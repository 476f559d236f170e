"""Random small flows over the whole language, built from blocks: every construct inside every other."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

from engine.definitions.flow import (
    Boundary,
    Edge,
    Flow,
    Node,
    NodeKind,
    Plan,
    Repeat,
    Termination,
    Trigger,
    TriggerKind,
)
from engine.definitions.titles import Title

_BLOCKS = ("sequence", "sequence", "exclusive", "parallel", "inclusive", "event-based", "loop", "sub-flow", "sub-flow")
_EMPTY = Title("", "")


def whole_flow(rng: random.Random, steps: int) -> Flow:
    """A flow of so many steps, but for those of plans and of the paths that events begin; not always sound."""
    growing = _Growing(rng)
    termination = rng.choice([Termination.EXPLICIT, Termination.IMPLICIT])
    growing.level(None, steps, termination)
    order = list(growing.nodes)
    nodes = tuple(growing.nodes[name] for name in order)
    title = Title("flow", "flow")
    edges, plans = tuple(growing.edges), tuple(growing.plans)
    return Flow("flow", title, None, None, {}, nodes, edges, plans=plans, termination=termination)


class _Growing:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.plans: list[Plan] = []
        self.errors = 0

    def add(self, kind: NodeKind, parent: str | None, prefix: str = "g") -> str:
        name = f"{prefix}{len(self.nodes)}"
        title = Title(name, name) if kind in (NodeKind.STEP, NodeKind.SUB_FLOW) else _EMPTY
        self.nodes[name] = Node(name, kind, title, line=10 + len(self.nodes), parent=parent)
        return name

    def join(self, *names: str) -> None:
        self.edges += [Edge(one, other) for one, other in pairwise(names)]

    def level(self, parent: str | None, steps: int, termination: Termination) -> None:
        """The inside of the flow or of a sub-flow."""
        start = self.add(NodeKind.START, parent, "start")
        first, last = self.block(parent, steps)
        end = self.add(NodeKind.END, parent, "end")
        self.join(start, first)
        self.join(last, end)
        activities = [
            n for n in self.nodes.values() if n.parent == parent and n.kind in (NodeKind.STEP, NodeKind.SUB_FLOW)
        ]
        if activities and self.rng.random() < 0.45:
            self.boundary(self.rng.choice(activities), end, termination)
        if activities and self.rng.random() < 0.25:
            protected = self.rng.choice(activities)
            for _ in range(self.rng.choice([1, 1, 2])):
                self.plan(protected, end)
        if self.rng.random() < (0.15 if parent is None else 0.35):
            self.other_end(parent)

    def other_end(self, parent: str | None) -> None:
        """Put a choice before some edge of a level: to go on, or to throw or terminate."""
        inside = [e for e in self.edges if self.nodes[e.source].parent == parent]
        inside = [e for e in inside if self.nodes[e.source].kind is not NodeKind.EVENT_BASED]
        edge = self.rng.choice(inside)
        choice, other = self.add(NodeKind.EXCLUSIVE, parent), self.add(NodeKind.END, parent, "end")
        if self.rng.random() < 0.5:
            self.nodes[other] = replace(self.nodes[other], terminates=True)
        else:
            thrown = Trigger(TriggerKind.ERROR, self.rng.choice(["x", "y"]))
            self.nodes[other] = replace(self.nodes[other], event=thrown, throws=True)
        self.edges[self.edges.index(edge)] = Edge(edge.source, choice)
        self.join(choice, edge.target)
        self.join(choice, other)

    def boundary(self, activity: Node, end: str, termination: Termination) -> None:
        parent = activity.parent
        event = self.add(NodeKind.EVENT, parent, "b")
        beside = termination is Termination.IMPLICIT and self.rng.random() < 0.6
        kind = TriggerKind.TIMER if beside else self.rng.choice([TriggerKind.TIMER, TriggerKind.ERROR])
        detail = "1d" if kind is TriggerKind.TIMER else self.rng.choice(["x", ""])
        logged = self.rng.random() < 0.4
        self.nodes[event] = replace(
            self.nodes[event],
            title=Title(event, event) if logged else _EMPTY,
            event=Trigger(kind, detail),
            logged=logged,
            boundary=Boundary(activity.id, not beside),
        )
        name = event
        if self.rng.random() < 0.5:
            step = self.add(NodeKind.STEP, parent, "s")
            self.join(event, step)
            name = step
        goal = end
        if beside:
            goal = self.add(NodeKind.END, parent, "end")
        elif self.rng.random() < 0.3:
            goal = self.merge_before(activity.id)
        self.join(name, goal)

    def merge_before(self, activity: str) -> str:
        """A merge in front of an activity, so that it may be tried again."""
        merge = self.add(NodeKind.EXCLUSIVE, self.nodes[activity].parent)
        into = [e for e in self.edges if e.target == activity]
        for edge in into:
            self.edges[self.edges.index(edge)] = Edge(edge.source, merge)
        self.join(merge, activity)
        return merge

    def plan(self, activity: Node, end: str) -> None:
        path = [self.add(NodeKind.STEP, activity.parent, "r") for _ in range(self.rng.choice([1, 1, 2]))]
        if len(path) > 1:
            self.nodes[path[1]] = replace(self.nodes[path[1]], optional=self.rng.random() < 0.4)
        goal = self.rng.choice([activity.id, end, *self.enterable(activity.parent)])
        trigger = Trigger(TriggerKind.SIGNAL, "broken")
        name = f"plan{len(self.plans)}"
        self.plans.append(Plan(name, Title(name, name), activity.id, trigger, tuple(path), goal))

    def enterable(self, parent: str | None) -> list[str]:
        """The steps, sub-flows and exclusive gateways of a level to which edges lead: those before a plan, too."""
        targets = {edge.target for edge in self.edges}
        kinds = (NodeKind.STEP, NodeKind.SUB_FLOW, NodeKind.EXCLUSIVE)
        return [n.id for n in self.nodes.values() if n.parent == parent and n.kind in kinds and n.id in targets]

    def block(self, parent: str | None, steps: int) -> tuple[str, str]:
        """A block with so many steps: its first and its last node."""
        if steps == 1:
            only = self.single(parent)
            return only, only
        kind = self.rng.choice(_BLOCKS)
        if kind == "sub-flow":
            return self.sub_flow(parent, steps)
        if kind == "loop":
            merge, split = self.add(NodeKind.EXCLUSIVE, parent), self.add(NodeKind.EXCLUSIVE, parent)
            first, last = self.block(parent, steps)
            self.join(merge, first)
            self.join(last, split, merge)
            return merge, split
        cut = self.rng.randint(1, steps - 1)
        one, other = self.block(parent, cut), self.block(parent, steps - cut)
        if kind == "sequence":
            self.join(one[1], other[0])
            return one[0], other[1]
        split = self.add(NodeKind(kind), parent)
        join = self.add(NodeKind.EXCLUSIVE if kind == "event-based" else NodeKind(kind), parent)
        for first, last in (one, other):
            if kind == "event-based":
                event = self.event(parent)
                self.join(split, event, first)
            else:
                self.join(split, first)
            self.join(last, join)
        return split, join

    def single(self, parent: str | None) -> str:
        """A step, or now and then an event."""
        if self.rng.random() < 0.15:
            return self.event(parent)
        name = self.add(NodeKind.STEP, parent, "s")
        repeat = self.repeat() if self.rng.random() < 0.2 else None
        self.nodes[name] = replace(self.nodes[name], optional=self.rng.random() < 0.15, repeat=repeat)
        return name

    def event(self, parent: str | None) -> str:
        name = self.add(NodeKind.EVENT, parent, "e")
        logged = self.rng.random() < 0.5
        optional = logged and self.rng.random() < 0.3
        self.nodes[name] = replace(
            self.nodes[name],
            title=Title(name, name) if logged else _EMPTY,
            event=Trigger(TriggerKind.MESSAGE, "m"),
            logged=logged,
            optional=optional,
        )
        return name

    def repeat(self) -> Repeat:
        at_least = self.rng.randint(0, 2)
        at_most = self.rng.choice([None, max(1, at_least), max(2, at_least)])
        return Repeat(at_least, at_most, at_most is not None and self.rng.random() < 0.4)

    def sub_flow(self, parent: str | None, steps: int) -> tuple[str, str]:
        name = self.add(NodeKind.SUB_FLOW, parent, "f")
        ends = self.rng.choice([None, Termination.EXPLICIT, Termination.IMPLICIT])
        repeat = self.repeat() if steps <= 2 and self.rng.random() < 0.3 else None
        self.nodes[name] = replace(self.nodes[name], ends=ends, repeat=repeat)
        # Only what a sub-flow says itself is taken, so that an event beside something never stands where ends join.
        self.level(name, steps, ends or Termination.EXPLICIT)
        return name, name
