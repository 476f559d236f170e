"""Two periods of the survey flow with actions, for tests of reports."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from lxml import etree

from engine.assessment.actions import Action
from engine.assessment.assessment import Assessment
from engine.rendering.content import Beside
from engine.vocabulary import ActionState
from tests.engine.rendering.fixtures import ANALYSED_IN_TIME, CASES, make_log, survey_assessment, survey_flow

GOOD = ("conduct", "collect", "analyse")
ACTIONS = (
    Action("skipped:collect", "Check the list at hand-over", "Wang Fang", date(2026, 3, 5)),
    Action("standard:analysed-in-time", "Two analysts on Mondays", "Li Wei", date(2026, 4, 1), ActionState.IN_PROGRESS),
    Action("skipped:gone", "Done with", "Li Wei", date(2026, 1, 1), ActionState.DONE),
)


def two_periods() -> tuple[Assessment, Beside]:
    """The thirteen cases of the survey flow; beside them a better last period and three actions."""
    flow = replace(survey_flow(), standards=(ANALYSED_IN_TIME,), source_hash="cd" * 32)
    now = survey_assessment(flow, make_log(CASES * 3))
    earlier = make_log([GOOD] * 30 + [("conduct", "analyse")], name="last.xes", minutes=10)
    last = survey_assessment(flow, replace(earlier, source_hash="ef" * 32))
    ids = tuple(f"C{case + 1:03}" for case in range(now.cases))
    return now, Beside(against=last, actions=ACTIONS, case_ids=ids, prepared_by="Zhang Min")


def tables_of(html: str) -> dict[str, list[list[list[str]]]]:
    """Section → its tables → rows of texts, headings left out."""
    tree = etree.fromstring(html.encode(), etree.HTMLParser())
    found: dict[str, list[list[list[str]]]] = {}
    for section in tree.iter("section"):
        tables = [
            [[text_of(cell) for cell in row.iter("td")] for row in table.iter("tr") if row.find("td") is not None]
            for table in section.iter("table")
        ]
        found[str(section.get("id"))] = tables
    return found


def text_of(element: etree._Element) -> str:
    return re.sub(r"\s+", " ", "".join(str(text) for text in element.itertext())).strip()
