"""Why a running case costs what it costs: the deviations of each prefix, found when they are asked for.

The cost of a prefix takes microseconds, its explanation takes a search. So an explanation is a value that knows what it
has to explain and does so once; the numbers of deviations do not depend on when, because every prefix in between is
explained on the way, in one batch.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.conformance.alignment import Alignment
from engine.conformance.alignments import align, align_prefixes
from engine.conformance.costs import Costs
from engine.conformance.deviations import find_deviations
from engine.conformance.live_deviations import Account, follow
from engine.conformance.search_graph import SearchGraph
from engine.conformance.structure import Structure
from engine.limits import Limits
from engine.logs.variants import Variants
from engine.nets.net import Net

CODE = np.dtype(np.int32)
"""How a case stores one event."""


@dataclass(frozen=True, slots=True)
class Event:
    """An activity as the checker takes it.

    Attributes:
        code: How a case stores it: ``CODE`` as bytes.
        label: Its label in the net, −1 when the net does not know it.
        log_cost: The cost of its log move.
    """

    code: bytes
    label: int
    log_cost: int


@dataclass(frozen=True, eq=False, slots=True)
class Trace:
    """The events of a case, as it stores them.

    Attributes:
        codes: A ``CODE`` for each event: an activity of the net by its index, or past those a stranger by its index.
        strangers: Activities that the net does not know, in the order of their first event.
    """

    codes: bytes = b""
    strangers: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many events there are."""
        return len(self.codes) // CODE.itemsize


@dataclass(frozen=True, eq=False)
class Activities:
    """The activities that a net knows, each with its code.

    Attributes:
        net: The net.
        costs: What moves cost.
    """

    net: Net
    costs: Costs

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names; the index of each is its code."""
        return tuple(sorted(self.net.label_of_activity))

    @cached_property
    def known(self) -> Mapping[str, Event]:
        """Each of them as the checker takes it."""
        log, labels = self.costs.log, self.net.label_of_activity
        return {name: Event(_bytes(n), labels[name], log.get(name, 1)) for n, name in enumerate(self.names)}

    def take(self, activity: str, strangers: tuple[str, ...]) -> tuple[Event, tuple[str, ...]]:
        """An activity with its code, and the strangers of the case, among which it may be new.

        A name that is not known as it stands is composed (Unicode NFC), as the readers of logs and flows do.
        """
        event = self.known.get(activity)
        if event is None:
            activity = unicodedata.normalize("NFC", activity)
            event = self.known.get(activity)
        if event is not None:
            return event, strangers
        if activity not in strangers:
            strangers = (*strangers, activity)
        code = _bytes(len(self.names) + strangers.index(activity))
        return Event(code, -1, self.costs.log.get(activity, 1)), strangers

    def trace(self, activities: Iterable[str]) -> Trace:
        """Many activities as a case stores them."""
        codes = bytearray()
        strangers: tuple[str, ...] = ()
        for activity in activities:
            event, strangers = self.take(activity, strangers)
            codes += event.code
        return Trace(bytes(codes), strangers)

    def names_of(self, trace: Trace) -> tuple[str, ...]:
        """The activities of a case, in order."""
        every = (*self.names, *trace.strangers)
        return tuple(every[code] for code in codes_of(trace).tolist())

    def labels_and_costs(self, trace: Trace) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """int32 label of each event of a case, −1 for strangers, and the int32 cost of its log move."""
        labels, log_costs = self._labels, self._log_costs
        if trace.strangers:
            labels = np.append(labels, np.full(len(trace.strangers), -1, dtype=np.int32))
            log_costs = np.append(log_costs, self.costs.of_activities(trace.strangers))
        codes = codes_of(trace)
        return labels[codes], log_costs[codes]

    @cached_property
    def _labels(self) -> NDArray[np.int32]:
        return self.net.codes(self.names)

    @cached_property
    def _log_costs(self) -> NDArray[np.int32]:
        return self.costs.of_activities(self.names)


def codes_of(trace: Trace) -> NDArray[np.int32]:
    """int32 codes of the events of a case."""
    return np.frombuffer(trace.codes, dtype=CODE)


@dataclass(frozen=True, eq=False)
class Explainer:
    """What is needed to explain any case.

    Attributes:
        graph: The compiled net.
        activities: What its activities are.
        limits: ``search_nodes`` bounds each search.
        structure: The net, prepared for finding deviations.
    """

    graph: SearchGraph
    activities: Activities
    limits: Limits
    structure: Structure

    def prefixes(self, trace: Trace, lengths: range) -> tuple[Alignment, ...]:
        """The prefix alignments of some prefixes of a case, by their lengths."""
        if not lengths:
            return ()
        variants = self._variants(trace, lengths)
        return align_prefixes(self.graph, variants, costs=self.activities.costs, limits=self.limits).per_variant

    def whole(self, trace: Trace) -> Alignment:
        """The alignment of a whole case."""
        variants = self._variants(trace, range(len(trace), len(trace) + 1))
        return align(self.graph, variants, costs=self.activities.costs, limits=self.limits).alignment(0)

    def account(self, before: Account, trace: Trace, alignment: Alignment) -> Account:
        """The deviations that the alignment of a case, or of a prefix of it, shows."""
        net, names = self.graph.net, self.activities.names_of(trace)
        costs = self.activities.costs
        found = find_deviations(net, names, alignment, structure=self.structure)
        return follow(
            before,
            net,
            alignment,
            found,
            cost_of_event=lambda position: costs.log.get(names[position], 1),
            cost_of_transition=self._model_costs.__getitem__,
        )

    @cached_property
    def _model_costs(self) -> list[int]:
        costs: list[int] = self.activities.costs.of_transitions(self.graph.net).tolist()
        return costs

    def _variants(self, trace: Trace, lengths: range) -> Variants:
        codes = codes_of(trace)
        offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return Variants(
            activities=(*self.activities.names, *trace.strangers),
            offsets=offsets,
            codes=np.concatenate([codes[:length] for length in lengths]),
            counts=np.ones(len(lengths), dtype=np.int64),
            of_case=np.arange(len(lengths), dtype=np.int32),
        )


@dataclass(frozen=True, eq=False)
class LiveExplanation:
    """The deviations of a running case after one of its events.

    Attributes:
        explainer: Who explains.
        trace: The events so far.
        since: The last account that was known.
        known: How many of the events that one is about.
    """

    explainer: Explainer
    trace: Trace
    since: Account
    known: int

    @cached_property
    def account(self) -> Account:
        """The deviations after the last event, found when first asked for."""
        account = self.since
        for alignment in self.explainer.prefixes(self.trace, range(self.known + 1, len(self.trace) + 1)):
            account = self.explainer.account(account, self.trace, alignment)
        return account

    @property
    def is_known(self) -> bool:
        """Whether it has been asked for."""
        return "account" in self.__dict__


def _bytes(code: int) -> bytes:
    return CODE.type(code).tobytes()
