from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jobs.recurrence import Recurrence

MONTHLY = Recurrence("month", time(8), "Asia/Shanghai", 1)
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    at = time(draw(st.integers(0, 23)), draw(st.integers(0, 59)))
    zone = draw(st.sampled_from(ZONES))
    every = draw(st.sampled_from(["day", "week", "month"]))
    if every == "day":
        return Recurrence("day", at, zone)
    if every == "week":
        return Recurrence("week", at, zone, draw(st.integers(0, 6)))
    return Recurrence("month", at, zone, draw(st.integers(1, 31)))


@pytest.mark.parametrize(
    ("recurrence", "now", "due"),
    [
        (MONTHLY, "2026-02-14T12:00+08:00", "2026-03-01T08:00+08:00"),
        (MONTHLY, "2026-03-01T07:59+08:00", "2026-03-01T08:00+08:00"),
        (MONTHLY, "2026-03-01T08:00+08:00", "2026-04-01T08:00+08:00"),
        (MONTHLY, "2026-12-31T23:00+08:00", "2027-01-01T08:00+08:00"),
        (Recurrence("month", time(8), "UTC", 31), "2026-02-01T00:00Z", "2026-02-28T08:00Z"),
        (Recurrence("month", time(8), "UTC", 31), "2028-02-01T00:00Z", "2028-02-29T08:00Z"),
        (Recurrence("month", time(8), "UTC", 31), "2026-03-01T00:00Z", "2026-03-31T08:00Z"),
        (Recurrence("week", time(9), "Europe/Berlin", 0), "2026-11-27T00:00Z", "2026-11-30T09:00+01:00"),
        (Recurrence("day", time(9), "Europe/Berlin"), "2026-03-28T12:00Z", "2026-03-29T09:00+02:00"),
        (Recurrence("day", time(9), "Europe/Berlin"), "2026-10-24T12:00Z", "2026-10-25T09:00+01:00"),
        # 02:30 does not exist on that day, and on the other one comes twice
        (Recurrence("day", time(2, 30), "Europe/Berlin"), "2026-03-28T12:00Z", "2026-03-29T03:30+02:00"),
        (Recurrence("day", time(2, 30), "Europe/Berlin"), "2026-10-24T12:00Z", "2026-10-25T02:30+02:00"),
        (Recurrence("day", time(2, 30), "Europe/Berlin"), "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
    ],
)
def test_due_is_a_local_time_of_day(recurrence: Recurrence, now: str, due: str) -> None:
    assert recurrence.next_after(utc(now)) == utc(due)


@pytest.mark.parametrize(
    ("due", "since", "until"),
    [
        ("2026-04-01T08:00+08:00", "2026-03-01T00:00+08:00", "2026-04-01T00:00+08:00"),
        ("2026-01-01T00:30+08:00", "2025-12-01T00:00+08:00", "2026-01-01T00:00+08:00"),
        ("2026-01-01T07:30+08:00", "2025-12-01T00:00+08:00", "2026-01-01T00:00+08:00"),
    ],
)
def test_last_month_is_a_local_calendar_month(due: str, since: str, until: str) -> None:
    assert MONTHLY.last_month(utc(due)) == (utc(since), utc(until))


@given(
    recurrence=recurrences(),
    moment=st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)).map(lambda m: m.replace(tzinfo=UTC)),  # noqa: DTZ001
)
def test_the_latest_and_the_next_are_neighbours(recurrence: Recurrence, moment: datetime) -> None:
    latest, following = recurrence.latest(moment), recurrence.next_after(moment)
    assert latest <= moment < following
    assert recurrence.next_after(latest) == following
    assert recurrence.latest(following) == following
    days = {"day": 1, "week": 7, "month": 31}[recurrence.every]
    assert following - latest <= timedelta(days=days, hours=25)  # Samoa once left a day out
    local = following.astimezone(ZoneInfo(recurrence.timezone))
    assert recurrence.every != "week" or local.weekday() in {recurrence.day, (recurrence.day + 1) % 7}
