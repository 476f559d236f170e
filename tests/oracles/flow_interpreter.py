"""What a flow accepts, played on its graph: slow, plain, and without any net.

The state of a flow or sub-flow is a sorted tuple of tokens. A token lies on an edge or before a node, directly after a
step, on a plan, at an end, or is an activity that is under way; such an activity holds the states of the instances that
run inside it. A token remembers the inclusive splits it came through: which branches were chosen together and which one
it is on. An inclusive join waits for exactly those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations

from engine.definitions.flow import Flow, Node, NodeKind, Plan, Repeat, Termination, TriggerKind

Memory = tuple[tuple[tuple[int, ...], int], ...]
State = tuple["Token", ...]


@dataclass(frozen=True, order=True)
class Token:
    """Where it is (``before``, ``after``, ``plan``, ``ended`` or ``active``), and what it knows."""

    where: str
    node: str = ""
    edge: int = -1
    position: int = 0
    memory: Memory = ()
    used: tuple[str, ...] = ()  # events that have happened once beside an active activity
    done: int = 0  # performances of an active activity that are over
    inside: tuple[State, ...] = ()  # states of its instances
    begun: bool = False  # whether the number of parallel instances is chosen


OVER: State = (Token("over"),)
"""The state of a flow that has ended before its time."""
_MOST_TOKENS = 12
_ONCE = Repeat(1, 1)


@dataclass(frozen=True)
class Error:
    name: str


Move = tuple[str | None, State | Error]


def flow_language(flow: Flow, longest: int) -> set[tuple[str, ...]]:
    """Every accepted sequence of ids of steps and logged events of at most the given length."""
    game = _Game(flow)
    words: dict[tuple[str, ...], frozenset[State]] = {(): game.closure(frozenset({game.first(None)}))}
    accepted: set[tuple[str, ...]] = set()
    for _ in range(longest + 1):
        accepted |= {word for word, states in words.items() if any(game.is_over(None, state) for state in states)}
        words = {(*word, label): then for word, states in words.items() for label, then in game.step(states).items()}
    return accepted


class _Game:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.node = {node.id: node for node in flow.nodes}
        self.out = {node.id: [i for i, e in enumerate(flow.edges) if e.source == node.id] for node in flow.nodes}
        self.into = {node.id: [i for i, e in enumerate(flow.edges) if e.target == node.id] for node in flow.nodes}
        self.known: dict[tuple[str | None, State], list[Move]] = {}
        self.steps: dict[frozenset[State], dict[str, frozenset[State]]] = {}

    # The whole flow

    def step(self, states: frozenset[State]) -> dict[str, frozenset[State]]:
        if states not in self.steps:
            following: dict[str, set[State]] = defaultdict(set)
            for state in states:
                for label, then in self.top_moves(state):
                    if label is not None:
                        following[label].add(then)
            self.steps[states] = {label: self.closure(frozenset(found)) for label, found in following.items()}
        return self.steps[states]

    def closure(self, states: frozenset[State]) -> frozenset[State]:
        seen, stack = set(states), list(states)
        while stack:
            for label, then in self.top_moves(stack.pop()):
                if label is None and then not in seen and len(then) <= _MOST_TOKENS:
                    seen.add(then)
                    stack.append(then)
        return frozenset(seen)

    def top_moves(self, state: State) -> Iterator[tuple[str | None, State]]:
        for label, then in self.moves(None, state):
            yield label, OVER if isinstance(then, Error) else then  # an error that nobody catches ends the flow

    # One flow or sub-flow

    def first(self, scope: str | None) -> State:
        start = next(n.id for n in self.flow.nodes if n.parent == scope and n.kind is NodeKind.START)
        return (Token("before", start),)

    def is_over(self, scope: str | None, state: State) -> bool:
        if state == OVER:
            return True
        if any(token.where != "ended" for token in state):
            return False
        return len(state) == 1 or self.ends(scope) is Termination.IMPLICIT

    def ends(self, scope: str | None) -> Termination:
        if scope is None:
            return self.flow.termination
        return self.node[scope].ends or self.ends(self.node[scope].parent)

    def moves(self, scope: str | None, state: State) -> list[Move]:
        key = (scope, state)
        if key not in self.known:
            self.known[key] = list(self.all_moves(scope, state))
        return self.known[key]

    def all_moves(self, scope: str | None, state: State) -> Iterator[Move]:
        for index, token in enumerate(state):
            rest = state[:index] + state[index + 1 :]
            for label, new in self.single(token):
                yield label, new if isinstance(new, Error) or new == OVER else self.sorted([*rest, *new], scope)
        for node in self.flow.nodes:
            if node.parent == scope and len(self.into[node.id]) > 1:
                if node.kind is NodeKind.PARALLEL:
                    yield from self.parallel_joins(scope, state, node.id)
                if node.kind is NodeKind.INCLUSIVE:
                    yield from self.inclusive_joins(scope, state, node.id)

    def sorted(self, tokens: list[Token], scope: str | None) -> State:
        """A state; in one that ends implicitly it makes no difference how many tokens have ended."""
        if self.ends(scope) is Termination.IMPLICIT:
            ended = [token for token in tokens if token.where == "ended"]
            tokens = [token for token in tokens if token.where != "ended"] + ended[:1]
        return tuple(sorted(tokens))

    def put(self, edges: list[int] | tuple[int, ...], memory: Memory) -> State:
        return tuple(Token("before", self.flow.edges[edge].target, edge, memory=memory) for edge in edges)

    # One token

    def single(self, token: Token) -> Iterator[tuple[str | None, State | Error]]:
        if token.where == "plan":
            yield from self.on_plan(token)
        elif token.where == "after":
            yield None, self.put(self.out[token.node], token.memory)
            for plan in self.plans_of(token.node):
                yield plan.path[0], self.entered(plan, token)
        elif token.where == "active":
            yield from self.active(token)
        elif token.where == "before":
            yield from self.before(token, self.node[token.node])

    def before(self, token: Token, node: Node) -> Iterator[tuple[str | None, State | Error]]:
        out = self.out[node.id]
        joins = len(self.into[node.id]) > 1
        if node.kind in (NodeKind.STEP, NodeKind.SUB_FLOW):
            yield None, (replace(token, where="active", edge=-1),)
        elif node.kind in (NodeKind.EXCLUSIVE, NodeKind.EVENT_BASED):
            for edge in out:
                yield None, self.put([edge], token.memory)
        elif node.kind is NodeKind.START or (node.kind is NodeKind.PARALLEL and not joins):
            yield None, self.put(out, token.memory)
        elif node.kind is NodeKind.INCLUSIVE and not joins:
            yield from self.chosen(out, token.memory)
        elif node.kind is NodeKind.EVENT:
            yield self.label(node), self.put(out, token.memory)
            if node.optional:
                yield None, self.put(out, token.memory)
        elif node.kind is NodeKind.END:
            yield None, self.at_end(node)

    @staticmethod
    def at_end(node: Node) -> State | Error:
        if node.terminates:
            return OVER
        if node.event is not None and node.event.kind is TriggerKind.ERROR:
            return Error(node.event.detail)
        return (Token("ended"),)

    @staticmethod
    def label(event: Node) -> str | None:
        return event.id if event.logged else None

    def chosen(self, out: list[int], memory: Memory) -> Iterator[tuple[None, State]]:
        """Every non-empty choice of branches, remembered; a gateway with one way out chooses nothing."""
        if len(out) == 1:
            yield None, self.put(out, memory)
            return
        for branches in chain.from_iterable(combinations(out, size) for size in range(1, len(out) + 1)):
            yield None, tuple(self.put([edge], (*memory, (branches, edge)))[0] for edge in branches)

    # An activity that is under way

    def active(self, token: Token) -> Iterator[tuple[str | None, State | Error]]:
        node = self.node[token.node]
        caught = {name: self.catcher(node.id, name) for name in self.errors_inside(node)}
        if node.kind is NodeKind.STEP:
            yield from self.performed(token, node)
        else:
            for label, then in self.running(token, node):
                if not isinstance(then, Error) or caught[then.name] is None:
                    yield label, then
                else:
                    yield label, (Token("before", str(caught[then.name]), memory=token.memory),)
        for event in self.flow.nodes:
            if event.boundary is None or event.boundary.at != node.id or event.id in caught.values():
                continue
            if event.boundary.interrupting:
                yield self.label(event), self.put(self.out[event.id], token.memory)
            elif event.id not in token.used:
                beside = replace(token, used=tuple(sorted([*token.used, event.id])))
                yield self.label(event), (beside, *self.put(self.out[event.id], ()))
        for plan in self.plans_of(node.id):
            yield plan.path[0], self.entered(plan, token)

    def finished(self, token: Token) -> State:
        """What follows an activity that is over."""
        out = self.out[token.node]
        return (Token("after", token.node, memory=token.memory),) if len(out) == 1 else self.put(out, token.memory)

    def performed(self, token: Token, node: Node) -> Iterator[tuple[str | None, State]]:
        """A step: each performance is one event."""
        repeat = node.repeat or _ONCE
        further = replace(token, done=self.counted(token.done + 1, repeat))
        is_last = token.done + 1 == repeat.at_most
        yield node.id, self.finished(token) if is_last else (further,)
        if token.done >= repeat.at_least:
            yield None, self.finished(token)
        if node.optional:  # each performance may be left out
            yield None, self.finished(token) if is_last else (further,)

    @staticmethod
    def counted(done: int, repeat: Repeat) -> int:
        return min(done, repeat.at_least) if repeat.at_most is None else done

    def running(self, token: Token, node: Node) -> Iterator[tuple[str | None, State | Error]]:
        """A sub-flow: instances one after the other, or beside each other."""
        repeat = node.repeat or _ONCE
        if repeat.parallel and repeat.at_most is not None and not token.begun:
            for count in range(repeat.at_least, repeat.at_most + 1):
                yield None, (replace(token, begun=True, inside=(self.first(node.id),) * count),)
            return
        for index, instance in enumerate(token.inside):
            others = token.inside[:index] + token.inside[index + 1 :]
            for label, then in self.moves(node.id, instance):
                yield label, self.after_instance_moved(replace(token, inside=others), node, then)
        if not token.inside:
            if repeat.parallel:
                yield None, self.finished(token)
                return
            yield None, (replace(token, inside=(self.first(node.id),)),)
            if token.done >= repeat.at_least:
                yield None, self.finished(token)

    def after_instance_moved(self, token: Token, node: Node, then: State | Error) -> State | Error:
        repeat = node.repeat or _ONCE
        if isinstance(then, Error):
            return then
        if not self.is_over(node.id, then):
            return (replace(token, inside=tuple(sorted([*token.inside, then]))),)
        if repeat.parallel:
            return (token,)
        if token.done + 1 == repeat.at_most:
            return self.finished(token)
        return (replace(token, done=self.counted(token.done + 1, repeat)),)

    def catcher(self, activity: str, error: str) -> str | None:
        """The event on the border that catches an error: one of its name, else one for every error."""
        sitting = [n for n in self.flow.nodes if n.boundary is not None and n.boundary.at == activity]
        errors = [n for n in sitting if n.event is not None and n.event.kind is TriggerKind.ERROR]
        for name in (error, ""):
            for event in errors:
                if event.event is not None and event.event.detail == name:
                    return event.id
        return None

    def errors_inside(self, activity: Node) -> set[str]:
        """Names of the errors that can come out of a sub-flow to its border."""
        found: set[str] = set()
        for node in self.flow.nodes:
            if node.parent != activity.id or activity.kind is not NodeKind.SUB_FLOW:
                continue
            if node.kind is NodeKind.END and node.event is not None and node.event.kind is TriggerKind.ERROR:
                if not node.terminates:
                    found.add(node.event.detail)
            elif node.kind is NodeKind.SUB_FLOW:
                found |= {name for name in self.errors_inside(node) if self.catcher(node.id, name) is None}
        return found

    # Plans

    def plans_of(self, node: str) -> list[Plan]:
        return [plan for plan in self.flow.plans if plan.at == node]

    @staticmethod
    def entered(plan: Plan, token: Token) -> State:
        return (Token("plan", plan.id, position=1, memory=token.memory),)

    def on_plan(self, token: Token) -> Iterator[tuple[str | None, State]]:
        plan = next(plan for plan in self.flow.plans if plan.id == token.node)
        if token.position == len(plan.path):
            yield None, (Token("before", plan.rejoin, memory=token.memory),)
            return
        step = plan.path[token.position]
        further = replace(token, position=token.position + 1)
        yield step, (further,)
        if self.node[step].optional:
            yield None, (further,)

    # Joins

    def parallel_joins(self, scope: str | None, state: State, node: str) -> Iterator[Move]:
        waiting = {token for token in state if token.where == "before" and token.node == node}
        for memory in {token.memory for token in waiting}:
            taken = self.put(self.into[node], memory)
            if waiting.issuperset(taken):
                yield None, self.replaced(scope, state, taken, self.put(self.out[node], memory))

    def inclusive_joins(self, scope: str | None, state: State, node: str) -> Iterator[Move]:
        waiting = [token for token in state if token.where == "before" and token.node == node and token.memory]
        for earlier, branches in {(token.memory[:-1], token.memory[-1][0]) for token in waiting}:
            taken = tuple(t for t in waiting if t.memory[:-1] == earlier and t.memory[-1][0] == branches)
            if sorted(t.memory[-1][1] for t in taken) == sorted(branches):
                for _, new in self.chosen(self.out[node], earlier):
                    yield None, self.replaced(scope, state, taken, new)

    def replaced(self, scope: str | None, state: State, taken: State, new: State) -> State:
        rest = list(state)
        for token in taken:
            rest.remove(token)
        return self.sorted([*rest, *new], scope)
