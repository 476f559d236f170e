"""What a flow accepts, played on its graph: slow, plain, and without any net.

A token stands before a node, having come by one edge, or directly after a step. It remembers the inclusive splits it
came through: which branches were chosen together and which one it is on. An inclusive join waits for exactly those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations

from engine.definitions.flow import Flow, NodeKind


@dataclass(frozen=True, order=True)
class Token:
    node: str
    edge: int = -1
    after: bool = False
    plan: str = ""
    position: int = 0
    memory: tuple[tuple[tuple[int, ...], int], ...] = ()


State = tuple[Token, ...]
Move = tuple[str | None, State]

_MOST_TOKENS = 12


def flow_language(flow: Flow, longest: int) -> set[tuple[str, ...]]:
    """Every accepted sequence of step ids of at most the given length."""
    game = _Game(flow)
    start = next(node.id for node in flow.nodes if node.kind is NodeKind.START)
    words: dict[tuple[str, ...], frozenset[State]] = {(): game.closure(frozenset({(Token(start),)}))}
    accepted: set[tuple[str, ...]] = set()
    for _ in range(longest + 1):
        accepted |= {word for word, states in words.items() if any(map(game.is_over, states))}
        words = {(*word, label): then for word, states in words.items() for label, then in game.step(states).items()}
    return accepted


class _Game:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.steps: dict[frozenset[State], dict[str, frozenset[State]]] = {}
        self.known: dict[State, list[Move]] = {}
        self.out = {node.id: [i for i, e in enumerate(flow.edges) if e.source == node.id] for node in flow.nodes}
        self.into = {node.id: [i for i, e in enumerate(flow.edges) if e.target == node.id] for node in flow.nodes}

    def is_over(self, state: State) -> bool:
        return len(state) == 1 and self.flow.by_id[state[0].node].kind is NodeKind.END

    def step(self, states: frozenset[State]) -> dict[str, frozenset[State]]:
        """What each step leads to from a set of states; remembered, since many words share one set."""
        if states not in self.steps:
            following: dict[str, set[State]] = defaultdict(set)
            for state in states:
                for label, target in self.moves(state):
                    if label is not None:
                        following[label].add(target)
            self.steps[states] = {label: self.closure(frozenset(targets)) for label, targets in following.items()}
        return self.steps[states]

    def closure(self, states: frozenset[State]) -> frozenset[State]:
        seen, stack = set(states), list(states)
        while stack:
            for label, target in self.moves(stack.pop()):
                if label is None and target not in seen and len(target) <= _MOST_TOKENS:
                    seen.add(target)
                    stack.append(target)
        return frozenset(seen)

    def moves(self, state: State) -> list[Move]:
        if state not in self.known:
            self.known[state] = list(self.all_moves(state))
        return self.known[state]

    def all_moves(self, state: State) -> Iterator[Move]:
        for index, token in enumerate(state):
            rest = state[:index] + state[index + 1 :]
            for label, new in self.single(token):
                yield label, tuple(sorted([*rest, *new]))
        for node in self.flow.nodes:
            if node.kind is NodeKind.PARALLEL and len(self.into[node.id]) > 1:
                yield from self.parallel_joins(state, node.id)
            if node.kind is NodeKind.INCLUSIVE and len(self.into[node.id]) > 1:
                yield from self.inclusive_joins(state, node.id)

    def put(self, edges: list[int] | tuple[int, ...], token: Token) -> list[Token]:
        return [Token(self.flow.edges[edge].target, edge, memory=token.memory) for edge in edges]

    def single(self, token: Token) -> Iterator[tuple[str | None, list[Token]]]:
        """Moves of one token alone."""
        node = self.flow.by_id[token.node]
        out = self.out[token.node]
        if token.plan:
            yield from self.on_plan(token)
        elif token.after:
            yield None, self.put(out, token)
            yield from self.entries(token)
        elif node.kind is NodeKind.STEP:
            done = [replace(token, after=True, edge=-1)] if len(out) == 1 else self.put(out, token)
            yield node.id, done
            if node.optional:
                yield None, self.put(out, token)
            yield from self.entries(token)
        elif node.kind is NodeKind.EXCLUSIVE:
            for edge in out:
                yield None, self.put([edge], token)
        elif node.kind is NodeKind.START or (node.kind is NodeKind.PARALLEL and len(self.into[node.id]) < 2):
            yield None, self.put(out, token)
        elif node.kind is NodeKind.INCLUSIVE and len(self.into[node.id]) < 2:
            yield from self.chosen(token)

    def chosen(self, token: Token) -> Iterator[tuple[None, list[Token]]]:
        """Every non-empty choice of branches, remembered; a gateway with one way out chooses nothing."""
        out = self.out[token.node]
        if len(out) == 1:
            yield None, self.put(out, token)
            return
        for branches in chain.from_iterable(combinations(out, size) for size in range(1, len(out) + 1)):
            yield (
                None,
                [replace(new, memory=(*token.memory, (branches, new.edge))) for new in self.put(branches, token)],
            )

    def entries(self, token: Token) -> Iterator[tuple[str, list[Token]]]:
        for plan in self.flow.plans:
            if plan.at == token.node:
                yield plan.path[0], [replace(token, edge=-1, after=False, plan=plan.id, position=1)]

    def on_plan(self, token: Token) -> Iterator[tuple[str | None, list[Token]]]:
        plan = next(plan for plan in self.flow.plans if plan.id == token.plan)
        if token.position == len(plan.path):
            yield None, [Token(plan.rejoin, memory=token.memory)]
            return
        step = plan.path[token.position]
        further = replace(token, position=token.position + 1)
        yield step, [further]
        if self.flow.by_id[step].optional:
            yield None, [further]

    def parallel_joins(self, state: State, node: str) -> Iterator[Move]:
        waiting = {token for token in state if token.node == node}
        for memory in {token.memory for token in waiting}:
            taken = [Token(node, edge, memory=memory) for edge in self.into[node]]
            if waiting.issuperset(taken):
                yield None, self.replaced(state, taken, self.put(self.out[node], taken[0]))

    def inclusive_joins(self, state: State, node: str) -> Iterator[Move]:
        waiting = [token for token in state if token.node == node and token.memory]
        for memory in {(token.memory[:-1], token.memory[-1][0]) for token in waiting}:
            earlier, branches = memory
            taken = [t for t in waiting if t.memory[:-1] == earlier and t.memory[-1][0] == branches]
            if sorted(t.memory[-1][1] for t in taken) == sorted(branches):
                joined = Token(node, memory=earlier)
                for _, new in self.chosen(joined):
                    yield None, self.replaced(state, taken, new)

    @staticmethod
    def replaced(state: State, taken: list[Token], new: list[Token]) -> State:
        rest = list(state)
        for token in taken:
            rest.remove(token)
        return tuple(sorted([*rest, *new]))
