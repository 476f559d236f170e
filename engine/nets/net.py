"""The accepting Petri net: the one formal meaning of a flow.

This file holds the value and its firing rule in plain Python. It knows nothing of YAML or PNML, of search or of
drawing. A net is a tuple of integer arrays, so that the kernels of ``engine.nets.state_space`` and
``engine.conformance.search`` read it without a copy.

A marking is a vector of token counts, one for each place. A transition is enabled when every place before it holds at
least the arc's weight; firing it takes those tokens and puts its output. A run leads from the initial marking to one
of the final markings; the net's language is the set of the runs' visible labels, in order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

SILENT = -1
"""The label index of an invisible transition."""


class Purpose(StrEnum):
    """Why a transition exists.

    ``perform``: does a step (visible). ``skip``: leaves an optional step out. ``route``: a gateway, a start or an end.
    """

    PERFORM = "perform"
    SKIP = "skip"
    ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition, without its arcs.

    Attributes:
        id: Unique in the net.
        label: Index into ``Net.labels``, or ``SILENT``.
        node: Id of the flow's node that it belongs to; in a net that was read from PNML, the transition's own id.
        purpose: Why it exists.
        plan: Id of the contingency plan whose path it belongs to, or "".
        enters_plan: Whether firing it enters that plan.
        chosen: Of a gateway that chooses: ids of the nodes to which the edges lead that it takes. Else empty.
    """

    id: str
    label: int
    node: str
    purpose: Purpose
    plan: str = ""
    enters_plan: bool = False
    chosen: tuple[str, ...] = ()


ArcRows = tuple[tuple[tuple[int, int], ...], ...]
"""For each transition its ``(place, weight)`` pairs."""


@dataclass(frozen=True, eq=False, slots=True)
class Arcs:
    """The arcs on one side of all transitions, in compressed rows.

    Attributes:
        offsets: int64, one more than there are transitions; row t is ``offsets[t]:offsets[t + 1]``.
        places: int32 place indices, increasing within a row.
        weights: int32, positive.
    """

    offsets: NDArray[np.int64]
    places: NDArray[np.int32]
    weights: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Sequence[Mapping[int, int]]) -> Arcs:
        """Arcs from one ``{place: weight}`` for each transition."""
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=offsets[1:])
        pairs = [pair for row in rows for pair in sorted(row.items())]
        return cls(
            offsets,
            np.array([place for place, _ in pairs], dtype=np.int32),
            np.array([weight for _, weight in pairs], dtype=np.int32),
        )

    def row(self, transition: int) -> list[tuple[int, int]]:
        """``(place, weight)`` pairs of one transition."""
        start, stop = self.offsets[transition], self.offsets[transition + 1]
        return list(zip(self.places[start:stop].tolist(), self.weights[start:stop].tolist(), strict=True))

    def rows(self) -> ArcRows:
        """``(place, weight)`` pairs of every transition, unpacked at once."""
        pairs = list(zip(self.places.tolist(), self.weights.tolist(), strict=True))
        return tuple(tuple(pairs[start:stop]) for start, stop in pairwise(self.offsets.tolist()))


@dataclass(frozen=True, eq=False, slots=True)
class TokenFlow:
    """The arcs by which the tokens of a run are followed, as plain tuples.

    Usually the net's own. But a part of a flow that can be cancelled has one token in the net for all that runs there;
    then the same transitions have the arcs here that they had before, so that what runs beside each other stays apart.
    Every run of the net is one of these arcs too, though not the other way round. Places are numbers of their own.

    Attributes:
        takes: Arcs into each transition.
        gives: Arcs out of each transition.
        initial: ``(place, tokens)`` of the initial marking.
    """

    takes: ArcRows
    gives: ArcRows
    initial: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Net:
    """An accepting Petri net with weighted arcs.

    Attributes:
        name: For people.
        places: Their ids.
        transitions: In the order of the nodes in the flow file; the index breaks the last ties between alignments.
        labels: The visible labels: step ids of a flow, transition names of a PNML net; distinct.
        before: Arcs from places to transitions.
        after: Arcs from transitions to places.
        initial: int32 token count for each place.
        finals: int32, one row for each final marking, at least one.
        label_of_activity: Activity name in a log → label index. Activities that are missing match nothing.
        source_hash: SHA-256 of the file it came from, hexadecimal, or "".
        own_flow: Arcs to follow tokens by, where they differ from the net's own; else None.
    """

    name: str
    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    labels: tuple[str, ...]
    before: Arcs
    after: Arcs
    initial: NDArray[np.int32]
    finals: NDArray[np.int32]
    label_of_activity: Mapping[str, int]
    source_hash: str = field(default="")
    own_flow: TokenFlow | None = None

    def __post_init__(self) -> None:
        """Refuse shapes that do not fit together, and freeze every array."""
        if self.initial.shape != (len(self.places),) or self.finals.shape[1:] != (len(self.places),):
            raise ValueError("markings need one count for each place")
        if len(self.finals) == 0:
            raise ValueError("an accepting net needs a final marking")
        for arcs in (self.before, self.after):
            if len(arcs.offsets) != len(self.transitions) + 1:
                raise ValueError("arcs need one row for each transition")
        for array in (
            self.initial,
            self.finals,
            *(getattr(a, f) for a in (self.before, self.after) for f in a.__slots__),
        ):
            array.setflags(write=False)
        object.__setattr__(self, "label_of_activity", MappingProxyType(dict(self.label_of_activity)))

    @cached_property
    def transition_labels(self) -> NDArray[np.int32]:
        """int32 label index of each transition, ``SILENT`` where invisible."""
        return np.array([t.label for t in self.transitions], dtype=np.int32)

    @cached_property
    def token_flow(self) -> TokenFlow:
        """The arcs to follow tokens by: those that were made for it, else the net's own, unpacked once."""
        if self.own_flow is not None:
            return self.own_flow
        initial = tuple((place, count) for place, count in enumerate(self.initial.tolist()) if count)
        return TokenFlow(self.before.rows(), self.after.rows(), initial)

    def codes(self, activities: Iterable[str]) -> NDArray[np.int32]:
        """int32 label index of each activity, −1 for those that the net does not know."""
        return np.array([self.label_of_activity.get(a, -1) for a in activities], dtype=np.int32)

    def without(self, transitions: Collection[int]) -> Net:
        """The net without some of its transitions; the others keep their order."""
        gone = set(transitions)
        kept = [index for index in range(len(self.transitions)) if index not in gone]
        flow = self.own_flow
        if flow is not None:
            takes, gives = (tuple(rows[index] for index in kept) for rows in (flow.takes, flow.gives))
            flow = TokenFlow(takes, gives, flow.initial)
        return replace(
            self,
            transitions=tuple(self.transitions[index] for index in kept),
            before=Arcs.of([dict(self.before.row(index)) for index in kept]),
            after=Arcs.of([dict(self.after.row(index)) for index in kept]),
            own_flow=flow,
        )

    def enabled(self, marking: Sequence[int], transition: int) -> bool:
        """Whether the transition may fire."""
        return all(marking[place] >= weight for place, weight in self.before.row(transition))

    def fire(self, marking: Sequence[int], transition: int) -> tuple[int, ...]:
        """The marking after firing an enabled transition."""
        tokens = list(marking)
        for place, weight in self.before.row(transition):
            tokens[place] -= weight
        for place, weight in self.after.row(transition):
            tokens[place] += weight
        return tuple(tokens)

    def is_final(self, marking: Sequence[int]) -> bool:
        """Whether a marking is one of the final ones."""
        return any(tuple(marking) == tuple(final) for final in self.finals.tolist())
