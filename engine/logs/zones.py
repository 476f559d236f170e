"""Times without an offset, put where the clock stood that wrote them.

Twice a year a clock with summer time is set. An hour that it showed twice is read as its first time (the offset before
the change), and counted; an hour that it never showed is no time, and refused: the zone is wrong, or the value is.
Zones are those of the IANA time zone database, or plain offsets from UTC.
"""

from __future__ import annotations

import re
import zoneinfo

import polars as pl

from engine.errors import InputRefused, Place, Problem
from engine.logs.collecting import ProblemCollector
from engine.logs.instants import offset_minutes, to_utc

_OFFSET = re.compile(r"[+-][0-9]{2}:?[0-9]{2}")
_SHOWN = 80


def require_zone(zone: str | None, source: str) -> None:
    """Refuse a zone that nobody knows, before a file is read.

    Raises:
        InputRefused: It is neither an IANA name nor an offset such as ``+08:00``.
    """
    if zone is None or _fixed(zone) is not None:
        return
    try:
        known = zone in zoneinfo.available_timezones()
        pl.Series([], dtype=pl.Datetime("us")).dt.replace_time_zone(zone if known else "no such zone")
    except (pl.exceptions.PolarsError, ValueError):
        raise InputRefused([Problem("log.timezone-unknown", Place(source), {"zone": zone[:_SHOWN]})]) from None


def placed(
    values: pl.Series, naive: pl.Series, lines: pl.Series | None, problems: ProblemCollector, *, zone: str | None
) -> pl.Series:
    """The values with those that state no offset put into a zone.

    Args:
        values: ``INSTANT``, where a missing offset was taken as UTC; its name is the column's.
        naive: Which of them state no offset.
        lines: The line of each, or None where lines mean nothing.
        problems: Takes clock times that the zone never had, and counts those that it had twice.
        zone: Where the clocks stood; None leaves everything as it is.
    """
    if zone is None or not naive.any():
        return values
    clock = values.dt.replace_time_zone(None)
    minutes = _fixed(zone)
    if minutes is not None:
        moved = to_utc(clock, pl.Series([minutes], dtype=pl.Int64).new_from_index(0, len(clock)))
        twice = pl.Series([False]).new_from_index(0, len(clock))
    else:
        first, last = (
            clock.dt.replace_time_zone(zone, ambiguous=which, non_existent="null").dt.convert_time_zone("UTC")
            for which in ("earliest", "latest")
        )
        twice = (first != last).fill_null(value=False)
        moved = to_utc(first.dt.replace_time_zone(None), pl.Series([0], dtype=pl.Int64).new_from_index(0, len(clock)))
    result = moved.zip_with(naive, values).alias(values.name)
    for row in (result.is_null() & values.is_not_null()).arg_true().to_list():
        problems.error(
            "log.time-in-gap",
            None if lines is None else lines[row],
            values.name,
            value=clock[row].isoformat(" "),
            zone=zone,
        )
    twice &= naive
    if twice.any():
        line = None if lines is None else lines.filter(twice)[0]
        problems.warn("log.time-twice", int(twice.sum()), line, values.name, zone=zone)
    return result


def _fixed(zone: str) -> int | None:
    """Minutes east of UTC of a plain offset; None when it is none."""
    if zone in ("UTC", "Z"):
        return 0
    return offset_minutes(zone) if _OFFSET.fullmatch(zone) else None
