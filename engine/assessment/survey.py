"""A survey of a log's parts: what has to be known of all cases before any of them is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.conformance.performed import NEVER, Moments, as_moments, offsets_of
from engine.logs.lifecycle import LeftOut
from engine.logs.log import Log
from engine.logs.parts import CountedParts
from engine.logs.variants import Variants, find_variants, join_variants


@dataclass(frozen=True, eq=False, slots=True)
class Survey:
    """What some neighbouring cases are; surveys of all parts, joined, are that of the log.

    Attributes:
        variants: Their variants.
        last: datetime64[us] latest time of each case, NaT where it is unknown because its last event has none.
        closed: For each case whether the log says that it is closed.
        events: How many events count.
        left_out: What was left out of each part.
    """

    variants: Variants
    last: NDArray[np.datetime64]
    closed: NDArray[np.bool_]
    events: int
    left_out: tuple[LeftOut, ...]

    @classmethod
    def joined(cls, parts: Sequence[Survey]) -> Survey:
        """The survey of a log."""
        return cls(
            join_variants([part.variants for part in parts]),
            np.concatenate([part.last for part in parts]),
            np.concatenate([part.closed for part in parts]),
            sum(part.events for part in parts),
            tuple(left for part in parts for left in part.left_out),
        )


@dataclass(frozen=True, eq=False, slots=True)
class Surveying:
    """Surveys a part of a log, given its number."""

    parts: CountedParts

    def __call__(self, part: int) -> Survey:
        """The survey of a part."""
        log, left_out = self.parts.read(part, frozenset())
        closed = log.cases["case_id"].is_in(list(log.closed or ())).to_numpy()
        return Survey(find_variants(log), _last_times(log), closed, log.events.height, (left_out,))


def _last_times(log: Log) -> Moments:
    offsets, times = offsets_of(log), as_moments(log.events["time"])
    filled = np.flatnonzero(np.diff(offsets))
    last = np.full(len(offsets) - 1, NEVER)
    if len(filled):
        latest = np.maximum.reduceat(times.astype(np.int64), offsets[filled]).astype(times.dtype)
        last[filled] = np.where(np.isnat(times[offsets[filled + 1] - 1]), NEVER, latest)
    return last
