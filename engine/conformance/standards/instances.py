"""Instances: what a rule finds in a log, judged one by one, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.vocabulary import DeviationKind, Lack, Outcome

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]
Codes = NDArray[np.int8]

OUTCOMES = tuple(Outcome)
LACKS = tuple(Lack)
KINDS = (
    DeviationKind.LATE,
    DeviationKind.TOO_SHORT,
    DeviationKind.WRONG_ORDER,
    DeviationKind.INCOMPLETE,
    DeviationKind.NOT_TOGETHER,
    DeviationKind.WRONG_COUNT,
    DeviationKind.WRONG_VALUE,
    DeviationKind.MISSING_FIELD,
    DeviationKind.WRONG_ACTOR,
    DeviationKind.WRONG_BRANCH,
)
"""What can go wrong with an instance."""

INSTANCE_COLUMNS: dict[str, pl.DataType] = {
    "standard": pl.UInt32(),
    "case": pl.UInt32(),
    "outcome": pl.Enum([outcome.value for outcome in OUTCOMES]),
    "kind": pl.Enum([kind.value for kind in KINDS]),
    "first": pl.UInt32(),
    "second": pl.UInt32(),
    "kept_later": pl.Boolean(),
    "moment": pl.Datetime("us"),
    "lack": pl.Enum([lack.value for lack in LACKS]),
}
"""One row for each instance: index of the standard, index of the case, what it came to, what went wrong (null unless
missed), the rows of its two events in the log (null where there is none), whether a missed one kept the later limit of
the second tier (null where there is none or nobody knows yet), its moment in UTC: that of the event that asks, else
when the case began (null where unknown), and what is missing where there is no evidence (null elsewhere)."""

NONE = -1
MET, MISSED, NOT_DUE, NO_EVIDENCE = (
    OUTCOMES.index(outcome) for outcome in (Outcome.MET, Outcome.MISSED, Outcome.NOT_DUE, Outcome.NO_EVIDENCE)
)


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """The instances of one rule; arrays of one length.

    Attributes:
        case: Index of each one's case.
        asks: Row of the event that asks, −1 for an instance of the case as a whole.
        first, second: Rows of the events that show it, −1 where there is none.
        outcome: int8 index into ``OUTCOMES``.
        kind: int8 index into ``KINDS``; means something where missed.
        kept_later: int8 whether a missed one kept the second tier: 1, 0, or −1 where there is none or it is open.
        lack: int8 index into ``LACKS``; means something where there is no evidence.
    """

    case: Rows
    asks: Rows
    first: Rows
    second: Rows
    outcome: Codes
    kind: Codes
    kept_later: Codes
    lack: Codes

    @classmethod
    def of(
        cls,
        case: Rows,
        first: Rows,
        second: Rows,
        *,
        asks: Rows | None = None,
        missed: Truths,
        unknown: Truths | None = None,
        waiting: Truths | None = None,
        kind: DeviationKind | Codes,
        kept_later: Codes | None = None,
        lack: Lack | Codes = Lack.TIME,
    ) -> Judged:
        """Instances from what is true of each; the first of missed, unknown and waiting counts, else it is met."""
        nothing = np.zeros(len(case), dtype=np.bool_)
        outcome = np.select(
            [missed, nothing if unknown is None else unknown, nothing if waiting is None else waiting],
            [MISSED, NO_EVIDENCE, NOT_DUE],
            MET,
        ).astype(np.int8)
        kinds = np.full(len(case), KINDS.index(kind), dtype=np.int8) if isinstance(kind, DeviationKind) else kind
        lacks = np.full(len(case), LACKS.index(lack), dtype=np.int8) if isinstance(lack, Lack) else lack
        whole = np.full(len(case), NONE, dtype=np.int64)
        later = np.full(len(case), NONE, dtype=np.int8) if kept_later is None else kept_later
        later = np.where(missed, later, NONE)
        return cls(case, whole if asks is None else asks, first, second, outcome, kinds, later, lacks)

    def pick(self, rows: Rows | Truths) -> Judged:
        """Some of them."""
        return Judged(
            self.case[rows],
            self.asks[rows],
            self.first[rows],
            self.second[rows],
            self.outcome[rows],
            self.kind[rows],
            self.kept_later[rows],
            self.lack[rows],
        )

    def without_evidence(self, where: Truths, lack: Lack) -> Judged:
        """The same, but that nothing is known of some, for one reason."""
        outcome = np.where(where, NO_EVIDENCE, self.outcome).astype(np.int8)
        later = np.where(where, NONE, self.kept_later).astype(np.int8)
        lacks = np.where(where, LACKS.index(lack), self.lack).astype(np.int8)
        return Judged(self.case, self.asks, self.first, self.second, outcome, self.kind, later, lacks)

    def frame(self, index: int, moments: NDArray[np.datetime64]) -> pl.DataFrame:
        """The instances as ``INSTANCE_COLUMNS``.

        Args:
            index: Index of the standard.
            moments: datetime64[us], the moment of each, NaT where unknown.
        """
        return pl.DataFrame(
            {
                "standard": np.full(len(self.case), index, dtype=np.uint32),
                "case": self.case.astype(np.uint32),
                "outcome": self.outcome.astype(np.uint8),
                "kind": self.kind.astype(np.uint8),
                "first": self.first,
                "second": self.second,
                "kept_later": self.kept_later,
                "moment": moments.astype("datetime64[us]"),
                "lack": self.lack.astype(np.uint8),
            }
        ).select(
            "standard",
            "case",
            pl.col("outcome").cat.to(INSTANCE_COLUMNS["outcome"]),
            pl.when(pl.Series(self.outcome == MISSED)).then("kind").cat.to(INSTANCE_COLUMNS["kind"]),
            pl.when(pl.col("first") >= 0).then("first").cast(pl.UInt32),
            pl.when(pl.col("second") >= 0).then("second").cast(pl.UInt32),
            pl.when(pl.col("kept_later") >= 0).then(pl.col("kept_later") == 1),
            "moment",
            pl.when(pl.Series(self.outcome == NO_EVIDENCE)).then("lack").cat.to(INSTANCE_COLUMNS["lack"]),
        )


def lack_of(given: Truths) -> Codes:
    """What is missing of an attribute that could not be used: it is there and cannot be read, or it is not there."""
    return np.where(given, LACKS.index(Lack.UNREADABLE), LACKS.index(Lack.VALUE)).astype(np.int8)
