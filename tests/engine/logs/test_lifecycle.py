"""Start and complete events: all of them, completions, or intervals."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.logs.lifecycle import Lifecycle, apply_lifecycle, has_both
from engine.logs.log import Log
from tests.engine.logs.making import at, counts, log_of, sequences

HOURS = [at(f"2024-01-01T{hour:02}:00:00") for hour in range(10)]


def spans(log: Log) -> list[tuple[str, int | None, int]]:
    """Activity, hour of start and hour of end of each event."""
    columns = log.events.select("activity", "start", "time").iter_rows()
    return [(log.activities[code], start and start.hour, time.hour) for code, start, time in columns]


def paired(text: str, **columns: Sequence[object]) -> Log:
    size = len(text.split())
    return apply_lifecycle(log_of(text, time=HOURS[:size], **columns), Lifecycle.PAIR)


def test_all_changes_nothing() -> None:
    log = log_of("a/start a/complete")
    assert apply_lifecycle(log, Lifecycle.ALL) is log


def test_a_start_and_a_completion_become_one_interval_at_the_completion() -> None:
    assert spans(paired("a/start b a/complete")) == [("b", None, 1), ("a", 0, 2)]


def test_starts_are_taken_in_order() -> None:
    assert spans(paired("a/start a/start a/complete a/complete")) == [("a", 0, 2), ("a", 1, 3)]


def test_a_completion_before_any_start_stays_alone() -> None:
    assert spans(paired("a/complete a/start a/complete")) == [("a", None, 0), ("a", 1, 2)]


def test_a_start_without_completion_stays_and_is_counted() -> None:
    log = paired("a/start a/complete a/start")
    assert spans(log) == [("a", 0, 1), ("a", None, 2)]
    assert counts(log) == {"start-unpaired": 1}


def test_cases_and_activities_are_paired_apart() -> None:
    log = log_of("a/start b/start", "b/complete a/complete", time=HOURS[:4])
    assert counts(apply_lifecycle(log, Lifecycle.PAIR)) == {"start-unpaired": 2}


def test_instances_are_paired_apart() -> None:
    log = paired("a/start a/start a/complete a/complete", **{"concept:instance": ["1", "2", "2", "1"]})
    assert spans(log) == [("a", 1, 2), ("a", 0, 3)]


def test_events_without_an_instance_are_paired_with_each_other() -> None:
    log = paired("a/start a/start a/complete a/complete", **{"concept:instance": ["1", None, None, "1"]})
    assert spans(log) == [("a", 1, 2), ("a", 0, 3)]


def test_letters_case_does_not_matter_and_no_lifecycle_is_complete() -> None:
    assert spans(paired("a/START a")) == [("a", 0, 1)]


def test_other_transitions_are_left_out_and_counted() -> None:
    log = paired("a/schedule a/start a/complete b/schedule")
    assert spans(log) == [("a", 1, 2), ("b", None, 3)]
    assert counts(log) == {"lifecycle-left-out": 1, "lifecycle-not-standard": 1}


def test_states_that_are_no_transitions_stay() -> None:
    log = log_of("a/Queued a/Wait b/start")
    assert sequences(apply_lifecycle(log, Lifecycle.PAIR)) == [["a", "a", "b"]]
    assert sequences(apply_lifecycle(log, Lifecycle.COMPLETE)) == [["a", "a", "b"]]


def test_complete_keeps_completions() -> None:
    log = apply_lifecycle(log_of("a/start b/start a/complete c"), Lifecycle.COMPLETE)
    assert sequences(log) == [["b", "a", "c"]]
    assert log.activities == ("b", "a", "c")
    assert counts(log) == {"lifecycle-left-out": 1, "lifecycle-not-standard": 1}


def test_what_the_completion_leaves_open_comes_from_the_start() -> None:
    log = paired("a/start a/complete", resource=["r1", None], cost=[1, 2], note=["x", None])
    row = log.events.row(0, named=True)
    assert (row["resource"], row["cost"], row["note"], row["lifecycle"]) == ("r1", 2, "x", "complete")


def test_cases_stay_even_when_empty() -> None:
    log = apply_lifecycle(log_of("a/start a/complete", ""), Lifecycle.PAIR)
    assert (log.cases.height, sequences(log)) == (2, [["a"], []])


@pytest.mark.parametrize(
    ("text", "both"),
    [("a/start a/complete", True), ("a/start b/complete", False), ("a b", False), ("a/START a", True), ("", False)],
)
def test_has_both(text: str, *, both: bool) -> None:
    assert has_both(log_of(text)) is both
