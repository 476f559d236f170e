from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from threading import Event

import pytest

from engine.errors import Conflict, InputRefused, LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.storage.closing import close_case, close_log
from engine.storage.database import Database, Session, after_commit
from engine.storage.event_store import (
    SILENCE,
    Appended,
    Listener,
    Silence,
    append,
    case_row,
    page_of_cases,
)
from engine.storage.event_tables import CaseRow
from engine.storage.events import Event as LiveEvent
from engine.storage.events import StoredEvent
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter, WriterBusy
from engine.storage.stored_log import page_of_events
from engine.storage.tables import LogRow
from tests.engine.storage.rows import NOW, event, live_log


def store(database: Database, log: int, *events: LiveEvent, limits: Limits = DEFAULT_LIMITS) -> Appended:
    with database.writing() as session:
        return append(session, log, events, limits=limits)


def stored(database: Database, files: FileStore, log: int) -> list[tuple[int, LiveEvent]]:
    with database.reading() as session:
        found, _ = page_of_events(session, files, log, after=0, limit=10_000)
    return [(one.sequence, one.event) for one in found]


def conflicts(database: Database, log: int, *events: LiveEvent) -> list[tuple[str, object]]:
    with pytest.raises(Conflict) as refused:
        store(database, log, *events)
    return [(problem.code, problem.values["index"]) for problem in refused.value.problems]


def test_events_are_numbered_in_the_order_in_which_they_come(database: Database, files: FileStore) -> None:
    log = live_log(database)
    late = event(3, minute=-5, attributes={"n": 1, "t": "x", "b": True}, resource="Li", start=NOW)
    assert store(database, log, event(1), event(2, case="b")).sequences == (1, 2)
    assert store(database, log, late).sequences == (3,)
    assert stored(database, files, log) == [(1, event(1)), (2, event(2, case="b")), (3, late)]


def test_logs_do_not_know_of_each_other(database: Database, files: FileStore) -> None:
    first, second = live_log(database), live_log(database)
    store(database, first, event(1))
    assert store(database, second, event(1, minute=7)).sequences == (1,)
    assert stored(database, files, first) == [(1, event(1))]


def test_event_that_comes_again_is_stored_once(database: Database, files: FileStore) -> None:
    log = live_log(database)
    store(database, log, event(1), event(2))
    again = store(database, log, event(2), event(3), event(3), event(1))
    assert again.sequences == (2, 3, 3, 1)
    assert again.duplicates == (True, False, True, True)
    assert [sequence for sequence, _ in stored(database, files, log)] == [1, 2, 3]


def test_conflict_refuses_the_whole_batch_and_names_every_id(database: Database, files: FileStore) -> None:
    log = live_log(database)
    store(database, log, event(1), event(2))
    batch = [event(5), event(1, minute=1), event(2), event(2, case="b"), event(6), event(6, activity="Serve")]
    assert conflicts(database, log, *batch) == [("event.conflict", index) for index in (1, 3, 5)]
    assert [sequence for sequence, _ in stored(database, files, log)] == [1, 2]
    with database.reading() as session:
        row = session.get_one(LogRow, log)
    assert (row.events, row.cases) == (2, 1)


def test_closed_case_takes_no_new_event_but_knows_its_own(database: Database) -> None:
    log = live_log(database)
    store(database, log, event(1), event(2, case="b"))
    with database.writing() as session:
        assert close_case(session, log, "a", now=NOW).closed == NOW
    with database.writing() as session:
        assert close_case(session, log, "a", now=NOW + timedelta(days=1)).closed == NOW
    assert conflicts(database, log, event(3, case="b"), event(4)) == [("event.case-closed", 1)]
    assert store(database, log, event(1), event(3, case="b")).duplicates == (True, False)


def test_closed_log_takes_no_new_event_and_has_no_open_case(database: Database) -> None:
    log = live_log(database)
    store(database, log, event(1), event(2, case="b"))
    with database.writing() as session:
        close_case(session, log, "a", now=NOW)
    for day in (1, 2):
        with database.writing() as session:
            assert close_log(session, log, now=NOW + timedelta(days=day)).log.closed == NOW + timedelta(days=1)
    assert conflicts(database, log, event(1), event(3, case="c")) == [("event.log-closed", 1)]
    assert store(database, log, event(1)).duplicates == (True,)
    with database.reading() as session:
        rows, _ = page_of_cases(session, log, after=0, limit=10)
    assert [row.closed for row in rows] == [NOW, NOW + timedelta(days=1)]


def test_cases_are_counted(database: Database) -> None:
    log = live_log(database)
    store(database, log, event(1), event(2, case="b"), event(3))
    store(database, log, event(4, case="b"), event(5, case="c"))
    with database.reading() as session:
        rows, following = page_of_cases(session, log, after=0, limit=2)
        rest, end = page_of_cases(session, log, after=following or 0, limit=2)
    found = [(row.case, row.events, row.first, row.last) for row in (*rows, *rest)]
    assert found == [("a", 2, 1, 3), ("b", 2, 2, 4), ("c", 1, 5, 5)]
    assert end is None


def test_attribute_keeps_its_kind(database: Database, files: FileStore) -> None:
    log = live_log(database)
    store(database, log, event(1, attributes={"n": 1, "t": "x", "b": True}))
    store(database, log, event(2, attributes={"n": 0.5}))
    wrong: dict[str, str | int] = {"n": "1", "t": 1, "b": 1}
    with pytest.raises(InputRefused) as refused:
        store(database, log, event(3), event(4, attributes=wrong))
    found = sorted((problem.code, problem.place.element) for problem in refused.value.problems)
    assert found == [
        ("event.was-number", "events.1.attributes.n"),
        ("event.was-text", "events.1.attributes.t"),
        ("event.was-truth", "events.1.attributes.b"),
    ]
    assert len(stored(database, files, log)) == 2


def test_attribute_keys_of_a_log_are_limited(database: Database) -> None:
    log, limits = live_log(database), Limits(attribute_keys=2)
    store(database, log, event(1, attributes={"a": 1, "b": 1}), limits=limits)
    store(database, log, event(2, attributes={"a": 1, "b": 1}), limits=limits)
    with pytest.raises(LimitExceeded, match="attribute_keys"):
        store(database, log, event(3, attributes={"c": 1}), limits=limits)


def test_digest_tells_what_is_in_a_log_and_in_which_order(database: Database) -> None:
    digests = []
    for batches in ([(1, 2, 3)], [(1,), (2, 1), (3,)], [(2, 1, 3)], [(1, 2)]):
        log = live_log(database)
        for batch in batches:
            store(database, log, *(event(number) for number in batch))
        with database.reading() as session:
            digests.append(session.get_one(LogRow, log).digest)
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


class Notebook(Silence):
    """A listener that writes down what it is told, and refuses what it does not like."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def appended(self, session: Session, log: LogRow, events: Sequence[StoredEvent]) -> None:
        for one in events:
            after_commit(session, lambda one=one: self.told.append(one.sequence))  # type: ignore[misc]
        assert log.events == events[-1].sequence
        if any(one.event.activity == "Crash" for one in events):
            raise LookupError("a listener fails")

    def cases_closed(self, session: Session, log: LogRow, cases: Sequence[CaseRow]) -> None:
        after_commit(session, lambda: self.told.append((log.name, [one.case for one in cases])))


def told(log: int, batch: list[LiveEvent], listener: Listener, session: Session) -> Appended:
    return append(session, log, batch, limits=DEFAULT_LIMITS, listener=listener)


def test_listener_is_told_of_new_events_in_order_once_they_are_committed(
    database: Database, writer: GroupWriter
) -> None:
    log, notebook = live_log(database), Notebook()
    batches = [[event(1), event(2)], [event(2), event(3)], [event(9, activity="Crash")], [event(4)], [event(4)]]
    answers = [writer.submit(partial(told, log, batch, notebook)) for batch in batches]
    assert [answer.result().sequences for answer in answers[:2]] == [(1, 2), (2, 3)]
    assert isinstance(answers[2].exception(), LookupError)
    assert answers[4].result().duplicates == (True,)
    writer.submit(lambda session: close_case(session, log, "a", now=NOW, listener=notebook)).result()
    writer.submit(lambda session: close_log(session, log, now=NOW, listener=notebook)).result()
    writer.close()
    assert notebook.told == [1, 2, 3, 4, ("desk", ["a"])], "a log without open cases closes none"


def test_writer_shares_commits_and_keeps_what_others_fail(database: Database, files: FileStore) -> None:
    log = live_log(database)
    with closing(GroupWriter(database, waiting=1_000)) as writer:
        answers = [writer.submit(partial(told, log, [event(n // 2, minute=n % 2)], SILENCE)) for n in range(200)]
        outcomes = [answer.exception() for answer in answers]
    assert [outcome is None for outcome in outcomes] == [True, False] * 100
    assert writer.commits < 200
    assert [one.id for _, one in stored(database, files, log)] == [f"e{number}" for number in range(100)]


def test_writer_that_is_closed_does_what_waits_and_takes_nothing_more(database: Database, files: FileStore) -> None:
    log = live_log(database)
    writer = GroupWriter(database, waiting=100)
    for number in range(20):
        writer.submit(partial(told, log, [event(number)], SILENCE))
    writer.close()
    with pytest.raises(WriterBusy):
        writer.submit(lambda session: case_row(session, log, "a"))
    assert len(stored(database, files, log)) == 20


def test_writer_with_a_full_queue_says_so(database: Database) -> None:
    log, go, begun = live_log(database), Event(), Event()

    def hold(_session: Session) -> None:
        begun.set()
        go.wait(30)

    with closing(GroupWriter(database, waiting=1)) as writer:
        writer.submit(hold)
        begun.wait(30)
        answer = writer.submit(lambda session: append(session, log, [event(1)], limits=DEFAULT_LIMITS))
        with pytest.raises(WriterBusy):
            writer.submit(lambda session: append(session, log, [event(2)], limits=DEFAULT_LIMITS))
        go.set()
        assert answer.result().duplicates == (False,)
