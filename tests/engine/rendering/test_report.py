from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engine.assessment.assessment import Assessment
from engine.definitions.titles import Title
from engine.nets.process import process_of_net
from engine.rendering.overlay import OverlayKind
from engine.rendering.report import draw_chart, render_report
from engine.vocabulary import Dimension, Language
from tests.engine.rendering.fixtures import make_log, survey_assessment, survey_flow
from tests.engine.rendering.test_net_chart import small_net


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return survey_assessment()


def words(html: str) -> str:
    """What a reader reads, on one line."""
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("language", list(Language))
def test_a_report_asks_nothing_of_the_network(assessment: Assessment, language: Language) -> None:
    html = render_report(assessment, language=language)
    addresses = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"'\s>)]+)", html)
    assert all(address.startswith("#") for address in addresses)
    assert "http" not in re.sub(r'xmlns="http://www\.w3\.org/2000/svg"|http-equiv', "", html)
    assert "<script" not in html


def test_a_report_is_the_same_every_time(assessment: Assessment) -> None:
    assert render_report(assessment, language=Language.ZH) == render_report(assessment, language=Language.ZH)


def test_every_text_is_in_the_language_asked_for(assessment: Assessment) -> None:
    english, chinese = (words(render_report(assessment, language=language)) for language in Language)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    assert "完整性" in chinese
    assert "Completeness" not in chinese


def test_the_header_names_what_was_compared(assessment: Assessment) -> None:
    text = words(render_report(assessment, language=Language.EN))
    for fact in ("survey.xes", "2026-03-02 01:05 UTC", "every case of the log", "ab" * 32, "cd" * 32):
        assert fact in text


def test_scores_show_numerator_denominator_and_interval(assessment: Assessment) -> None:
    text = words(render_report(assessment, language=Language.EN))
    score = assessment.dimension(Dimension.COMPLETENESS)
    assert f"{score.numerator} of {score.denominator} required steps" in text
    assert score.interval is not None
    assert f"95 % interval {score.interval[0]:.1f} – {score.interval[1]:.1f}" in text


def test_points_of_findings_add_up_to_the_gap(assessment: Assessment) -> None:
    score = assessment.dimension(Dimension.ORDERING)
    total = sum(finding.points for finding in score.findings)
    text = words(render_report(assessment, language=Language.EN))
    assert f"Ordering {total // 100}.{total % 100:02d} points lost" in text


def test_a_dimension_without_units_says_why() -> None:
    flow = survey_flow()
    text = words(render_report(survey_assessment(flow), language=Language.EN))
    assert "Not assessable" in text
    assert "The flow sets no standards." in text


def test_standards_show_share_target_tolerance_and_verdict(assessment: Assessment) -> None:
    text = words(render_report(assessment, language=Language.ZH))
    assert re.search(r"半小时内分析完 效率 [\d.]+% [\d.]+ … [\d.]+ 96% 4% \d+ \d+ \d+ × 未达标", text)


def test_deviating_variants_are_rows_of_chevrons(assessment: Assessment) -> None:
    html = render_report(assessment, language=Language.EN)
    assert 'class="chevron model"' in html
    assert 'class="chevron log"' in html
    assert "⊘ Skipped: Collect the answers" in words(html)


def test_long_agreement_is_shortened_and_deviations_are_kept() -> None:
    rounds = ("conduct", "collect") * 6
    html = render_report(survey_assessment(log=make_log([(*rounds, "tea", "analyse")])), language=Language.EN)
    assert "8 more in order" in words(html)
    assert "+ tea" in words(html)


def test_three_charts_are_drawn_inside_the_page(assessment: Assessment) -> None:
    html = render_report(assessment, language=Language.EN)
    assert html.count('role="img"') == 3


def test_an_empty_log_has_designed_empty_states() -> None:
    text = words(render_report(survey_assessment(log=make_log([])), language=Language.EN))
    assert "The log holds no case" in text
    assert "No dimension could be assessed" in text
    assert "No case deviates from the flow." in text


def test_cases_without_explanation_are_said_aloud(assessment: Assessment) -> None:
    text = words(render_report(replace(assessment, unexplained_cases=7), language=Language.EN))
    assert "7 cases could not be explained" in text


def test_users_text_is_never_markup(assessment: Assessment) -> None:
    bad = "<script>alert(1)</script>\ud800"
    flow = replace(assessment.flow, title=Title(bad, bad))
    html = render_report(replace(assessment, flow=flow, log_name=bad), language=Language.EN)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert html.encode()


def test_a_process_without_a_graph_is_drawn_as_its_net(assessment: Assessment) -> None:
    process = process_of_net(small_net())
    alignments = replace(assessment.alignments, net=process.net)
    chart = draw_chart(
        replace(assessment, flow=process.flow, alignments=alignments), OverlayKind.FREQUENCY, language=Language.EN
    )
    assert chart.drawing is not None
    assert "silent transition" in chart.drawing


def test_both_languages_have_the_same_structure(assessment: Assessment) -> None:
    english, chinese = (render_report(assessment, language=language) for language in Language)
    assert re.findall(r"<(h\d|table|section|article)", english) == re.findall(r"<(h\d|table|section|article)", chinese)
