"""Token replay: the tokens that are missing, and those that are left, when a log is played on a net.

As in Rozinat and van der Aalst (2008), "Conformance checking of processes based on monitoring real behavior". A replay
counts tokens *produced* (the initial marking included), *consumed* (the final marking included), *missing* (added so
that an event's transition could fire, or to make up the final marking) and *remaining* (left beside the final one):

    fitness = ½ (1 − missing ÷ consumed) + ½ (1 − remaining ÷ produced).

What the paper leaves to heuristics is settled here:

1. The longest prefix of a trace that some accepted run begins with is replayed along such a run, the one with the
   fewest silent transitions. It needs no missing token. If the whole trace is accepted, the run goes on to a final
   marking, and nothing is missing or remains. So a trace fits if and only if the net accepts it, whatever silent
   transitions and transitions of one label there are. Ties go to fewer tokens, then to the order of the net.
2. Each event after that takes the transition of its label, and the silent transitions before it, that leave the fewest
   tokens missing; then the fewest silent transitions; then the first in the order of the net.
3. At the end silent transitions lead to the marking that, held against some final marking, has the fewest tokens
   missing and remaining together; then the fewest silent transitions; then the first final marking.
4. An event whose activity the net does not have is played by a transition apart from the net: it consumes one token,
   which is missing, and produces one, which remains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.accepted_prefixes import AcceptedPrefixes
from engine.conformance.forced_replay import ForcedReplay, Tokens
from engine.conformance.search_graph import SearchGraph, compile_search
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.variants import Variants
from engine.nets.net import Net


@dataclass(frozen=True, eq=False)
class TokenReplay:
    """The token replay of a log.

    Attributes:
        counts: int64 cases of each variant.
        tokens: int64, one row for each variant: produced, consumed, missing, remaining, in one case.
        complete: bool for each variant: no search for silent transitions met its limit. Where one did, the tokens
            missing and remaining may be more than they need be; whether the trace fits is exact all the same.
    """

    counts: NDArray[np.int64]
    tokens: NDArray[np.int64]
    complete: NDArray[np.bool_]

    def of(self, variant: int) -> Tokens:
        """The counts of one case of a variant."""
        return Tokens(*self.tokens[variant].tolist())

    @property
    def total(self) -> Tokens:
        """The counts of all cases together."""
        return Tokens(*(self.tokens * self.counts[:, None]).sum(axis=0).tolist())

    @property
    def fits(self) -> NDArray[np.bool_]:
        """Bool for each variant: nothing is missing and nothing remains, so the net accepts it."""
        return np.asarray((self.tokens[:, 2:] == 0).all(axis=1))

    @property
    def fitting_cases(self) -> int:
        """Cases that the net accepts as they are."""
        return int(self.counts[self.fits].sum())

    @property
    def fitness(self) -> NDArray[np.float64]:
        """float64 fitness of each variant."""
        return np.array([self.of(variant).fitness for variant in range(len(self.counts))], dtype=np.float64)

    @property
    def average_fitness(self) -> float | None:
        """Mean fitness over cases; None without cases."""
        cases = int(self.counts.sum())
        return float((self.fitness * self.counts).sum() / cases) if cases else None

    @property
    def log_fitness(self) -> float | None:
        """The fitness of all tokens of all cases together; None without cases."""
        return self.total.fitness if len(self.counts) else None

    @property
    def incomplete_cases(self) -> int:
        """Cases in whose replay a search met its limit."""
        return int(self.counts[~self.complete].sum())


def replay_tokens(net: Net | SearchGraph, variants: Variants, *, limits: Limits = DEFAULT_LIMITS) -> TokenReplay:
    """Replay every variant.

    Args:
        net: The net, or the same already compiled.
        variants: The variants.
        limits: ``alignment_markings`` and ``state_space_bytes`` bound the compilation, ``replay_markings`` each search
            for silent transitions.

    Raises:
        LimitExceeded: The net has too many markings to be compiled.
    """
    graph = net if isinstance(net, SearchGraph) else compile_search(net, limits=limits)
    names = graph.net.codes(variants.activities)
    labels = names[variants.codes] if len(variants.codes) else np.zeros(0, dtype=np.int32)
    tokens, complete = np.zeros((len(variants), 4), dtype=np.int64), np.ones(len(variants), dtype=np.bool_)
    forced, accepted = ForcedReplay(graph.net, limits.replay_markings), AcceptedPrefixes(graph)
    begin = Tokens(produced=int(graph.net.initial.sum()))
    for variant, prefix, rest in accepted.of(variants.offsets, labels):
        moved = begin + prefix.tokens
        if prefix.is_whole:  # what is left after the last event is the final marking, which is consumed too
            moved = Tokens(moved.produced, moved.produced)
        else:
            after, complete[variant] = forced.replay(prefix.marking, rest)
            moved += after
        tokens[variant] = moved.produced, moved.consumed, moved.missing, moved.remaining
    return TokenReplay(variants.counts, tokens, complete)
