"""The shipped examples give a whole report in both languages: every word is translated, and nothing is fetched."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.logs.reading import read_log
from engine.nets.process import read_process
from engine.rendering.content import Beside
from engine.rendering.paper import paper_data, typeset
from engine.rendering.report import render_report
from engine.vocabulary import Language

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("flows/*.yaml"))
CODE = re.compile(r">\s*(?:report|chart|dimension|deviation|outcome|verdict|move|term)\.[a-z-]+[a-z._-]*\s*<")


@cache
def assessed(name: str) -> Assessment:
    """The assessment of one shipped example."""
    return assess(read_process(EXAMPLES / f"flows/{name}.yaml"), read_log(EXAMPLES / f"logs/{name}.xes.gz"))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", NAMES)
def test_report_is_whole(name: str, language: Language) -> None:
    page = render_report(assessed(name), language=language)
    assert CODE.findall(page) == []
    assert assessed(name).flow.title.text(language) in page
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", page) == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", ["car_service_advisor", "complaint_handling", "satisfaction_survey"])
def test_report_is_whole_on_paper(name: str, language: Language) -> None:
    data = paper_data(assessed(name), language=language, beside=Beside(against=assessed(name)))
    assert (
        re.findall(r'": "(?:report|chart|dimension|deviation|outcome|verdict|move|trend)\.[a-z-]+[a-z._-]*"', data)
        == []
    )
    assert json.loads(data)["lacking"] == ""
    assert typeset(data)[0].startswith(b"%PDF")


@pytest.mark.parametrize("name", NAMES)
def test_findings_add_up_to_the_gap(name: str) -> None:
    for score in assessed(name).dimensions:
        assert sum(finding.lost for finding in score.findings) == score.denominator - score.numerator
