"""Columns are found by well-known names, and never guessed between two."""

from __future__ import annotations

import pytest

from engine.errors import InputRefused
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import OWN_LAYOUT, Roles, find_roles
from engine.logs.options import ReadOptions


def roles(columns: str, time_like: str = "", **options: str) -> tuple[Roles, ProblemCollector]:
    problems = ProblemCollector("file", limit=200)
    names = [name.strip() for name in columns.split(",")]
    found = find_roles(names, [n.strip() for n in time_like.split(",") if n], ReadOptions(**options), problems)  # type: ignore[arg-type]  # only names of columns are given here
    return found, problems


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("Case ID, Activity, Resource, Complete Timestamp", ("Case ID", "Activity", "Complete Timestamp", "Resource")),
        ("case:concept:name, concept:name, time:timestamp, org:resource", None),
        ("工单编号, 环节名称, 完成时间, 坐席", None),
        ("案例编号, 活动, 时间, 人员", None),
        ("Ｃａｓｅ－ＩＤ, ACTIVITY_NAME, End Date, agent", None),
        ("number, incident_state, sys_updated_at, assigned_to", None),
    ],
)
def test_well_known_names(columns: str, expected: tuple[str, ...] | None) -> None:
    found, _ = roles(columns)
    wanted = expected or tuple(name.strip() for name in columns.split(","))
    assert (found.case, found.activity, found.time, found.resource) == wanted


def test_a_strong_name_goes_before_a_weak_one() -> None:
    found, _ = roles("Ticket, Case ID, Status, Activity, Date, Timestamp")
    assert (found.case, found.activity, found.time) == ("Case ID", "Activity", "Timestamp")


@pytest.mark.parametrize(
    ("columns", "time_like", "code", "named"),
    [
        ("a, activity", "", "log.case-not-found", "a, activity"),
        ("case, b", "", "log.activity-not-found", "case, b"),
        ("case, activity, when, why", "when", "log.time-not-found", "when"),
        ("case id, case_id, activity", "", "log.case-ambiguous", "case id, case_id"),
        ("ticket, order number, activity", "", "log.case-ambiguous", "ticket, order number"),
        ("case, activity, 活动", "", "log.activity-ambiguous", "activity, 活动"),
        ("case, activity, end time, timestamp", "", "log.time-ambiguous", "end time, timestamp"),
    ],
)
def test_missing_or_ambiguous_columns_are_asked_for(columns: str, time_like: str, code: str, named: str) -> None:
    with pytest.raises(InputRefused) as caught:
        roles(columns, time_like)
    assert [(p.code, p.values["columns"]) for p in caught.value.problems] == [(code, named)]


def test_everything_missing_is_reported_at_once() -> None:
    with pytest.raises(InputRefused) as caught:
        roles("a, b, c", "c")
    found = [problem.code for problem in caught.value.problems]
    assert found == ["log.case-not-found", "log.activity-not-found", "log.time-not-found"]


def test_two_resources_are_none_and_counted() -> None:
    found, problems = roles("case, activity, agent, employee")
    assert found.resource is None
    assert [problem.code for problem in problems.warnings()] == ["log.column-ambiguous"]


def test_an_option_settles_what_is_ambiguous() -> None:
    found, _ = roles("case, activity, end time, timestamp", timestamp="end time")
    assert found.time == "end time"
    assert "timestamp" not in found.used


def test_an_option_that_names_no_column_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        roles("case, activity", activity="Activity")
    assert caught.value.problems[0].code == "log.column-unknown"


def test_a_column_has_one_role() -> None:
    found, _ = roles("case, activity, time", start="time")
    assert (found.start, found.time) == ("time", None)


def test_a_table_of_our_own_is_read_by_its_first_columns() -> None:
    found, _ = roles(f"{', '.join(OWN_LAYOUT)}, Activity, Case ID, timestamp")
    assert (found.own, found.activity, found.lifecycle) == (True, "activity", "lifecycle")
