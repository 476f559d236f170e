"""The page that a manager reads: what is met, what changed, what costs most, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.assessment.assessment import Assessment
from engine.assessment.comparison import AssessmentComparison, gap_of
from engine.rendering.action_views import WorstFinding
from engine.rendering.cells import Cell, Cells, Column, Table, Tone
from engine.rendering.comparison_views import gap_table, last_period_text
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import Trend, Verdict

GAPS_SHOWN = 6
"""Standards on the first page: those that lie farthest below their targets."""
FINDINGS_SHOWN = 3
_UNMET = (Verdict.MISSED, Verdict.NOT_PROVEN)


@dataclass(frozen=True, slots=True)
class Summary:
    """The first page.

    Attributes:
        headlines: What there is to say, in whole sentences.
        gaps: The standards that lie farthest below their targets.
        worst: What costs most, with what is done about it.
    """

    headlines: tuple[Cell, ...]
    gaps: Table
    worst: Table


def make_summary(
    assessment: Assessment,
    comparison: AssessmentComparison | None,
    worst: tuple[WorstFinding, ...],
    wording: Wording,
) -> Summary:
    """The first page of a report."""
    return Summary(
        headlines=tuple(_headlines(assessment, comparison, worst, wording)),
        gaps=_worst_gaps(assessment, comparison, wording),
        worst=_worst_table(worst, wording),
    )


def _headlines(
    assessment: Assessment,
    comparison: AssessmentComparison | None,
    worst: tuple[WorstFinding, ...],
    wording: Wording,
) -> Iterator[Cell]:
    counts = {verdict: sum(one.verdict is verdict for one in assessment.standards) for verdict in Verdict}
    if assessment.standards:
        yield Cell(
            wording.text(
                "report.summary.standards",
                all=len(assessment.standards),
                met=counts[Verdict.MET],
                missed=counts[Verdict.MISSED],
                open=counts[Verdict.NOT_PROVEN],
                none=counts[Verdict.NOT_ASSESSABLE],
            ),
            tone=Tone.ALERT if counts[Verdict.MISSED] else Tone.PLAIN,
        )
    else:
        yield Cell(wording.text("report.summary.no-standards"))
    if comparison is not None and not comparison.reasons:
        yield _changes(comparison, wording)
    if worst:
        first = worst[0]
        yield Cell(
            wording.text(
                "report.summary.worst",
                dimension=first.dimension,
                points=first.points.text,
                finding=first.title.split(" ", 1)[-1],
            )
        )
        left = sum(not finding.answered for finding in worst)
        if left:
            yield Cell(wording.text("report.summary.unanswered", count=left, all=len(worst)), tone=Tone.ALERT)
        else:
            yield Cell(wording.text("report.summary.answered", all=len(worst)), tone=Tone.GOOD)


def _changes(comparison: AssessmentComparison, wording: Wording) -> Cell:
    """Which scores and standards changed by more than chance since the last period."""
    names = {trend: list[str]() for trend in Trend}
    for one in comparison.dimensions:
        names[one.shift.trend].append(wording.term(f"dimension.{one.dimension}"))
    for standard in comparison.standards:
        if standard.now is not None:
            names[standard.shift.trend].append(clean(wording.title(standard.now.title)))
    better, worse = names[Trend.BETTER], names[Trend.WORSE]
    last = last_period_text(comparison, wording)
    if not better and not worse:
        return Cell(wording.text("report.summary.no-change", last=last))
    said = [
        wording.text(f"report.summary.{code}", count=len(found), names=_some(found, wording))
        for code, found in (("better", better), ("worse", worse))
        if found
    ]
    text = wording.text(
        "report.summary.changes", last=last, changes=wording.text("report.calendar.separator").join(said)
    )
    return Cell(text, tone=Tone.ALERT if worse else Tone.GOOD)


NAMES_SHOWN = 3


def _some(names: list[str], wording: Wording) -> str:
    shown = wording.text("chart.list-separator").join(names[:NAMES_SHOWN])
    return f"{shown} …" if len(names) > NAMES_SHOWN else shown


def _worst_gaps(assessment: Assessment, comparison: AssessmentComparison | None, wording: Wording) -> Table:
    """The whole table of gaps cut to what is missed, then to what is not proven, the widest gaps first."""
    table = gap_table(assessment, comparison, wording)
    results = [change.now for change in comparison.standards] if comparison else list(assessment.standards)
    ranked = sorted(
        (_UNMET.index(result.verdict), gap, at)
        for at, result in enumerate(results)
        if result is not None and result.verdict in _UNMET and (gap := gap_of(result)) is not None
    )
    rows = tuple(table.rows[at] for _, _, at in ranked[:GAPS_SHOWN])
    left = len(table.rows) - len(rows)
    notes = (wording.text("report.summary.more-standards", count=left),) if left else ()
    empty = wording.text("report.summary.all-met") if assessment.standards else table.empty
    return replace(table, rows=rows, notes=notes, empty=empty)


def _worst_table(worst: tuple[WorstFinding, ...], wording: Wording) -> Table:
    cells = Cells(wording)
    columns = (
        Column(wording.term("column.finding"), 30),
        Column(wording.term("column.dimension"), 11),
        Column(wording.term("column.points"), 8, right=True),
        Column(wording.term("column.cases"), 8, right=True),
        Column(wording.text("report.column.action"), 36),
    )
    nothing = Cell(wording.text("report.actions.nobody"), tone=Tone.ALERT)
    rows = tuple(
        (
            Cell(one.title, tone=Tone.STRONG),
            cells.text(one.dimension),
            one.points,
            one.cases,
            one.actions[0] if one.actions else nothing,
        )
        for one in worst[:FINDINGS_SHOWN]
    )
    return Table(columns, rows, (), wording.text("report.findings.nothing-lost"))
