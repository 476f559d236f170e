"""Laws of logs: what is written is read back, the order of rows does not matter, fast code agrees with slow."""

from __future__ import annotations

import re
import tempfile
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputRefused, Problem
from engine.logs.attributes import read_values
from engine.logs.cell_types import typed
from engine.logs.instants import read_instants
from engine.logs.lifecycle import Lifecycle, apply_lifecycle
from engine.logs.log import EVENT_COLUMNS, Log
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
from engine.logs.writing import write_csv, write_parquet, write_xes

LAW = settings(deadline=None, derandomize=True, max_examples=60)

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
texts = st.text(max_size=8).filter(lambda text: not NOT_XML.search(text) and text.isprintable() | (len(text) < 4))
labels = texts.filter(lambda text: text.strip() != "")
names = st.sampled_from(["x", "case", "concept:name", "a b", "=f", "中", "time", "case:y"])
times = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001 - the zone is put on here
VALUES: dict[pl.DataType, st.SearchStrategy[object]] = {
    pl.String(): texts,
    pl.Int64(): st.integers(-(2**63), 2**63 - 1),
    pl.Float64(): st.floats(allow_nan=False),
    pl.Boolean(): st.booleans(),
    pl.Datetime("us", "UTC"): times,
}


@st.composite
def columns(draw: st.DrawFn, height: int, taken: set[str]) -> dict[str, pl.Series]:
    """Attributes of every type, under awkward names, with gaps."""
    made: dict[str, pl.Series] = {}
    for name in draw(st.lists(names.filter(lambda name: name not in taken), unique=True, max_size=3)):
        kind = draw(st.sampled_from(list(VALUES)))
        values = draw(st.lists(st.none() | VALUES[kind], min_size=height, max_size=height))
        made[name] = pl.Series(name, values, dtype=kind)
    return made


@st.composite
def logs(draw: st.DrawFn, *, table: bool = False) -> Log:
    """Logs of any contents; for tables with what a table can hold: no empty case, one id each, in order of time."""
    activities = tuple(draw(st.lists(labels, unique=True, min_size=1, max_size=4)))
    sizes = draw(st.lists(st.integers(1 if table else 0, 4), max_size=4))
    ids = draw(st.lists(labels, min_size=len(sizes), max_size=len(sizes), unique=table))
    case = [number for number, size in enumerate(sizes) for _ in range(size)]
    height = len(case)
    moments = draw(st.lists(times if table else st.none() | times, min_size=height, max_size=height))
    rows = list(zip(case, moments, strict=True))
    rows = sorted(rows) if table else rows
    some = st.none() | texts
    data = {
        "case": case,
        "activity": draw(st.lists(st.integers(0, len(activities) - 1), min_size=height, max_size=height)),
        "start": draw(st.lists(st.none() | times, min_size=height, max_size=height)),
        "time": [moment for _, moment in rows],
        "resource": draw(st.lists(some, min_size=height, max_size=height)),
        "lifecycle": draw(st.lists(some, min_size=height, max_size=height)),
    }
    events = pl.DataFrame(data, schema=EVENT_COLUMNS).hstack(list(draw(columns(height, {"case", "time"})).values()))
    attributes = draw(columns(len(sizes), {"case_id"}))
    cases = pl.DataFrame({"case_id": pl.Series(ids, dtype=pl.String)}).hstack(list(attributes.values()))
    return Log("log", activities, cases, events)


def through(write: Callable[[Log, Path], tuple[Problem, ...]], log: Log, name: str) -> tuple[Log, list[str]]:
    """The log as it is read back, and the new names of renamed columns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        warnings = write(log, path)
        return read_log(path), [f"{warning.values.get('new', '')}" for warning in warnings]


def contents(frame: pl.DataFrame) -> list[list[object]]:
    """Columns that say anything, by position: names may have been changed, and a column of nulls leaves no trace."""
    return [column.to_list() for column in frame.get_columns() if column.null_count() < len(column)]


def told(log: Log) -> list[list[str]]:
    """The names of each case's activities."""
    cases: list[list[str]] = [[] for _ in range(log.cases.height)]
    for case, activity in log.events.select("case", "activity").iter_rows():
        cases[case].append(log.activities[activity])
    return cases


@LAW
@given(logs())
def test_xes_reads_what_it_wrote(log: Log) -> None:
    again, _ = through(write_xes, log, "x.xes")
    assert told(again) == told(log)
    assert again.cases["case_id"].to_list() == log.cases["case_id"].to_list()
    agreed = list(EVENT_COLUMNS)[2:]
    assert again.events.select(agreed).equals(log.events.select(agreed))
    # Columns come back in the order in which their first values stand in the file.
    for one, other in ((again.events.drop(EVENT_COLUMNS), log.events.drop(EVENT_COLUMNS)), (again.cases, log.cases)):
        assert sorted(map(repr, contents(one))) == sorted(map(repr, contents(other)))


@LAW
@given(logs(table=True))
def test_parquet_reads_what_it_wrote(log: Log) -> None:
    again, _ = through(write_parquet, log, "x.parquet")
    assert told(again) == told(log)
    assert contents(again.events.drop("case", "activity")) == contents(log.events.drop("case", "activity"))
    assert contents(again.cases) == contents(log.cases)


@LAW
@given(logs(table=True))
def test_csv_reads_what_it_wrote_as_text(log: Log) -> None:
    again, _ = through(write_csv, log, "x.csv")
    assert told(again) == told(log)
    agreed = ["start", "time"]
    assert again.events.select(agreed).equals(log.events.select(agreed))
    for name, found in zip(log.events.columns[6:], again.events.columns[6:], strict=True):
        column = log.events[name]
        if column.dtype == pl.String:
            assert again.events[found].equals(typed(column.set(column == "", None)))


@LAW
@given(logs(table=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_variant(log: Log, random: object) -> None:
    distinct = log.events.with_columns(
        (pl.lit(datetime(2024, 1, 1, tzinfo=UTC)) + pl.duration(minutes=pl.int_range(pl.len())))
        .cast(pl.Datetime("us", "UTC"))
        .alias("time")
    )
    straight = Log("log", log.activities, log.cases, distinct)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        write_csv(straight, path)
        header, *rows = pl.read_csv(path, infer_schema=False, has_header=False).rows()
        random.shuffle(rows)  # type: ignore[attr-defined]  # hypothesis types its randoms as objects
        pl.DataFrame([header, *rows], orient="row", schema=[str(n) for n in range(len(header))]).write_csv(
            path, include_header=False
        )
        shuffled = read_log(path)
    found, known = find_variants(shuffled), find_variants(straight)
    assert [found.sequence(v) for v in range(len(found))] == [known.sequence(v) for v in range(len(known))]
    assert found.counts.tolist() == known.counts.tolist()


@LAW
@given(logs(), st.randoms(use_true_random=False))
def test_variants_do_not_depend_on_the_order_of_cases_or_activities(log: Log, random: object) -> None:
    order = list(range(log.cases.height))
    random.shuffle(order)  # type: ignore[attr-defined]  # as above
    parts = [
        log.events.filter(pl.col("case") == old).with_columns(case=pl.lit(new, pl.UInt32))
        for new, old in enumerate(order)
    ]
    back = len(log.activities) - 1
    events = pl.concat([log.events.clear(), *parts]).with_columns(
        (back - pl.col("activity")).cast(pl.UInt32).alias("activity")
    )
    other = Log("log", log.activities[::-1], log.cases[order], events)
    one, two = find_variants(log), find_variants(other)
    assert [one.sequence(v) for v in range(len(one))] == [two.sequence(v) for v in range(len(two))]
    assert one.of_case[order].tolist() == two.of_case.tolist()


def slowly_paired(events: list[tuple[str, str, str | None]]) -> Counter[tuple[str, int | None, int]]:
    """Pairing, event by event: activity, index of the start, index of the event that stays."""
    both = {a for a, t, _ in events if t == "start"} & {a for a, t, _ in events if t == "complete"}
    waiting: dict[tuple[str, str | None], deque[int]] = {}
    made: Counter[tuple[str, int | None, int]] = Counter()
    for index, (activity, transition, instance) in enumerate(events):
        queue = waiting.setdefault((activity, instance), deque())
        if activity not in both:
            made[activity, None, index] += 1
        elif transition == "start":
            queue.append(index)
        elif transition == "complete":
            made[activity, queue.popleft() if queue else None, index] += 1
    for (activity, _), queue in waiting.items():
        made.update((activity, None, index) for index in queue)
    return made


@LAW
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"), st.sampled_from(["start", "complete", "schedule"]), st.sampled_from(["1", None])
        ),
        max_size=12,
    )
)
def test_pairing_agrees_with_a_queue(events: list[tuple[str, str, str | None]]) -> None:
    zero = datetime(2024, 1, 1, tzinfo=UTC)
    size = len(events)
    frame = pl.DataFrame(
        {
            "case": [0] * size,
            "activity": ["ab".index(activity) for activity, _, _ in events],
            "start": [None] * size,
            "time": [zero + timedelta(hours=hour) for hour in range(size)],
            "resource": [None] * size,
            "lifecycle": [transition for _, transition, _ in events],
            "concept:instance": [instance for _, _, instance in events],
        },
        schema={**EVENT_COLUMNS, "concept:instance": pl.String()},
    )
    log = apply_lifecycle(Log("log", ("a", "b"), pl.DataFrame({"case_id": ["c"]}), frame), Lifecycle.PAIR)
    found: Counter[tuple[str, int | None, int]] = Counter()
    for activity, start, end in log.events.select("activity", "start", "time").iter_rows():
        hours = [None if moment is None else int((moment - zero).total_seconds() // 3600) for moment in (start, end)]
        found[log.activities[activity], hours[0], hours[1] or 0] += 1
    assert found == slowly_paired(events)


@LAW
@given(
    st.lists(
        st.text(alphabet="0123456789-+:.TZ", max_size=30)
        | times.map(lambda moment: moment.isoformat())
        | times.map(lambda moment: moment.replace(tzinfo=None).isoformat()),
        max_size=20,
    )
)
def test_instants_agree_with_the_standard_library(written: list[str]) -> None:
    for text, found in zip(written, read_instants(pl.Series(written, dtype=pl.String)).values.to_list(), strict=True):
        if found is not None:
            moment = datetime.fromisoformat(text)
            assert (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) == found
        else:
            assert not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(\+00:00)?", text) or "T24" in text


@LAW
@given(st.lists(st.text(alphabet="0123456789+-.eE INFNa_", max_size=12), max_size=30))
def test_numbers_agree_with_the_standard_library(written: list[str]) -> None:
    column = pl.Series(written, dtype=pl.String)
    for text, whole, real in zip(
        written, read_values(column, "int").to_list(), read_values(column, "float").to_list(), strict=True
    ):
        if whole is not None:
            assert whole == int(text)
        if real is not None and real == real:  # noqa: PLR0124 - not a number is not itself
            assert real == float(text.strip().replace("INF", "inf"))
        if re.fullmatch(r"[+-]?\d{1,18}", text):
            assert whole is not None
            assert real is not None


def answer(path: Path) -> str:
    """``read``, or the domain of the codes of the refusal."""
    try:
        read_log(path)
    except InputRefused as refusal:
        (domain,) = {problem.code.split(".")[0] for problem in refusal.problems}
        return domain
    return "read"


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.binary(max_size=200) | st.text(alphabet="<>/=\"' aeglnorstv&;!-?[]:", max_size=120).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_code(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        for start in (b"", b"<log><trace><event>", b"case,activity\n", b"\x1f\x8b\x08"):
            path.write_bytes(start + content)
            assert answer(path) in {"log", "limit", "read"}
