"""Two assessments side by side: what changed, what is more than chance, and what cannot be compared."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from engine.assessment.assessment import Assessment
from engine.assessment.comparison import compare_assessments, difference_of_scores
from engine.assessment.exact_tests import difference_interval
from engine.assessment.intervals import wilson
from engine.calendars import CalendarChoice
from engine.definitions.standards import Standard
from engine.vocabulary import DeviationKind, Dimension, Trend, Verdict
from tests.engine.rendering.fixtures import ANALYSED_IN_TIME, make_log, survey_assessment, survey_flow

GOOD = ("conduct", "collect", "analyse")
SKIPPING = ("conduct", "analyse")
ODD = ("conduct", "collect", "tea", "analyse")


def judged(
    *cases: tuple[tuple[str, ...], int], name: str = "log.xes", standard: Standard = ANALYSED_IN_TIME
) -> Assessment:
    flow = replace(survey_flow(), standards=(standard,))
    log = make_log([case for case, count in cases for _ in range(count)], name=name)
    return survey_assessment(flow, replace(log, source_hash=name))


@pytest.fixture(scope="module")
def last() -> Assessment:
    return judged((GOOD, 60), (SKIPPING, 40), name="last")


def test_a_change_beyond_chance_is_called_better(last: Assessment) -> None:
    found = compare_assessments(last, judged((GOOD, 95), (SKIPPING, 5), name="now"))
    shift = found.dimensions[0].shift
    assert shift.trend is Trend.BETTER
    assert shift.before is not None
    assert shift.now is not None
    assert shift.change == shift.now - shift.before > 0
    assert shift.interval is not None
    assert 0 < shift.interval[0] < shift.change < shift.interval[1]


def test_a_change_within_chance_is_none(last: Assessment) -> None:
    found = compare_assessments(last, judged((GOOD, 58), (SKIPPING, 42), name="now"))
    assert found.dimensions[0].shift.trend is Trend.NO_CLEAR_CHANGE


def test_one_case_says_nothing_of_chance(last: Assessment) -> None:
    shift = compare_assessments(last, judged((GOOD, 1), name="now")).dimensions[0].shift
    assert (shift.trend, shift.interval) == (Trend.TOO_FEW, None)


def test_deviations_are_new_gone_more_or_fewer(last: Assessment) -> None:
    found = compare_assessments(last, judged((GOOD, 80), (ODD, 20), name="now"))
    by_kind = {change.summary.kind: change for change in found.deviations}
    gone, new = by_kind[DeviationKind.SKIPPED], by_kind[DeviationKind.UNPLANNED]
    assert (gone.is_gone, gone.is_new, gone.trend) == (True, False, Trend.BETTER)
    assert (new.is_gone, new.is_new, new.trend) == (False, True, Trend.WORSE)
    assert gone.before.cases_per_hundred == 40
    assert new.now.count_per_hundred == 20
    assert new.q is not None
    assert new.q < 0.05


def test_a_rare_deviation_that_is_new_may_be_chance(last: Assessment) -> None:
    found = compare_assessments(last, judged((GOOD, 59), (SKIPPING, 40), (ODD, 1), name="now"))
    new = next(change for change in found.deviations if change.summary.kind is DeviationKind.UNPLANNED)
    assert (new.is_new, new.trend) == (True, Trend.NO_CLEAR_CHANGE)


def test_gaps_are_to_the_target_that_held_at_the_time(last: Assessment) -> None:
    raised = replace(ANALYSED_IN_TIME, share=Fraction(1), tolerance=Fraction(0))
    change = compare_assessments(last, judged((GOOD, 100), name="now", standard=raised)).standards[0]
    assert change.before is not None
    assert change.before.share is not None
    assert change.gap_before == 100 * (change.before.share - Fraction(96, 100))
    assert change.gap_now == 0
    assert change.shift.trend is not Trend.NOT_COMPARABLE  # the target has changed, what is measured has not
    assert (change.now.verdict if change.now else None) is Verdict.MET


def test_standards_come_go_and_change(last: Assessment) -> None:
    other = replace(ANALYSED_IN_TIME, id="other")
    found = {
        one.standard: one for one in compare_assessments(last, judged((GOOD, 9), name="n", standard=other)).standards
    }
    assert (found["other"].before, found["other"].shift.reason) == (None, "compare.new-standard")
    assert (found["analysed-in-time"].now, found["analysed-in-time"].shift.reason) == (None, "compare.dropped-standard")
    changed = replace(ANALYSED_IN_TIME, when="case.big == true")
    shift = compare_assessments(last, judged((GOOD, 9), name="n", standard=changed)).standards[0].shift
    assert (shift.reason, shift.trend) == ("compare.rule", Trend.NOT_COMPARABLE)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"closed_rule": "ended"}, "compare.closed"),
        ({"calendar": "china-office", "calendars": {"": CalendarChoice("china-office")}}, "compare.calendar"),
        ({"lifecycle": "complete"}, "compare.lifecycle"),
        ({"cases": 0}, "compare.no-cases"),
    ],
)
def test_other_rules_are_not_comparable(last: Assessment, other: dict[str, object], reason: str) -> None:
    found = compare_assessments(last, replace(last, **other))  # type: ignore[arg-type]
    assert found.reasons == (reason,)
    assert {one.shift.trend for one in found.dimensions} == {Trend.NOT_COMPARABLE}
    assert {one.trend for one in found.deviations} == {Trend.NOT_COMPARABLE}
    assert all(one.shift.before is not None for one in found.dimensions if one.dimension is Dimension.ORDERING)


def test_another_flow_is_not_comparable(last: Assessment) -> None:
    found = compare_assessments(last, replace(last, flow=replace(last.flow, id="another")))
    assert found.reasons == ("compare.flow",)


def test_remarks_name_versions_logs_and_periods(last: Assessment) -> None:
    assert compare_assessments(last, last).remarks == ("compare.same-log",)
    again = replace(last, flow=replace(last.flow, title=ANALYSED_IN_TIME.title), hashes={"log": "another"})
    assert compare_assessments(last, again).remarks == ("compare.version", "compare.overlap")
    assert last.period is not None
    earlier = tuple(moment.replace(year=2020) for moment in last.period)
    swapped = replace(last, period=earlier, hashes={"log": "another"})  # type: ignore[arg-type]
    assert compare_assessments(last, swapped).remarks == ("compare.later",)


def test_two_plain_shares_have_newcombe_s_interval() -> None:
    """The published example of method 10: 56/70 and 48/80, a difference of 0.2 (0.0524 … 0.3339)."""
    one, other = wilson(56 / 70, 70), wilson(48 / 80, 80)
    low, high = difference_of_scores(100 * 56 / 70, one, 60.0, other)
    assert (round(low / 100, 4), round(high / 100, 4)) == (0.0524, 0.3339)
    assert pytest.approx((low / 100, high / 100)) == difference_interval((56, 70), (48, 80))


ROWS = re.findall(
    r"^\| (\d+) of (\d+) \| (\d+) of (\d+) \| (\S+) \((\S+) … (\S+)\) \| ([a-z-]+) \|$",
    (Path(__file__).resolve().parents[3] / "docs" / "assessment.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("row", ROWS)
def test_worked_comparison(row: tuple[str, ...]) -> None:
    """The table of ``docs/assessment.md``, for plain shares."""
    earlier, before, later, now = (int(part) for part in row[:4])
    change, low, high = (float(part.replace("−", "-")) for part in row[4:7])
    p, q = later / now, earlier / before
    found = difference_of_scores(100 * p, wilson(p, now), 100 * q, wilson(q, before))
    assert (round(100 * (p - q), 1), round(found[0], 1), round(found[1], 1)) == (change, low, high)
    trend = Trend.BETTER if found[0] > 0 else Trend.WORSE if found[1] < 0 else Trend.NO_CLEAR_CHANGE
    assert trend == row[7]


def test_the_page_has_its_comparisons() -> None:
    assert len(ROWS) == 4
