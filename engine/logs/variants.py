"""Variants: the distinct sequences of activities of a log, and how many cases follow each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.logs.log import Log


@dataclass(frozen=True, eq=False, slots=True)
class Variants:
    """Distinct sequences in compressed rows, most frequent first, then by the activities' names.

    Attributes:
        activities: Activity names; ``codes`` index them.
        offsets: int64, one more than there are variants; variant v is ``codes[offsets[v]:offsets[v + 1]]``.
        codes: int32 activity codes.
        counts: int64 number of cases of each variant.
        of_case: int32 variant of each case, in the order of ``Log.cases``.
    """

    activities: tuple[str, ...]
    offsets: NDArray[np.int64]
    codes: NDArray[np.int32]
    counts: NDArray[np.int64]
    of_case: NDArray[np.int32]

    def __len__(self) -> int:
        """How many variants there are."""
        return len(self.counts)

    def sequence(self, variant: int) -> tuple[str, ...]:
        """The activities of one variant, in order."""
        codes = self.codes[self.offsets[variant] : self.offsets[variant + 1]]
        return tuple(self.activities[code] for code in codes.tolist())

    def hashes(self) -> tuple[str, ...]:
        """``variant_hash`` of each variant, in order."""
        return tuple(variant_hash(self.sequence(variant)) for variant in range(len(self)))


def variant_hash(activities: Sequence[str]) -> str:
    """What names a variant in every log: the first 64 bits of a SHA-256 of its activities, as 16 hexadecimal digits.

    Unlike a rank it stays the same when cases are added, left out or reordered.
    """
    digest = hashlib.sha256()
    for activity in activities:
        name = activity.encode("utf-8", "surrogatepass")
        digest.update(len(name).to_bytes(4, "big") + name)  # with its length, so that no two sequences read the same
    return digest.hexdigest()[:16]


def find_variants(log: Log) -> Variants:
    """Group the cases of a log by their sequence of activities.

    The result depends on the cases' contents alone: neither the order of cases nor the numbering of activities
    changes the order of the variants.
    """
    count = log.cases.height
    names = sorted(log.activities)
    rank_of = {name: rank for rank, name in enumerate(names)}
    ranks = np.array([rank_of[name] for name in log.activities], dtype=np.int32)
    codes = log.events["activity"].to_numpy()
    grouped = (
        pl.DataFrame({"case": log.events["case"], "rank": ranks[codes] if len(codes) else codes.astype(np.int32)})
        .group_by("case", maintain_order=True)
        .agg("rank")
    )
    every = pl.DataFrame({"case": np.arange(count, dtype=np.uint32)}).join(
        grouped, on="case", how="left", maintain_order="left"
    )
    every = every.with_columns(
        pl.col("rank").fill_null(pl.lit([], dtype=pl.List(pl.Int32))), pl.lit(1, dtype=pl.Int64).alias("count")
    )
    return _grouped(every.rename({"case": "row"}), names)


def join_variants(parts: Sequence[Variants]) -> Variants:
    """The variants of a log from those of its parts, which hold neighbouring cases in the log's order."""
    if len(parts) == 1:
        return parts[0]
    names = sorted({name for part in parts for name in part.activities})
    rank_of = {name: rank for rank, name in enumerate(names)}
    frames, firsts = [], [0]
    for part in parts:
        ranks = np.array([rank_of[name] for name in part.activities], dtype=np.int32)
        events = pl.DataFrame(
            {
                "row": np.repeat(np.arange(len(part)), np.diff(part.offsets)),
                "rank": ranks[part.codes] if len(ranks) else part.codes,
            }
        )
        sequences = events.group_by("row", maintain_order=True).agg("rank")
        every = pl.DataFrame({"row": np.arange(len(part)), "count": part.counts})
        every = every.join(sequences, on="row", how="left", maintain_order="left")
        every = every.with_columns(pl.col("rank").fill_null(pl.lit([], dtype=pl.List(pl.Int32))))
        frames.append(every.with_columns(pl.col("row") + firsts[-1]))
        firsts.append(firsts[-1] + len(part))
    found = _grouped(pl.concat(frames), names)
    rows = np.concatenate([part.of_case + first for part, first in zip(parts, firsts[:-1], strict=True)])
    return replace(found, of_case=found.of_case[rows])


def _grouped(every: pl.DataFrame, names: Sequence[str]) -> Variants:
    """Equal sequences as one variant; ``of_case`` is the variant of each row.

    Args:
        every: ``row``, ``rank`` (a list of places in ``names``), ``count``.
        names: Activity names in their order.
    """
    groups = every.group_by("rank").agg("row", pl.col("count").sum())
    rows = sorted(
        zip(groups["rank"].to_list(), groups["row"].to_list(), groups["count"].to_list(), strict=True),
        key=lambda row: (-row[2], row[0]),
    )
    of_case = np.zeros(every.height, dtype=np.int32)
    for variant, (_, members, _) in enumerate(rows):
        of_case[members] = variant
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(sequence) for sequence, _, _ in rows], out=offsets[1:])
    return Variants(
        activities=tuple(names),
        offsets=offsets,
        codes=np.fromiter(chain.from_iterable(sequence for sequence, _, _ in rows), np.int32, count=int(offsets[-1])),
        counts=np.array([count for _, _, count in rows], dtype=np.int64),
        of_case=of_case,
    )
