"""Laws of tables: what is read by columns is what is read row by row; every format tells the same log."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS
from engine.logs import csv_columns, csv_text
from engine.logs.attributes import DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.columns import OWN_LAYOUT
from engine.logs.csv_columns import regular_columns
from engine.logs.csv_text import _not_utf8, _row_by_row, _rows, _without_empty_rows, read_text_table
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.reading import read_log
from engine.logs.table_times import read_times, usual_times
from engine.logs.tables import log_of_text
from engine.logs.text_tables import TextTable
from engine.logs.zones import placed

LAW = settings(deadline=None, derandomize=True, max_examples=150)
cells = st.text(alphabet='ab ,;"\n\r中0', max_size=6) | st.sampled_from(["007", "NA", "null", "", " x ", '""', "1.10"])

rooms = st.sampled_from([1, 2, 1 << 10])  # distinct texts of a column at first
manies = st.sampled_from([0, 3, 1 << 16])  # distinct texts past which a column is given up


def cell_text(cell: str, *, always: bool) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if always or any(mark in cell for mark in '",\n\r') else cell


@contextmanager
def by_columns(room: int, many: int) -> Iterator[None]:
    """Every file that is regular is read by the kernel, with so little room for texts."""
    with (
        patch.object(csv_text, "_SMALL", 0),
        patch.object(csv_columns, "_ROOM", room),
        patch.object(csv_columns, "_MANY", many),
    ):
        yield


def texts(table: TextTable) -> dict[str, list[str | None]]:
    return {name: table.text(name).to_list() for name in table.columns.columns}


@LAW
@given(
    st.lists(st.tuples(cells, cells, cells, st.booleans()), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    rooms,
    manies,
)
def test_a_csv_by_columns_is_the_csv_row_by_row(
    rows: list[tuple[str, str, str, bool]], end: str, room: int, many: int
) -> None:
    lines = [",".join(cell_text(cell, always=row[3]) for cell in row[:3]) for row in rows]
    data = end.join(["x,y,z", *lines, ""]).encode()
    problems = ProblemCollector("file", limit=200)
    header, _, walked = _rows(data, "utf-8-sig", ",", problems)
    slow = _row_by_row(walked, header, problems, DEFAULT_LIMITS)
    found = ProblemCollector("file", limit=200)
    with by_columns(room, many):
        whole = read_text_table(data, found, options=ReadOptions(), limits=DEFAULT_LIMITS)
        fast = regular_columns(data, ",", "xyz", most_rows=100)
    assert texts(whole) == texts(slow)
    assert whole.lines.equals(slow.lines)
    assert found.warnings() == problems.warnings()
    assert fast is not None
    assert len(fast.lines) == len(rows)


@LAW
@given(st.binary(max_size=60) | st.text(alphabet='x,"\r\n\t;a中', max_size=40).map(str.encode), rooms, manies)
def test_no_file_is_regular_that_the_other_reader_refuses(body: bytes, room: int, many: int) -> None:
    data = b"x,y\n" + body
    try:
        data.decode()
    except UnicodeDecodeError:  # refused before anything is split
        return
    with by_columns(room, many):
        fast = regular_columns(data, ",", "xy", most_rows=100)
    if fast is None:
        return
    problems, found = ProblemCollector("file", limit=200), ProblemCollector("file", limit=200)
    header, _, rows = _rows(data, "utf-8-sig", ",", problems)
    slow = _row_by_row(rows, header, problems, DEFAULT_LIMITS)
    problems.refuse_if_wrong()
    told = _without_empty_rows(fast, found)
    assert texts(told) == texts(slow)
    assert told.lines.equals(slow.lines)
    assert found.warnings() == problems.warnings()


clock_texts = st.one_of(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map("{:%Y-%m-%d %H:%M:%S}".format),  # noqa: DTZ001 - clocks have no zone
    st.datetimes(datetime(2020, 1, 1), datetime(2020, 1, 3)).map("{:%Y-%m-%d %H:%M:%S}".format),  # noqa: DTZ001 - as above
)
every_clock = st.sampled_from([
    "2024-03-05 09:07:01", "2024-03-05 09:07", "2024/03/05 09:07", "2024-03-05T09:07:01", "2024-03-05T09:07:01Z",
    "2024-03-05T09:07:01.5Z", "2024-03-05T09:07:01.123456Z", "2024-03-05T09:07:01.1234567Z", "2024-02-30 09:07:01",
    "2024-03-05T09:07:01+08:00", "2024-03-05 24:00:00", "0000-01-01 00:00:00", "2024-03-05 09:07:60", "5/3/2024", "x",
    "", " ", "2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-03-05T09:07:01+00:00", "9999-12-31T23:59:59Z",
])  # fmt: skip
clocks_of_all_kinds = every_clock | clock_texts
odd = ["", " ", "1", "2", "007", "1.5", "true", "'=1", "=1", "''=1", "a", "é", "e\u0301", 'x"y', "x\ny", "合计"]
odd_cells = st.sampled_from(odd)
head_rows = st.sampled_from([
    ("case", "activity", "time", "start", "n"), ("工单号", "环节", "日期", "备注", "case:n"),
    ("case", "activity", "time", "end time", "resource"), OWN_LAYOUT, ("case", "activity", "when", "date", "n"),
])  # fmt: skip


def read_or_refused(data: bytes, options: ReadOptions) -> tuple[object, ...]:
    problems = ProblemCollector("file", limit=200)
    try:
        text = read_text_table(data, problems, options=options, limits=DEFAULT_LIMITS)
        log = log_of_text(text, problems, options=options, limits=DEFAULT_LIMITS)
    except InputRefused as refused:
        return refused.problems
    return (log.activities, log.cases.to_dict(as_series=False), log.events.schema, log.events.rows(), log.warnings)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    head_rows,
    st.lists(st.tuples(odd_cells, odd_cells, clocks_of_all_kinds, clocks_of_all_kinds, odd_cells, odd_cells)),
    st.lists(clock_texts, min_size=1) | st.none(),
    st.sampled_from([None, "Europe/Berlin", "+08:00"]),
    st.tuples(rooms, manies),
)
def test_a_log_by_columns_is_the_log_row_by_row(
    heads: tuple[str, ...],
    rows: list[tuple[str, ...]],
    alike: list[str] | None,
    zone: str | None,
    room: tuple[int, int],
) -> None:
    if alike is not None:  # all times of one shape, as in nearly every file
        rows = [(*row[:2], alike[at % len(alike)], *row[3:]) for at, row in enumerate(rows)]
    lines = [",".join(cell_text(cell, always=False) for cell in row[: len(heads)]) for row in (heads, *rows)]
    data = "\n".join([*lines, ""]).encode()
    options = ReadOptions(timezone=zone)
    slow = read_or_refused(data, options)
    with by_columns(*room):
        assert read_or_refused(data, options) == slow


@LAW
@given(st.lists(st.text(max_size=4).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=2)))
def test_bytes_are_utf8_where_python_says_so(parts: list[bytes]) -> None:
    data = b"".join(parts)
    try:
        data.decode()
        wrong = None
    except UnicodeDecodeError as error:
        wrong = error.start
    for piece in (4, 5, 9, 1 << 18):  # a character has up to four bytes
        with patch.object(csv_text, "_PIECE", piece):
            assert _not_utf8(data) == wrong


moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001 - clocks have no zone
shapes = st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y.%m.%d"])


@LAW
@given(st.lists(moments, min_size=1, max_size=5), shapes, st.text(alphabet="0123456789-/: T", max_size=19) | st.none())
def test_times_of_one_shape_are_read_as_any_other(clocks: list[datetime], shape: str, other: str | None) -> None:
    written = [f"{clock:{shape}}".zfill(len(f"{datetime(2024, 1, 1, tzinfo=UTC):{shape}}")) for clock in clocks]
    column = pl.Series("when", [*written, other], dtype=pl.String)
    usual = usual_times(column)
    if usual is not None:
        # An odd value last keeps the column from being of one shape; the others are then read one by one.
        slow = read_times(
            pl.concat([column, pl.Series("when", ["2024-1-1"])]), None, ProblemCollector("file", limit=200), DateAudit()
        )
        assert usual[0].to_list() == slow.to_list()[:-1]
        assert usual[1].text(usual[0]).to_list() == column.to_list()


@LAW
@given(
    st.lists(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2035, 1, 1)), max_size=8),  # noqa: DTZ001 - as above
    st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_a_zone_is_what_the_standard_library_says_it_is(clocks: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    known = [clock.replace(tzinfo=zone, fold=0) for clock in clocks]
    real = [at for at in known if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == at.replace(tzinfo=None)]
    values = pl.Series("when", [at.replace(tzinfo=UTC) for at in real], dtype=pl.Datetime("us", "UTC"))
    problems = ProblemCollector("file", limit=200)
    found = placed(values, values.is_not_null(), None, problems, zone=name)
    problems.refuse_if_wrong()
    assert found.to_list() == [at.astimezone(UTC) for at in real]


names = st.sampled_from(["受理", "派单", "维修 ", "办结", "NA"])
ids = st.sampled_from(["001", "1", "A,7", "null"])
notes = st.sampled_from(["", "好", '"', "007", "x,y"])
table = st.lists(st.tuples(ids, names, st.integers(0, 10**9), notes), min_size=1, max_size=8)


def told(content: bytes) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(content)
        log: Log = read_log(path, options=ReadOptions(timezone="Asia/Shanghai"))
    labels = [log.activities[code] for code in log.events["activity"].to_list()]
    return log.cases["case_id"].to_list(), labels, log.events["time"].to_list(), log.events["case"].to_list()


@settings(deadline=None, derandomize=True, max_examples=25)
@given(table)
def test_csv_and_json_lines_tell_the_same_log(rows: list[tuple[str, str, int, str]]) -> None:
    heads = ("工单号", "环节", "时间", "备注")
    clocks = [f"{datetime.fromtimestamp(row[2], UTC):%Y-%m-%d %H:%M:%S}" for row in rows]
    records = [
        dict(zip(heads, (row[0], row[1], clock, row[3]), strict=True)) for row, clock in zip(rows, clocks, strict=True)
    ]
    text = io.StringIO()
    pl.DataFrame(records).write_csv(text)
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    assert told(text.getvalue().encode("gb18030")) == told(lines.encode()) == told(text.getvalue().encode("utf-16"))


@pytest.mark.parametrize("option", ["case", "activity", "timestamp", "start", "resource"])
@pytest.mark.parametrize("other", ["case", "activity", "timestamp", "start", "resource"])
def test_a_column_of_two_roles_is_read_by_columns_as_row_by_row(option: str, other: str) -> None:
    data = b"case,activity,time,agent,n\n1,a,2024-01-01 10:00:00,x,5\n2,b,2024-01-02 10:00:00,y,6\n"
    for column in ("agent", "time", "n"):
        named: dict[str, Any] = {option: column, other: column}
        options = ReadOptions(**named)
        slow = read_or_refused(data, options)
        with by_columns(1, 1 << 16):
            assert read_or_refused(data, options) == slow
