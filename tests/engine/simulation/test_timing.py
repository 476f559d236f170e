"""Standards say how long work usually takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.definitions.standards import TimeUnit
from engine.simulation.chance import Chance
from engine.simulation.hours import DAY, HOUR, MINUTE, SECOND
from engine.simulation.settings import SimulationSettings
from engine.simulation.timing import StepTiming, timings, whole
from tests.engine.simulation.flows import SERVICE, SURVEY, flow_of

USUAL = timings(flow_of(SERVICE)[0], SimulationSettings())


def test_a_maximum_suggests_half_of_it() -> None:
    assert 6 * MINUTE < USUAL["receive"].typical < 8 * MINUTE
    assert USUAL["receive"].most < 15 * MINUTE


def test_minimum_and_maximum_suggest_their_middle() -> None:
    assert 20 * MINUTE < USUAL["inquire"].typical < 25 * MINUTE
    assert USUAL["inquire"].least > 7 * MINUTE


def test_steps_without_standards_take_the_usual_time_with_some_variety() -> None:
    usual = {USUAL[step].typical for step in ("repair", "wash", "check", "rework", "pay")}
    assert len(usual) > 3
    assert all(5 * MINUTE < typical < 30 * MINUTE for typical in usual)


def test_a_setting_goes_before_what_standards_suggest() -> None:
    settings = SimulationSettings(minutes_of={"inquire": 12})
    assert timings(flow_of(SERVICE)[0], settings)["inquire"].typical == 12 * MINUTE


def test_what_takes_days_is_waited_for() -> None:
    collect = timings(flow_of(SURVEY)[0], SimulationSettings())["collect"]
    assert 6 * DAY < collect.typical < 7 * DAY
    assert not collect.is_attended


def test_work_under_a_deadline_is_shortened_until_it_takes_half_of_it() -> None:
    hurried = timings(flow_of(SERVICE.replace("within: 2h", "within: 20m"))[0], SimulationSettings())
    between = [hurried[step] for step in ("coffee", "sign")]
    assert sum(timing.typical + timing.wait for timing in between) <= 10 * MINUTE
    assert hurried["repair"] == USUAL["repair"]


def test_a_deadline_for_the_whole_case_shortens_every_step() -> None:
    hurried = timings(flow_of(SERVICE.replace("at-most: 8h", "at-most: 2h"))[0], SimulationSettings())
    assert all(hurried[step].typical < USUAL[step].typical for step in ("repair", "check", "pay"))
    assert hurried["inquire"].typical > 7 * MINUTE


def test_durations_keep_to_their_limits_whatever_the_patience() -> None:
    timing, chance = StepTiming(20 * MINUTE, 10 * MINUTE, 25 * MINUTE, 0), Chance("x")
    drawn = [timing.duration(chance, spread=0.5, patience=patience / 10) for patience in range(11) for _ in range(50)]
    assert min(drawn) >= 10 * MINUTE
    assert max(drawn) <= 25 * MINUTE


def test_times_fall_on_whole_seconds_from_ten_seconds_on() -> None:
    assert whole(12.4 * SECOND) == 12 * SECOND
    assert whole(2.44 * SECOND) == 24 * SECOND // 10
    assert whole(0) > 0


def test_working_time_stays_working_time() -> None:
    flow = flow_of(SERVICE.replace("at-most: 15m", "at-most: 30 workhours"))[0]
    timing = timings(flow, SimulationSettings(start=date(2026, 1, 5)))["receive"]
    assert timing.unit is TimeUnit.WORKING
    assert replace(timing, typical=1).is_attended
    assert timing.typical > 3 * HOUR
