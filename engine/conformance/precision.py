"""Precision by escaping edges: how much of what a net allows, where cases have come to, ever happens.

Every state that cases come to is held against the net: its *available* labels can come next, its *executed* ones did
come next in some case, the others *escape*. With a state's cases as its weight,

    precision = Σ cases × |executed| ÷ Σ cases × |available|.

Two sources give the states. ``precision_of_runs`` takes the prefixes of the aligned runs (Adriansyah, Munoz-Gama,
Carmona, van Dongen and van der Aalst 2015, "Measuring precision of modeled behavior", one alignment for each trace), so
it says something of logs that do not fit. ``precision_of_prefixes`` takes the prefixes of the log itself, as far as
the net can follow (Muñoz-Gama and Carmona 2010, "A fresh look at precision in process conformance").

A state is a sequence of visible labels. What is available there is whatever can come next after *any* run with these
labels, silent moves before it included, and can still be brought to an end. So neither silent transitions nor the
choice between transitions of one label change the figure. A state in which cases end counts as any other: a net that
could go on there is less precise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import STATUSES, Alignments
from engine.conformance.compressed_rows import gather
from engine.conformance.prefixes import VisibleBehaviour, by_prefix
from engine.conformance.search_graph import SearchGraph
from engine.logs.variants import Variants
from engine.nets.net import SILENT, Net
from engine.vocabulary import AlignmentStatus


@dataclass(frozen=True, slots=True)
class EscapingEdge:
    """Something that the net allows and that no case did.

    Attributes:
        prefix: Labels before it.
        label: What could come next.
        cases: Cases that came to this prefix.
    """

    prefix: tuple[str, ...]
    label: str
    cases: int


@dataclass(frozen=True, eq=False)
class Precision:
    """The states that cases come to, and what the net allows there. State 0 is the beginning.

    Attributes:
        net: The net.
        parents: int32 state before each state, −1 for state 0.
        labels: int32 label that led to each state, −1 for state 0.
        cases: int64 cases that come to each state.
        going_on: int64 cases among them that do not end there.
        executed: int64 labels that come next in some case.
        escaping_states: int32 state of each escaping edge.
        escaping_labels: int32 label of each escaping edge.
        left_out: Cases that were not counted: they have no alignment, or none that is known to be optimal.
        cut: Cases of which only a first part was counted, because the net cannot follow; 0 for runs.
    """

    net: Net
    parents: NDArray[np.int32]
    labels: NDArray[np.int32]
    cases: NDArray[np.int64]
    going_on: NDArray[np.int64]
    executed: NDArray[np.int64]
    escaping_states: NDArray[np.int32]
    escaping_labels: NDArray[np.int32]
    left_out: int
    cut: int

    @property
    def available(self) -> NDArray[np.int64]:
        """int64 labels that the net allows in each state."""
        return self.executed + np.bincount(self.escaping_states, minlength=len(self.executed))

    @property
    def value(self) -> float | None:
        """Σ cases × |executed| ÷ Σ cases × |available|; 1 where the net allows nothing, None without cases."""
        if not int(self.cases[0]):
            return None
        available = int((self.cases * self.available).sum())
        return int((self.cases * self.executed).sum()) / available if available else 1.0

    def escaping(self, most: int) -> tuple[EscapingEdge, ...]:
        """The escaping edges that weigh most, those with equal weight in lexicographic order of their labels."""
        weights = self.cases[self.escaping_states]
        heaviest = np.argsort(-weights, kind="stable")[: min(most, int((weights > 0).sum()))]
        states, labels = self.escaping_states[heaviest].tolist(), self.escaping_labels[heaviest].tolist()
        return tuple(
            EscapingEdge(self._prefix(state), self.net.labels[label], int(self.cases[state]))
            for state, label in zip(states, labels, strict=True)
        )

    def _prefix(self, state: int) -> tuple[str, ...]:
        names: list[str] = []
        while state:
            names.append(self.net.labels[self.labels[state]])
            state = int(self.parents[state])
        return tuple(reversed(names))


def precision_of_runs(graph: SearchGraph, alignments: Alignments) -> Precision:
    """Precision over the aligned runs: synchronous and model moves count, log moves do not.

    Args:
        graph: The net, compiled.
        alignments: Alignments with the same net. Those that are not optimal are left out, and counted as such.
    """
    known = alignments.statuses == STATUSES.index(AlignmentStatus.OPTIMAL)
    offsets, rows = gather(alignments.moves.offsets, np.flatnonzero(known))
    fired = alignments.moves.transitions[rows]
    labels = np.append(graph.net.transition_labels, np.int32(SILENT))[fired]  # −1, a log move, finds the last one
    visible = labels != SILENT
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(visible)])
    left_out = int(alignments.counts[~known].sum())
    return _walk(graph, ends[offsets], labels[visible], alignments.counts[known], left_out=left_out)


def precision_of_prefixes(graph: SearchGraph, variants: Variants) -> Precision:
    """Precision over the log's own prefixes, each case as far as some run of the net can follow it.

    Args:
        graph: The net, compiled.
        variants: The variants.
    """
    names = graph.net.codes(variants.activities)
    labels = names[variants.codes] if len(variants.codes) else np.zeros(0, dtype=np.int32)
    return _walk(graph, variants.offsets, labels, variants.counts, left_out=0)


def _walk(
    graph: SearchGraph,
    offsets: NDArray[np.int64],
    labels: NDArray[np.int32],
    counts: NDArray[np.int64],
    *,
    left_out: int,
) -> Precision:
    """Build the prefix automaton of weighted sequences, along what the net can do."""
    behaviour = VisibleBehaviour(graph)
    parents, arrived, behind = [-1], [-1], [0]
    last, ended = [0], [0]  # cases that are followed to each state and no further; those among them that end there
    path = [0]  # the states of the sequence before, from the beginning
    for index, shared, sequence in by_prefix(offsets, labels):
        del path[shared + 1 :]
        # Where the sequence before was cut within what both share, so is this one.
        for label in sequence[shared:] if len(path) == shared + 1 else ():
            after = behaviour.steps(behind[path[-1]]).get(label)
            if after is None:
                break
            parents.append(path[-1])
            arrived.append(label)
            behind.append(after)
            last.append(0)
            ended.append(0)
            path.append(len(behind) - 1)
        last[path[-1]] += int(counts[index])
        if len(path) > len(sequence):
            ended[path[-1]] += int(counts[index])
    cases = last.copy()
    for state in range(len(cases) - 1, 0, -1):  # a state comes after the one before it
        cases[parents[state]] += cases[state]
    before, labelled = np.array(parents, dtype=np.int64), np.array(arrived, dtype=np.int64)
    width = max(1, len(graph.net.labels))
    states, available = behaviour.available(np.array(behind, dtype=np.int64))
    escaping = np.setdiff1d(states * width + available, before[1:] * width + labelled[1:], assume_unique=True)
    weights = np.array(cases, dtype=np.int64)
    return Precision(
        net=graph.net,
        parents=before.astype(np.int32),
        labels=labelled.astype(np.int32),
        cases=weights,
        going_on=weights - np.array(ended, dtype=np.int64),
        executed=np.bincount(before[1:], minlength=len(before)),
        escaping_states=(escaping // width).astype(np.int32),
        escaping_labels=(escaping % width).astype(np.int32),
        left_out=left_out,
        cut=sum(last) - sum(ended),
    )
