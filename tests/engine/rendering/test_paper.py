"""The report on paper: the same bytes every time, whatever users write, within its limits, without the network."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files

import pytest

from engine.assessment.actions import Action
from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.definitions.titles import Title
from engine.limits import DEFAULT_LIMITS
from engine.nets.process import process_of_net
from engine.rendering.content import Beside
from engine.rendering.paper import paper_data, render_paper, typeset
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import car_flow, make_log, survey_assessment
from tests.engine.rendering.report_making import ACTIONS, two_periods
from tests.engine.rendering.test_net_chart import small_net

HOSTILE = '#panic("x") ]#eval("1") *a* _b_ $c$ `d` <e> @f // g /* h \\ " #read("/etc/passwd") = i'
RARE = "𠮷😀\u0e01"


def pages_of(pdf: bytes) -> int:
    counts = [int(count) for count in re.findall(rb"/Type\s*/Pages[^>]*?/Count (\d+)", pdf)]
    return max(counts, default=0)


@pytest.mark.parametrize("language", list(Language))
def test_the_same_report_is_the_same_file(language: Language) -> None:
    now, beside = two_periods()
    pdf = render_paper(now, language=language, beside=beside)
    assert pdf.startswith(b"%PDF-1.7")
    assert pdf == render_paper(now, language=language, beside=beside)
    assert b"NotoSansSC" in pdf


def test_the_summary_fits_on_the_first_page() -> None:
    """There is room on it: it takes no page more than it does without its sentences, and many more sentences would."""
    now, beside = two_periods()
    data = json.loads(paper_data(now, language=Language.EN, beside=beside))
    none, usual, many = (
        len(typeset(json.dumps({**data, "headlines": data["headlines"] * times}), form="png", dots_per_inch=10))
        for times in (0, 1, 20)
    )
    assert none == usual < many


def test_users_text_is_never_code() -> None:
    """As code it would stop the typesetter, or read a file; as text it is the same as any other of its kind."""
    now, beside = two_periods()
    flow = replace(now.flow, title=Title(HOSTILE, HOSTILE))
    bad = replace(now, flow=flow, log_name=HOSTILE)
    actions = [Action(HOSTILE, HOSTILE, HOSTILE, ACTIONS[0].due), *ACTIONS]
    data = paper_data(bad, language=Language.EN, beside=replace(beside, actions=actions, prepared_by=HOSTILE))
    assert json.loads(data)["title"].replace("\u200b", "") == HOSTILE
    assert typeset(data)[0].startswith(b"%PDF")


def test_the_template_has_no_way_out() -> None:
    template = files("engine.rendering").joinpath("templates", "report.typ").read_text("utf-8")
    assert re.findall(r"\b(?:eval|read|plugin|include|import|csv|yaml|toml|xml|http\w*)\b\s*[(:\"@]", template) == []
    assert template.count("json(") == 1
    assert re.findall(r"image\((.*?),", template) == ["bytes(one.svg)"]


def test_a_character_that_the_font_lacks_is_a_box_and_said() -> None:
    now = survey_assessment()
    odd = replace(now, log_name=f"{RARE}.xes", flow=replace(now.flow, title=Title(RARE, RARE)))
    data = json.loads(paper_data(odd, language=Language.ZH))
    assert data["title"] == "□□□"
    assert "□" in data["lacking"]
    assert json.loads(paper_data(now, language=Language.ZH))["lacking"] == ""
    assert render_paper(odd, language=Language.ZH).startswith(b"%PDF")


@pytest.mark.parametrize("language", list(Language))
def test_a_net_without_standards_and_an_empty_log_have_a_report(language: Language) -> None:
    process = process_of_net(small_net())
    assert render_paper(assess(process, make_log([("a",), ("b",)])), language=language).startswith(b"%PDF")
    assert render_paper(survey_assessment(log=make_log([])), language=language).startswith(b"%PDF")


def test_a_tall_chart_takes_pages_up_to_the_limit() -> None:
    found = _car()
    whole = json.loads(paper_data(found, language=Language.EN))["chart"]
    assert len(whole["pages"]) > 2
    assert whole["note"] == ""
    limits = replace(DEFAULT_LIMITS, report_pages=1)
    cut = json.loads(paper_data(found, language=Language.EN, limits=limits))["chart"]
    assert cut["pages"] == whole["pages"][:1]
    assert f"{len(whole['pages']) - 1} more pages" in cut["note"]


def test_a_long_word_can_be_broken() -> None:
    now = replace(survey_assessment(), log_name="x" * 100)
    facts = json.loads(paper_data(now, language=Language.EN))["facts"]
    log = next(fact["value"] for fact in facts if fact["name"] == "Event log")
    assert max(map(len, log.split("\u200b"))) < 18
    assert log.replace("\u200b", "") == "x" * 100


def _car() -> Assessment:
    flow = replace(car_flow(), source_hash="cd" * 32)
    return survey_assessment(flow, make_log([("greet", "inquire", "cover")] * 3))


def test_a_report_without_anything_beside_it_is_printed() -> None:
    assert pages_of(render_paper(survey_assessment(), language=Language.EN, beside=Beside())) > 2
