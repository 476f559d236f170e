"""Screen, paper and workbook show one content: no figure differs between them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import fastexcel
import pytest

from engine.assessment.assessment import Assessment
from engine.rendering.cells import MINUS, Cell, Table
from engine.rendering.content import Beside, ReportContent, make_content
from engine.rendering.paper import paper_data
from engine.rendering.report import render_report
from engine.rendering.report_tables import deviation_table, finding_table, score_table, standard_table
from engine.rendering.workbook import render_workbook
from engine.vocabulary import Language
from tests.engine.rendering.report_making import ACTIONS, tables_of, two_periods
from tests.engine.rendering.test_report import words

LANGUAGES = list(Language)


@cache
def made() -> tuple[Assessment, Beside]:
    return two_periods()


@cache
def content(language: Language) -> ReportContent:
    now, beside = made()
    return make_content(now, language=language, beside=beside)


@cache
def screen(language: Language) -> str:
    now, beside = made()
    return render_report(now, language=language, beside=beside)


@cache
def paper(language: Language) -> dict[str, Any]:
    now, beside = made()
    found: dict[str, Any] = json.loads(paper_data(now, language=language, beside=beside))
    return found


@cache
def sheets(language: Language) -> dict[str, list[list[object]]]:
    now, beside = made()
    book = fastexcel.read_excel(render_workbook(now, language=language, beside=beside))
    return {
        name: [list(row) for row in book.load_sheet(name, header_row=None, skip_rows=0).to_polars().iter_rows()]
        for name in book.sheet_names
    }


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u200b", "")


def on_paper(table: dict[str, Any]) -> list[list[str]]:
    return [[plain(cell["text"]) for cell in row] for row in table["rows"]]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def number(text: object) -> float:
    """A number of a sheet's cell; the reader gives texts where a column holds texts as well."""
    return float(str(text).removesuffix(" 00:00:00"))


def agrees(cell: Cell, found: object) -> bool:
    """Whether a cell of a workbook is what the report says."""
    if isinstance(cell.value, int | float):
        return number(found) == pytest.approx(cell.value)
    if cell.value is not None:
        return str(found).removesuffix(" 00:00:00") == cell.text
    return (found or "") == cell.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_screen_and_paper_have_the_same_tables(language: Language) -> None:
    whole, shown, printed = content(language), tables_of(screen(language)), paper(language)
    assert shown["summary"] == [texts(whole.summary.gaps), texts(whole.summary.worst)]
    assert [on_paper(printed["gaps_short"]), on_paper(printed["worst_short"])] == shown["summary"]
    assert on_paper(printed["gaps"]) == shown["gaps"][0] == texts(whole.gaps)
    assert on_paper(printed["actions"]) == shown["actions"][0] == texts(whole.actions)
    assert whole.changes is not None
    assert on_paper(printed["changes"]) == shown["changes"][0] == texts(whole.changes)
    assert len(shown["findings"]) == len(printed["findings"])
    for screened, part in zip(shown["findings"], printed["findings"], strict=True):
        # on screen a bar stands in a cell of its own, and the mark in the cell of the kind without a space
        numbers = [[row[at] for at in (2, 4, 5)] for row in screened[:-1]]
        assert [row[2:5] for row in on_paper(part["table"])[:-1]] == numbers
    assert [row[2:5] for row in on_paper(printed["deviations"])] == [
        [row[2], row[4], row[5]] for row in shown["deviations"][0]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_screen_and_paper_say_the_same_of_the_scores(language: Language) -> None:
    text = words(screen(language))
    for card, printed in zip(content(language).cards, paper(language)["cards"], strict=True):
        assert printed["score"] == card.score.text
        for said in (card.name, card.interval, card.units, printed["score"] or card.reason):
            assert said in text
            assert said in {plain(str(one)) for one in printed.values()}
    for line in content(language).summary.headlines:
        assert line.text in text
        assert line.text in [plain(one["text"]) for one in paper(language)["headlines"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_has_every_row_with_the_same_numbers(language: Language) -> None:
    whole = content(language)
    wanted: list[list[Table | None]] = [
        [whole.summary.gaps, whole.summary.worst],
        [score_table(whole)],
        [standard_table(whole), whole.gaps],
        [finding_table(whole)],
        [deviation_table(whole), whole.changes],
        [whole.cases],
        [whole.actions],
    ]
    for tables, (name, rows) in zip(wanted, sheets(language).items(), strict=False):
        for table in tables:
            assert table is not None
            titles = [column.title for column in table.columns]
            start = next(at for at, row in enumerate(rows) if [one or "" for one in row[: len(titles)]] == titles)
            for cells, found in zip(table.rows, rows[start + 1 :], strict=False):
                assert all(agrees(cell, one) for cell, one in zip(cells, found, strict=False)), (name, cells, found)


def test_a_cell_s_number_is_the_one_that_is_printed() -> None:
    for table in (content(Language.EN).gaps, finding_table(content(Language.EN)), score_table(content(Language.EN))):
        for cell in (cell for row in table.rows for cell in row if isinstance(cell.value, float)):
            assert cell.value is not None
            printed = float(cell.text.replace(MINUS, "-").replace("±", "").replace(",", "").rstrip("% "))
            assert printed == pytest.approx(100 * float(str(cell.value)) if "%" in cell.text else cell.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_says_what_a_manager_asks(language: Language) -> None:
    said = " ".join(line.text for line in content(language).summary.headlines)
    answers = {
        Language.EN: (
            "Of 1 standards 0 are met",
            "Since the last period",
            "Most points are lost in",
            "no improvement action",
        ),
        Language.ZH: ("1 项标准中", "与上期", "失分最多的是", "尚无改进措施"),
    }
    assert all(answer in said for answer in answers[language])


def test_actions_stand_beside_what_they_answer() -> None:
    whole = content(Language.EN)
    by_key = {finding.key: finding for finding in whole.worst}
    assert by_key["skipped:collect"].actions[0].text == "Check the list at hand-over (Wang Fang, 2026-03-05, Overdue)"
    assert by_key["skipped:collect"].answered
    left = [finding for finding in whole.worst if not finding.answered]
    assert {finding.key for finding in left} == set(by_key) - {action.answers for action in ACTIONS}
    assert left
    assert whole.actions.notes[0].startswith(f"{len(left)} of the worst findings have no action yet: ")
    assert all(finding.title[2:] in whole.actions.notes[0] for finding in left)
    assert [row[0].text for row in whole.actions.rows][-1] == "Not found this time (skipped:gone)"


def test_without_a_last_period_nothing_is_said_of_changes() -> None:
    now, _ = made()
    html = render_report(now, language=Language.EN)
    assert 'id="changes"' not in html
    assert "No earlier period was given" in html
    assert "Since the last period" not in html


def test_figures_of_what_cannot_be_compared_stand_without_a_trend() -> None:
    now, beside = made()
    assert beside.against is not None
    other = replace(beside, against=replace(beside.against, closed_rule="ended"))
    whole = make_content(now, language=Language.EN, beside=other)
    assert any("cannot be compared" in notice for notice in whole.notices)
    assert all("not comparable" in trend.sentence for trend in whole.trends.values())
    assert "Since the last period" not in " ".join(line.text for line in whole.summary.headlines)
