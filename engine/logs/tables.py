"""From a table to a log: one row an event, whatever file the table came from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from engine.limits import Limits
from engine.logs.assembly import Rows, assemble, check_cells, free_name, in_order, numbered
from engine.logs.attributes import DateAudit
from engine.logs.cell_types import typed_column
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import CASE_PREFIX, OWN_LAYOUT, Roles, find_roles, known_roles
from engine.logs.instants import INSTANT
from engine.logs.log import EVENT_COLUMNS, Log
from engine.logs.options import ReadOptions
from engine.logs.table_times import Written, counted, looks_like_times, no_times, read_times
from engine.logs.text_tables import TextTable, as_text
from engine.logs.totals import is_total

_SHOWN = 200
ESCAPED = r"^'('*[=+\-@\t\r])"
"""A cell that the CSV writer guarded with one more apostrophe, so that no spreadsheet takes it for a formula."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table on its way to a log: one row an event.

    Attributes:
        frame: Columns of String, Int64, Float64, Boolean and ``INSTANT`` under distinct names.
        lines: The line of each row, or None where lines mean nothing.
        problems: Takes what is wrong or odd.
        options: What the user named.
        limits: Of labels and values.
        texts: Distinct texts of columns that are numbers of them, as in ``TextTable``.
        written: How columns of moments are written that are not counted yet, as in ``TextTable``.
    """

    frame: pl.DataFrame
    lines: pl.Series | None
    problems: ProblemCollector
    options: ReadOptions
    limits: Limits
    texts: Mapping[str, pl.Series] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict)

    def line(self, row: int) -> int | None:
        """The line of a row, where lines mean something."""
        return None if self.lines is None else self.lines[row]


def log_of_text(text: TextTable, problems: ProblemCollector, *, options: ReadOptions, limits: Limits) -> Log:
    """A log from a table all of whose cells are text; the log's ``source_hash`` is left to the caller.

    Rows of a case are put in order of time; equal times keep the order of the file. A column of attributes becomes
    numbers, truth values or instants where that loses nothing (see ``cell_types``), otherwise it stays text.

    Raises:
        InputRefused: Columns, labels or times have no one reading; every problem found, with its line.
    """
    _refuse_wrong_header(text, problems)
    names = text.columns.columns
    roles = find_roles(names, [name for name in names if text.looks_like_times(name)], options, problems)
    if roles.own:
        text = text.unescaped(ESCAPED)
    columns, texts, written = [], {}, {}
    labels, times = _of_one_use(roles)
    for name in names:
        if name in labels and name in text.texts:
            texts[name] = text.texts[name]
        elif name in times and name in text.written:
            written[name] = text.written[name]
        else:
            columns.append(text.text(name) if name in roles.used else typed_column(text, name))
            continue
        columns.append(text.columns[name])
    table = Table(pl.DataFrame(columns), text.lines, problems, options, limits, texts, written)
    return _log(table, roles, DateAudit(options.timezone))


def log_of_columns(table: Table, dates: DateAudit, roles: Roles | None = None, varying: Collection[str] = ()) -> Log:
    """A log from a table whose columns have their types, as ``log_of_text`` makes one from text.

    Args:
        table: The table, or some of its rows and columns.
        dates: What was odd about the dates that have been read already.
        roles: Which column is what, where the whole table has told already.
        varying: Columns that say they belong to the case and vary within cases elsewhere in the table.

    Raises:
        InputRefused: Columns, labels or times have no one reading.
    """
    roles = roles or find_roles(table.frame.columns, _time_like(table.frame), table.options, table.problems)
    labels, times = _of_one_use(roles)
    texts = {name: texts for name, texts in table.texts.items() if name in labels}
    written = {name: written for name, written in table.written.items() if name in times}
    columns = [
        column if column.name in texts or column.name in written else as_text(column, table.texts, table.written)
        for column in table.frame.get_columns()
    ]
    table = replace(table, frame=pl.DataFrame(columns), texts=texts, written=written)
    return _log(table, roles, dates, varying)


def _of_one_use(roles: Roles) -> tuple[set[str], set[str]]:
    """The columns that are labels and nothing else, and those that are times: others are needed as they are written."""
    labels, times = {roles.case, roles.activity}, {name for name in (roles.time, roles.start) if name is not None}
    other = {roles.resource, roles.lifecycle}
    return labels - times - other, times - labels - other


def _refuse_wrong_header(text: TextTable, problems: ProblemCollector) -> None:
    """Refuse a table without a row of headings, or with two, as exports with Chinese and technical names have them.

    Raises:
        InputRefused: No heading is a well-known name and one looks like a time; or the cells of the first row are
            well-known names of at least two roles, and none holds a digit.
    """
    headings = pl.Series(text.columns.columns, dtype=pl.String)
    if not known_roles(headings) and any(looks_like_times(headings.slice(at, 1)) for at in range(len(headings))):
        raise problems.refusal("log.header-missing", 1, first=", ".join(headings.head(5))[:_SHOWN])
    if text.columns.is_empty() or tuple(text.columns.columns[: len(OWN_LAYOUT)]) == OWN_LAYOUT:
        return
    cells = text.first_row()
    if len(known_roles(cells)) > 1 and not any(character.isdigit() for cell in cells for character in cell):
        raise problems.refusal("log.header-twice", text.lines[0])


def read_rows(frame: pl.DataFrame, *, name: str, limits: Limits) -> Log:
    """Make a log of rows that were never a file, by the rules of tables; ``source_hash`` is left to the caller.

    Args:
        frame: The columns of ``OWN_LAYOUT`` first, then attributes, all in types that attributes have.
        name: What they are called.
        limits: Sizes past which they are refused.

    Raises:
        LimitExceeded: There are too many cells.
    """
    problems = ProblemCollector(name, limit=limits.problems)
    check_cells(frame.height, frame.width, limits, name)
    roles = find_roles(frame.columns, (), ReadOptions(), problems)
    return _log(Table(frame, None, problems, ReadOptions(), limits), roles, DateAudit())


def _time_like(frame: pl.DataFrame) -> list[str]:
    return [
        column.name
        for column in frame.get_columns()
        if column.dtype == INSTANT or (column.dtype == pl.String and looks_like_times(column))
    ]


def _log(table: Table, roles: Roles, dates: DateAudit, varying: Collection[str] = ()) -> Log:
    """Rows in order, cases numbered, attributes split between cases and events."""
    frame, problems = table.frame, table.problems
    height = len(frame)
    case_id = _label(roles.case, table)
    _refuse_rows(case_id, "log.row-without-case", table)
    agreed = {
        "activity": _label(roles.activity, table),
        "start": _times(roles.start, table, dates),
        "time": _times(roles.time, table, dates),
        "resource": _optional(frame, roles.resource, height),
        "lifecycle": _optional(frame, roles.lifecycle, height),
    }
    totals = _refuse_totals(case_id, agreed["activity"], roles, table)
    _refuse_rows(agreed["activity"], "log.activity-missing", table, known=totals)
    for column in frame.get_columns():
        _check_length(column, table)
    problems.refuse_if_wrong()
    dates.report(problems)
    texts = table.texts.get(roles.case)
    ids, case = numbered(case_id) if texts is None else in_order(texts, case_id)
    case_columns, kept = _case_attributes(frame, case, roles, problems, varying=varying)
    attributes = []
    names = [*EVENT_COLUMNS]
    for name in frame.columns:
        if name in roles.used or name in kept:
            continue
        free = free_name(name, names)
        if free != name:
            problems.warn("log.column-renamed", 1, None, name, name=name, new=free)
        names.append(free)
        attributes.append(frame[name].alias(free))
    events = pl.DataFrame([case.alias("case"), *(v.alias(k) for k, v in agreed.items()), *attributes])
    lines, order = table.lines, _order(events, table)
    if order is not None:
        events = events[order]
        lines = None if lines is None else lines.gather(order)
    first_lines = None if table.lines is None else table.lines.filter(case.is_first_distinct())
    rows = Rows(ids, case_columns, events, lines, first_lines, table.texts.get(roles.activity))
    return assemble(rows, problems, limits=table.limits)


def _order(events: pl.DataFrame, table: Table) -> pl.Series | None:
    """The rows by case, then time, then place in the file; a row without a time stays behind the one before it.

    Returns:
        None where they stand so already.
    """
    case, moment = pl.col("case"), pl.col("time")
    later = (case > case.shift(1)) | ((case == case.shift(1)) & (moment >= moment.shift(1)))
    if events["time"].null_count() == 0 and events.select(later.fill_null(value=True).all()).item():
        return None
    time = pl.col("time")
    key = (time.forward_fill().over("case") if events["time"].null_count() else time).alias("key")
    keyed = events.select("case", "time", key).with_row_index("row")
    order = keyed.sort("case", "key", maintain_order=True, nulls_last=False)["row"]
    back = pl.DataFrame([order, keyed["case"].gather(order)]).select(
        ((pl.col("row") < pl.col("row").shift(1)) & (pl.col("case") == pl.col("case").shift(1))).any()
    )
    if not back.item():
        return order
    early = pl.col("time") < pl.col("key").cum_max().over("case")
    moved = keyed.select(early.fill_null(value=False)).to_series()
    if moved.any():
        line = None if table.lines is None else table.lines.filter(moved)[0]
        table.problems.warn("log.rows-sorted", int(moved.sum()), line)
    return order


def _case_attributes(
    frame: pl.DataFrame, case: pl.Series, roles: Roles, problems: ProblemCollector, *, varying: Collection[str] = ()
) -> tuple[pl.DataFrame, set[str]]:
    """The columns that say they belong to the case, one value for each case, and their names in the table."""
    columns: list[pl.Series] = []
    kept: set[str] = set()
    for name in frame.columns:
        if not name.startswith(CASE_PREFIX) or name in roles.used or name == CASE_PREFIX:
            continue
        grouped = pl.DataFrame({"case": case, "value": frame[name]}).group_by("case", maintain_order=True)
        found = grouped.agg(pl.col("value").drop_nulls().n_unique().alias("n"), pl.col("value").drop_nulls().first())
        if (found["n"] > 1).any():
            problems.warn("log.case-attribute-varies", int((found["n"] > 1).sum()), None, name, column=name)
            continue
        if name in varying:
            continue
        free = free_name(name.removeprefix(CASE_PREFIX), ["case_id", *(column.name for column in columns)])
        columns.append(found["value"].alias(free))
        kept.add(name)
    return pl.DataFrame(columns), kept


def as_label(column: pl.Series) -> pl.Series:
    """A column as names of cases or activities; null where there is none, or nothing but blanks."""
    text = column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ") if column.dtype == INSTANT else column.cast(pl.String)
    return text.set(text.str.strip_chars() == "", None)


def _label(name: str, table: Table) -> pl.Series:
    """A column as ``as_label`` makes it, or the numbers of its texts."""
    column, texts = table.frame[name], table.texts.get(name)
    if texts is None:
        return as_label(column)
    blank = (texts.str.strip_chars() == "").arg_true()
    return column.set(column.is_in(blank.implode()), None) if len(blank) else column


def _times(name: str | None, table: Table, dates: DateAudit) -> pl.Series:
    if name is None:
        return no_times("", len(table.frame))
    column = table.frame[name]
    if name in table.written:
        return counted(column, table.written[name], table.lines, table.problems, dates)
    if column.dtype == INSTANT:
        return column
    if column.dtype != pl.String:
        table.problems.error("log.not-a-date", None, name, key=name, kind=str(column.dtype))
        return no_times(name, len(column))
    return read_times(column, table.lines, table.problems, dates, order=table.options.date_order)


def _optional(frame: pl.DataFrame, name: str | None, height: int) -> pl.Series:
    if name is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, height)
    return frame[name].cast(pl.String)


def _refuse_rows(labels: pl.Series, code: str, table: Table, known: Collection[int] = ()) -> None:
    for row in labels.is_null().arg_true().to_list():
        if row not in known:
            table.problems.error(code, table.line(row))


def _refuse_totals(cases: pl.Series, activities: pl.Series, roles: Roles, table: Table) -> frozenset[int]:
    """Refuse rows whose case is a word for totals and whose activity or time is missing; the numbers of these rows."""
    missing = activities.is_null()
    if roles.time is not None:
        missing |= table.frame[roles.time].is_null()
    rows = missing.arg_true()
    texts = table.texts.get(roles.case)
    labels = cases.gather(rows) if texts is None else texts.gather(cases.gather(rows))
    found = is_total(labels).fill_null(value=False)
    for row, label in zip(rows.filter(found).to_list(), labels.filter(found).to_list(), strict=True):
        table.problems.error("log.total-row", table.line(row), value=label[:_SHOWN])
    return frozenset(rows.filter(found).to_list())


def _check_length(column: pl.Series, table: Table) -> None:
    allowed, texts = table.limits.attribute_bytes, table.texts.get(column.name)
    if texts is not None:
        if not (texts.str.len_bytes() > allowed).any():
            return
        column = texts.gather(column).alias(column.name)
    if column.dtype != pl.String:
        return
    for row in (column.str.len_bytes() > allowed).arg_true().to_list():
        found = len(column[row].encode())
        table.problems.error("log.value-too-long", table.line(row), column.name, allowed=allowed, found=found)
