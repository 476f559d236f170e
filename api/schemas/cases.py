"""JSON shapes of the cases of an assessment: in lists, closely, and by variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from api.schemas.alignment import MoveShape
from api.schemas.deviations import CaseDeviationShape, Units, added, lost_of

_MICROSECONDS = 1_000_000


class CaseRowShape(BaseModel):
    """What became of a case.

    Attributes:
        number: It counts the cases of the log from 1.
        case: Its id.
        variant: Number of its variant, from 1, the most frequent first.
        closed: Whether it was judged as closed.
        ended: Whether it reached an end.
        explained: Whether its explanation is exact; where it is not, it counts in no dimension.
        start: Its first moment, or null.
        end: Its last moment, or null.
        duration_seconds: Between both, in clock time; null where unknown.
        touch_seconds: In which at least one event was worked on; null where unknown.
        events: How many events it has.
        cost: Of its alignment.
        lost: Units that it lost, by dimension.
        accepted: How many of them are accepted, by dimension.
        disturbed: Whether it was disturbed.
        recovered: Whether it recovered; null unless it is closed and was disturbed.
        finding: Index of the finding of adaptability that says why it did not recover, or null.
        deviations: Its deviations and what it missed.
    """

    number: int
    case: str
    variant: int
    closed: bool
    ended: bool
    explained: bool
    start: datetime | None
    end: datetime | None
    duration_seconds: float | None
    touch_seconds: float | None
    events: int
    cost: int
    lost: Units
    accepted: Units
    disturbed: bool
    recovered: bool | None
    finding: int | None
    deviations: list[CaseDeviationShape]

    @classmethod
    def of(cls, row: Mapping[str, Any], deviations: Sequence[CaseDeviationShape]) -> CaseRowShape:
        """The shape of a row of ``CASES``."""
        return cls(**case_fields(row, deviations))


class CasesShape(BaseModel):
    """Cases of an assessment.

    Attributes:
        items: A part of those that match.
        next: Give it as ``after`` to get the next part; null at the end.
        total: How many match.
    """

    items: list[CaseRowShape]
    next: int | None
    total: int


class VariantRowShape(BaseModel):
    """A variant, judged as closed or as open, with the cases that match.

    Attributes:
        number: It counts the explanations of the log from 1.
        variant: Number of the variant, from 1.
        closed: Whether its cases were judged as closed.
        explained: Whether its explanation is exact.
        cases: How many of its cases match.
        all_cases: How many it has.
        events: Events of each.
        cost: Of its alignment.
        fitness: Of its alignment; null for open cases.
        activities: Their names, in order.
        moves: ``[kind, activity or null, step or null]``; ``sync``, ``log``, ``model`` and ``silent``.
        deviations: Of its alignment; what single cases missed stands with them.
    """

    number: int
    variant: int
    closed: bool
    explained: bool
    cases: int
    all_cases: int
    events: int
    cost: int
    fitness: float | None
    activities: list[str]
    moves: list[MoveShape]
    deviations: list[CaseDeviationShape]


class VariantsShape(BaseModel):
    """Variants, those with the most matching cases first.

    Attributes:
        items: A part of them.
        next: Give it as ``after`` to get the next part; null at the end.
        total: How many have matching cases.
        cases: How many cases match.
    """

    items: list[VariantRowShape]
    next: int | None
    total: int
    cases: int


def case_fields(row: Mapping[str, Any], deviations: Sequence[CaseDeviationShape]) -> dict[str, Any]:
    """The members of ``CaseRowShape``."""
    return {
        **{name: row[name] for name in _SAME},
        "number": row["case"] + 1,
        "case": row["case_id"],
        "variant": row["variant"] + 1,
        "duration_seconds": None if row["duration"] is None else row["duration"] / _MICROSECONDS,
        "touch_seconds": None if row["touch"] is None else row["touch"] / _MICROSECONDS,
        "lost": lost_of(row),
        "accepted": added([one.lost for one in deviations if one.accepted is not None]),
        "deviations": list(deviations),
    }


_SAME = (
    "closed",
    "ended",
    "explained",
    "start",
    "end",
    "events",
    "cost",
    "disturbed",
    "recovered",
    "finding",
)
"""What is called the same in the book."""
