"""JSON shapes of deviations: of equal ones together, and of those of a case, with what accepts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from engine.assessment.acceptances import Acceptance, Accepted
from engine.assessment.case_book import DIMENSIONS, LOST
from engine.vocabulary import DeviationKind, Dimension

Units = dict[Dimension, int]
"""Dimension → lost units."""


class AcceptedShape(BaseModel):
    """What accepts a deviation.

    Attributes:
        id: Number of the acceptance.
        case: Id of the one case in which it is accepted; null for all.
        reason: Why.
        expires: From when on it no longer counts, or null.
    """

    id: int
    case: str | None
    reason: str
    expires: datetime | None

    @classmethod
    def of(cls, one: Acceptance) -> AcceptedShape:
        """The shape of an acceptance."""
        return cls(id=one.id, case=one.case, reason=one.reason, expires=one.expires)


class DeviationNameShape(BaseModel):
    """What equal deviations have in common.

    Attributes:
        key: Stable in all assessments of all versions of the flow.
        kind: What went wrong.
        steps: Ids of the steps; activity names for ``unplanned``.
        standard: Id of the standard, or null.
        other_branch: For ``out-of-place``: whether a branch not taken contains the step.
        branch: For ``wrong-branch``: gateway and target, else null.
    """

    key: str
    kind: DeviationKind
    steps: list[str]
    standard: str | None
    other_branch: bool
    branch: list[str] | None


class DeviationGroupShape(DeviationNameShape):
    """Equal deviations over the log.

    Attributes:
        count: Occurrences.
        cases: Distinct cases.
        lost: Units that they lost, by dimension. Over all deviations they add up to denominator − numerator.
        accepted: Whether it is accepted in all cases.
        accepted_units: How many of its lost units are accepted, by dimension.
        acceptances: Those in force, for all cases first; 100 at most.
    """

    count: int
    cases: int
    lost: Units
    accepted: bool
    accepted_units: Units
    acceptances: list[AcceptedShape]

    @classmethod
    def of(cls, row: Mapping[str, Any], accepted: Accepted) -> DeviationGroupShape:
        """The shape of a row of ``SUMMARIES``."""
        found = accepted.by_key.get(row["key"], ())
        units = accepted.units.get(row["summary"], dict.fromkeys(DIMENSIONS, 0))
        return cls(
            **name_fields(row),
            count=row["count"],
            cases=row["cases"],
            lost=lost_of(row),
            accepted=accepted.of(row["key"]) is not None,
            accepted_units={Dimension(name): count for name, count in units.items()},
            acceptances=[AcceptedShape.of(one) for one in found[:MOST_ACCEPTANCES]],
        )


MOST_ACCEPTANCES = 100


class DimensionUnitsShape(BaseModel):
    """What a dimension lost, and how much of it is accepted. The score counts all of it."""

    lost: int
    accepted: int


class DeviationsShape(BaseModel):
    """Deviations, most frequent first.

    Attributes:
        items: A part of them.
        next: Give it as ``after`` to get the next part; null at the end.
        total: How many match.
        dimensions: Of the whole assessment, whatever was asked for.
    """

    items: list[DeviationGroupShape]
    next: int | None
    total: int
    dimensions: dict[Dimension, DimensionUnitsShape]


class CaseDeviationShape(DeviationNameShape):
    """A deviation of a case, or an instance of a standard or branch that it missed.

    Attributes:
        positions: 0-based positions of its events in the case.
        moves: 0-based positions of its moves in the alignment; empty for a missed instance.
        cost: What its moves cost; 0 for a missed instance.
        moment: Of a missed instance: that of the event that asks, else when the case began; else null.
        lost: Units that the case lost by it, by dimension.
        accepted: What accepts it in this case, or null.
    """

    positions: list[int]
    moves: list[int]
    cost: int
    moment: datetime | None
    lost: Units
    accepted: AcceptedShape | None

    @classmethod
    def of(
        cls, row: Mapping[str, Any], summary: Mapping[str, Any], acceptance: Acceptance | None
    ) -> CaseDeviationShape:
        """The shape of a row of ``case_search.deviations_of`` and its row of ``SUMMARIES``."""
        return cls(
            **name_fields(summary),
            positions=row["positions"],
            moves=row["moves"],
            cost=row["cost"],
            moment=row["moment"],
            lost=lost_of(row),
            accepted=None if acceptance is None else AcceptedShape.of(acceptance),
        )


def lost_of(row: Mapping[str, Any]) -> Units:
    """The lost units of a row by dimension."""
    return {Dimension(name): row[LOST[name]] for name in DIMENSIONS}


def added(units: Sequence[Units]) -> Units:
    """Lost units added up."""
    return {dimension: sum(one[dimension] for one in units) for dimension in Dimension}


def name_fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """The members of ``DeviationNameShape`` from a row of ``SUMMARIES``."""
    return {
        "key": row["key"],
        "kind": DeviationKind(row["kind"]),
        "steps": row["steps"],
        "standard": row["standard"] or None,
        "other_branch": row["other_branch"],
        "branch": row["branch"] or None,
    }
