"""Laws of deviations and assessments, on random flows, nets and logs."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment, DimensionScore
from engine.assessment.closing import ALL_CLOSED, ENDED_CLOSED, ClosedRule
from engine.assessment.points import rounded_score
from engine.calendars import calendar_named
from engine.conformance.alignments import align, align_prefixes
from engine.conformance.causality import find_causality
from engine.conformance.costs import Costs
from engine.conformance.deviations import find_deviations
from engine.definitions.flow import Flow, NodeKind, WeightGroup
from engine.definitions.titles import Title
from engine.logs.lifecycle import Lifecycle
from engine.logs.variants import find_variants
from engine.nets.process import Process, process_of_flow, process_of_net
from engine.vocabulary import Dimension, MoveKind
from tests.oracles.assessment import Cause, PlainCase, PlainScore, assess_plainly
from tests.oracles.deviations import deviations_plainly, direct_causes
from tests.oracles.plain_log import PlainEvent
from tests.oracles.random_nets import random_net, random_trace
from tests.oracles.random_standards import ROLES, SEASONS, Attributed, random_standard, with_attributes
from tests.oracles.small_logs import BEGIN, UNKNOWN, log_of, random_case
from tests.oracles.structured_flows import structured_flow

SEEDS = range(20)
RULES = (ALL_CLOSED, ENDED_CLOSED, ClosedRule.parse("idle:2d"))
OFFICE = calendar_named("office")


def random_process(rng: random.Random) -> Process:
    flow = with_conditions(rng, structured_flow(rng, rng.randint(2, 5)))
    steps = [step.id for step in flow.steps]
    standards = tuple(random_standard(rng, f"standard{i}", steps) for i in range(rng.randint(0, 4)))
    weights: tuple[WeightGroup, ...] = ()
    if rng.random() < 0.5:
        chosen = rng.sample(steps, 2)
        weights = tuple(WeightGroup(s, Title(s, s), rng.choice([1, 3, 7]), (s,)) for s in chosen)
    return process_of_flow(replace(flow, standards=standards, weights=weights, roles=ROLES, seasons=SEASONS))


def with_conditions(rng: random.Random, flow: Flow) -> Flow:
    """The flow with a condition on some ways out of its gateways, and perhaps one that is taken otherwise."""
    edges = []
    for edge in flow.edges:
        ways = [e for e in flow.edges if e.source == edge.source]
        chooses = flow.by_id[edge.source].kind in {NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE} and len(ways) > 1
        if chooses and edge == ways[-1]:
            edges.append(replace(edge, otherwise=rng.random() < 0.6))
        elif chooses and rng.random() < 0.8:
            edges.append(replace(edge, when=rng.choice(["case.x >= 2", "case.flag", "case.amount > 2.0"])))
        else:
            edges.append(edge)
    return replace(flow, edges=tuple(edges))


def random_cases(rng: random.Random, flow: Flow) -> Attributed:
    return with_attributes(rng, [random_case(rng, flow) for _ in range(rng.randint(0, 6))])


def assessed(process: Process, cases: Attributed, rule: ClosedRule, now: datetime | None) -> Assessment:
    log = log_of(cases.events, values=cases.values)
    return assess(process, log, now=now, closed=rule, calendar=OFFICE, lifecycle=Lifecycle.ALL)


def plain_scores(
    process: Process, cases: Attributed, rule: ClosedRule, now: datetime | None
) -> dict[Dimension, PlainScore]:
    """The twin's answer, on the alignments that the search finds."""
    plain = plain_cases(process, cases, rule, now)
    return assess_plainly(process.flow, process.net, plain, now=now, calendar=OFFICE)


def plain_cases(process: Process, cases: Attributed, rule: ClosedRule, now: datetime | None) -> list[PlainCase]:
    """The cases as the twin takes them, with the alignments that the search finds."""
    variants = find_variants(log_of(cases.events))
    costs = Costs(forbidden=frozenset(t.id for t in process.net.transitions if t.enters_plan))
    whole = align(process.net, variants, costs=costs).per_variant
    prefixes = align_prefixes(process.net, variants, costs=costs).per_variant
    plain = []
    for events, values, variant in zip(cases.events, cases.values, variants.of_case.tolist(), strict=True):
        one, other = whole[variant], prefixes[variant]
        free = one.cost is not None and other.cost is not None and one.cost <= other.cost
        last = max(event.time for event in events if event.time) if events and events[-1].time else None
        idle = last is not None and now is not None and now - last >= timedelta(days=2)
        closed = {"all": True, "ended": free}.get(str(rule), idle)
        plain.append(PlainCase(events, one.moves if closed else other.moves, closed, free, values))
    return plain


def lost_units(score: DimensionScore) -> Counter[Cause]:
    return Counter({(f.kind, f.steps, f.standard, f.group, f.other_branch, f.branch): f.lost for f in score.findings})


def check_same(found: DimensionScore, plain: PlainScore, flow: Flow) -> None:
    assert {g.group: (g.numerator, g.denominator) for g in found.groups} == {
        group: (plain.kept[group], due) for group, due in plain.due.items()
    }
    assert lost_units(found) == plain.lost
    assert found.no_evidence == plain.no_evidence
    if found.dimension is not Dimension.ADAPTABILITY:
        assert found.score == plain.score(flow)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_units_equal_the_plain_twin(seed: int, rule: ClosedRule) -> None:
    rng = random.Random(seed)
    for _ in range(4):
        process = random_process(rng)
        cases = random_cases(rng, process.flow)
        now = rng.choice([None, BEGIN + timedelta(days=rng.randint(0, 12))])
        moments = [event.time for case in cases.events for event in case if event.time is not None]
        found = assessed(process, cases, rule, now)
        plain = plain_scores(process, cases, rule, now or max(moments, default=None))
        for dimension in Dimension:
            check_same(found.dimension(dimension), plain[dimension], process.flow)


@pytest.mark.parametrize("seed", SEEDS)
def test_deviations_equal_the_plain_twin_on_any_net(seed: int) -> None:
    rng = random.Random(1_000 + seed)
    for _ in range(15):
        net, trace = random_net(rng), random_trace(rng, longest=7)
        alignment = align(net, find_variants(log_of([[PlainEvent(name, None, None) for name in trace]]))).per_variant[0]
        found = {(d.kind.value, d.steps, d.moves, d.other_branch) for d in find_deviations(net, trace, alignment)}
        assert found == deviations_plainly(net, trace, alignment.moves)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_log_move_and_visible_model_move_is_in_one_deviation(seed: int) -> None:
    rng = random.Random(2_000 + seed)
    for _ in range(15):
        net, trace = random_net(rng), random_trace(rng, longest=7)
        alignment = align(net, find_variants(log_of([[PlainEvent(name, None, None) for name in trace]]))).per_variant[0]
        explained = Counter(index for d in find_deviations(net, trace, alignment) for index in d.moves)
        costly = [i for i, m in enumerate(alignment.moves) if m.kind in {MoveKind.LOG, MoveKind.MODEL}]
        assert explained == Counter(costly)


@pytest.mark.parametrize("seed", SEEDS)
def test_causes_equal_the_plain_twin(seed: int) -> None:
    rng = random.Random(3_000 + seed)
    for _ in range(15):
        net, trace = random_net(rng), random_trace(rng, longest=7)
        moves = (
            align(net, find_variants(log_of([[PlainEvent(name, None, None) for name in trace]]))).per_variant[0].moves
        )
        fired = [-1 if move.transition is None else move.transition for move in moves]
        found = find_causality(net.token_flow, fired).causes
        assert [set(causes) for causes in found] == direct_causes(net, moves)


@pytest.mark.parametrize("seed", SEEDS)
def test_findings_add_up_to_the_gap(seed: int) -> None:
    rng = random.Random(4_000 + seed)
    process = random_process(rng)
    found = assessed(process, random_cases(rng, process.flow), rng.choice(RULES), None)
    for score in found.dimensions:
        assert sum(finding.lost for finding in score.findings) == score.denominator - score.numerator
        if score.score is not None:
            assert sum(finding.points for finding in score.findings) == 10_000 - rounded_score(score.score)
            assert score.interval is None or score.interval[0] <= float(score.score) <= score.interval[1]


def without_examples(found: Assessment) -> list[object]:
    """All that does not name cases."""
    dimensions = [replace(s, findings=tuple(replace(f, examples=()) for f in s.findings)) for s in found.dimensions]
    standards = [replace(standard, worst_cases=()) for standard in found.standards]
    deviations = [replace(deviation, examples=(), branch=None) for deviation in found.deviations]
    return [dimensions, standards, deviations, found.steps, found.edges]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_cases_changes_nothing(seed: int) -> None:
    rng = random.Random(5_000 + seed)
    process, rule = random_process(rng), rng.choice(RULES)
    cases = random_cases(rng, process.flow)
    order = rng.sample(range(len(cases.events)), len(cases.events))
    shuffled = Attributed([cases.events[i] for i in order], [cases.values[i] for i in order])
    one, other = (without_examples(assessed(process, some, rule, None)) for some in (cases, shuffled))
    assert [str(part) for part in one] == [str(part) for part in other]


@pytest.mark.parametrize("seed", SEEDS)
def test_calling_steps_by_an_alias_changes_nothing(seed: int) -> None:
    rng = random.Random(6_000 + seed)
    process, rule = random_process(rng), rng.choice(RULES)
    nodes = tuple(replace(node, aliases=(f"又名 {node.id}",)) for node in process.flow.nodes)
    renamed = process_of_flow(replace(process.flow, nodes=nodes))
    cases = random_cases(rng, process.flow)
    events = [
        tuple(replace(e, activity=f"又名 {e.activity}") if e.activity in process.net.labels else e for e in case)
        for case in cases.events
    ]
    other = replace(cases, events=events)
    one, two = (
        without_examples(assessed(process, cases, rule, None)),
        without_examples(assessed(renamed, other, rule, None)),
    )
    assert one == two


@pytest.mark.parametrize("seed", SEEDS)
def test_fitting_cases_have_no_deviation_from_alignments(seed: int) -> None:
    rng = random.Random(7_000 + seed)
    process = without_checks(random_process(rng))
    found = assessed(process, random_cases(rng, process.flow), ALL_CLOSED, None)
    fitting = found.alignments.fitting_cases == found.cases
    assert fitting == (not found.deviations)
    assert fitting or sum(found.dimension(d).denominator - found.dimension(d).numerator for d in Dimension) > 0


def without_checks(process: Process) -> Process:
    edges = tuple(replace(edge, when=None, otherwise=False) for edge in process.flow.edges)
    return process_of_flow(replace(process.flow, standards=(), edges=edges))


@pytest.mark.parametrize("seed", SEEDS)
def test_one_weight_group_of_everything_is_the_plain_quotient(seed: int) -> None:
    rng = random.Random(8_000 + seed)
    process = random_process(rng)
    steps = tuple(step.id for step in process.flow.steps)
    edges = tuple(replace(edge, when=None, otherwise=False) for edge in process.flow.edges)
    whole = (WeightGroup("all", Title("all", "all"), 7, steps),)
    grouped = replace(process.flow, weights=whole, standards=(), edges=edges)
    # A case of nothing but unknown events is in no group.
    cases = with_attributes(
        rng, [case for case in random_cases(rng, process.flow).events if {e.activity for e in case} != {UNKNOWN}]
    )
    found = assessed(process_of_flow(grouped), cases, ALL_CLOSED, None)
    for dimension in (Dimension.COMPLETENESS, Dimension.ORDERING):
        score = found.dimension(dimension)
        plain = Fraction(100 * score.numerator, score.denominator) if score.denominator else None
        assert score.score == plain


@pytest.mark.parametrize("seed", SEEDS)
def test_a_net_without_a_flow_is_assessed_like_its_flow(seed: int) -> None:
    rng = random.Random(9_000 + seed)
    plain = process_of_flow(replace(structured_flow(rng, 4), standards=()))
    flow = replace(plain.flow, nodes=tuple(replace(node, optional=False) for node in plain.flow.nodes), plans=())
    process = process_of_flow(flow)
    cases = random_cases(rng, flow)
    one, other = (
        assessed(process, cases, ALL_CLOSED, None),
        assessed(process_of_net(process.net), cases, ALL_CLOSED, None),
    )
    for dimension in Dimension:
        a, b = one.dimension(dimension), other.dimension(dimension)
        assert (a.numerator, a.denominator, a.score) == (b.numerator, b.denominator, b.score)
