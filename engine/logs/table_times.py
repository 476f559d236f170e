"""Times in tables, as people and their tools write them: rewritten as xs:dateTime, then read as those are.

Read without asking: year first (``2024-03-05 10:30``, ``2024/3/5``, ``2024年3月5日 10时30分``), with or without
seconds, fractions, AM/PM or 上午/下午 and offset. ``5/3/2024`` is read when the column as a whole allows only one order
of day and month, ``9.3.10`` only when it also says where the year stands; otherwise the user is asked. Bare numbers
(seconds since 1970, spreadsheet days) are never read as times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from engine.logs.attributes import DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.instants import FIRST_MICROSECOND, INSTANT, read_instants
from engine.logs.options import DateOrder
from engine.logs.zones import placed

_PATTERN = (
    r"^(?<a>[0-9]{1,4})[-/.](?<b>[0-9]{1,2})[-/.](?<c>[0-9]{1,4})"
    r"(?:[T ] *(?<before>AM|PM)? *(?<h>[0-9]{1,2}):(?<m>[0-9]{1,2})(?::(?<s>[0-9]{1,2})(?:[.,](?<f>[0-9]+))?)?"
    r" *(?<after>AM|PM)?)? *(?<z>Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_CHINESE = {
    "年": "-", "月": "-", "日": " ", "时": ":", "点": ":", "分": ":", "秒": "",
    "上午": "AM", "下午": "PM", "：": ":", "UTC": "Z", "GMT": "Z",
}  # fmt: skip
SHAPE_IS_SEEN_IN = 100
"""So many values of a column tell whether it looks like times."""
_PIVOT = 69  # POSIX: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068
_ORDERS = {
    DateOrder.DAY_FIRST: ("c", "b", "a"),
    DateOrder.MONTH_FIRST: ("c", "a", "b"),
    DateOrder.YEAR_FIRST: ("a", "b", "c"),
}
"""Where year, month and day stand."""


@dataclass(frozen=True, slots=True)
class Written:
    """How all moments of a column are written; without marks, ``2024-03-05T09:07:01Z``, perhaps with a fraction.

    Attributes:
        dash: Between year, month and day; empty where the moments state that they are in UTC.
        between: Between date and clock.
        seconds: Whether the clock has any.
    """

    dash: str = ""
    between: str = "T"
    seconds: bool = True

    @property
    def states_utc(self) -> bool:
        """Whether the moments state that they are in UTC; the others state no offset."""
        return not self.dash

    def text(self, moments: pl.Series) -> pl.Series:
        """The very text of moments that state no offset; those that do stay moments, as ``cell_types`` makes them."""
        return moments if self.states_utc else moments.dt.strftime(self.format)

    @property
    def format(self) -> str:
        """The same for ``strftime``, of moments that state no offset."""
        return f"%Y{self.dash}%m{self.dash}%d{self.between}%H:%M{':%S' if self.seconds else ''}"

    @property
    def pattern(self) -> str:
        """The same as a regular expression; dates that a month does not have match too."""
        clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]" + (":[0-5][0-9]" if self.seconds else "")
        return f"^[0-9]{{4}}{self.dash}[0-9]{{2}}{self.dash}[0-9]{{2}}{self.between}{clock}$"


@dataclass(frozen=True, slots=True)
class _Column:
    """The column at hand, for problems."""

    name: str
    lines: pl.Series | None
    problems: ProblemCollector

    def line(self, row: int) -> int | None:
        return None if self.lines is None else self.lines[row]


def read_times(
    text: pl.Series,
    lines: pl.Series | None,
    problems: ProblemCollector,
    dates: DateAudit,
    *,
    order: DateOrder | None = None,
) -> pl.Series:
    """Read a column of text as times; what cannot be read, or has two readings, goes to ``problems``.

    Args:
        text: A String column; null stays null.
        lines: The line of each row.
        problems: Takes errors with their lines.
        dates: Counts missing and mixed offsets and digits that were cut; says the zone of times without an offset.
        order: What the user says about dates that have several readings.

    Returns:
        ``INSTANT``, of the same length.
    """
    column = _Column(text.name, lines, problems)
    usual = usual_times(text)
    if usual is not None:
        return counted(*usual, lines, problems, dates)
    plain = _year_first(text)
    instants = read_instants(plain)
    values = instants.values
    open_rows = (values.is_null() & text.is_not_null()).arg_true()
    offsets, cut = instants.offsets, instants.cut
    if len(open_rows):
        rest = read_instants(_rewritten(text.gather(open_rows), open_rows, column, order))
        values = values.scatter(open_rows, rest.values)
        offsets = offsets.scatter(open_rows, rest.offsets)
        cut = cut.scatter(open_rows, rest.cut)
    for row in (values.is_null() & text.is_not_null()).arg_true().to_list():
        problems.error("log.time-unreadable", column.line(row), text.name, column=text.name, value=text[row][:80])
    dates.add(offsets, cut, values.is_not_null(), lines)
    return placed(values.alias(text.name), offsets.is_null(), lines, problems, zone=dates.zone)


def looks_like_times(text: pl.Series) -> bool:
    """Whether the first values of a column all have the shape of a time."""
    first = text.drop_nulls().head(SHAPE_IS_SEEN_IN)
    return len(first) > 0 and bool(_marks_replaced(first).str.contains(_PATTERN).all())


def counted(
    moments: pl.Series, written: Written, lines: pl.Series | None, problems: ProblemCollector, dates: DateAudit
) -> pl.Series:
    """Moments of one shape as ``read_times`` gives them: those without an offset in their zone, all counted."""
    read = moments.is_not_null()
    dates.note(
        "+00:00" if written.states_utc else None, int(read.sum()), None if lines is None else lines.filter(read)[0]
    )
    return placed(moments, read & (not written.states_utc), lines, problems, zone=dates.zone)


def usual_times(text: pl.Series) -> tuple[pl.Series, Written] | None:
    """A column whose values all look like its first one, ``2024-03-05 09:07:01`` or with / or T, and say no offset.

    Nearly every table is written like that, and read at once it takes a fifth of the time.

    Returns:
        ``INSTANT``, where the missing offset is taken as UTC, and how it is written; None where some value looks
        otherwise or is no time.
    """
    first = text.drop_nulls().head(1).to_list()
    shape = (
        re.fullmatch(r"[0-9]{4}([-/])[0-9]{2}\1[0-9]{2}([ T])[0-9]{2}:[0-9]{2}(:[0-9]{2})?", first[0])
        if first
        else None
    )
    if shape is None:
        return None
    written = Written(shape[1], shape[2], shape[3] is not None)
    if not text.str.contains(written.pattern).all():
        return None
    read = text.str.to_datetime(written.format, time_unit="us", strict=False)
    inside = read.cast(pl.Int64) >= FIRST_MICROSECOND
    if read.null_count() != text.null_count() or not inside.all():
        return None
    return read.dt.replace_time_zone("UTC"), written


def _year_first(text: pl.Series) -> pl.Series:
    """The usual cases at the speed of columns: a whole ISO date and time with either separator."""
    bare = text.str.strip_chars().str.replace_all("/", "-", literal=True).str.replace(" ", "T", literal=True)
    short = (bare.str.len_bytes() == len("2024-01-01T00:00")).fill_null(value=False)
    return (bare + ":00").zip_with(short, bare)


def _marks_replaced(text: pl.Series) -> pl.Series:
    """Chinese marks and names of UTC as the marks of ISO 8601."""
    plain = text.str.strip_chars().str.to_uppercase().str.replace_many(list(_CHINESE), list(_CHINESE.values()))
    return plain.str.strip_chars(": ").str.replace(r"^(\S+) *(AM|PM) *", "${1} ${2} ")


def _rewritten(text: pl.Series, rows: pl.Series, column: _Column, order: DateOrder | None) -> pl.Series:
    """Values as xs:dateTime, null where they have no shape that is known."""
    parts = _marks_replaced(text).str.extract_groups(_PATTERN).struct.unnest()
    number = parts.select(
        *(pl.col(name).cast(pl.Int32, strict=False) for name in "abc"),
        widths=pl.col("a").str.len_bytes() * 10 + pl.col("c").str.len_bytes(),
        row=pl.Series(rows),
        text=text,
    ).with_row_index("at")
    whole = number["widths"].is_in([41, 42]).fill_null(value=False)
    late = number["widths"].is_in([14, 24]).fill_null(value=False)
    short = number["widths"].is_in([11, 12, 21, 22]).fill_null(value=False)
    year_month_day = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    chosen = {0: (whole, DateOrder.YEAR_FIRST)}
    for key, mask, orders in (
        (1, late, (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)),
        (2, short, (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST)),
    ):
        if mask.any():
            found = _order(number.filter(mask), orders, column, order)
            chosen[key] = (mask, found or orders[0])
    for mask, which in chosen.values():
        year_month_day = _date(number, which).zip_with(mask, year_month_day)
    if short.any():
        column.problems.warn(
            "log.two-digit-years", int(short.sum()), column.line(rows.filter(short)[0]), column.name, column=column.name
        )
    return year_month_day + _clock(parts)


def _order(
    rows: pl.DataFrame, orders: tuple[DateOrder, ...], column: _Column, said: DateOrder | None
) -> DateOrder | None:
    """The one order that every row allows; None, with a problem, when there is none or more than one."""
    first = rows.row(0, named=True)
    if said is not None and said in orders:
        return said
    possible = [which for which in orders if _allows(rows, which)]
    line = column.line(first["row"])
    if not possible:
        column.problems.error("log.date-order-mixed", line, column.name, column=column.name, value=first["text"][:80])
        return None
    readings = {which: _date(rows, which) for which in possible}
    if len(possible) > 1:
        one, other = possible[0], possible[1]
        differing = (readings[one] != readings[other]).arg_true()
        if len(differing):
            at = differing[0]
            column.problems.error(
                "log.date-order-ambiguous",
                column.line(rows["row"][at]),
                column.name,
                column=column.name,
                value=rows["text"][at][:80],
                first=readings[one][at],
                first_order=one.value,
                second=readings[other][at],
                second_order=other.value,
            )
            return None
    column.problems.warn(
        "log.date-order-found", len(rows), line, column.name, column=column.name, order=possible[0].value
    )
    return possible[0]


def _allows(rows: pl.DataFrame, order: DateOrder) -> bool:
    _, month, day = _ORDERS[order]
    return bool(rows[month].is_between(1, 12).all() and rows[day].is_between(1, 31).all())


def _date(rows: pl.DataFrame, order: DateOrder) -> pl.Series:
    year, month, day = (pl.col(name) for name in _ORDERS[order])
    full = pl.when(year >= 100).then(year).when(year >= _PIVOT).then(year + 1900).otherwise(year + 2000)
    whole = pl.when(pl.col("widths") >= 40).then(year).otherwise(full)  # 0007 is the year 7, 07 is 2007
    return rows.select(
        pl.concat_str(
            whole.cast(pl.String).str.zfill(4),
            pl.lit("-"),
            month.cast(pl.String).str.zfill(2),
            pl.lit("-"),
            day.cast(pl.String).str.zfill(2),
        )
    ).to_series()


def _clock(parts: pl.DataFrame) -> pl.Series:
    """The time of day and the offset; midnight where a date stands alone."""
    half = pl.coalesce("before", "after")
    hour = pl.col("h").cast(pl.Int32)
    twelve = pl.when(half == "PM").then(hour % 12 + 12).when(half == "AM").then(hour % 12).otherwise(hour)
    shown = pl.when(half.is_not_null() & ~hour.is_between(1, 12)).then(99).otherwise(twelve)  # 13 PM is no time
    return parts.select(
        pl.concat_str(
            pl.lit("T"),
            shown.fill_null(0).cast(pl.String).str.zfill(2),
            pl.lit(":"),
            pl.col("m").fill_null("0").str.zfill(2),
            pl.lit(":"),
            pl.col("s").fill_null("0").str.zfill(2),
            pl.lit("."),
            pl.col("f").fill_null("0"),
            pl.col("z").fill_null(""),
        )
    ).to_series()


def no_times(name: str, height: int) -> pl.Series:
    """A column of times without a value."""
    return pl.Series(name, [], dtype=INSTANT).extend_constant(None, height)
