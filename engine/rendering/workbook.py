"""The report as a workbook (Office Open XML): a sheet for each table, numbers as numbers, texts as mere texts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from engine.assessment.assessment import Assessment
from engine.limits import DEFAULT_LIMITS, Limits
from engine.rendering import palette
from engine.rendering.cells import Cell, CellKind, Cells, Column, Table, Tone
from engine.rendering.content import NOTHING_BESIDE, Beside, ReportContent, make_content
from engine.rendering.report_tables import deviation_table, finding_table, method_table, score_table, standard_table
from engine.rendering.text import width
from engine.rendering.wording import Wording
from engine.vocabulary import Language

MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The date that the file says it was made on: always the same, so that equal reports are equal files."""
CELL_CHARACTERS = 32_000
"""Longest text of a cell; the format allows 32,767."""
WIDEST = 90
FORMULA_STARTS = tuple("=+-@\t\r")
"""A text that begins so is marked as text, so that it stays one when somebody edits or pastes it."""
_NUMBERS = {
    CellKind.COUNT: "#,##0",
    CellKind.TENTHS: "0.0",
    CellKind.POINTS: "0.00",
    CellKind.SHARE: "0%",
    CellKind.SHARE_TENTHS: "0.0%",
    CellKind.CHANGE: "+0.0;\N{MINUS SIGN}0.0;0.0",
    CellKind.DAY: "yyyy-mm-dd",
}
_TONES: dict[Tone, dict[str, object]] = {
    Tone.PLAIN: {},
    Tone.STRONG: {"bold": True},
    Tone.MUTED: {"font_color": palette.MUTED},
    Tone.GOOD: {"font_color": palette.GOOD, "bold": True},
    Tone.ALERT: {"font_color": palette.ALERT, "bold": True},
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a title, and tables one below the other."""

    name: str
    title: str
    tables: tuple[Table, ...]


def render_workbook(
    assessment: Assessment, *, language: Language, beside: Beside = NOTHING_BESIDE, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The report of one assessment as an xlsx file.

    Args:
        assessment: What was found.
        language: Of every text that is not the user's own, and of the names of the sheets.
        beside: What it says beside that; with the ids of the cases also a sheet of these.
        limits: ``report_rows`` bounds each table; what is left out is counted below it.

    Returns:
        The file. It holds no formula and no link, and the same values give the same bytes.
    """
    content = make_content(assessment, language=language, beside=beside, limits=limits)
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": content.title, "created": MADE, "comments": "", "author": "Trueline"})
        writer = _Writer(book, content.wording, limits)
        for sheet in _sheets(content):
            writer.write(sheet)
    return target.getvalue()


def _sheets(content: ReportContent) -> Iterator[Sheet]:
    wording = content.wording

    def sheet(name: str, title: str, *tables: Table) -> Sheet:
        return Sheet(wording.text(f"report.sheet.{name}"), title, tables)

    yield sheet("summary", content.title, _summary(content), content.summary.gaps, content.summary.worst)
    yield sheet("scores", wording.text("report.section.scores"), score_table(content), _measures(content))
    yield sheet("standards", wording.text("report.section.standards"), standard_table(content), content.gaps)
    yield sheet("findings", wording.text("report.section.findings"), finding_table(content))
    changes = () if content.changes is None else (content.changes,)
    yield sheet("deviations", wording.text("report.section.deviations"), deviation_table(content), *changes)
    if content.cases.rows:
        yield sheet("cases", wording.text("report.sheet.cases"), content.cases)
    yield sheet("actions", wording.text("report.section.actions"), content.actions)
    yield sheet("method", wording.text("report.section.method"), method_table(content))


def _summary(content: ReportContent) -> Table:
    """Scores and headlines in two columns."""
    wording, cells = content.wording, Cells(content.wording)
    columns = (Column(wording.term("column.name"), 24), Column(wording.term("column.value"), 12, right=True))
    rows = [
        (Cell(card.name, tone=Tone.STRONG), card.score or cells.text(card.reason, tone=Tone.MUTED))
        for card in content.cards
    ]
    notes = [*content.notices, *(line.text for line in content.summary.headlines)]
    facts = {fact.name: fact.value for fact in content.facts if not fact.code}
    return Table(columns, tuple(rows), (*notes, *(f"{name}: {value}" for name, value in facts.items())))


def _measures(content: ReportContent) -> Table:
    wording = content.wording
    columns = (Column(wording.text("report.beside"), 24), Column(wording.term("column.value"), 14))
    return Table(columns, tuple((Cell(fact.name), Cell(fact.value)) for fact in content.beside))


class _Writer:
    """Writes sheets; formats are made once each."""

    def __init__(self, book: Any, wording: Wording, limits: Limits) -> None:
        self._book = book
        self._wording = wording
        self._limits = limits
        self._formats: dict[tuple[object, ...], Any] = {}

    def write(self, sheet: Sheet) -> None:
        """Write one sheet; the heading of its first table stays in view."""
        page = self._book.add_worksheet(sheet.name)
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.write_string(0, 0, sheet.title, self._format("title"))
        row = 2
        widths: list[int] = []
        for at, table in enumerate(sheet.tables):
            if at == 0:
                page.freeze_panes(row + 1, 0)
                page.repeat_rows(row)
            row = self._write_table(page, row, table) + 2
            widths = _wider(widths, table)
        for column, size in enumerate(widths):
            page.set_column(column, column, size)

    def _write_table(self, page: Any, row: int, table: Table) -> int:
        """Write a table from a row on, and return the row below it."""
        shown = self._cut(table)
        for column, heading in enumerate(shown.columns):
            page.write_string(row, column, heading.title, self._format("heading", right=heading.right))
        for cells in shown.rows:
            row += 1
            for column, cell in enumerate(cells):
                self._write_cell(page, row, column, cell, right=shown.columns[column].right)
        notes = shown.notes if shown.rows else (shown.empty, *shown.notes)
        for note in filter(None, notes):
            row += 1
            page.write_string(row, 0, note[:CELL_CHARACTERS], self._format("note"))
        return row + 1

    def _write_cell(self, page: Any, row: int, column: int, cell: Cell, *, right: bool) -> None:
        shape = self._format(cell=cell, right=right, quoted=cell.text.startswith(FORMULA_STARTS))
        if isinstance(cell.value, date):
            page.write_datetime(row, column, cell.value, shape)
        elif cell.value is not None:
            page.write_number(row, column, cell.value, shape)
        else:
            page.write_string(row, column, cell.text[:CELL_CHARACTERS], shape)

    def _cut(self, table: Table) -> Table:
        left = len(table.rows) - self._limits.report_rows
        if left <= 0:
            return table
        note = self._wording.text("report.table.cut", count=self._wording.number(left))
        return replace(table, rows=table.rows[: self._limits.report_rows], notes=(*table.notes, note))

    def _format(
        self, kind: str = "cell", *, cell: Cell | None = None, right: bool = False, quoted: bool = False
    ) -> Any:
        key = (kind, None if cell is None else (cell.value is None, cell.kind, cell.tone), right, quoted)
        if key not in self._formats:
            shape = _shape(kind, cell, right=right)
            self._formats[key] = self._book.add_format({**shape, "quote_prefix": True} if quoted else shape)
        return self._formats[key]


def _shape(kind: str, cell: Cell | None, *, right: bool) -> dict[str, object]:
    """How a cell looks: a ``title``, a ``heading``, a ``note``, or a ``cell`` of a table."""
    if kind == "title":
        return {"bold": True, "font_size": 16, "font_color": palette.INK}
    if kind == "note":
        return {"font_color": palette.MUTED, "italic": True}
    shape: dict[str, object] = {"align": "right" if right else "left", "valign": "top", "font_color": palette.INK}
    if kind == "heading":
        return {**shape, "bold": True, "bottom": 1, "text_wrap": True, "bg_color": palette.STEP, "valign": "bottom"}
    shape |= {"bottom": 4, "bottom_color": palette.FAINT}
    if cell is not None:
        shape |= _TONES[cell.tone]
        if cell.value is not None and cell.kind in _NUMBERS:
            shape["num_format"] = _NUMBERS[cell.kind]
        else:
            shape["text_wrap"] = True
    return shape


def _wider(widths: list[int], table: Table) -> list[int]:
    """The widths of columns with one more table below: as wide as its columns ask for, and as their numbers need."""
    needed = []
    for at, column in enumerate(table.columns):
        numbers = (width(row[at].text) + 2 for row in table.rows if row[at].value is not None)
        needed.append(min(WIDEST, max((column.width + 2, *numbers))))
    longest = max(len(widths), len(needed))
    pad = [0] * longest
    return [max(a, b) for a, b in zip([*widths, *pad][:longest], [*needed, *pad][:longest], strict=True)]
