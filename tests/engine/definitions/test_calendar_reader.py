"""The working time of a flow as its file says it: calendars of its own, and which of them holds for whom."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendars import Calendar, CalendarChoice
from engine.calendars.days import DayOfYear, DayRange
from engine.definitions.flow import Flow
from engine.definitions.lint import lint
from engine.definitions.yaml_reader import read_flow_text
from engine.definitions.yaml_writer import write_flow
from tests.engine.definitions.files import flow_file, problems_of

MORNING, AFTERNOON = (510, 720), (780, 1050)
WHOLE = """
calendars:
  shop:
    timezone: Asia/Shanghai
    hours: {mon-fri: [13:00-17:30, 08:30-12:00], 周六: 09:00-12:00}
    holidays: CN
    closed: [12-31, 2026-08-01 to 2026-08-07]
    open: {2026-12-31: 09:00-10:00, 2026-02-14: []}
calendar: {by: case.branch, values: {北京店: shop, "3": china-dealer}, otherwise: china-office}
roles: {adviser: A, driver: D}
role-calendars: {driver: shop}
"""


def flow(text: str) -> Flow:
    return read_flow_text(flow_file(rest=text))


def calendar(text: str) -> Calendar:
    (found,) = flow(f"calendars:\n  mine: {{timezone: Asia/Shanghai, {text}}}").calendars
    return found


def test_everything_that_can_be_said() -> None:
    found = flow(WHOLE)
    weekday, saturday = (MORNING, AFTERNOON), ((540, 720),)
    closed = (DayRange(DayOfYear(12, 31), DayOfYear(12, 31)), DayRange(DayOfYear(8, 1, 2026), DayOfYear(8, 7, 2026)))
    special = ((date(2026, 2, 14), ()), (date(2026, 12, 31), ((540, 600),)))
    week = (*(weekday,) * 5, saturday, ())
    shop = Calendar("shop", "Asia/Shanghai", week, "CN", weekday, closed=closed, special=special)
    assert found.calendars == (shop,)
    assert found.calendar == CalendarChoice("china-office", "branch", (("北京店", "shop"), ("3", "china-dealer")))
    assert found.role_calendars == {"driver": CalendarChoice("shop")}
    assert (found.main_calendar.name, found.calendar_named("shop")) == ("china-office", shop)


def test_what_was_written_reads_as_the_same() -> None:
    found = flow(WHOLE)
    again = read_flow_text(write_flow(found))
    assert (again.calendars, again.calendar, again.role_calendars) == (
        found.calendars,
        found.calendar,
        found.role_calendars,
    )


@pytest.mark.parametrize(
    ("hours", "monday", "tuesday"),
    [
        ("{mon: 08:30-12:00}", (MORNING,), ()),
        ("{mon: 22:00-06:00}", ((1320, 1440),), ((0, 360),)),
        ("{sun: 22:00-06:00, mon: 06:00-07:00}", ((0, 420),), ()),
        ("{mon-sun: 00:00-24:00}", ((0, 1440),), ((0, 1440),)),
        ("{sat-mon: 9:00-10:00}", ((540, 600),), ()),
        ("{周一至周二: 9:00至10:00}", ((540, 600),), ((540, 600),)),
    ],
)
def test_hours_of_a_week(hours: str, monday: object, tuesday: object) -> None:
    assert calendar(f"hours: {hours}").week[:2] == (monday, tuesday)


def test_two_openings_that_meet_after_midnight_must_not_overlap() -> None:
    text = flow_file(rest="calendars: {m: {timezone: UTC, hours: {mon: 22:00-06:00, tue: 05:00-09:00}}}")
    assert [problem.code for problem in problems_of(text)] == ["flow.hours-overlap"]


@pytest.mark.parametrize("wrong", ["8:30", "25:00-26:00", "08:30-08:30", "08:60-09:00", "24:00-25:00", "morning"])
def test_what_says_no_hours(wrong: str) -> None:
    text = flow_file(rest=f"calendars: {{m: {{timezone: UTC, hours: {{mon: '{wrong}'}}}}}}")
    assert [problem.code for problem in problems_of(text)] == ["flow.bad-hours"]


def test_a_role_that_is_not_declared_has_no_calendar() -> None:
    text = flow_file(rest="role-calendars: {driver: office}")
    assert [problem.code for problem in problems_of(text)] == ["flow.unknown-role"]


def test_a_misspelt_role_of_a_calendar_is_proposed() -> None:
    text = flow_file(rest="roles: {technician: Technician}\nrole-calendars: {tecnician: office}")
    (problem,) = problems_of(text)
    assert (problem.code, problem.values["suggestion"]) == ("flow.misspelt-role", "technician")


@pytest.mark.parametrize("code", ["CN-", "DE-XX", "-", "cn", "China", ""])
def test_what_names_no_country(code: str) -> None:
    text = flow_file(rest=f"calendars: {{m: {{timezone: UTC, hours: {{mon: 08:00-09:00}}, holidays: '{code}'}}}}")
    assert [problem.code for problem in problems_of(text)] == ["flow.unknown-country"]


def test_a_calendar_by_branch_needs_one_for_all_other_cases_and_one_value() -> None:
    text = flow_file(rest="calendar: {by: case.branch, values: {}}")
    assert [problem.code for problem in problems_of(text)] == ["flow.missing-key", "flow.list-too-short"]


def test_a_misspelt_calendar_is_proposed() -> None:
    (problem,) = problems_of(flow_file(rest="role-calendars: {r: ofice}\nroles: {r: R}"))
    assert (problem.code, problem.values["suggestion"]) == ("flow.misspelt-choice", "office")


def test_a_wrong_calendar_is_not_reported_where_it_is_named() -> None:
    text = flow_file(rest="calendars: {m: {timezone: Nowhere, hours: {mon: 09:00-10:00}}}\ncalendar: m")
    assert [problem.code for problem in problems_of(text)] == ["flow.unknown-timezone"]


def test_a_calendar_that_nothing_uses_is_noted() -> None:
    found = flow("calendars: {m: {timezone: UTC, hours: {mon: 09:00-10:00}}}")
    assert "flow.unused-calendar" in [problem.code for problem in lint(found)]
    used = flow("calendars: {m: {timezone: UTC, hours: {mon: 09:00-10:00}}}\ncalendar: m")
    assert "flow.unused-calendar" not in [problem.code for problem in lint(used)]
