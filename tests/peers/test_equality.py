"""Every readable log against inductive models of it: three aligners, one cost for each variant."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.peers.aligners import pm4py_answers, pm4py_cost, r4pm_costs, write_net, write_traces
from tests.peers.comparison import PAIRS, ROWS, Row, compared

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]

PM4PY_VARIANTS, PM4PY_EVENTS, PM4PY_SECONDS = 25, 25, 1.0
"""How many variants pm4py is asked for, of at most how many events, and how long it may think about each."""


TOO_SLOW = {("bpic2012.xes.gz", "all", 0.0)}
"""Models on which r4pm has no answer after ten minutes."""


def for_r4pm(log: str, lifecycle: str, noise: float) -> ParameterSet:
    too_slow = pytest.mark.skipif((log, lifecycle, noise) in TOO_SLOW, reason="r4pm takes more than ten minutes for it")
    return pytest.param(log, lifecycle, noise, marks=too_slow)


@pytest.mark.parametrize(("log", "lifecycle", "noise"), [for_r4pm(*pair) for pair in PAIRS])
def test_every_variant_costs_what_r4pm_says(tmp_path: Path, log: str, lifecycle: str, noise: float) -> None:
    own = compared(log, lifecycle, noise)
    theirs = r4pm_costs(write_net(own.net, tmp_path), write_traces(own.costs, tmp_path))
    answered = {trace: cost for trace, cost in own.costs.items() if trace}  # r4pm drops the empty trace
    agree = theirs == answered
    ROWS.append(Row(log, lifecycle, noise, "r4pm", len(theirs), own.total, agree))
    assert own.not_optimal == 0
    assert agree
    of_empty = own.costs.get((), 0) * own.cases.get((), 0)
    assert own.total == of_empty + sum(cost * own.cases[trace] for trace, cost in theirs.items())


@pytest.mark.parametrize(("log", "lifecycle", "noise"), PAIRS)
def test_variants_cost_what_pm4py_says_where_it_answers(tmp_path: Path, log: str, lifecycle: str, noise: float) -> None:
    own = compared(log, lifecycle, noise)
    short = [trace for trace in own.costs if 0 < len(trace) <= PM4PY_EVENTS]
    short.sort(key=lambda trace: (len(trace), trace))
    asked = short[:: max(1, len(short) // PM4PY_VARIANTS)]
    answers = pm4py_answers(write_net(own.net, tmp_path), asked, max_align_time_trace=PM4PY_SECONDS)
    theirs = {trace: pm4py_cost(answer) for trace, answer in zip(asked, answers, strict=True) if answer is not None}
    agree = theirs == {trace: own.costs[trace] for trace in theirs}
    ROWS.append(
        Row(log, lifecycle, noise, "pm4py", len(theirs), sum(c * own.cases[t] for t, c in theirs.items()), agree)
    )
    assert theirs
    assert agree
