"""Timestamps of XES (xs:dateTime, XML Schema part 2, 3.2.7) in bulk: text columns in, UTC microseconds out."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
FIRST_MICROSECOND = -62_135_596_800_000_000  # 0001-01-01T00:00:00Z, the earliest that Python and JSON readers hold
LAST_MICROSECOND = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z
_SHAPE = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_OFFSET = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
_OFFSET_PARTS = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
_MOST_OFFSET_MINUTES = 14 * 60  # XML Schema part 2, 3.2.7.3


@dataclass(frozen=True, eq=False, slots=True)
class Instants:
    """A text column read as instants, row by row.

    Attributes:
        values: ``INSTANT``; null where the text is null or no instant.
        offsets: How each row states its offset: ``+HH:MM``, or null where it states none. UTC is ``+00:00``.
        cut: Whether digits finer than a microsecond were cut off.
    """

    values: pl.Series
    offsets: pl.Series
    cut: pl.Series


def read_instants(text: pl.Series) -> Instants:
    """Read ``YYYY-MM-DDThh:mm:ss[.f…][Z|±hh[:]mm]``, where a missing offset means UTC.

    Args:
        text: A String column of any length.

    Returns:
        Of the same length. Impossible dates (30 February), hours (24), offsets (above 14 hours) and years before 1 or
        after 9999 in UTC come back as null.
    """
    stripped = text.str.strip_chars()
    shaped = stripped.set(~stripped.str.contains(_SHAPE).fill_null(value=False), None)
    stated = shaped.str.extract(_OFFSET)
    local = shaped.str.replace(_OFFSET, "")
    cut = (local.str.len_bytes() > len("2024-01-01T00:00:00.000000")).fill_null(value=False)
    if cut.any():
        cut = local.str.contains(r"\.[0-9]{6}[0-9]*[1-9]").fill_null(value=False)
        local = local.str.replace(r"(\.[0-9]{6})[0-9]+$", "${1}")
    moments = local.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    named = ["Z", *(offset for offset in stated.unique().to_list() if offset not in (None, "Z"))]
    minutes = stated.replace_strict(named, [offset_minutes(offset) for offset in named], return_dtype=pl.Int64)
    plain = stated.replace_strict(named, [_plain(offset) for offset in named], return_dtype=pl.String)
    return Instants(
        values=to_utc(moments, minutes.set(stated.is_null(), 0)),
        offsets=plain,
        cut=cut,
    )


def to_utc(local: pl.Series, minutes: pl.Series) -> pl.Series:
    """Local times and their offsets as instants.

    Args:
        local: Datetime in microseconds, without a zone.
        minutes: Int64 minutes east of UTC; null where the offset is impossible.

    Returns:
        ``INSTANT``, null outside the years 1 to 9999.
    """
    micros = local.cast(pl.Int64) - minutes * 60_000_000
    inside = micros.is_between(FIRST_MICROSECOND, LAST_MICROSECOND).fill_null(value=False)
    return micros.set(~inside, None).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def offset_minutes(offset: str) -> int | None:
    """Minutes east of UTC of ``Z`` or ``±hh[:]mm``; None when there can be no such offset."""
    parts = _OFFSET_PARTS.fullmatch(offset)
    if parts is None:
        return 0
    size = int(parts[2]) * 60 + int(parts[3])
    if size > _MOST_OFFSET_MINUTES or int(parts[3]) > 59:
        return None
    return -size if parts[1] == "-" else size


def _plain(offset: str) -> str:
    parts = _OFFSET_PARTS.fullmatch(offset)
    if parts is None or offset_minutes(offset) == 0:
        return "+00:00"
    return f"{parts[1]}{parts[2]}:{parts[3]}"
