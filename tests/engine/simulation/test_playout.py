"""Whole logs: who arrives when, what they are called, and what is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from engine.assessment.assess import assess
from engine.errors import InputRefused, LimitExceeded
from engine.limits import DEFAULT_LIMITS
from engine.nets.process import Process, read_process
from engine.simulation.playout import SimulatedLog, simulate
from engine.simulation.settings import SimulationSettings
from engine.simulation.specification import Injection, read_deviations
from engine.simulation.values import Choice
from engine.vocabulary import Language
from tests.engine.simulation.flows import EVERY_RULE, SERVICE, SURVEY, flow_of

USUAL = SimulationSettings()


def simulated(text: str = SERVICE, settings: SimulationSettings = USUAL, *, cases: int = 60) -> SimulatedLog:
    flow, net = flow_of(text)
    return simulate(flow, net, cases=cases, seed=4, settings=settings)


def refused(text: str = SERVICE, settings: SimulationSettings = USUAL, *, cases: int = 5) -> list[str]:
    with pytest.raises(InputRefused) as refusal:
        simulated(text, settings, cases=cases)
    return [problem.code for problem in refusal.value.problems]


def local_starts(log: SimulatedLog) -> pl.Series:
    return log.log.events["start"].dt.convert_time_zone("Asia/Shanghai")


def test_cases_are_named_after_the_flow() -> None:
    assert simulated(cases=3).log.cases["case_id"].to_list() == [f"RV-2026-0000{n}" for n in (1, 2, 3)]
    own = simulated(settings=SimulationSettings(case_prefix="SO"), cases=1)
    assert own.log.cases["case_id"].to_list() == ["SO-2026-00001"]


def test_activities_have_titles_in_the_language_asked_for() -> None:
    assert "Receive the customer" in simulated(cases=2).log.activities
    assert "接待客户" in simulated(settings=SimulationSettings(language=Language.ZH), cases=2).log.activities


def test_work_begins_within_opening_hours_on_and_after_the_first_day() -> None:
    starts = local_starts(simulated())
    assert starts.dt.date().min() == date(2026, 3, 2)
    minutes = starts.dt.hour().cast(pl.Int32) * 60 + starts.dt.minute()
    assert minutes.is_between(8 * 60 + 30, 17 * 60 + 30).all()


def test_an_office_rests_at_weekends() -> None:
    starts = local_starts(simulated(SURVEY, SimulationSettings(calendar="china-office")))
    assert set(starts.dt.weekday()) <= {1, 2, 3, 4, 5}


def test_mondays_are_busier_than_wednesdays() -> None:
    log = simulated(cases=2_000, settings=SimulationSettings(cases_per_day=100)).log
    first = log.events.group_by("case").agg(pl.col("start").min())["start"].dt.convert_time_zone("Asia/Shanghai")
    counts = Counter(first.dt.weekday().to_list())
    assert counts[1] > counts[3]


def test_many_cases_still_come_within_a_year() -> None:
    years = simulated(SURVEY, cases=4_000).log.events["start"].dt.year()
    assert set(years) <= {2026, 2027}


def test_case_attributes_take_the_values_asked_for() -> None:
    settings = SimulationSettings(attributes={"district": Choice(("east", "west"))})
    assert set(simulated(settings=settings).log.cases["district"]) == {"east", "west"}


def test_arrivals_fall_by_as_much_as_a_standard_about_change_asks_for_and_no_more_is_missed() -> None:
    flow, net = flow_of(EVERY_RULE)
    start = date(2026, 3, 1)
    for change, kept in ((None, True), (0.3, False)):
        how = SimulationSettings(start=start, cases_per_day=5, monthly_change=change)
        found = assess(Process(flow, net), simulate(flow, net, cases=360, seed=1, settings=how).log)
        result = next(result for result in found.standards if result.standard == "fewer")
        assert (result.met > 0, result.missed == 0) == (kept, kept)


def test_as_many_people_work_as_were_asked_for() -> None:
    log = simulated(settings=SimulationSettings(people=1))
    assert set(log.log.events["resource"].drop_nulls()) == {"advisor-1", "technician-1"}


def test_a_log_tells_nothing_of_lifecycles() -> None:
    assert simulated(cases=2).log.events["lifecycle"].null_count() == len(simulated(cases=2).log.events)


def test_each_deviation_gets_its_share_and_no_case_gets_two() -> None:
    log = simulated(settings=SimulationSettings(deviations=read_deviations("skip:20%,late:10%,plan:5%")))
    assert log.truth.placed == log.truth.asked == {Injection.SKIP: 12, Injection.LATE: 6, Injection.PLAN: 3}
    assert len({case.case for case in log.truth.affected}) == 21


def test_every_case_may_deviate() -> None:
    assert len(simulated(settings=SimulationSettings(deviations=read_deviations("repeat:1"))).truth.affected) == 60


def test_too_many_cases_are_refused() -> None:
    flow, net = flow_of(SERVICE)
    with pytest.raises(LimitExceeded) as refusal:
        simulate(flow, net, cases=11, seed=1, limits=replace(DEFAULT_LIMITS, simulated_cases=10))
    assert refusal.value.problems[0].values["limit"] == "simulated_cases"


def test_bad_requests_are_refused_together() -> None:
    settings = SimulationSettings(minutes_of={"dance": 5}, calendar="lunar")
    assert refused(settings=settings, cases=0) == [
        "simulate.unknown-step",
        "simulate.unknown-calendar",
        "simulate.no-cases",
    ]


def test_a_plan_that_a_condition_sets_off_is_entered_where_the_condition_holds_and_nowhere_else() -> None:
    text = SERVICE.replace("on: {timer: 2h}", 'on: {condition: "case.parts_missing"}').replace(
        "  paid-before:",
        '  told-in-time: {deadline: explain, promised: case.promised, when: "case.parts_missing"}\n  paid-before:',
    )
    log = simulated(text, SimulationSettings(deviations=read_deviations("plan:20%")))
    entered = {affected.case for affected in log.truth.affected}
    cases = log.log.cases
    assert len(entered) == 12
    assert set(cases.filter("parts_missing")["case_id"]) == entered
    assert set(cases.filter(pl.col("promised").is_not_null())["case_id"]) == entered


def test_a_deviation_without_room_is_refused() -> None:
    settings = SimulationSettings(deviations=read_deviations("cycle:0.5,plan:0.5"))
    assert refused(SURVEY, settings) == ["simulate.deviation-impossible"] * 2


def test_a_deviation_without_room_in_any_case_is_refused() -> None:
    chain = "  - start -> conduct -> collect -> analyse -> end\n"
    text = (
        SURVEY.split("  choose: inclusive")[0]
        + "  analyse: {step: {en: Analyse, zh: 分析}}\n  end: end\nedges:\n"
        + chain
    )
    settings = SimulationSettings(deviations=read_deviations("out-of-place:0.9"))
    assert refused(text, settings, cases=30) == ["simulate.deviation-impossible"]


def test_a_flow_without_an_end_is_refused() -> None:
    assert refused(
        SERVICE.replace(
            "  - good -> rework -> check\n  - good -> pay", "  - good -> rework -> check\n  - rework -> pay"
        )
    ) == ["simulate.no-end"]


def test_standards_that_no_case_can_meet_are_named() -> None:
    impossible = SERVICE.replace("paid-before: {precedence: [check, pay]}", "never: {precedence: [pay, check]}")
    with pytest.raises(InputRefused) as refusal:
        simulated(impossible)
    assert refusal.value.problems[0].code == "simulate.standards-not-met"
    assert refusal.value.problems[0].values["standards"] == "never"


def test_a_plans_condition_is_true_in_the_cases_that_enter_it_and_in_no_other() -> None:
    process = read_process(Path(__file__).resolve().parents[3] / "examples" / "flows" / "car_service_advisor.yaml")
    settings = SimulationSettings(deviations=read_deviations("plan:80%"))
    found = simulate(process.flow, process.net, cases=25, seed=3, settings=settings)
    late = {case.case for case in found.truth.affected if case.injected.plan == "late"}
    assert late
    assert set(found.log.cases.filter(pl.col("will_be_late"))["case_id"]) == late
    assert found.log.cases["promised_time"].null_count() == 0
