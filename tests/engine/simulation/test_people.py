"""People do one thing at a time."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendars import calendar_named
from engine.simulation.hours import HOUR, Hours
from engine.simulation.people import Booking, People

ALWAYS = Hours(calendar_named("clock"), first=date(2026, 3, 2))
OFFICE = Hours(calendar_named("china-office"), first=date(2026, 3, 2))


@pytest.fixture
def desk() -> People:
    return People({"clerk": 2})


def test_the_person_whom_the_case_knows_comes_first(desk: People) -> None:
    assert desk.find("clerk", 0, HOUR, ALWAYS, known="clerk-2") == Booking("clerk-2", 0, HOUR)


def test_a_busy_person_is_replaced_by_a_free_one(desk: People) -> None:
    desk.take([Booking("clerk-1", 0, HOUR)])
    assert desk.find("clerk", HOUR // 2, HOUR, ALWAYS, known="clerk-1").person == "clerk-2"


def test_a_case_waits_a_little_for_the_person_it_knows(desk: People) -> None:
    desk.take([Booking("clerk-1", 0, HOUR)])
    assert desk.find("clerk", HOUR // 2, HOUR, ALWAYS, known="clerk-1", loyalty=HOUR // 2).person == "clerk-1"
    assert desk.find("clerk", HOUR // 2 - 1, HOUR, ALWAYS, known="clerk-1", loyalty=HOUR // 2).person == "clerk-2"


def test_when_all_are_busy_the_first_gap_that_is_long_enough_is_taken(desk: People) -> None:
    desk.take(
        [Booking("clerk-1", 0, 2 * HOUR), Booking("clerk-1", 3 * HOUR, 5 * HOUR), Booking("clerk-2", 0, 9 * HOUR)]
    )
    assert desk.find("clerk", 0, HOUR, ALWAYS, known=None) == Booking("clerk-1", 2 * HOUR, 3 * HOUR)
    assert desk.find("clerk", 0, HOUR + 1, ALWAYS, known=None) == Booking("clerk-1", 5 * HOUR, 6 * HOUR + 1)


def test_work_given_back_frees_the_person(desk: People) -> None:
    booking = Booking("clerk-1", 0, HOUR)
    desk.take([booking])
    desk.give_back([booking])
    assert desk.find("clerk", 0, HOUR, ALWAYS, known=None) == booking


def test_somebody_works_in_the_hours_of_the_work(desk: People) -> None:
    saturday = 1_772_848_800_000_000  # 2026-03-07, 10 o'clock in Shanghai
    monday = saturday + 47 * HOUR  # 9 o'clock
    assert desk.find("clerk", saturday, HOUR, ALWAYS, known=None).start == saturday
    assert desk.find("clerk", saturday, HOUR, OFFICE, known=None).start == monday
    desk.take([Booking("clerk-1", monday, monday + 8 * HOUR), Booking("clerk-2", monday, monday + 8 * HOUR)])
    assert desk.find("clerk", saturday, 2 * HOUR, OFFICE, known=None).start == monday + 24 * HOUR
