"""What a standard comes to over a population: verdicts, periods, the second tier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.verdicts import Share
from engine.calendars import CalendarChoice
from engine.definitions.flow import Season
from engine.definitions.rules import (
    Change,
    Count,
    Measured,
    Precedence,
    Quicker,
    Response,
    SecondTier,
    TimeSpan,
    TimeUnit,
)
from engine.definitions.standards import Period, Standard
from engine.definitions.titles import Title
from engine.errors import InputRefused
from engine.nets.process import Process, process_of_flow
from engine.vocabulary import Dimension, Verdict
from tests.engine.assessment.making import process
from tests.engine.conformance.standards.making import standard
from tests.oracles.plain_log import PlainEvent
from tests.oracles.small_logs import log_of

HOUR = TimeSpan("1h", TimeUnit.CLOCK, 3_600_000_000)
DAY = TimeSpan("1d", TimeUnit.CLOCK, 24 * 3_600_000_000)


@pytest.mark.parametrize(
    ("kept", "due", "threshold", "verdict"),
    [
        (0, 0, "0.9", "not-assessable"),
        (1, 1, "0.9", "not-proven"),
        (30, 30, "0.9", "not-proven"),
        (35, 35, "0.9", "met"),
        (950, 1000, "0.9", "met"),
        (900, 1000, "0.9", "not-proven"),
        (850, 1000, "0.9", "missed"),
        (0, 3, "0.9", "missed"),
        (1, 1, "1", "met"),
        (999, 1000, "1", "missed"),
    ],
)
def test_a_verdict_needs_a_sample_that_is_large_enough(kept: int, due: int, threshold: str, verdict: str) -> None:
    share = Share.of(np.arange(due), np.arange(due) < kept)
    assert share.verdict(Fraction(threshold)) == Verdict(verdict)


def test_instances_of_one_case_prove_less_than_as_many_cases() -> None:
    kept = np.arange(1000) < 930
    assert Share.of(np.arange(1000), kept).verdict(Fraction(9, 10)) is Verdict.MET
    assert Share.of(np.arange(1000) // 100, kept).verdict(Fraction(9, 10)) is Verdict.NOT_PROVEN


def made(rule: Standard, *, calendar: str | None = None, seasons: tuple[Season, ...] = ()) -> Process:
    flow = process().flow
    chosen = None if calendar is None else CalendarChoice(calendar)
    return process_of_flow(replace(flow, standards=(rule,), calendar=chosen, seasons=seasons))


def case(begin: datetime, hours: float, step: str = "b") -> list[PlainEvent]:
    return [PlainEvent("a", None, begin), PlainEvent(step, None, begin + timedelta(hours=hours))]


def answers(rule: Standard, cases: list[list[PlainEvent]], calendar: str | None = None) -> Assessment:
    return assess(made(rule, calendar=calendar), log_of(cases))


def in_month(month: int, late: int, count: int = 200) -> list[list[PlainEvent]]:
    begin = datetime(2026, month, 3, 9, tzinfo=UTC)
    return [case(begin + timedelta(minutes=index), 2 if index < late else 0.5) for index in range(count)]


def test_a_share_is_judged_month_by_month() -> None:
    rule = standard(Response("a", "b", HOUR), share=Fraction(95, 100), per=Period.MONTH)
    (found,) = answers(rule, in_month(1, 2) + in_month(2, 20) + in_month(3, 10)).standards
    assert [(w.first, w.met, w.missed, w.verdict.value) for w in found.windows] == [
        (date(2026, 1, 1), 198, 2, "met"),
        (date(2026, 2, 1), 180, 20, "missed"),
        (date(2026, 3, 1), 190, 10, "not-proven"),
    ]
    assert (found.met, found.missed, found.verdict) == (568, 32, Verdict.MISSED)
    (calm,) = answers(rule, in_month(1, 2) + in_month(2, 1)).standards
    assert calm.verdict is Verdict.MET
    (unclear,) = answers(rule, in_month(1, 2) + in_month(3, 10)).standards
    assert unclear.verdict is Verdict.NOT_PROVEN


@pytest.mark.parametrize(
    ("share", "timed", "missed", "verdict"),
    [
        (Fraction(99, 100), True, 0, "met"),
        (Fraction(99, 100), False, 0, "not-proven"),
        (Fraction(1), True, 0, "met"),
        (Fraction(1), False, 0, "not-proven"),
        (Fraction(1), False, 1, "missed"),
        (Fraction(99, 100), False, 1, "not-proven"),
    ],
)
def test_an_instance_without_a_moment_may_lie_in_any_period(
    share: Fraction, *, timed: bool, missed: int, verdict: str
) -> None:
    rule = standard(Count("a", 1, 1), share=share, per=Period.MONTH)
    cases = in_month(1, 0, 1000)
    unknown = [PlainEvent("a", None, datetime(2026, 1, 3, tzinfo=UTC) if timed else None)] * (1 + missed)
    (found,) = answers(rule, [*cases, [*unknown, PlainEvent("b", None, None)]]).standards
    assert (found.missed, found.verdict) == (missed, Verdict(verdict))


def test_periods_of_a_log_without_times_prove_nothing() -> None:
    rule = standard(Precedence("a", "b"), share=Fraction(9, 10), per=Period.MONTH)
    cases = [[PlainEvent("a", None, None), PlainEvent("b", None, None)]] * 100
    (found,) = answers(rule, cases).standards
    assert (found.met, found.windows, found.verdict) == (100, (), Verdict.NOT_PROVEN)


def test_the_month_is_that_of_the_calendar() -> None:
    rule = standard(Response("a", "b", HOUR), share=Fraction(95, 100), per=Period.MONTH)
    cases = [case(datetime(2026, 1, 31, 17, tzinfo=UTC), 0.5)]
    firsts = [answers(rule, cases, calendar=name).standards[0].windows[0].first for name in ("clock", "china-dealer")]
    assert firsts == [date(2026, 1, 1), date(2026, 2, 1)]


def test_the_second_tier_has_a_verdict_of_its_own() -> None:
    rule = standard(Response("a", "b", HOUR, SecondTier(DAY)), share=Fraction(96, 100))
    begin = datetime(2026, 1, 3, 9, tzinfo=UTC)
    cases = [case(begin, length) for length in [0.5] * 90 + [20] * 10]
    (found,) = answers(rule, cases).standards
    tier = found.second_tier
    assert tier is not None
    assert (found.met, found.missed, found.verdict) == (90, 10, Verdict.MISSED)
    assert (tier.kept, tier.due, tier.share, tier.verdict) == (100, 100, Fraction(1), Verdict.MET)
    (broken,) = answers(rule, [*cases, case(begin, 30)]).standards
    assert broken.second_tier is not None
    assert (broken.second_tier.kept, broken.second_tier.due, broken.second_tier.verdict) == (100, 101, Verdict.MISSED)


def test_complaints_of_one_per_cent_a_month() -> None:
    rule = standard(Count("b", at_most=0), share=Fraction(99, 100), per=Period.MONTH)
    begin = datetime(2026, 1, 3, 9, tzinfo=UTC)
    cases = [case(begin, 1, "b" if index < 3 else "c") for index in range(1000)]
    (found,) = answers(rule, cases).standards
    assert [(w.met, w.missed, w.verdict) for w in found.windows] == [(997, 3, Verdict.MET)]


def test_a_rule_of_the_population_counts_in_no_dimension() -> None:
    rule = standard(Change(Measured.COUNT, "a", at_most=Fraction(-1, 10)))
    found = answers(
        rule, [case(datetime(2026, m, 1, tzinfo=UTC), 1) for m in (1, 2)] + [case(datetime(2026, 2, 28, tzinfo=UTC), 1)]
    )
    (result,) = found.standards
    assert (result.met, result.missed, result.verdict, result.interval) == (0, 1, Verdict.MISSED, None)
    assert [(one.before, one.after) for one in result.comparisons] == [(1, 2)]
    assert found.dimension(Dimension.COMPLETENESS).numerator == 6
    assert all(not finding.standard for score in found.dimensions for finding in score.findings)


@pytest.mark.parametrize(
    ("booked", "others", "verdict"),
    [
        ([1, 2, 3, 4], [5, 6, 7, 8], "met"),
        ([1, 2], [3, 4], "not-proven"),
        ([5, 6], [1, 2], "missed"),
        ([1], [], "not-assessable"),
    ],
)
def test_quicker_is_proven_or_not(booked: list[float], others: list[float], verdict: str) -> None:
    rule = standard(Quicker("case.booked", "!case.booked"))
    begin = datetime(2026, 1, 3, 9, tzinfo=UTC)
    whole = [
        [
            PlainEvent(step, None, begin + timedelta(hours=at))
            for step, at in zip("abcd", (0, 0, 0, length), strict=True)
        ]
        for length in (*booked, *others)
    ]
    values = [{"booked": index < len(booked)} for index in range(len(whole))]
    (found,) = assess(made(rule), log_of(whole, values=values)).standards
    assert found.verdict == Verdict(verdict)


def test_a_season_around_an_unknown_holiday_is_refused() -> None:
    season = Season("peak", Title("Peak", "旺季"), holidays=("春节", "Diwali"))
    rule = standard(Count("a", 1), season="peak")
    cases = [case(datetime(2026, 1, 3, tzinfo=UTC), 1)]
    with pytest.raises(InputRefused) as refusal:
        assess(made(rule, calendar="china-dealer", seasons=(season,)), log_of(cases))
    assert [(p.code, p.values["found"]) for p in refusal.value.problems] == [("assess.unknown-holiday", "Diwali")]
    known = replace(season, holidays=("春节",))
    (found,) = assess(made(rule, calendar="china-dealer", seasons=(known,)), log_of(cases)).standards
    assert found.verdict is Verdict.NOT_ASSESSABLE
