"""Times without an offset, in a zone that their user names."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from engine.logs.options import ReadOptions
from tests.engine.logs.making import EVENT, at, codes, counts, event, read_bytes, refusal, xes

HEAD = "case,activity,time\n"
BERLIN = ReadOptions(timezone="Europe/Berlin")


def read(folder: Path, zone: str, *texts: str) -> tuple[list[datetime], dict[str, int]]:
    log = read_bytes(HEAD + "".join(f"1,a,{text}\n" for text in texts), folder, options=ReadOptions(timezone=zone))
    return log.events["time"].to_list(), counts(log)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Shanghai", "2024-07-01T01:30:00"),
        ("Europe/Berlin", "2024-07-01T07:30:00"),
        ("+08:00", "2024-07-01T01:30:00"),
        ("-0330", "2024-07-01T13:00:00"),
        ("UTC", "2024-07-01T09:30:00"),
    ],
)
def test_a_clock_is_put_where_it_stood(zone: str, expected: str, tmp_path: Path) -> None:
    assert read(tmp_path, zone, "2024-07-01 09:30") == ([at(expected)], {"times-of-zone": 1})


def test_a_stated_offset_goes_before_the_zone(tmp_path: Path) -> None:
    times, warnings = read(tmp_path, "Asia/Shanghai", "2024-07-01 09:30+02:00", "2024-07-01T16:00")
    assert times == [at("2024-07-01T07:30:00"), at("2024-07-01T08:00:00")]
    assert warnings == {"times-of-zone": 1}


def test_an_hour_that_the_clock_showed_twice_is_its_first(tmp_path: Path) -> None:
    times, warnings = read(tmp_path, "Europe/Berlin", "2024-10-27 01:30", "2024-10-27 02:30", "2024-10-27 03:30")
    assert times == [at(f"2024-10-2{text}:30:00") for text in ("6T23", "7T00", "7T02")]
    assert warnings == {"time-twice": 1, "times-of-zone": 3}


def test_an_hour_that_the_clock_never_showed_is_refused(tmp_path: Path) -> None:
    problems = refusal(HEAD + "1,a,2024-03-31 01:59\n1,b,2024-03-31 02:30\n", tmp_path, options=BERLIN)
    assert codes(problems) == [("time-in-gap", 3)]
    assert problems[0].values["value"] == "2024-03-31 02:30:00"


def test_china_had_summer_time_until_1991(tmp_path: Path) -> None:
    assert read(tmp_path, "Asia/Shanghai", "1988-07-01 09:30")[0] == [at("1988-07-01T00:30:00")]


@pytest.mark.parametrize("zone", ["Beijing", "", "+25:00", "+08:00:00", "../etc/passwd", "Asia/Shanghai\0"])
def test_a_zone_that_nobody_knows_is_refused_first(zone: str, tmp_path: Path) -> None:
    problems = refusal(HEAD, tmp_path, options=ReadOptions(timezone=zone))
    assert codes(problems) == [("timezone-unknown", None)]


def test_naive_columns_of_parquet_are_put_too(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    moment = datetime(2024, 7, 1, 9, 30)  # noqa: DTZ001 - naive is what is tested
    pl.DataFrame({"case": ["1"], "activity": ["a"], "time": [moment], "seen": [moment]}).write_parquet(buffer)
    log = read_bytes(buffer.getvalue(), tmp_path, options=BERLIN)
    assert log.events.select("time", "seen").row(0) == (at("2024-07-01T07:30:00"),) * 2


def test_years_at_the_ends_of_the_calendar_are_no_crash(tmp_path: Path) -> None:
    times, _ = read(tmp_path, "Asia/Shanghai", "9999-12-31 23:59", "0001-01-03 00:00")
    assert times[1] == at("9999-12-31T15:59:00")
    assert codes(refusal(HEAD + "1,a,0001-01-01 00:00\n", tmp_path, options=ReadOptions(timezone="+08:00"))) == [
        ("time-in-gap", 2)
    ]


def test_xes_is_put_where_its_clock_stood(tmp_path: Path) -> None:
    stated = read_bytes(xes(event(time="2024-01-01T00:00:00+01:00")), tmp_path, options=BERLIN)
    assert stated.events["time"][0] == at("2023-12-31T23:00:00")
    assert read_bytes(xes(EVENT), tmp_path, options=BERLIN).events.height == 1
    both = read_bytes(
        xes(event(time="2024-07-01T09:30:00"), event(time="2024-07-01T09:30:00Z")), tmp_path, options=BERLIN
    )
    assert both.events["time"].to_list() == [at("2024-07-01T07:30:00"), at("2024-07-01T09:30:00")]
    assert counts(both) == {"times-of-zone": 1, "case-without-id": 2}


def test_hours_that_a_clock_had_twice_or_never_in_xes(tmp_path: Path) -> None:
    twice = read_bytes(xes(event(time="2024-10-27T02:30:00")), tmp_path, options=BERLIN)
    assert twice.events["time"][0] == at("2024-10-27T00:30:00")
    assert counts(twice) == {"times-of-zone": 1, "time-twice": 1, "case-without-id": 1}
    never = refusal(xes(EVENT, event(time="2024-03-31T02:30:00")), tmp_path, options=BERLIN)
    assert codes(never) == [("time-in-gap", 4)]
