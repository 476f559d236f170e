"""A live log, whatever is sent to it and whenever it is sealed, is what a plain list would be."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.errors import Conflict
from engine.limits import DEFAULT_LIMITS
from engine.storage.closing import close_case
from engine.storage.database import Database
from engine.storage.event_columns import columns_of, events_of, joined
from engine.storage.event_store import append
from engine.storage.events import LARGEST_WHOLE, Event, StoredEvent, canonical, event_of
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter
from engine.storage.repository import add
from engine.storage.sealing import seal
from engine.storage.stored_log import page_of_events, read_stored_log
from engine.storage.tables import LogRow
from tests.oracles.event_store import PlainLog

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
labels = texts.filter(str.strip)
numbers = st.integers(-LARGEST_WHOLE, LARGEST_WHOLE) | st.floats(allow_nan=False, allow_infinity=False).map(
    lambda number: int(number) if number.is_integer() and abs(number) <= LARGEST_WHOLE else number
)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds
any_event = st.builds(
    Event,
    id=labels,
    case=labels,
    activity=labels,
    time=moments,
    start=st.none() | moments,
    resource=st.none() | labels,
    lifecycle=st.none() | labels,
    attributes=st.fixed_dictionaries({}, optional={"n": numbers, "t": texts, "b": st.booleans(), "case:x": texts}),
)
few_events = st.builds(
    lambda number, case, minute, n: Event(
        f"e{number}", f"c{case}", "abc"[minute % 3], NOW + timedelta(minutes=minute), attributes=n
    ),
    st.integers(0, 6),
    st.integers(0, 2),
    st.integers(0, 3),
    st.sampled_from([{}, {"n": 1}, {"n": 0.5}]),
)
steps = st.one_of(
    st.lists(few_events, min_size=1, max_size=5),
    st.integers(1, 3).map(lambda most: ("seal", most)),
    st.integers(0, 2).map(lambda case: ("close", f"c{case}")),
)


@contextmanager
def opened() -> Iterator[tuple[Database, FileStore, GroupWriter, int]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(FileStore(Path(folder) / "data")) as files,
        closing(Database(f"sqlite:///{folder}/x.db")) as database,
        closing(GroupWriter(database, waiting=10)) as writer,
    ):
        with database.writing() as session:
            log = add(session, LogRow(name="x", created=NOW)).id or 0
        yield database, files, writer, log


@given(any_event)
def test_canonical_form_says_all_of_an_event(event: Event) -> None:
    assert event_of(canonical(event)) == event
    assert canonical(event_of(canonical(event))) == canonical(event)


@given(st.lists(any_event, max_size=6), st.integers(0, 6))
def test_columns_say_all_of_events(events: list[Event], cut: int) -> None:
    rows = [(sequence, canonical(event)) for sequence, event in enumerate(events, start=1)]
    whole = columns_of(rows)
    assert events_of(whole) == [StoredEvent(sequence, event) for sequence, event in enumerate(events, start=1)]
    assert_frame_equal(joined([columns_of(rows[:cut]), columns_of(rows[cut:])]), joined([whole]))


@settings(max_examples=25, deadline=None)
@given(st.lists(steps, max_size=10))
def test_store_is_a_plain_list_wherever_its_events_are(plan: list[list[Event] | tuple[str, int | str]]) -> None:
    plain = PlainLog()
    with opened() as (database, files, writer, log), opened() as (twin, twin_files, _, twin_log):
        for step in plan:
            if isinstance(step, list):
                expected = plain.append(step)
                assert _append(database, log, step) == expected
                if expected is not None:
                    with twin.writing() as session:  # the same events, never sealed
                        append(session, twin_log, step, limits=DEFAULT_LIMITS)
            elif step[0] == "seal":
                with database.reading() as session:
                    seal(session, writer, files, log, most=int(step[1]), now=NOW)
            elif step[1] in plain.cases():
                plain.closed.add(str(step[1]))
                for one, number in ((database, log), (twin, twin_log)):
                    with one.writing() as session:
                        close_case(session, number, str(step[1]), now=NOW)
        with database.reading() as session:
            found, _ = page_of_events(session, files, log, after=0, limit=1_000)
            read = read_stored_log(session, files, log, limits=DEFAULT_LIMITS)
        with twin.reading() as session:
            never_sealed = read_stored_log(session, twin_files, twin_log, limits=DEFAULT_LIMITS)
    assert [(one.sequence, one.event) for one in found] == list(enumerate(plain.events, start=1))
    assert read.cases["case_id"].to_list() == list(plain.cases())
    assert _activities(read.activities, read.events["case"].to_list(), read.events["activity"].to_list()) == [
        (case, next(event.activity for event in plain.events if event.id == name))
        for case, own in enumerate(plain.cases().values())
        for name in own
    ]
    assert_frame_equal(read.events, never_sealed.events)
    assert read.closed == frozenset(plain.closed)
    assert read.source_hash == never_sealed.source_hash


def _append(database: Database, log: int, batch: list[Event]) -> list[int] | None:
    try:
        with database.writing() as session:
            return list(append(session, log, batch, limits=DEFAULT_LIMITS).sequences)
    except Conflict:
        return None


def _activities(names: tuple[str, ...], cases: list[int], codes: list[int]) -> list[tuple[int, str]]:
    return [(case, names[code]) for case, code in zip(cases, codes, strict=True)]
