from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import polars as pl

from engine.conformance.performed import EventTable, as_moment
from engine.logs.lifecycle import Lifecycle, apply_lifecycle
from tests.oracles.small_logs import hours, log


def table(*cases: str) -> EventTable:
    found = log(*cases)
    return EventTable.of(found, {"a": 0, "b": 1}, np.ones(found.events.height, dtype=bool))


def test_spans_reach_from_the_earliest_start_to_the_latest_time() -> None:
    begin, end = table("b@3-4 a@1-9 zzz@5", "", "a@2").spans
    assert begin[0] == as_moment(hours(1))
    assert end[0] == as_moment(hours(9))
    assert np.isnat(begin[1])
    assert begin[2] == end[2] == as_moment(hours(2))


def test_a_case_begins_when_its_first_event_does_and_ends_when_its_last_does_or_nobody_knows() -> None:
    begin, end = table("a@? b@1", "a@1 b@?", "a@1 b@? a@2").spans
    assert np.isnat(begin).tolist() == [True, False, False]
    assert np.isnat(end).tolist() == [False, True, False]


def test_a_case_never_ends_before_it_begins() -> None:
    begin, end = table("a@5-3").spans
    assert begin[0] == end[0] == as_moment(hours(5))


def test_unknown_activities_have_no_step() -> None:
    events = table("a zzz b a")
    assert events.label.tolist() == [0, -1, 1, 0]
    assert events.rows_of(0).tolist() == [0, 3]
    assert events.rows_of(-1).tolist() == []


def test_a_moment_is_read_in_utc() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=8)))
    assert as_moment(noon) == as_moment(datetime(2026, 3, 2, 4, tzinfo=UTC)) == as_moment(datetime(2026, 3, 2, 4))  # noqa: DTZ001
    assert np.isnat(as_moment(None))


def test_a_start_without_completion_is_pending() -> None:
    whole = log("a a a b")
    events = whole.events.with_columns(pl.Series("lifecycle", ["start", "complete", "start", "start"]))
    paired = apply_lifecycle(replace(whole, events=events), Lifecycle.PAIR)
    found = EventTable.of(paired, {"a": 0, "b": 1}, np.ones(3, dtype=bool), paired=True)
    assert found.pending.tolist() == [False, True, False]
