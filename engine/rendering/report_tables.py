"""The tables of a report as rows of cells: the same rows that the page on screen shows, for paper and workbook."""

from __future__ import annotations

from engine.rendering.cells import EMPTY, MISSING, Cell, Cells, Column, Table, Tone
from engine.rendering.comparison_views import TrendView
from engine.rendering.content import ReportContent
from engine.rendering.report_views import Card, DeviationRow
from engine.rendering.standard_views import StandardRow
from engine.rendering.wording import Wording
from engine.vocabulary import Dimension

VERDICT_TONES = {"met": Tone.GOOD, "missed": Tone.ALERT}


def score_table(content: ReportContent) -> Table:
    """The four dimensions with units, interval and change."""
    wording = content.wording
    columns = (
        Column(wording.term("column.dimension"), 14),
        Column(wording.term("column.score"), 9, right=True),
        *_interval_columns(wording),
        Column(wording.text("report.column.kept"), 9, right=True),
        Column(wording.text("report.column.counted"), 9, right=True),
        Column(wording.text("report.column.score-before"), 11, right=True),
        Column(wording.text("report.column.change-points"), 9, right=True),
        Column(wording.text("report.column.change-interval"), 15, right=True),
        Column(wording.term("column.change"), 24),
    )
    return Table(columns, tuple(_score_row(card, content) for card in content.cards))


def _score_row(card: Card, content: ReportContent) -> tuple[Cell, ...]:
    cells = Cells(content.wording)
    trend = content.trends.get(Dimension(card.key))
    missing = cells.text(card.reason or content.wording.text("report.not-assessable"), tone=Tone.MUTED)
    ends = (MISSING, MISSING) if card.low == card.high else (cells.tenths(card.low), cells.tenths(card.high))
    change = (MISSING, MISSING, MISSING, EMPTY) if trend is None else _changed(trend, cells)
    return (
        Cell(card.name, tone=Tone.STRONG),
        card.score or missing,
        *ends,
        card.kept,
        card.counted,
        *change,
    )


def _changed(trend: TrendView, cells: Cells) -> tuple[Cell, ...]:
    said = cells.text(trend.reason, tone=Tone.MUTED) if trend.reason else trend.trend
    return trend.before, trend.change, trend.interval, said


def standard_table(content: ReportContent) -> Table:
    """What the standards came to, the whole of it."""
    wording = content.wording
    columns = (
        Column(wording.term("column.standard"), 26),
        Column(wording.term("column.dimension"), 11),
        Column(wording.term("column.share"), 9, right=True),
        Column(wording.term("column.interval"), 13, right=True),
        Column(wording.term("column.target"), 8, right=True),
        Column(wording.text("report.column.tolerance"), 9, right=True),
        Column(wording.term("outcome.met"), 8, right=True),
        Column(wording.term("outcome.missed"), 8, right=True),
        Column(wording.text("report.column.open"), 9, right=True),
        Column(wording.term("column.verdict"), 15),
    )
    rows = tuple(_standard_row(row) for row in content.standards)
    return Table(columns, rows, (wording.text("report.method.standards"),), wording.text("report.standards.none"))


def _standard_row(row: StandardRow) -> tuple[Cell, ...]:
    tone = VERDICT_TONES.get(row.verdict_kind, Tone.MUTED)
    return (
        Cell(row.title, tone=Tone.STRONG),
        Cell(row.dimension),
        row.share,
        Cell(row.interval, tone=Tone.MUTED),
        row.target,
        row.tolerance,
        row.met,
        row.missed,
        row.open,
        Cell(row.verdict, tone=tone),
    )


def finding_table(content: ReportContent) -> Table:
    """The findings of all dimensions, with what is done about them."""
    wording = content.wording
    cells = Cells(wording)
    columns = (
        Column(wording.term("column.dimension"), 11),
        Column(wording.term("column.finding"), 15),
        Column(wording.text("report.column.subject"), 28),
        Column(wording.term("column.points"), 8, right=True),
        Column(wording.term("column.lost"), 8, right=True),
        Column(wording.term("column.cases"), 8, right=True),
        Column(wording.term("column.examples"), 20),
        Column(wording.text("report.column.action"), 30),
        Column(wording.text("report.column.key"), 20),
    )
    rows = tuple(
        (
            Cell(table.name),
            Cell(f"{row.mark} {row.kind}"),
            Cell(f"{row.subject} ({row.group})" if row.group else row.subject),
            row.points,
            row.lost,
            row.cases,
            cells.words(row.examples),
            cells.words([line.text for line in content.actions_of.get(row.key, ())]),
            Cell(row.key, tone=Tone.MUTED),
        )
        for table in content.findings
        for row in table.rows
    )
    return Table(columns, rows, (wording.text("report.findings.lead"),), wording.text("report.findings.nothing-lost"))


def deviation_table(content: ReportContent) -> Table:
    """The deviations, and what changed of them."""
    wording = content.wording
    columns = [
        Column(wording.text("report.column.kind"), 15),
        Column(wording.text("report.column.subject"), 30),
        Column(wording.term("column.count"), 8, right=True),
        Column(wording.term("column.cases"), 8, right=True),
        Column(wording.text("report.column.of-cases"), 9, right=True),
        Column(wording.term("column.examples"), 20),
        Column(wording.text("report.column.key"), 20),
    ]
    if content.changes is not None:
        columns.append(Column(wording.term("column.change"), 16))
    rows = tuple(_deviation_row(row, content) for row in content.deviations)
    return Table(tuple(columns), rows, (), wording.text("report.deviations.none"))


def _deviation_row(row: DeviationRow, content: ReportContent) -> tuple[Cell, ...]:
    cells = Cells(content.wording)
    found = (
        Cell(f"{row.mark} {row.kind}"),
        Cell(row.subject),
        row.count,
        row.cases,
        row.share,
        cells.words(row.examples),
        Cell(row.key, tone=Tone.MUTED),
    )
    return found if content.changes is None else (*found, content.change_of.get(row.key, EMPTY))


def method_table(content: ReportContent) -> Table:
    """What was held against what, and how it was measured."""
    columns = (Column(content.wording.term("column.name"), 24), Column(content.wording.term("column.value"), 100))
    facts = ((Cell(fact.name, tone=Tone.STRONG), Cell(fact.value)) for fact in content.facts)
    notes = (
        (Cell(f"{note.mark} {note.title}".strip(), tone=Tone.STRONG), Cell(note.text))
        for note in (*content.method, *content.kinds)
    )
    return Table(columns, (*facts, *notes))


def _interval_columns(wording: Wording) -> tuple[Column, ...]:
    return (
        Column(wording.text("report.column.low"), 9, right=True),
        Column(wording.text("report.column.high"), 9, right=True),
    )
