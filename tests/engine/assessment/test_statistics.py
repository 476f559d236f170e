"""Steps, edges, times and summaries, beside the scores."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.assessment.assessment import Assessment
from engine.assessment.times import CaseTimes, median_seconds, quantile_seconds
from engine.nets.process import process_of_flow
from engine.vocabulary import DeviationKind, Dimension
from tests.engine.assessment.making import LINE, assessed, process
from tests.engine.conformance.test_performed import table
from tests.engine.nets.constructs import construct

HOUR = 3600
BRANCHES = """
nodes:
  start: start
  m: exclusive
  a: {step: A}
  x: exclusive
  b: {step: B}
  s: parallel
  c: {step: C}
  d: {step: D}
  j: parallel
  end: end
edges: [start -> m -> a -> x, x -> b -> m, x -> s, s -> c -> j, s -> d -> j, j -> end]
"""
INCLUSIVE = """
nodes:
  {start: start, a: {step: A}, s: inclusive, w: {step: W}, p: {step: P}, j: inclusive, d: {step: D}, end: end}
edges: [start -> a -> s, s -> w -> j, s -> p -> j, s -> j, j -> d -> end]
"""
PLANNED = (
    "nodes: {start: start, a: {step: A}, b: {step: B}, r: {step: R}, end: end}\nedges: [start -> a -> b -> end]\n"
    "plans: {p: {risk: Risk, at: b, on: {message: m}, path: [r], rejoin: b}}"
)


def tokens(found: Assessment) -> dict[str, int]:
    return {f"{edge.source}>{edge.target}": edge.count for edge in found.edges}


def test_tokens_along_edges_of_choices_loops_and_parallel_work() -> None:
    found = tokens(assessed(process(BRANCHES), "a b a d c", "a c d"))
    looped = {"m>a": 3, "a>x": 3, "x>b": 1, "b>m": 1}
    assert found == {**dict.fromkeys(found, 2), **looped}
    assert len(found) == 11


def test_branches_that_an_inclusive_gateway_did_not_choose_count_on_no_edge() -> None:
    made = process(INCLUSIVE)
    direct, washed = tokens(assessed(made, "a d")), tokens(assessed(made, "a w d", "a w p d"))
    assert (direct["s>j"], direct["s>w"], direct["s>p"], direct["j>d"]) == (1, 0, 0, 1)
    assert (washed["s>j"], washed["s>w"], washed["s>p"], washed["p>j"], washed["j>d"]) == (0, 2, 1, 1, 2)


def test_skipped_steps_pass_their_tokens_on() -> None:
    assert tokens(assessed(process(), "a d")) == {"start>a": 1, "a>b": 1, "b>c": 1, "c>d": 1, "d>end": 1}


def test_plans_belong_to_no_edge() -> None:
    assert tokens(assessed(process(PLANNED), "a r b", "a b")) == {"start>a": 2, "a>b": 2, "b>end": 2}


def test_tokens_are_followed_through_what_can_be_cancelled() -> None:
    flow = process_of_flow(construct("a parallel sub-flow interrupted"))
    through = tokens(assessed(flow, "a x y z", "a y x z"))
    assert through == {**dict.fromkeys(through, 2), "t>c": 0, "c>f": 0}
    cancelled = tokens(assessed(flow, "a x c"))
    taken = {"start>a", "a>sub", "s>p", "p>x", "t>c", "c>f"}  # what waited before q and y was taken away
    assert {edge for edge, count in cancelled.items() if count} == taken


def test_tokens_reach_every_end_of_a_flow_that_ends_implicitly() -> None:
    found = tokens(assessed(process_of_flow(construct("an event beside a step")), "a b", "c a b", "a b c"))
    assert found == {"start>a": 3, "a>b": 3, "b>end": 3, "t>c": 2, "c>other": 2}


def test_tokens_of_repeated_work_go_along_its_inside() -> None:
    found = tokens(assessed(process_of_flow(construct("instances of a sub-flow")), "a x x y y z", "a x y z"))
    assert (found["a>sub"], found["s>x"], found["x>y"], found["y>e"], found["sub>z"]) == (2, 3, 3, 3, 2)


def test_a_parallel_block_left_out_where_it_can_be_cancelled_is_one_omission() -> None:
    flow = process_of_flow(construct("a logged event beside a parallel sub-flow"))
    (deviation,) = assessed(flow, "a z").deviations
    assert (deviation.kind, deviation.steps) == (DeviationKind.SKIPPED, ("x", "y"))


def test_time_along_an_edge_is_from_completion_to_start() -> None:
    found = assessed(process(), "a@0 b@1-4 c@5 d@9", "a@0 b@3-4 c@7 d@9")
    medians = {f"{edge.source}>{edge.target}": edge.median_seconds for edge in found.edges}
    assert medians == {"start>a": None, "a>b": 2 * HOUR, "b>c": 2 * HOUR, "c>d": 3 * HOUR, "d>end": None}


def test_a_net_without_a_flow_has_no_edges() -> None:
    made = process()
    from engine.nets.process import process_of_net  # noqa: PLC0415 - beside its only use

    assert assessed(process_of_net(made.net), "a b").edges == ()


def test_what_happened_at_each_step() -> None:
    rest = "standards: {slow: {duration: b, at-most: 1h}}"
    found = assessed(process(LINE, rest), "a@0 b@1-4 c@5 d@9", "a@0 c@1 b@2-3 b@4 d@9", "a@1")
    by_step = {step.step: step for step in found.steps}
    assert [(s.synchronous, s.misplaced, s.skipped, s.unfinished, s.repeated, s.out_of_place) for s in found.steps] == [
        (3, 0, 0, 0, 0, 0),
        (1, 1, 0, 1, 1, 0),
        (2, 0, 0, 1, 0, 0),
        (2, 0, 0, 1, 0, 0),
    ]
    assert (by_step["b"].late, by_step["b"].median_seconds, by_step["b"].waiting_seconds) == (1, 2 * HOUR, HOUR)
    assert by_step["a"].waiting_seconds is None


def test_deviations_are_summed_up_most_frequent_first() -> None:
    found = assessed(process(), "a c b d", "a b", "a c b d", "a a b c d zzz zzz")
    assert [(d.kind, d.steps, d.count, d.cases, d.examples) for d in found.deviations] == [
        (DeviationKind.MISPLACED, ("b",), 2, 2, ("c0", "c2")),
        (DeviationKind.UNPLANNED, ("zzz",), 2, 1, ("c3",)),
        (DeviationKind.REPEATED, ("a",), 1, 1, ("c3",)),
        (DeviationKind.UNFINISHED, ("c", "d"), 1, 1, ("c1",)),
    ]


def test_findings_name_the_first_five_cases() -> None:
    found = assessed(process(), *["a b c d", "a b"] * 7)
    (finding,) = found.dimension(Dimension.COMPLETENESS).findings
    assert (finding.cases, finding.examples) == (7, ("c1", "c3", "c5", "c7", "c9"))


@pytest.mark.parametrize(
    ("tolerance", "verdict"),
    [("0%", "missed"), ("20%", "missed"), ("24%", "not-proven"), ("25%", "not-proven"), ("30%", "met")],
)
def test_a_standard_is_met_within_its_tolerance(tolerance: str, verdict: str) -> None:
    rest = f"standards: {{s: {{response: [a, b], within: 1h, tolerance: {tolerance}}}}}"
    (result,) = assessed(process(LINE, rest), *["a@0 b@1 c@2 d@3"] * 750, *["a@0 b@2 c@3 d@4"] * 250).standards
    assert (result.met, result.missed, result.share, result.verdict) == (750, 250, Fraction(3, 4), verdict)
    assert result.worst_cases == ("c750", "c751", "c752", "c753", "c754")


def test_a_standard_without_instances_has_no_verdict() -> None:
    (result,) = assessed(process(LINE, "standards: {s: {response: [a, b]}}"), "zzz").standards
    assert (result.share, result.verdict) == (None, "not-assessable")


def test_touch_time_counts_overlapping_work_once() -> None:
    times = CaseTimes.of(table("a@0-4 b@1-2 a@3-6 b@8-9", "a@0-1 b@2", "a@5-5"))
    assert [median_seconds(times.touch[i : i + 1]) for i in range(3)] == [7 * HOUR, None, 0]
    assert [median_seconds(times.waiting[i : i + 1]) for i in range(3)] == [2 * HOUR, None, 0]


def test_quantiles_lie_between_neighbours() -> None:
    spans = CaseTimes.of(table("a@0 b@1", "a@0 b@2", "a@?")).cycle
    assert quantile_seconds(spans, 0.5) == 1.5 * HOUR
    assert quantile_seconds(spans, 0.9) == pytest.approx(1.9 * HOUR)


def test_times_stand_beside_efficiency() -> None:
    beside = (
        assessed(process(), "a@0-1 b@1-2 c@2-3 d@3-6", "a@0-1 b@3-4 c@4-5 d@9-10")
        .dimension(Dimension.EFFICIENCY)
        .beside
    )
    assert beside["cycle_median_seconds"] == 8 * HOUR
    assert beside["touch_median_seconds"] == 5 * HOUR
    assert beside["waiting_median_seconds"] == 3 * HOUR
    assert beside["flow_efficiency_share"] == 10 / 16
