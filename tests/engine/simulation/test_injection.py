"""What is put into a case is exactly what was meant."""

from __future__ import annotations

import pytest

from engine.simulation.injection import candidates, unplanned_activity
from engine.simulation.playout import SimulatedLog, simulate
from engine.simulation.settings import SimulationSettings
from engine.simulation.specification import Injection, read_deviations
from engine.simulation.truth import CaseTruth
from engine.vocabulary import DeviationKind, Language
from tests.engine.simulation.flows import EVERY_RULE, SERVICE, SURVEY, flow_of
from tests.engine.simulation.test_game import world


def simulated(injection: Injection, text: str = SERVICE) -> SimulatedLog:
    flow, net = flow_of(text)
    return simulate(
        flow, net, cases=40, seed=3, settings=SimulationSettings(deviations=read_deviations(f"{injection}:50%"))
    )


def case_steps(log: SimulatedLog, case: CaseTruth) -> list[str]:
    """The step ids of one case; the name of an activity that is no step."""
    index = log.log.cases["case_id"].to_list().index(case.case)
    names = [log.log.activities[code] for code in log.log.events.filter(log.log.events["case"] == index)["activity"]]
    step_of = flow_of(SERVICE)[0].step_of_activity
    return [step_of.get(name, name) for name in names]


@pytest.mark.parametrize("injection", [*Injection])
def test_everything_finds_its_place(injection: Injection) -> None:
    text = SERVICE if candidates(world(), injection) else EVERY_RULE
    if injection is Injection.ORDER:  # a step that may be left out, and that another one asks for
        text = EVERY_RULE.replace("response: [gift, sign]", "precedence: [gift, deliver]")
    assert simulated(injection, text).truth.placed == {injection: 20}


def test_what_is_put_into_values_and_people_says_where() -> None:
    for injection in (Injection.FIELD, Injection.AUTHORITY):
        for case in simulated(injection, EVERY_RULE).truth.affected:
            assert len(case.injected.positions) == 1
            assert case.injected.standard in case.missed


def test_a_wrong_branch_names_the_gateway_and_where_the_case_went() -> None:
    found = {case.injected.steps for case in simulated(Injection.BRANCH, EVERY_RULE).truth.affected}
    assert {("known", "book"), ("known", "register")} <= found
    assert all(case.missed == () for case in simulated(Injection.BRANCH, EVERY_RULE).truth.affected)


def test_a_skipped_step_stands_nowhere_and_is_one() -> None:
    for case in simulated(Injection.SKIP).truth.affected:
        assert (case.injected.kind, len(case.injected.steps)) == (DeviationKind.SKIPPED, 1)
        assert case.injected.positions == ()


def test_only_a_step_that_some_case_can_do_without_is_put_out_of_place() -> None:
    extra = {candidate.activity for candidate in candidates(world(), Injection.OUT_OF_PLACE)}
    assert extra == {"repair", "wash", "rework"}


@pytest.mark.parametrize("injection", [Injection.SWAP, Injection.REPEAT, Injection.UNPLANNED, Injection.OUT_OF_PLACE])
def test_the_step_concerned_stands_at_the_position_named(injection: Injection) -> None:
    log = simulated(injection)
    for case in log.truth.affected:
        assert [case_steps(log, case)[at] for at in case.injected.positions] == list(case.injected.steps)


def test_a_case_that_stops_misses_its_cycle_time_and_names_what_is_left() -> None:
    for case in simulated(Injection.STOP).truth.affected:
        assert "same-day" in case.missed
        assert case.injected.steps[-1] == "hand_over"


@pytest.mark.parametrize("injection", [Injection.LATE, Injection.SHORT, Injection.OVERDUE, Injection.CYCLE])
def test_a_missed_standard_is_named(injection: Injection) -> None:
    for case in simulated(injection).truth.affected:
        assert case.injected.standard in case.missed


def test_a_plan_is_no_deviation() -> None:
    injected = [case.injected for case in simulated(Injection.PLAN).truth.affected]
    assert {(found.kind, found.plan) for found in injected} == {(None, "parts-missing")}


def test_late_means_a_deadline_where_no_step_has_a_maximum() -> None:
    plain = SERVICE.replace(", at-most: 15m", "").replace(", at-most: 40m", "")
    assert {d.standard for d in candidates(world(plain), Injection.LATE)} == {"signed-in-time"}
    assert {d.standard for d in candidates(world(), Injection.LATE)} == {"receive.at-most", "inquire.at-most"}


def test_a_flow_without_plans_and_standards_has_no_room_for_them() -> None:
    survey = world(SURVEY)
    assert candidates(survey, Injection.PLAN) == candidates(survey, Injection.CYCLE) == ()


def test_steps_of_plans_and_optional_steps_are_never_left_out() -> None:
    assert {d.step for d in candidates(world(), Injection.SKIP)}.isdisjoint({"coffee", "explain", "lend"})


def test_an_unplanned_activity_is_none_of_the_flow() -> None:
    taken = world(SERVICE.replace("Offer coffee", "Errand outside the flow"))
    assert unplanned_activity(taken) not in taken.board.net.label_of_activity
    assert taken.settings.language is Language.EN
