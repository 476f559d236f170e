"""Laws of tables: what is read by columns is what is read row by row; every format tells the same log."""

from __future__ import annotations

import io
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.limits import DEFAULT_LIMITS
from engine.logs import csv_columns, csv_text
from engine.logs.attributes import DateAudit
from engine.logs.collecting import ProblemCollector
from engine.logs.csv_columns import regular_columns
from engine.logs.csv_text import _not_utf8, _row_by_row, _rows, _without_empty_rows, read_text_table
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.reading import read_log
from engine.logs.table_times import _usual, read_times
from engine.logs.zones import placed

LAW = settings(deadline=None, derandomize=True, max_examples=150)
cells = st.text(alphabet='ab ,;"\n\r中0', max_size=6) | st.sampled_from(["007", "NA", "null", "", " x ", '""', "1.10"])

chunks = st.sampled_from([1, 2, 7, 1 << 18])


def cell_text(cell: str, *, always: bool) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if always or any(mark in cell for mark in '",\n\r') else cell


@LAW
@given(
    st.lists(st.tuples(cells, cells, cells, st.booleans()), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    chunks,
)
def test_a_csv_by_columns_is_the_csv_row_by_row(rows: list[tuple[str, str, str, bool]], end: str, chunk: int) -> None:
    lines = [",".join(cell_text(cell, always=row[3]) for cell in row[:3]) for row in rows]
    data = end.join(["x,y,z", *lines, ""]).encode()
    problems = ProblemCollector("file", limit=200)
    header, _, walked = _rows(data, "utf-8-sig", ",", problems)
    slow = _row_by_row(walked, header, problems, DEFAULT_LIMITS)
    found = ProblemCollector("file", limit=200)
    with patch.object(csv_columns, "_CHUNK", chunk):
        whole = read_text_table(data, found, limits=DEFAULT_LIMITS)
        fast = regular_columns(data, ",", 3)
    assert whole.columns.equals(slow.columns)
    assert whole.lines.equals(slow.lines)
    assert found.warnings() == problems.warnings()
    assert fast is not None
    assert len(fast.lines) == len(rows)


@LAW
@given(st.binary(max_size=60) | st.text(alphabet='x,"\r\n\t;a中', max_size=40).map(str.encode), chunks)
def test_no_file_is_regular_that_the_other_reader_refuses(body: bytes, chunk: int) -> None:
    data = b"x,y\n" + body
    with patch.object(csv_columns, "_CHUNK", chunk):
        fast = regular_columns(data, ",", 2)
    if fast is None:
        return
    try:
        data.decode()
    except UnicodeDecodeError:  # refused before anything is split
        return
    problems, found = ProblemCollector("file", limit=200), ProblemCollector("file", limit=200)
    header, _, rows = _rows(data, "utf-8-sig", ",", problems)
    slow = _row_by_row(rows, header, problems, DEFAULT_LIMITS)
    problems.refuse_if_wrong()
    fast.columns.columns = header
    told = _without_empty_rows(fast, found)
    assert told.columns.equals(slow.columns)
    assert told.lines.equals(slow.lines)
    assert found.warnings() == problems.warnings()


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
    usual = _usual(column)
    if usual is not None:
        # An odd value last keeps the column from being of one shape; the others are then read one by one.
        slow = read_times(
            column.extend(pl.Series(["2024-1-1"])), None, ProblemCollector("file", limit=200), DateAudit()
        )
        assert usual.to_list() == slow.to_list()[:-1]


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
