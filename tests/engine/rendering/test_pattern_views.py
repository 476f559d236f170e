from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.case_attributes import AttributeClass, Scope
from engine.assessment.losses import Cause
from engine.assessment.patterns import NO_PATTERNS, Found, MoreFrequent, Patterns, Together
from engine.nets.process import process_of_flow
from engine.rendering.names import Names
from engine.rendering.pattern_views import PATTERNS_SHOWN, pattern_tables, say_more_frequent, say_together
from engine.rendering.report import render_report
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind, Language
from tests.engine.assessment.pattern_making import with_attributes
from tests.engine.rendering.fixtures import ANALYSED_IN_TIME, make_log, survey_flow

FLOW = replace(survey_flow(), standards=(ANALYSED_IN_TIME,), source_hash="cd" * 32)
ENGLISH, CHINESE = (Names(FLOW, Wording(language)) for language in (Language.EN, Language.ZH))

SKIPPED = MoreFrequent(
    deviations=(Cause("skipped", ("collect",)),),
    where=AttributeClass("branch", Scope.CASE, value="北区"),
    same=(),
    inside=667,
    inside_with=120,
    outside=1_000,
    outside_with=75,
    ratio=2.4,
    difference=0.105,
    interval=(0.072, 0.139),
    odds_ratio=2.7,
    p=1e-9,
    q=2e-8,
    examples=("C1", "C2", "C3", "C4"),
)
BOTH = Together(
    first=(Cause("skipped", ("collect",)),),
    second=(Cause("late", ("collect", "analyse"), "analysed-in-time"), Cause("unplanned", ("tea",))),
    cases=1_667,
    first_cases=195,
    second_cases=100,
    both=45,
    expected=11.7,
    lift=3.8,
    phi=0.26,
    odds_ratio=6.4,
    p=0.002,
    q=0.004,
    examples=("C1",),
)


def with_patterns(*patterns: MoreFrequent | Together) -> Assessment:
    more = tuple(pattern for pattern in patterns if isinstance(pattern, MoreFrequent))
    both = tuple(pattern for pattern in patterns if isinstance(pattern, Together))
    found = Patterns(Found(both, len(both), 9), Found(more, len(more), 1_234))
    return replace(assess(process_of_flow(FLOW), make_log()), patterns=found)


def words(html: str) -> str:
    section = html[html.index('<section id="patterns">') :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section[: section.index("</section>")]))


def test_a_pattern_is_a_sentence() -> None:
    assert say_more_frequent(SKIPPED, ENGLISH) == (
        'Cases with branch 北区 skip "Collect the answers" 2.4 times as often (18 % against 7.5 %)'
    )
    assert say_more_frequent(SKIPPED, CHINESE) == (
        "branch为“北区”的案例，漏做“回收调查资料”的比例是其他案例的 2.4 倍（18% 对 7.5%）"
    )
    assert say_together(BOTH, ENGLISH) == (
        '45 cases skip "Collect the answers" and also are too late for "Analysed within half an hour" and '
        'have the unplanned "tea" (by chance: 12)'
    )
    assert say_together(BOTH, CHINESE) == (
        "45 个案例既漏做“回收调查资料”，又“半小时内分析完”超时、出现流程外活动“tea”（若两者无关，预期 12 个）"
    )


@pytest.mark.parametrize(
    ("where", "english", "chinese"),
    [
        (AttributeClass("resource", Scope.FIRST_EVENT, value="Li"), "Cases begun by Li", "由“Li”开始办理的案例"),
        (AttributeClass("resource", Scope.CASE, value="Li"), "Cases with resource Li", "resource为“Li”的案例"),
        (
            AttributeClass("resource", Scope.STEP, "analyse", value="Li"),
            'Cases whose "Analyse the answers" is done by Li',
            "“分析资料”由“Li”执行的案例",
        ),
        (AttributeClass("amount", Scope.CASE, high=2.5), "Cases with amount up to 2.5", "amount不超过 2.5的案例"),
        (AttributeClass("amount", Scope.CASE, low=1000), "Cases with amount from 1,000", "amount不低于 1,000的案例"),
        (
            AttributeClass("amount", Scope.STEP, "analyse", low=1, high=2),
            'Cases whose "Analyse the answers" has amount from 1 to 2',
            "“分析资料”的amount在 1 至 2 之间的案例",
        ),
        (AttributeClass("branch", Scope.CASE, value=""), "Cases with branch (empty)", "branch为“（空）”的案例"),
    ],
)
def test_classes_in_words(where: AttributeClass, english: str, chinese: str) -> None:
    assert say_more_frequent(replace(SKIPPED, where=where), ENGLISH).startswith(english + " skip")
    assert say_more_frequent(replace(SKIPPED, where=where), CHINESE).startswith(chinese + "，漏做")


def test_how_much_more_often() -> None:
    never = say_more_frequent(replace(SKIPPED, outside_with=0, ratio=None), ENGLISH)
    assert never.endswith('skip "Collect the answers", and no others do (18 % against 0 %)')
    hardly = say_more_frequent(replace(SKIPPED, ratio=1.05), ENGLISH)
    assert 'skip "Collect the answers" more often (' in hardly
    assert "97 times as often" in say_more_frequent(replace(SKIPPED, ratio=97.4), ENGLISH)


@pytest.mark.parametrize("kind", list(DeviationKind))
def test_every_kind_has_words(kind: DeviationKind) -> None:
    pattern = replace(SKIPPED, deviations=(Cause(kind.value, ("collect",)),))
    assert '"Collect the answers"' in say_more_frequent(pattern, ENGLISH) or kind is DeviationKind.UNPLANNED
    assert "北区" in say_more_frequent(pattern, CHINESE)


def test_long_rows_of_steps_are_shortened() -> None:
    pattern = replace(SKIPPED, deviations=(Cause("unfinished", ("conduct", "collect", "analyse")),))
    assert 'stop before "Conduct the survey → 2 more"' in say_more_frequent(pattern, ENGLISH)


def test_the_report_shows_the_numbers_and_names_the_test() -> None:
    assessment = with_patterns(SKIPPED, BOTH)
    text = words(render_report(assessment, language=Language.EN))
    for part in (
        "skip &#34;Collect the answers&#34; 2.4 times as often 18 % 7.5 % 120 of 667 7.2 to 13.9 &lt; 0.001 C1 C2 C3",
        "45 12 195 · 100 0.26 0.004 C1",
        "Fisher's exact test, two-sided, for 1,234 comparisons by attribute and 9 of deviations".replace("'", "&#39;"),
        "Benjamini–Hochberg",
    ):
        assert part in text
    assert "费希尔精确检验" in words(render_report(assessment, language=Language.ZH))


def test_values_with_the_same_cases_are_named_beside() -> None:
    pattern = replace(SKIPPED, same=(AttributeClass("city", Scope.CASE, value="Harbin"),))
    assert "The same cases: Cases with city Harbin" in words(
        render_report(with_patterns(pattern), language=Language.EN)
    )


def test_of_many_patterns_the_rest_is_counted() -> None:
    (table, _) = pattern_tables(with_patterns(*[SKIPPED] * (PATTERNS_SHOWN + 3)), ENGLISH.wording)
    assert (len(table.rows), table.left) == (PATTERNS_SHOWN, 3)


def test_without_patterns_the_report_says_why() -> None:
    assert "1,234 comparisons were made; none shows more" in words(render_report(with_patterns(), language=Language.EN))
    nothing = replace(with_patterns(), patterns=NO_PATTERNS)
    assert words(render_report(nothing, language=Language.EN)).count("There is nothing to compare") == 2


def test_attributes_of_users_are_never_markup() -> None:
    bad = AttributeClass("<b>", Scope.CASE, value="<script>{x}\u202e")
    html = render_report(with_patterns(replace(SKIPPED, where=bad)), language=Language.EN)
    assert "&lt;b&gt; &lt;script&gt;{x} skip" in html
    assert "<script" not in html


def test_patterns_of_a_log_reach_the_report() -> None:
    cases = [("conduct", "analyse")] * 12 + [("conduct", "collect", "analyse")] * 28
    log = with_attributes(make_log(cases), cases={"分店": ["北区"] * 14 + ["南区"] * 26})
    text = words(render_report(assess(process_of_flow(FLOW), log), language=Language.ZH))
    assert "只有分店为“北区”的案例才漏做“回收调查资料” 86% 0%" in text
