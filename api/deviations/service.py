"""Equal deviations of an assessment together. Nothing here knows HTTP."""

from __future__ import annotations

from api.cases.service import StoredBook
from api.schemas.deviations import DeviationGroupShape, DeviationsShape, DimensionUnitsShape
from engine.assessment.deviation_search import DeviationFilter, lost_by_dimension, page_of_deviations
from engine.vocabulary import Dimension


def list_deviations(book: StoredBook, wanted: DeviationFilter, *, after: int, limit: int) -> DeviationsShape:
    """A page of the deviations that match."""
    accepted = [key for key, found in book.accepted.by_key.items() if found[0].case is None]
    found = page_of_deviations(book.tables, wanted, accepted=accepted, after=after, limit=limit)
    lost, of_dimensions = lost_by_dimension(book.tables), book.accepted.of_dimensions
    return DeviationsShape(
        items=[DeviationGroupShape.of(row, book.accepted) for row in found.rows.iter_rows(named=True)],
        next=found.next,
        total=found.total,
        dimensions={
            dimension: DimensionUnitsShape(lost=lost[dimension], accepted=of_dimensions[dimension.value])
            for dimension in Dimension
        },
    )
