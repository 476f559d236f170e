"""The report on paper: a PDF set by Typst from the same content that the page on screen shows.

Every text of a user reaches Typst as a value of a JSON object, never as part of the template, so that nothing in it can
be code. Typst sees the vendored font and no file; it has no way to the network, for the template imports no package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from engine.assessment.assessment import Assessment
from engine.limits import DEFAULT_LIMITS, Limits
from engine.rendering import palette
from engine.rendering.cells import Cell, Column, Table, Tone
from engine.rendering.chart_pages import ChartPage, cut_chart
from engine.rendering.chevrons import VariantRow
from engine.rendering.comparison_views import TrendView
from engine.rendering.content import NOTHING_BESIDE, Beside, ReportContent, make_content
from engine.rendering.coverage import LACKING, covered
from engine.rendering.fonts import FONTS
from engine.rendering.overlay import OverlayKind
from engine.rendering.report import draw_chart
from engine.rendering.report_tables import deviation_table, standard_table
from engine.rendering.report_views import DEVIATIONS_SHOWN, Card, FindingTable
from engine.rendering.text import wrap
from engine.rendering.wording import Wording
from engine.vocabulary import Dimension, Language

if TYPE_CHECKING:
    import typst

MADE = 946_684_800
"""2000-01-01, the date that the file says it was made on: always the same, so that equal reports are equal files."""
ROWS_SHOWN = 200
"""Rows of one table on paper; the workbook has the rest."""
VARIANTS_SHOWN = 5
PAGE, PAGES = "⟦1⟧", "⟦2⟧"
"""Stand in the words "page 1 of 2" for the numbers, which only the typesetter knows."""
CHEVRON_COLUMNS = 34
"""Width of a chevron's label, where a Chinese character takes two."""
COVER = ("version", "log", "cases", "now", "closed", "calendar", "compared", "prepared-by")
"""What stands at the head of the first page; the last one has the rest."""
HASH_SHOWN = 16
_LONG_WORD = re.compile(r"[^\s\u200b\u2e80-\uffff]{18,}")
_BREAK_EVERY = 9
_COLOURS = ("INK", "MUTED", "LINE", "FAINT", "STEP", "ALERT", "GOOD", "ACCENT")
_LABELS = {
    "eyebrow": "report.title",
    "sign": "report.section.sign",
    "statement": "report.sign.statement",
    "role": "report.sign.role",
    "signature": "report.sign.signature",
    "date": "report.sign.date",
    "summary": "report.section.summary",
    "scores": "report.section.scores",
    "gaps": "report.section.gaps",
    "worst": "report.section.worst",
    "worst_lead": "report.worst.lead",
    "findings": "report.section.findings",
    "findings_lead": "report.findings.lead",
    "standards": "report.section.standards",
    "deviations": "report.section.deviations",
    "changes": "report.section.changes",
    "patterns": "report.section.patterns",
    "patterns_lead": "report.patterns.lead",
    "alignments": "report.section.alignments",
    "alignments_lead": "report.alignments.lead",
    "actions": "report.section.actions",
    "charts": "report.section.charts",
    "method": "report.section.method",
    "kinds": "report.method.kinds.title",
    "beside": "report.beside",
    "nobody": "report.actions.nobody",
    "not_assessable": "report.not-assessable",
    "too_large": "report.chart.too-large",
    "no_standards": "report.standards.none",
    "nothing_lost": "report.findings.nothing-lost",
}


def render_paper(
    assessment: Assessment, *, language: Language, beside: Beside = NOTHING_BESIDE, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The report of one assessment as a PDF on A4.

    Args:
        assessment: What was found.
        language: Of every text that is not the user's own.
        beside: What it says beside that.
        limits: ``chart_elements`` bounds the flowchart, ``report_pages`` the pages that it takes.

    Returns:
        The file. The same values give the same bytes. A character that the font does not have stands as a box.
    """
    made = typeset(paper_data(assessment, language=language, beside=beside, limits=limits))
    return made[0]


def typeset(data: str, *, form: str = "pdf", dots_per_inch: float = 100) -> tuple[bytes, ...]:
    """What ``paper_data`` gives, set on pages.

    Args:
        data: The JSON text.
        form: ``pdf``, or ``png`` for one picture of each page.
        dots_per_inch: Of the pictures.
    """
    import typst  # noqa: PLC0415 - 40 MB that only this needs

    template = files("engine.rendering").joinpath("templates", "report.typ").read_bytes()
    compiler = typst.Compiler(input=template, font_paths=_fonts(), sys_inputs={"report": data})
    made = compiler.compile(format="png" if form == "png" else "pdf", ppi=dots_per_inch, timestamp=MADE)
    if made is None:
        raise RuntimeError("typst gave nothing")
    return (made,) if isinstance(made, bytes) else tuple(made)


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - as above

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def paper_data(
    assessment: Assessment, *, language: Language, beside: Beside = NOTHING_BESIDE, limits: Limits = DEFAULT_LIMITS
) -> str:
    """All that stands on paper, as the JSON text that the template reads; arguments as of ``render_paper``."""
    content = make_content(assessment, language=language, beside=replace(beside, case_ids=()), limits=limits)
    wording = content.wording
    said = {
        "language": language.value,
        "title": content.title,
        "period": content.period,
        "last": content.last_period,
        "prepared_by": content.prepared_by,
        "labels": {name: wording.text(code) for name, code in _LABELS.items()},
        "notices": content.notices,
        "cover": [
            {"name": fact.name, "value": fact.value} for key in COVER for fact in content.facts if fact.key == key
        ],
        "hashes": " · ".join(f"{fact.name} {fact.value[:HASH_SHOWN]}" for fact in content.facts if fact.code),
        "facts": [{"name": fact.name, "value": fact.value, "code": fact.code} for fact in content.facts],
        "headlines": [_cell(line) for line in content.summary.headlines],
        "gaps_short": _table(content.summary.gaps, wording),
        "worst_short": _table(content.summary.worst, wording),
        "cards": [_card(card, content.trends.get(Dimension(card.key))) for card in content.cards],
        "beside": [{"name": fact.name, "value": fact.value} for fact in content.beside],
        "gaps": _table(content.gaps, wording),
        "worst": [_worst(content, at) for at in range(len(content.worst))],
        "findings": [_findings(table, wording) for table in content.findings],
        "standards": _table(standard_table(content), wording),
        "notes": [{"title": row.title, "lines": row.notes} for row in content.standards if row.notes],
        "deviations": _table(_without_keys(deviation_table(content), wording), wording, most=DEVIATIONS_SHOWN),
        "changes": None if content.changes is None else _table(content.changes, wording, most=DEVIATIONS_SHOWN),
        "patterns": [_patterns(content, at) for at in range(len(content.patterns))],
        "pattern_method": content.pattern_method,
        "variants": [_variant(row, wording) for row in content.variants[:VARIANTS_SHOWN]],
        "actions": _table(content.actions, wording),
        "method": [{"title": note.title, "text": note.text} for note in content.method],
        "kinds": [{"mark": note.mark, "title": note.title, "text": note.text} for note in content.kinds],
    }
    printable, lacking = _printable(said)
    whole = {
        **printable,
        "colours": {name.lower(): getattr(palette, name) for name in _COLOURS},
        "font": palette.FONT,
        "page": wording.text("report.page", page=PAGE, pages=PAGES),
        "lacking": wording.text("report.lacking") if lacking else "",
        "chart": _chart(assessment, wording, language, limits),
    }
    return json.dumps(whole, ensure_ascii=False)


def _chart(assessment: Assessment, wording: Wording, language: Language, limits: Limits) -> dict[str, object]:
    """The flowchart with its deviations, page by page."""
    drawing = draw_chart(assessment, OverlayKind.DEVIATIONS, language=language, limits=limits).drawing
    pages: tuple[ChartPage, ...] = () if drawing is None else cut_chart(str(drawing))
    left = len(pages) - limits.report_pages
    return {
        "title": wording.text("chart.show.deviations"),
        "caption": wording.text("report.chart.deviations"),
        "pages": [{"svg": covered(page.svg), "width": page.width} for page in pages[: limits.report_pages]],
        "note": wording.text("report.chart.pages-cut", count=left) if left > 0 else "",
    }


def _cell(cell: Cell) -> dict[str, str]:
    return {"text": cell.text, "tone": cell.tone.value}


def _table(table: Table, wording: Wording, *, most: int = ROWS_SHOWN) -> dict[str, object]:
    left = len(table.rows) - most
    cut = (wording.text("report.table.in-workbook", count=wording.number(left)),) if left > 0 else ()
    return {
        "columns": [{"title": one.title, "width": one.width, "right": one.right} for one in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows[:most]],
        "notes": [*cut, *table.notes],
        "empty": table.empty,
    }


def _without_keys(table: Table, wording: Wording) -> Table:
    """The table of deviations without the keys, which only matter to who writes actions down."""
    key = wording.text("report.column.key")
    kept = [at for at, column in enumerate(table.columns) if column.title != key]
    return replace(
        table,
        columns=tuple(table.columns[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in table.rows),
    )


def _card(card: Card, trend: TrendView | None) -> dict[str, object]:
    return {
        "name": card.name,
        "question": card.question,
        "score": card.score.text,
        "position": card.position,
        "low": card.low,
        "high": card.high,
        "interval": card.interval,
        "units": card.units,
        "reason": card.reason,
        "verdict": {"text": card.verdict, "tone": {"met": "good", "missed": "alert"}.get(card.verdict_kind, "muted")},
        "notes": card.notes,
        "trend": None if trend is None else {"text": trend.short, "tone": trend.trend.tone.value},
        "change": None if trend is None else {"text": trend.change.text, "tone": trend.trend.tone.value},
    }


def _worst(content: ReportContent, at: int) -> dict[str, object]:
    one, wording = content.worst[at], content.wording
    return {
        "title": one.title,
        "where": one.where,
        "happened": one.happened,
        "examples": f"{wording.term('column.examples')} {', '.join(one.examples)}" if one.examples else "",
        "example": None if one.example is None else _variant(one.example, wording),
        "actions": [_cell(action) for action in one.actions],
        "key": f"{wording.text('report.worst.key')} {one.key}",
    }


def _variant(row: VariantRow, wording: Wording) -> dict[str, object]:
    return {
        "head": wording.text("report.alignments.cases", cases=row.cases, share=row.share),
        "cost": wording.text("report.alignments.cost", cost=row.cost, fitness=row.fitness),
        "example": wording.text("report.worst.example", cases=row.cases),
        "deviations": row.deviations,
        "chevrons": [
            {"kind": one.kind, "mark": one.mark, "label": wrap(one.label, columns=CHEVRON_COLUMNS, lines=1)[0]}
            for one in row.chevrons
        ],
    }


def _findings(table: FindingTable, wording: Wording) -> dict[str, object]:
    columns = (
        Column(wording.term("column.finding"), 16),
        Column(wording.text("report.column.subject"), 34),
        Column(wording.term("column.points"), 8, right=True),
        Column(wording.term("column.lost"), 8, right=True),
        Column(wording.term("column.cases"), 8, right=True),
        Column(wording.term("column.examples"), 26),
    )
    total = Cell(wording.text("report.total"), tone=Tone.STRONG)
    rows = [
        (
            Cell(f"{row.mark} {row.kind}"),
            Cell(f"{row.subject} ({row.group})" if row.group else row.subject),
            row.points,
            row.lost,
            row.cases,
            Cell(", ".join(row.examples)),
        )
        for row in (*table.shown, *([table.rest] if table.rest else []))
    ]
    if rows:
        rows.append((total, Cell(""), replace(table.points, tone=Tone.STRONG), table.lost, Cell(""), Cell("")))
    gap = wording.text("report.findings.gap", points=table.gap)
    return {"name": table.name, "gap": gap, "table": _table(Table(columns, tuple(rows), (), table.empty), wording)}


def _patterns(content: ReportContent, at: int) -> dict[str, object]:
    table, wording = content.patterns[at], content.wording
    columns = (
        Column(wording.text("report.column.pattern"), 50),
        Column(wording.text(f"report.column.cases.{table.name}"), 12, right=True),
        Column(wording.text(f"report.column.strength.{table.name}"), 14, right=True),
        Column("q", 7, right=True),
    )
    rows = tuple(
        (Cell(f"{row.mark} {row.words}"), Cell(str(row.cases)), Cell(str(row.strength)), Cell(row.q))
        for row in table.rows
    )
    name = wording.text(f"report.patterns.{table.name}")
    return {"name": name, "table": _table(Table(columns, rows, (), table.empty), wording)}


def _printable(value: object) -> tuple[dict[str, object], bool]:
    """A value of JSON with all its texts as they can be printed, and whether a character is lacking in any."""
    lacking = False

    def made(part: object) -> object:
        nonlocal lacking
        if isinstance(part, str):
            text = covered(part).replace(" %", "\u00a0%")
            lacking = lacking or text.count(LACKING) > part.count(LACKING)
            return _LONG_WORD.sub(_broken, text)
        if isinstance(part, dict):
            return {name: made(one) for name, one in part.items()}
        return [made(one) for one in part] if isinstance(part, Sequence) else part

    found = made(value)
    if not isinstance(found, dict):
        raise TypeError(type(value))
    return found, lacking


def _broken(word: re.Match[str]) -> str:
    """A long word with places at which a line may end."""
    text = word[0]
    return "\u200b".join(text[at : at + _BREAK_EVERY] for at in range(0, len(text), _BREAK_EVERY))
