from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.assessment.assess import assess
from engine.assessment.closing import ALL_CLOSED, ENDED_CLOSED, ClosedRule
from engine.errors import InputRefused
from tests.engine.assessment.making import process
from tests.oracles.small_logs import log


@pytest.mark.parametrize("text", ["all", "ended", "idle:14d", "idle:1h30m", "ended-or-idle:2h"])
def test_a_rule_is_written_as_it_is_read(text: str) -> None:
    assert str(ClosedRule.parse(f" {text} ")) == text


def test_plain_rules() -> None:
    assert (ClosedRule.parse("all"), ClosedRule.parse("ended")) == (ALL_CLOSED, ENDED_CLOSED)


@pytest.mark.parametrize(
    "text",
    ["", "none", "all:1d", "idle", "idle:", "idle:soon", "idle:2 workdays", "ended-or-idle", "ended:1d", "x" * 999],
)
def test_other_rules_are_refused(text: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        ClosedRule.parse(text)
    assert refusal.value.problems[0].code == "assess.unknown-closed-rule"


@pytest.mark.parametrize("text", ["idle:0d", "idle:36501d", "idle:999999999999d"])
def test_idle_times_have_limits(text: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        ClosedRule.parse(text)
    assert refusal.value.problems[0].code == "assess.idle-out-of-range"


def test_rule_of_a_flow_closes_idle_cases_of_live_logs_only() -> None:
    made, file = process(rest="idle: 30d\n"), log("a", "a b c d", "a b")
    live = replace(file, closed=frozenset[str]())
    latest = file.latest
    assert latest is not None
    at = [latest, latest + timedelta(days=20), latest + timedelta(days=40)]
    assert [assess(made, file, now=now).open_cases for now in at] == [0, 0, 0]
    assert [assess(made, live, now=now).open_cases for now in (at[0], at[2])] == [2, 0]
    assert assess(made, live, now=at[2], closed=ENDED_CLOSED).open_cases == 2, "who asks otherwise is answered so"
    assert assess(made, live, now=at[2]).closed_rule == "ended-or-idle:30d"
    assert assess(process(), live, now=at[2]).closed_rule == "ended"


def test_what_a_log_says_is_closed_is_closed_under_every_rule() -> None:
    made, known = process(), replace(log("a", "a b c d", "a b"), closed=frozenset({"c2"}))
    opened = {str(rule): assess(made, known, closed=rule).open_cases for rule in (None, ENDED_CLOSED, ALL_CLOSED)}
    assert opened == {"None": 1, "ended": 1, "all": 0}
    assert assess(made, replace(known, closed=frozenset())).open_cases == 2
    assert assess(made, replace(known, closed=None)).open_cases == 0
