"""The plain explanation of one short trace: which events do not fit, and which steps are missing.

Slow and exhaustive where ``engine.conformance`` is fast: it lists every cheapest alignment and keeps the one that the
fixed order of explanations asks for. An injected deviation counts as known only when exactly one explanation is left,
so that the truth beside a simulated log can be trusted without the search that it is used to check.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.nets.net import SILENT
from engine.simulation.board import Board, Marking

_NODES = 20_000
_EXPLANATIONS = 5_000
_REMEMBERED = 20_000

_Node = tuple[int, Marking]
_Signature = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a trace differs from the net.

    Attributes:
        log_positions: Positions of the events that do not fit, increasing.
        model_labels: Label indices of the steps that are missing, increasing.
    """

    log_positions: tuple[int, ...]
    model_labels: tuple[int, ...]

    @property
    def fits(self) -> bool:
        """Whether the net accepts the trace."""
        return not self.log_positions and not self.model_labels


@dataclass(frozen=True, slots=True)
class _Step:
    """An edge of the product of trace and net: one move."""

    target: _Node
    cost: int
    log_position: int = -1
    model_label: int = SILENT
    silent: int = 0


class Explainer:
    """Explains traces against one net, and remembers those it has seen.

    Attributes:
        board: The net.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self._known: dict[tuple[int, ...], Explanation | None] = {}

    def explain(self, codes: Sequence[int]) -> Explanation | None:
        """The one explanation of a trace by the fixed order, or None where no single one is left.

        Every event and every missing step costs 1; a plan is entered on evidence only. Among the cheapest alignments:
        fewest deviations, fewest events that do not fit, fewest moves, earlier events in place. What these leave open
        (which of several steps is missing) makes the trace ambiguous, and so does a difference between this order and
        the one without its first rule, which an alignment of a long case may have to do without.

        Args:
            codes: Label index of each event, −1 for activities that the net does not know.

        Returns:
            The explanation; None when several remain, when no run exists, or when the trace is too long to list them.
        """
        key = tuple(codes)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = _explain(self.board, key)
        return self._known[key]


def accepts(board: Board, codes: Sequence[int]) -> bool:
    """Whether the net has a run with exactly these visible labels."""
    reached, end = _Search(board, codes).cheapest()
    return end is not None and reached[end] == 0


def _explain(board: Board, codes: Sequence[int]) -> Explanation | None:
    search = _Search(board, codes)
    reached, end = search.cheapest()
    if end is None:
        return None
    signatures = search.signatures(reached, end)
    if not signatures:
        return None
    ranks = {signature: _rank(codes, signature, silent) for signature, silent in signatures.items()}
    best = min(ranks, key=lambda signature: ranks[signature])
    for signature, rank in ranks.items():
        # ahead of the best by the shorter order, or level with it by the whole one
        if signature != best and (rank[1:] <= ranks[best][1:] or rank == ranks[best]):
            return None
    return Explanation(*best)


def _rank(codes: Sequence[int], signature: _Signature, silent: int) -> tuple[int, int, int, tuple[int, ...]]:
    positions, labels = signature
    log_moves, model_moves = Counter(codes[p] for p in positions), Counter(labels)
    unknown = log_moves.pop(-1, 0)
    deviations = unknown + sum(max(log_moves[x], model_moves[x]) for x in log_moves.keys() | model_moves.keys())
    return deviations, len(positions), silent, tuple(-p for p in positions)


class _Search:
    """The product of one trace and the net, explored as far as its cheapest alignments reach."""

    def __init__(self, board: Board, codes: Sequence[int]) -> None:
        self._board = board
        self._codes = codes
        self._known: dict[_Node, list[_Step]] = {}

    def cheapest(self) -> tuple[dict[_Node, int], _Node | None]:
        """Cost of every product node up to the optimum, and one end (Dijkstra 1959); no end past the budget."""
        reached: dict[_Node, int] = {(0, self._board.initial): 0}
        queue: list[tuple[int, int, _Node]] = [(0, 0, (0, self._board.initial))]
        end: _Node | None = None
        while queue and len(reached) < _NODES:
            cost, _, node = heapq.heappop(queue)
            if end is not None and cost > reached[end]:
                return reached, end
            if cost > reached[node]:
                continue
            if end is None and node[0] == len(self._codes) and node[1] in self._board.finals:
                end = node
            for step in self._steps(node):
                total = cost + step.cost
                if total < reached.get(step.target, total + 1):
                    reached[step.target] = total
                    heapq.heappush(queue, (total, -step.target[0], step.target))
        return reached, None if queue else end

    def signatures(self, reached: dict[_Node, int], end: _Node) -> dict[_Signature, int]:
        """Every cheapest explanation and the fewest silent moves it needs; empty where there are too many."""
        best = reached[end]
        useful = self._useful(reached, best)
        start = (0, self._board.initial)
        found: dict[_Node, dict[_Signature, int]] = {start: {((), ()): 0}}
        waiting: list[tuple[_Node, _Signature]] = [(start, ((), ()))]
        while waiting:
            node, signature = waiting.pop()
            silent = found[node][signature]
            for step in self._steps(node):
                if step.target not in useful or reached[step.target] != reached[node] + step.cost:
                    continue
                there = found.setdefault(step.target, {})
                grown, moves = _grown(signature, step), silent + step.silent
                if moves < there.get(grown, moves + 1):
                    there[grown] = moves
                    waiting.append((step.target, grown))
                    if len(waiting) > _EXPLANATIONS:
                        return {}
        ends: dict[_Signature, int] = {}
        for node in self._ends(reached, best):
            for signature, silent in found.get(node, {}).items():
                ends[signature] = min(silent, ends.get(signature, silent))
        return ends

    def _steps(self, node: _Node) -> list[_Step]:
        """The moves from a node; asked three times of each, so that they are remembered."""
        known = self._known.get(node)
        if known is not None:
            return known
        position, marking = node
        steps = []
        if position < len(self._codes):
            steps.append(_Step((position + 1, marking), 1, log_position=position))
        for firing in self._board.firings(marking):
            if firing.label == SILENT:
                steps.append(_Step((position, firing.target), 0, silent=1))
                continue
            if not firing.enters_plan:
                steps.append(_Step((position, firing.target), 1, model_label=firing.label))
            if position < len(self._codes) and self._codes[position] == firing.label:
                steps.append(_Step((position + 1, firing.target), 0))
        self._known[node] = steps
        return steps

    def _ends(self, reached: dict[_Node, int], best: int) -> list[_Node]:
        return [
            n for n, cost in reached.items() if cost == best and n[0] == len(self._codes) and n[1] in self._board.finals
        ]

    def _useful(self, reached: dict[_Node, int], best: int) -> set[_Node]:
        """The nodes that lie on a cheapest alignment."""
        sources: dict[_Node, list[_Node]] = {}
        for node, cost in reached.items():
            if cost > best:
                continue
            for step in self._steps(node):
                if reached.get(step.target) == cost + step.cost and cost + step.cost <= best:
                    sources.setdefault(step.target, []).append(node)
        waiting = self._ends(reached, best)
        useful = set(waiting)
        while waiting:
            for node in sources.get(waiting.pop(), []):
                if node not in useful:
                    useful.add(node)
                    waiting.append(node)
        return useful


def _grown(signature: _Signature, step: _Step) -> _Signature:
    positions, labels = signature
    if step.log_position >= 0:
        positions = (*positions, step.log_position)
    if step.model_label != SILENT:
        labels = tuple(sorted((*labels, step.model_label)))
    return positions, labels
