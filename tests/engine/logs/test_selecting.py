"""A part of a log has its cases and nothing else."""

from __future__ import annotations

import numpy as np

from engine.logs.log import EVENT_COLUMNS
from engine.logs.selecting import case_starts, select_cases
from engine.logs.variants import find_variants
from tests.oracles.small_logs import hours, log

LOG = log("a@3 b@4", "", "b@?", "a@6-7 b@5 c@9", "c@1")


def test_a_case_starts_with_its_earliest_start_or_time() -> None:
    assert case_starts(LOG).to_list() == [hours(3), None, None, hours(5), hours(1)]


def test_the_start_of_an_interval_counts() -> None:
    assert case_starts(log("a@2-7 b@5")).to_list() == [hours(2)]


def test_chosen_cases_keep_their_order_and_their_events() -> None:
    part = select_cases(LOG, np.array([True, True, False, False, True]))
    assert part.cases["case_id"].to_list() == ["c0", "c1", "c4"]
    names = [part.activities[code] for code in part.events["activity"].to_list()]
    assert list(zip(part.events["case"].to_list(), names, strict=True)) == [(0, "a"), (0, "b"), (2, "c")]
    assert dict(part.events.schema) == EVENT_COLUMNS
    assert find_variants(part).counts.tolist() == [1, 1, 1]


def test_no_case_is_a_log_too() -> None:
    part = select_cases(LOG, np.zeros(5, dtype=np.bool_))
    assert (part.cases.height, part.events.height, part.name) == (0, 0, LOG.name)
