"""What changed since the last period, as cells: scores, how far from the standard, deviations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.assessment.actions import deviation_key
from engine.assessment.assessment import Assessment
from engine.assessment.comparison import AssessmentComparison, DeviationChange, Shift, StandardChange, gap_of
from engine.assessment.standard_result import StandardResult
from engine.rendering.cells import MISSING, Cell, Cells, Column, Table, Tone
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS
from engine.rendering.report_views import deviation_subject
from engine.rendering.standard_views import target_cell
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import Dimension, Trend, Verdict

TONES = {Trend.BETTER: Tone.GOOD, Trend.WORSE: Tone.ALERT}
VERDICT_TONES = {Verdict.MET: Tone.GOOD, Verdict.MISSED: Tone.ALERT}
ARROWS = {Trend.BETTER: "▲", Trend.WORSE: "▼", Trend.NO_CLEAR_CHANGE: "=", Trend.TOO_FEW: "?"}
"""Beside the word, so that nothing rests on colour."""


@dataclass(frozen=True, slots=True)
class TrendView:
    """How a measure stands beside the same of the last period.

    Attributes:
        before: The measure then.
        change: Now less before, in points.
        interval: 95 % interval of the change.
        trend: What can be said of it, with a sign.
        sentence: All of it on one line.
        short: The same where the change stands beside it.
        reason: Why it cannot be compared, or "".
    """

    before: Cell
    change: Cell
    interval: Cell
    trend: Cell
    sentence: str
    short: str
    reason: str


def trend_view(shift: Shift, wording: Wording) -> TrendView:
    """A shift in words."""
    cells = Cells(wording)
    before = cells.score(shift.before) or MISSING
    change = cells.change(shift.change, tone=TONES.get(shift.trend, Tone.PLAIN))
    trend = trend_cell(shift.trend, wording)
    reason = wording.text(shift.reason) if shift.reason else ""
    if reason:
        sentence = short = wording.text("report.trend.not-comparable", before=before.text, reason=reason)
    else:
        sentence = wording.text("report.trend.change", change=change.text, before=before.text, trend=trend.text)
        short = wording.text("report.trend.short", before=before.text, trend=trend.text)
    return TrendView(before, change, cells.interval(shift.interval), trend, sentence, short, reason)


def trend_cell(trend: Trend, wording: Wording) -> Cell:
    """What can be said of a change, with its sign."""
    word = wording.term(f"trend.{trend}")
    sign = ARROWS.get(trend, "")
    return Cell(f"{sign} {word}".strip(), tone=TONES.get(trend, Tone.MUTED))


def dimension_trends(comparison: AssessmentComparison | None, wording: Wording) -> dict[Dimension, TrendView]:
    """The trend of each dimension; empty without a last period."""
    if comparison is None:
        return {}
    return {one.dimension: trend_view(one.shift, wording) for one in comparison.dimensions}


def score_changes(comparison: AssessmentComparison, wording: Wording) -> Table:
    """The four scores, earlier and now."""
    cells = Cells(wording)
    columns = (
        Column(wording.term("column.dimension"), 14),
        Column(wording.text("report.column.score-before"), 11, right=True),
        Column(wording.term("column.score"), 9, right=True),
        Column(wording.text("report.column.change-points"), 9, right=True),
        Column(wording.text("report.column.change-interval"), 15, right=True),
        Column(wording.term("column.change"), 24),
    )
    rows = []
    for one in comparison.dimensions:
        trend = trend_view(one.shift, wording)
        said = cells.text(trend.reason, tone=Tone.MUTED) if trend.reason else trend.trend
        name = cells.text(wording.term(f"dimension.{one.dimension}"), tone=Tone.STRONG)
        rows.append((name, trend.before, cells.score(one.shift.now) or MISSING, trend.change, trend.interval, said))
    return Table(columns, tuple(rows))


def gap_table(assessment: Assessment, comparison: AssessmentComparison | None, wording: Wording) -> Table:
    """How far each standard was from its target in the last period, and how far it is now, in the flow's order."""
    columns = [
        Column(wording.term("column.standard"), 30),
        Column(wording.term("column.target"), 7, right=True),
        Column(wording.text("report.column.share-now"), 8, right=True),
        Column(wording.text("report.column.gap-now"), 9, right=True),
    ]
    if comparison is not None:
        columns[2:2] = [
            Column(wording.text("report.column.share-before"), 8, right=True),
            Column(wording.text("report.column.gap-before"), 9, right=True),
        ]
        columns += [
            Column(wording.text("report.column.change-interval"), 12, right=True),
            Column(wording.term("column.change"), 13),
        ]
    columns.append(Column(wording.term("column.verdict"), 16))
    notes = [wording.text("report.gaps.legend")]
    if comparison is None:
        rows = tuple(_gap_row(result, wording) for result in assessment.standards)
        notes.append(wording.text("report.gaps.no-last-period"))
    else:
        rows = tuple(_gap_change_row(change, wording) for change in comparison.standards)
    return Table(tuple(columns), rows, tuple(notes), wording.text("report.standards.none"))


def _gap_row(result: StandardResult, wording: Wording) -> tuple[Cell, ...]:
    cells = Cells(wording)
    return (
        cells.text(wording.title(result.title), tone=Tone.STRONG),
        target_cell(result.target, cells),
        cells.share(result.share),
        cells.change(gap_of(result), tone=_gap_tone(result)),
        verdict_cell(result.verdict, wording),
    )


def _gap_change_row(change: StandardChange, wording: Wording) -> tuple[Cell, ...]:
    cells, before, now = Cells(wording), change.before, change.now
    known = now or before
    trend = trend_view(change.shift, wording)
    said = trend.trend if not trend.reason else cells.text(trend.reason, tone=Tone.MUTED)
    return (
        cells.text(wording.title(known.title) if known else change.standard, tone=Tone.STRONG),
        target_cell(known.target if known else None, cells),
        cells.share(before.share if before else None, tone=Tone.MUTED),
        cells.change(change.gap_before, tone=Tone.MUTED),
        cells.share(now.share if now else None),
        cells.change(change.gap_now, tone=Tone.MUTED if now is None else _gap_tone(now)),
        trend.interval,
        said,
        _verdicts(before, now, wording),
    )


def _gap_tone(result: StandardResult) -> Tone:
    return VERDICT_TONES.get(result.verdict, Tone.PLAIN)


def verdict_cell(verdict: Verdict, wording: Wording) -> Cell:
    """A verdict, short, with its sign."""
    sign = {Verdict.MET: "✓", Verdict.MISSED: "×", Verdict.NOT_PROVEN: "¿"}.get(verdict, "–")
    return Cell(f"{sign} {wording.text(f'report.verdict.{verdict}')}", tone=VERDICT_TONES.get(verdict, Tone.MUTED))


def _verdicts(before: StandardResult | None, now: StandardResult | None, wording: Wording) -> Cell:
    """The verdict of now, with that of the last period before it where it was another."""
    if now is None:
        return MISSING
    found = verdict_cell(now.verdict, wording)
    if before is None or before.verdict is now.verdict:
        return found
    return Cell(f"{wording.text(f'report.verdict.{before.verdict}')} → {found.text}", tone=found.tone)


def change_table(comparison: AssessmentComparison, wording: Wording) -> Table:
    """Which deviations are new, gone, more or less frequent; the largest difference first."""
    columns = (
        Column(wording.text("report.column.kind"), 15),
        Column(wording.text("report.column.subject"), 24),
        Column(wording.text("report.column.per-hundred-before"), 10, right=True),
        Column(wording.text("report.column.per-hundred-now"), 10, right=True),
        Column(wording.text("report.column.difference"), 9, right=True),
        Column(wording.text("report.column.change-interval"), 13, right=True),
        Column(wording.term("column.change"), 16),
    )
    rows = tuple(_change_row(change, comparison, wording) for change in comparison.deviations)
    notes = (wording.text("report.changes.legend"),)
    return Table(columns, rows, notes, wording.text("report.deviations.none"))


def _change_row(change: DeviationChange, comparison: AssessmentComparison, wording: Wording) -> tuple[Cell, ...]:
    cells, summary = Cells(wording), change.summary
    flow = comparison.before.flow if change.is_gone else comparison.now.flow
    names = Names(flow, wording)
    before, now = change.before.cases_per_hundred, change.now.cases_per_hundred
    difference = None if before is None or now is None else now - before
    kind = names.kind(summary.kind, other_branch=summary.other_branch)
    return (
        Cell(f"{DEVIATION_MARKS[summary.kind]} {kind}"),
        cells.text(deviation_subject(summary, names)),
        MISSING if before is None else cells.tenths(float(before)),
        MISSING if now is None else cells.tenths(float(now)),
        cells.change(difference),
        cells.interval(change.interval),
        change_cell(change, wording),
    )


def change_cell(change: DeviationChange, wording: Wording) -> Cell:
    """New, gone, more or fewer; whether it may be chance is said beside it."""
    if change.trend is Trend.NOT_COMPARABLE:
        return trend_cell(change.trend, wording)
    tone = TONES.get(change.trend, Tone.MUTED)
    clear = change.trend in TONES
    if change.is_new or change.is_gone:
        code = f"report.changes.{'new' if change.is_new else 'gone'}{'' if clear else '-by-chance'}"
    elif clear:
        code = "report.changes.more" if change.trend is Trend.WORSE else "report.changes.fewer"
    else:
        return trend_cell(change.trend, wording)
    return Cell(wording.text(code), tone=tone)


def changes_by_key(comparison: AssessmentComparison | None, wording: Wording) -> dict[str, Cell]:
    """For each deviation of now what changed of it; empty without a last period."""
    if comparison is None:
        return {}
    return {deviation_key(change.summary): change_cell(change, wording) for change in comparison.deviations}


def comparison_notices(comparison: AssessmentComparison | None, wording: Wording) -> Iterator[str]:
    """What a reader has to know before looking at changes."""
    if comparison is None:
        return
    if comparison.reasons:
        reasons = wording.text("report.calendar.separator").join(map(wording.text, comparison.reasons))
        yield wording.text("report.trend.incomparable", reasons=reasons)
    yield from map(wording.text, comparison.remarks)


def period_text(assessment: Assessment, wording: Wording) -> str:
    """The days of a log, from its first to its last."""
    if assessment.period is None:
        return wording.text("report.no-timestamps")
    return " – ".join(moment.date().isoformat() for moment in assessment.period)


def last_period_text(comparison: AssessmentComparison | None, wording: Wording) -> str:
    """What the last period was: its days, its log, its cases; "" without one."""
    if comparison is None:
        return ""
    before = comparison.before
    return wording.text(
        "report.last-period",
        period=period_text(before, wording),
        log=clean(before.log_name),
        cases=wording.number(before.cases),
    )
