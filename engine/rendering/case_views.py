"""Cases one by one, for the workbook: what each cost and what went wrong in it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.assessment.assessment import Assessment
from engine.rendering.cells import Cell, Cells, Column, Table, Tone
from engine.rendering.chevrons import Explainer
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import AlignmentStatus


def case_table(assessment: Assessment, case_ids: Sequence[str], wording: Wording, *, most: int) -> Table:
    """The cases of a log, those that differ from the flow first.

    Args:
        assessment: What was found; it kept its variants.
        case_ids: The ids of the log's cases, in its order.
        wording: The language.
        most: How many rows at most; what is left out is counted in a note.
    """
    columns = (
        Column(wording.text("report.column.case"), 18),
        Column(wording.term("column.events"), 9, right=True),
        Column(wording.term("column.cost"), 9, right=True),
        Column(wording.term("column.fitness"), 10, right=True),
        Column(wording.text("report.column.happened"), 90),
    )
    explainer, variants = Explainer.of(assessment, wording), assessment.variants
    if explainer is None or variants is None or len(case_ids) != len(variants.of_case):
        return Table(columns, (), (), wording.text("report.cases.none"))
    alignments = assessment.alignments
    places = sorted(range(len(case_ids)), key=lambda case: (alignments.costs[variants.of_case[case]] <= 0, case))
    rows_of = {variant: _row(explainer, variant) for variant in {int(variants.of_case[case]) for case in places[:most]}}
    rows = tuple((Cell(clean(case_ids[case])), *rows_of[int(variants.of_case[case])]) for case in places[:most])
    notes = [wording.text("report.cases.legend")]
    if len(places) > most:
        notes.append(wording.text("report.table.cut", count=wording.number(len(places) - most)))
    return Table(columns, rows, tuple(notes), wording.text("report.cases.none"))


def _row(explainer: Explainer, variant: int) -> tuple[Cell, ...]:
    """What all cases of a variant have in common."""
    cells = Cells(explainer.names.wording)
    alignment = explainer.assessment.alignments.alignment(variant)
    events = cells.count(len(explainer.variants.sequence(variant)))
    if alignment.cost is None or alignment.status is not AlignmentStatus.OPTIMAL:
        return (
            events,
            Cell("–"),
            Cell("–"),
            cells.text(cells.wording.term(f"status.{alignment.status}"), tone=Tone.MUTED),
        )
    happened = explainer.sentences(variant) if alignment.cost else ()
    fitness = cells.tenths(100 * float(alignment.fitness))
    return events, cells.count(alignment.cost), fitness, Cell("; ".join(happened))
