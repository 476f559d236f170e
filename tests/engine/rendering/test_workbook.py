"""The report as a workbook: sheets, numbers, no formulas, the same bytes every time, rows within their limit."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import fastexcel
import pytest

from engine.assessment.actions import Action
from engine.definitions.titles import Title
from engine.limits import DEFAULT_LIMITS
from engine.rendering.content import Beside
from engine.rendering.workbook import render_workbook
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import make_log, survey_assessment
from tests.engine.rendering.report_making import ACTIONS, two_periods

STARTS = ("=1+1", "+1", "-1", "@x", "\t=1")


def parts(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            Language.EN,
            ["Summary", "Scores", "Standards", "Findings", "Deviations", "Cases", "Actions", "Method"],
        ),
        (Language.ZH, ["摘要", "评分", "服务标准", "失分", "偏差", "案例", "改进措施", "评估方法"]),
    ],
)
def test_sheets_are_named_in_the_language(language: Language, names: list[str]) -> None:
    now, beside = two_periods()
    assert fastexcel.read_excel(render_workbook(now, language=language, beside=beside)).sheet_names == names


def test_without_case_ids_there_is_no_sheet_of_cases() -> None:
    now, beside = two_periods()
    book = render_workbook(now, language=Language.EN, beside=replace(beside, case_ids=()))
    assert "Cases" not in fastexcel.read_excel(book).sheet_names


def test_the_same_report_is_the_same_file() -> None:
    now, beside = two_periods()
    book = render_workbook(now, language=Language.ZH, beside=beside)
    assert book == render_workbook(now, language=Language.ZH, beside=beside)
    assert "2000-01-01T00:00:00Z" in parts(book)["docProps/core.xml"]


def test_headings_stay_in_view_and_numbers_are_numbers() -> None:
    now, beside = two_periods()
    found = parts(render_workbook(now, language=Language.EN, beside=beside))
    for name, sheet in found.items():
        if name.startswith("xl/worksheets/sheet"):
            assert 'state="frozen"' in sheet
            assert "<cols>" in sheet
    scores = found["xl/worksheets/sheet2.xml"]
    assert re.search(r'<c r="B4" s="\d+"><v>[\d.]+</v>', scores)  # a number has no type; a text would say t="s"
    for shape in ("0.0%", "#,##0", "yyyy-mm-dd", "+0.0;\N{MINUS SIGN}0.0;0.0"):
        assert f'formatCode="{shape}"' in found["xl/styles.xml"] or shape in {"#,##0", "0.0%"}


@pytest.mark.parametrize("start", STARTS)
def test_no_text_is_a_formula_or_a_link(start: str) -> None:
    now, _ = two_periods()
    bad = f"{start}http://x.example"
    flow = replace(now.flow, title=Title(bad, bad))
    log = make_log([("conduct", bad, "analyse"), ("conduct", "collect", "analyse")], name=bad)
    found = survey_assessment(replace(flow, standards=now.flow.standards), log)
    actions = [Action("skipped:collect", bad, bad, ACTIONS[0].due)]
    book = render_workbook(
        found, language=Language.EN, beside=Beside(actions=actions, case_ids=(bad, "C2"), prepared_by=bad)
    )
    every = parts(book)
    for name, text in every.items():
        assert "<f>" not in text, name
        assert "hyperlink" not in text or name == "[Content_Types].xml", name
    assert bad.strip() in every["xl/sharedStrings.xml"]
    assert 'quotePrefix="1"' in every["xl/styles.xml"]


def test_rows_past_the_limit_are_counted() -> None:
    now, beside = two_periods()
    limits = replace(DEFAULT_LIMITS, report_rows=2)
    book = fastexcel.read_excel(render_workbook(now, language=Language.EN, beside=beside, limits=limits))
    for name in ("Deviations", "Cases"):
        rows = book.load_sheet(name, header_row=None).to_polars()
        said = " ".join(str(cell) for cell in rows.to_series(0) if cell)
        assert "more rows are left out here" in said
