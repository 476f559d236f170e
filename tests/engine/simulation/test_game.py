"""The token game with time: one case at a time."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendars import calendar_named
from engine.definitions.standards import TimeSpan, TimeUnit
from engine.simulation.board import Board
from engine.simulation.chance import Chance
from engine.simulation.explanations import Explainer, accepts
from engine.simulation.game import Game
from engine.simulation.hours import HOUR, MINUTE, Hours
from engine.simulation.people import People
from engine.simulation.settings import SimulationSettings
from engine.simulation.shifts import Shifts
from engine.simulation.specification import Injection
from engine.simulation.timing import timings
from engine.simulation.world import Disturbance, Played, World
from tests.engine.simulation.flows import SERVICE, flow_of

USUAL = SimulationSettings()
MONDAY = 1_772_416_800_000_000  # 2026-03-02, 10 o'clock in Shanghai


def world(text: str = SERVICE, settings: SimulationSettings = USUAL) -> World:
    flow, net = flow_of(text)
    hours = Shifts(Hours(calendar_named("china-dealer"), first=date(2026, 3, 2)))
    people = People(dict.fromkeys(flow.roles, 2))
    board = Board(net)
    return World(flow, board, Explainer(board), settings, timings(flow, settings), hours, hours, people)


def played(seed: int = 1, disturbance: Disturbance | None = None, *, settings: SimulationSettings = USUAL) -> Played:
    case = Game(world(settings=settings), Chance(seed), disturbance=disturbance).play(MONDAY)
    assert case is not None
    return case


def steps(case: Played) -> list[str]:
    return [event.activity for event in case.events]


def test_a_case_is_a_run_of_the_net() -> None:
    net = flow_of(SERVICE)[1]
    assert accepts(Board(net), net.codes(steps(played())).tolist())


def test_parallel_work_overlaps_where_there_are_people() -> None:
    cases = [{event.activity: event for event in played(seed).events} for seed in range(10)]
    assert any(c["wash"].start < c["repair"].time and c["repair"].start < c["wash"].time for c in cases)


def test_nothing_begins_before_what_it_depends_on_is_complete() -> None:
    events = played().events
    done = {event.number: event.time for event in events}
    for event in events:
        assert all(done[number] <= event.start for number in done if event.causes >> number & 1)


def test_the_first_step_begins_on_arrival() -> None:
    assert played().events[0].start == MONDAY


def test_work_is_done_by_the_people_of_its_role() -> None:
    by_step = {event.activity: event.resource for event in played().events}
    assert str(by_step["receive"]).startswith("advisor-")
    assert str(by_step["repair"]).startswith("technician-")
    assert by_step["pay"] is None


def test_an_optional_step_is_done_as_often_as_the_settings_say() -> None:
    always, never = SimulationSettings(optional_share=1.0), SimulationSettings(optional_share=0.0)
    assert all("coffee" in steps(played(seed, settings=always)) for seed in range(5))
    assert not any("coffee" in steps(played(seed, settings=never)) for seed in range(5))


def test_full_damping_goes_round_a_loop_once_at_most() -> None:
    once = SimulationSettings(loop_damping=0.0)
    assert max(steps(played(seed, settings=once)).count("rework") for seed in range(30)) == 1


def test_a_skipped_step_is_missing_and_what_follows_depends_on_it() -> None:
    case = played(disturbance=Disturbance(Injection.SKIP, step="sign"))
    assert "sign" not in steps(case)
    assert case.left_out is not None
    assert any(event.causes >> case.left_out & 1 for event in case.events)


def test_a_repeated_step_is_done_twice_in_a_row() -> None:
    case = steps(played(disturbance=Disturbance(Injection.REPEAT, step="inquire")))
    assert case[1:3] == ["inquire", "inquire"]


def test_extra_work_follows_the_step_it_is_bound_to() -> None:
    case = steps(played(disturbance=Disturbance(Injection.UNPLANNED, step="sign", activity="errand")))
    assert case[case.index("sign") + 1] == "errand"


@pytest.mark.parametrize("hours", [1, 20])
def test_a_late_step_exceeds_its_maximum(hours: int) -> None:
    span = TimeSpan(f"{hours}h", TimeUnit.CLOCK, hours * HOUR)
    case = played(disturbance=Disturbance(Injection.LATE, step="receive", span=span))
    assert case.events[0].time - case.events[0].start > hours * HOUR


def test_a_short_step_falls_below_its_minimum() -> None:
    span = TimeSpan("7m", TimeUnit.CLOCK, 7 * MINUTE)
    case = played(disturbance=Disturbance(Injection.SHORT, step="inquire", span=span))
    assert 0 < case.events[1].time - case.events[1].start < 7 * MINUTE


@pytest.mark.parametrize("span", [TimeSpan("3", TimeUnit.WORKDAYS, 3), TimeSpan("30", TimeUnit.WORKING, 30 * HOUR)])
def test_a_response_is_put_off_beyond_its_deadline(span: TimeSpan) -> None:
    put_off = Disturbance(Injection.OVERDUE, step="sign", after="inquire", span=span)
    by_step = {event.activity: event for event in played(disturbance=put_off).events}
    hours, begin, end = world().hours.main, by_step["inquire"].time, by_step["sign"].time
    passed = hours.workdays_between if span.unit is TimeUnit.WORKDAYS else hours.working
    assert passed(begin, end) > span.amount


def test_a_plan_is_entered_before_or_after_its_step_and_only_when_asked_for() -> None:
    cases = [steps(played(seed, Disturbance(Injection.PLAN, plan="parts-missing"))) for seed in range(20)]
    assert {case.count("repair") for case in cases} == {1, 2}
    assert all(case[case.index("explain") + 1 :].count("lend") == 1 for case in cases)
    assert "explain" not in steps(played())


def test_a_case_that_gets_stuck_is_none_and_keeps_nobody_busy() -> None:
    stuck = world(SERVICE.replace("  - good -> rework -> check\n", "  - good -> rework -> joined\n"))
    seed = next(seed for seed in range(50) if Game(stuck, Chance(seed)).play(MONDAY) is None)
    empty = world(SERVICE.replace("  - good -> rework -> check\n", "  - good -> rework -> joined\n"))
    assert Game(empty, Chance(seed)).play(MONDAY) is None
    assert empty.people.find("advisor", MONDAY, HOUR, empty.hours.main, known="advisor-1").start == MONDAY
