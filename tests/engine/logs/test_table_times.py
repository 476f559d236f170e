"""Times in tables: what has one reading is read, what has two is asked."""

from __future__ import annotations

import polars as pl
import pytest

from engine.logs.attributes import DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.options import DateOrder
from engine.logs.table_times import looks_like_times, read_times
from tests.engine.logs.making import at


def read(*values: str | None, order: DateOrder | None = None) -> tuple[list[object], list[str], list[str]]:
    """The times, the codes of errors, the codes of warnings."""
    problems = ProblemCollector("file", limit=200)
    times = read_times(pl.Series("when", values, dtype=pl.String), None, problems, DateAudit(), order=order)
    errors = [problem.code.removeprefix("log.") for problem in problems._errors]
    return times.to_list(), errors, [problem.code.removeprefix("log.") for problem in problems.warnings()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05T09:07:01.5Z", "2024-03-05T09:07:01.500"),
        ("2024-03-05 09:07", "2024-03-05T09:07:00"),
        ("2024/03/05 09:07:01.000", "2024-03-05T09:07:01"),
        ("2024/3/5 9:07", "2024-03-05T09:07:00"),
        ("2024.3.5", "2024-03-05T00:00:00"),
        (" 2024-03-05 09:07:01 +08:00 ", "2024-03-05T01:07:01"),
        ("2024-03-05 09:07 UTC", "2024-03-05T09:07:00"),
        ("2024年3月5日 9时07分01秒", "2024-03-05T09:07:01"),
        ("2024年3月5日9点07分", "2024-03-05T09:07:00"),
        ("2024年3月5日", "2024-03-05T00:00:00"),
        ("2024/3/5 下午 3:07", "2024-03-05T15:07:00"),
        ("2024/3/5 3:07:01 PM", "2024-03-05T15:07:01"),
        ("2024/3/5 12:07 am", "2024-03-05T00:07:00"),
        ("2024-03-05 09:07:01,25", "2024-03-05T09:07:01.250"),
        ("0007-01-01 00:00", "0007-01-01T00:00:00"),
    ],
)
def test_one_reading(text: str, expected: str) -> None:
    assert read(text) == ([at(expected)], [], [])


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2024-13-01", "1704067200", "45356.5", "20240305", "13:45", "2024-3-5 25:00", "5 March 2024"]
)
def test_no_reading(text: str) -> None:
    assert read(text, "2024-01-01") == ([None, at("2024-01-01T00:00:00")], ["time-unreadable"], [])


@pytest.mark.parametrize("text", ["2024-3-5 13:00 PM", "2024-3-5 0:30 AM"])
def test_no_reading_on_a_twelve_hour_clock(text: str) -> None:
    assert read(text)[1] == ["time-unreadable"]


def test_empty_cells_stay_empty() -> None:
    assert read(None, "2024-01-01")[0] == [None, at("2024-01-01T00:00:00")]


def test_day_and_month_that_may_be_swapped_are_asked() -> None:
    problems = ProblemCollector("file", limit=200)
    lines = pl.Series([2, 3], dtype=pl.UInt32)
    read_times(pl.Series("when", ["3/3/2024", "5/3/2024"]), lines, problems, DateAudit())
    (problem,) = problems._errors
    assert (problem.code, problem.place.line) == ("log.date-order-ambiguous", 3)
    assert (problem.values["first"], problem.values["second"]) == ("2024-03-05", "2024-05-03")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(["5/3/2024", "25/3/2024"], "2024-03-05"), (["5/3/2024", "3/25/2024"], "2024-05-03")],
)
def test_the_column_as_a_whole_may_prove_the_order(texts: list[str], expected: str) -> None:
    times, errors, warnings = read(*texts)
    assert (times[0], errors, warnings) == (at(f"{expected}T00:00:00"), [], ["date-order-found"])


def test_dates_that_read_the_same_either_way_are_read() -> None:
    assert read("5/5/2024", "6/6/2024")[1] == []


def test_a_column_that_contradicts_itself_is_refused() -> None:
    assert read("25/3/2024", "3/25/2024")[1][0] == "date-order-mixed"


def test_two_digit_years_are_asked_even_if_the_day_is_sure() -> None:
    assert read("9.3.10 8:05", "25.3.10 9:32")[1] == ["date-order-ambiguous"]


def test_two_digit_years_that_can_stand_in_one_place_only_are_read() -> None:
    assert read("9.3.98", "25.3.10") == (
        [at("1998-03-09T00:00:00"), at("2010-03-25T00:00:00")],
        [],
        ["date-order-found", "two-digit-years"],
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (DateOrder.DAY_FIRST, "2010-03-09"),
        (DateOrder.MONTH_FIRST, "2010-09-03"),
        (DateOrder.YEAR_FIRST, "2009-03-10"),
    ],
)
def test_the_order_may_be_said(order: DateOrder, expected: str) -> None:
    assert read("9.3.10 8:05", order=order) == ([at(f"{expected}T08:05:00")], [], ["two-digit-years"])


def test_an_order_that_was_said_does_not_bend() -> None:
    assert read("3/25/2024", "5/3/2024", order=DateOrder.DAY_FIRST)[1] == ["time-unreadable"]


def test_numbers_do_not_look_like_times() -> None:
    assert not looks_like_times(pl.Series(["1704067200", "5"]))
    assert not looks_like_times(pl.Series([], dtype=pl.String))
    assert looks_like_times(pl.Series([None, "5/3/2024 10:00", "2024年1月1日"]))
