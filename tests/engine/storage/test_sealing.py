"""Sealed or not, a log is the same; and at whatever moment the process ends, no event is lost or doubled."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal
from sqlmodel import select

from engine.errors import Conflict, LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.storage.database import Database
from engine.storage.event_store import append, case_row
from engine.storage.event_tables import CaseRow, EventRow, SealingRow, SealRow
from engine.storage.events import Event
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter
from engine.storage.sealing import remove_orphans, seal
from engine.storage.stored_log import page_of_events, read_stored_log
from tests.engine.storage.rows import NOW, event, live_log

EVENTS = [
    event(1, attributes={"n": 1, "case:region": "East"}),
    event(2, case="b", minute=9, resource="Li", attributes={"n": 2.5, "when": "2026-03-01T09:00:00Z"}),
    event(3, minute=-3, activity="Serve", start=NOW, lifecycle="complete"),
    event(4, case="b", minute=9, activity="Serve", attributes={"ok": True, "n": 9_007_199_254_740_991, "note": "客户"}),
    event(5, case="c", minute=2, attributes={"when": "2026-03-02T09:00:00+08:00", "note": "1"}),
]


class PowerCut(BaseException):
    """The process ends here."""


def files_of(files: FileStore) -> list[str]:
    folder = files.path("ab" * 32).parent.parent
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def log(database: Database) -> int:
    number = live_log(database)
    with database.writing() as session:
        append(session, number, EVENTS, limits=DEFAULT_LIMITS)
    return number


def sealed(database: Database, writer: GroupWriter, files: FileStore, log: int, most: int) -> SealRow | None:
    with database.reading() as session:
        return seal(session, writer, files, log, most=most, now=NOW)


def pages(database: Database, files: FileStore, log: int, *, case: str = "", limit: int = 2) -> list[tuple[int, Event]]:
    found: list[tuple[int, Event]] = []
    after: int | None = 0
    while after is not None:
        with database.reading() as session:
            row = case_row(session, log, case) if case else None
            events, after = page_of_events(session, files, log, case=row, after=after, limit=limit)
        assert 0 < len(events) <= limit
        found += [(one.sequence, one.event) for one in events]
    return found


@pytest.mark.parametrize("sizes", [(5,), (2,), (2, 2), (2, 2, 2), (1, 1, 1, 1, 1), (3, 9)])
def test_log_is_the_same_wherever_its_events_are(
    database: Database, writer: GroupWriter, files: FileStore, log: int, sizes: tuple[int, ...]
) -> None:
    with database.reading() as session:
        before = read_stored_log(session, files, log, limits=DEFAULT_LIMITS)
    for most in sizes:
        sealed(database, writer, files, log, most)
    with database.reading() as session:
        after = read_stored_log(session, files, log, limits=DEFAULT_LIMITS)
        left = len(session.exec(select(EventRow)).all())
        assert session.exec(select(SealingRow)).all() == []
    assert left == max(0, 5 - sum(sizes))
    assert (after.source_hash, after.activities, after.warnings) == (
        before.source_hash,
        before.activities,
        before.warnings,
    )
    assert_frame_equal(after.events, before.events)
    assert_frame_equal(after.cases, before.cases)
    assert pages(database, files, log) == list(enumerate(EVENTS, start=1))
    assert pages(database, files, log, case="b", limit=1) == [(2, EVENTS[1]), (4, EVENTS[3])]


def test_log_is_ordered_by_time_then_number_and_typed_by_its_values(
    database: Database, files: FileStore, log: int
) -> None:
    with database.reading() as session:
        read = read_stored_log(session, files, log, limits=DEFAULT_LIMITS)
    names = [read.activities[code] for code in read.events["activity"]]
    assert names == ["Serve", "Greet", "Greet", "Serve", "Greet"]
    assert read.cases.rows() == [("a", "East"), ("b", None), ("c", None)]
    kinds = {name: str(kind) for name, kind in read.events.schema.items() if name in {"n", "note", "ok", "when"}}
    assert kinds == {
        "n": "Float64", "note": "String", "ok": "Boolean", "when": "Datetime(time_unit='us', time_zone='UTC')",
    }  # fmt: skip
    codes = [problem.code for problem in read.warnings]
    assert codes == ["log.ends-before-start", "log.equal-times", "log.rows-sorted"]


def test_sealed_ids_are_still_known(database: Database, writer: GroupWriter, files: FileStore, log: int) -> None:
    sealed(database, writer, files, log, 5)
    with database.writing() as session:
        again = append(session, log, [EVENTS[1], event(6)], limits=DEFAULT_LIMITS)
    assert (again.sequences, again.duplicates) == ((2, 6), (True, False))
    with pytest.raises(Conflict), database.writing() as session:
        append(session, log, [event(2)], limits=DEFAULT_LIMITS)


def test_data_folder_may_have_any_name(database: Database, writer: GroupWriter, log: int, tmp_path: Path) -> None:
    with closing(FileStore(tmp_path / "data [2]*? {a,b}")) as files:
        sealed(database, writer, files, log, 3)
        assert [number for number, _ in pages(database, files, log)] == [1, 2, 3, 4, 5]
        with database.reading() as session:
            assert read_stored_log(session, files, log, limits=DEFAULT_LIMITS).events.height == 5


def test_nothing_is_sealed_twice(database: Database, writer: GroupWriter, files: FileStore, log: int) -> None:
    assert sealed(database, writer, files, log, 9) is not None
    assert sealed(database, writer, files, log, 9) is None


def test_two_that_seal_at_once_do_it_once(
    database: Database, writer: GroupWriter, files: FileStore, log: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = FileStore.add

    def add_late(store: FileStore, content: bytes) -> object:
        monkeypatch.setattr(FileStore, "add", plain)
        assert sealed(database, writer, files, log, 3) is not None
        return plain(store, content)

    monkeypatch.setattr(FileStore, "add", add_late)
    assert sealed(database, writer, files, log, 2) is None
    assert pages(database, files, log) == list(enumerate(EVENTS, start=1))


def test_reader_keeps_its_snapshot_while_events_are_sealed(
    database: Database, writer: GroupWriter, files: FileStore, log: int
) -> None:
    with database.reading() as session:
        before = page_of_events(session, files, log, after=0, limit=1)
        sealed(database, writer, files, log, 4)
        found, _ = page_of_events(session, files, log, after=0, limit=9)
        read = read_stored_log(session, files, log, limits=DEFAULT_LIMITS)
    assert [one.event for one in found] == EVENTS
    assert before[0][0].event == EVENTS[0]
    assert read.events.height == 5


@pytest.mark.parametrize("moment", ["note", "write", "written", "name"])
def test_crash_leaves_the_rows_or_the_file_as_the_truth(
    database: Database, files: FileStore, log: int, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    plain = FileStore.add

    def add_cut(store: FileStore, content: bytes) -> object:
        if moment == "written":
            plain(store, content)
        raise PowerCut

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    writer = Unshared(database)
    with monkeypatch.context() as patch:
        if moment in {"write", "written"}:
            patch.setattr(FileStore, "add", add_cut)
        else:
            patch.setattr(f"engine.storage.sealing._{moment}", cut)
        with pytest.raises(PowerCut):
            sealed(database, writer, files, log, 4)
    assert pages(database, files, log) == list(enumerate(EVENTS, start=1))
    with database.writing() as session:
        assert remove_orphans(session, files) == (moment != "note")
    assert files_of(files) == []
    assert sealed(database, writer, files, log, 4) is not None
    with database.writing() as session:
        assert remove_orphans(session, files) == 0
    assert len(files_of(files)) == 1
    assert pages(database, files, log) == list(enumerate(EVENTS, start=1))


def test_orphans_are_only_what_was_noted(database: Database, files: FileStore, tmp_path: Path) -> None:
    kept = files.add(b"a file of another database")
    with database.writing() as session:
        assert remove_orphans(session, files) == 0
    assert files_of(files) == [kept.hash]
    assert (tmp_path / "data").is_dir()


def test_same_events_of_two_logs_share_a_file(
    database: Database, writer: GroupWriter, files: FileStore, log: int
) -> None:
    other = live_log(database)
    with database.writing() as session:
        append(session, other, EVENTS, limits=DEFAULT_LIMITS)
    first, second = (sealed(database, writer, files, number, 5) for number in (log, other))
    assert first is not None
    assert second is not None
    assert first.file == second.file
    assert pages(database, files, other) == list(enumerate(EVENTS, start=1))


def test_log_with_too_many_cells_is_refused(database: Database, files: FileStore, log: int) -> None:
    with database.reading() as session, pytest.raises(LimitExceeded, match="log_cells"):
        read_stored_log(session, files, log, limits=Limits(log_cells=20))


def test_log_without_events_is_an_empty_log(database: Database, files: FileStore) -> None:
    with database.reading() as session:
        read = read_stored_log(session, files, live_log(database), limits=DEFAULT_LIMITS)
    assert (read.events.height, read.cases.height, read.source_hash) == (0, 0, "")


class Unshared(GroupWriter):
    """A writer that does everything at once, in the caller's thread, so that a power cut reaches the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, work):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as the real one
        from concurrent.futures import Future  # noqa: PLC0415

        answer = Future()  # type: ignore[var-annotated]
        with self._database.writing() as session:
            answer.set_result(work(session))
        return answer


@pytest.mark.parametrize("most", [0, 3, 5])
def test_some_cases_may_be_unknown(
    most: int, database: Database, writer: GroupWriter, files: FileStore, log: int
) -> None:
    if most:
        sealed(database, writer, files, log, most)
    strangers = [f"stranger {number}" for number in range(1_500)]  # more than one statement asks for
    for cases, found in ((["c", *strangers], ["c"]), (["b", *strangers], ["b"]), (strangers, []), ([], [])):
        with database.reading() as session:
            read = read_stored_log(session, files, log, limits=DEFAULT_LIMITS, cases=cases)
        assert read.cases["case_id"].to_list() == found


def test_what_was_closed_tells_logs_apart_whatever_cases_are_called(database: Database, files: FileStore) -> None:
    log = live_log(database)
    with database.writing() as session:
        append(session, log, [event(n, case=name) for n, name in enumerate(("a", "b", "a\nb"))], limits=DEFAULT_LIMITS)
    hashes = set()
    for closed in (["a\nb"], ["a", "b"]):
        with database.writing() as session:
            for row in session.exec(select(CaseRow)).all():
                row.closed = NOW if row.case in closed else None
                session.add(row)
        with database.reading() as session:
            hashes.add(read_stored_log(session, files, log, limits=DEFAULT_LIMITS).source_hash)
    assert len(hashes) == 2
