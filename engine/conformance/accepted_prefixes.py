"""How far a net follows a trace: its longest prefix that some accepted run begins with, and a shortest such run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.compressed_rows import row_sums
from engine.conformance.forced_replay import Tokens, token_sums
from engine.conformance.prefixes import by_prefix
from engine.conformance.search_graph import SearchGraph

_Cost = tuple[int, int, int]
"""Of a run: silent transitions, tokens produced, tokens consumed."""


@dataclass(frozen=True, eq=False, slots=True)
class AcceptedPrefix:
    """A run of the net that a trace begins with.

    Attributes:
        tokens: Produced and consumed by its transitions; nothing is missing.
        marking: int64 token count for each place after the last event of the prefix.
        is_whole: Whether the run takes the whole trace, and its tokens are those of going on to a final marking.
    """

    tokens: Tokens
    marking: NDArray[np.int64]
    is_whole: bool


class AcceptedPrefixes:
    """Follows traces along a net. What several traces begin with is followed once."""

    def __init__(self, graph: SearchGraph) -> None:
        """Nothing is followed yet."""
        net, transitions, (_, end_at, end_path) = graph.net, graph.edges[2], graph.ends
        produced, consumed = token_sums(net.after), token_sums(net.before)
        self._graph = graph
        self._produced = row_sums(produced[graph.paths[1]], graph.paths[0]) + produced[transitions]
        self._consumed = row_sums(consumed[graph.paths[1]], graph.paths[0]) + consumed[transitions]
        self._to_end = row_sums(produced[end_path], end_at), row_sums(consumed[end_path], end_at)
        self._steps: dict[int, dict[int, list[tuple[int, int, _Cost]]]] = {}
        self._origins: dict[int, tuple[int, int]] = {}
        self._markings = {0: net.initial.astype(np.int64)}

    def of(
        self, offsets: NDArray[np.int64], labels: NDArray[np.int32]
    ) -> Iterator[tuple[int, AcceptedPrefix, list[int]]]:
        """The longest accepted prefix of each sequence of labels, −1 for an activity that the net does not have.

        Yields:
            The index of a sequence, in no order that matters, its prefix, and the labels that are left.
        """
        reached: list[dict[int, _Cost]] = [{0: (0, 0, 0)}]  # after each label: state → the least cost of a run to it
        for index, shared, sequence in by_prefix(offsets, labels):
            del reached[shared + 1 :]
            # Where the sequence before stopped within what both share, so does this one.
            for label in sequence[shared:] if len(reached) == shared + 1 else ():
                after = self._after(reached[-1], label)
                if not after:
                    break
                reached.append(after)
            rest = sequence[len(reached) - 1 :]
            yield index, self._best(reached[-1], whole=not rest), rest

    def _after(self, reached: dict[int, _Cost], label: int) -> dict[int, _Cost]:
        """The states that an event leads to, and the least cost of a run to each."""
        after: dict[int, _Cost] = {}
        for state, (silent, produced, consumed) in reached.items():
            for edge, target, more in self._edges(state).get(label, ()):
                cost = silent + more[0], produced + more[1], consumed + more[2]
                if target not in after or cost < after[target]:
                    after[target] = cost
                if target not in self._origins:
                    self._origins[target] = state, edge
        return after

    def _edges(self, state: int) -> dict[int, list[tuple[int, int, _Cost]]]:
        """Label → edge, target and cost of each edge of a state."""
        found = self._steps.get(state)
        if found is None:
            found = self._steps[state] = {}
            if self._graph.states:
                at, target, _, label, silent = self._graph.edges
                row = slice(int(at[state]), int(at[state + 1]))
                columns = (target, label, silent, self._produced, self._consumed)
                values = zip(*(column[row].tolist() for column in columns), strict=True)
                for edge, (there, name, *cost) in enumerate(values, start=row.start):
                    found.setdefault(name, []).append((edge, there, (cost[0], cost[1], cost[2])))
        return found

    def _best(self, reached: dict[int, _Cost], *, whole: bool) -> AcceptedPrefix:
        """The cheapest of the runs that took the same labels; of those that can end, if the whole trace was taken."""
        ends = self._graph.ends[0]
        if whole and self._graph.states:
            ended = [
                (silent + int(ends[state]), produced + int(made[state]), consumed + int(used[state]), state)
                for made, used in [self._to_end]
                for state, (silent, produced, consumed) in reached.items()
                if ends[state] >= 0
            ]
            if ended:
                _, produced, consumed, state = min(ended)
                return AcceptedPrefix(Tokens(produced, consumed), self._marking(state), is_whole=True)
        (_, produced, consumed), state = min((cost, state) for state, cost in reached.items())
        return AcceptedPrefix(Tokens(produced, consumed), self._marking(state), is_whole=False)

    def _marking(self, state: int) -> NDArray[np.int64]:
        """The marking that a state stands for: every run to it leads to the same one."""
        way: list[int] = []
        while state not in self._markings:
            way.append(state)
            state = self._origins[state][0]
        while way:
            target = way.pop()
            edge = self._origins[target][1]
            path_at, path = self._graph.paths
            marking = tuple(self._markings[state].tolist())
            for transition in (*path[path_at[edge] : path_at[edge + 1]].tolist(), int(self._graph.edges[2][edge])):
                marking = self._graph.net.fire(marking, transition)
            self._markings[target] = np.array(marking, dtype=np.int64)
            state = target
        return self._markings[state]
