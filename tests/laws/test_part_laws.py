"""Laws of logs in parts: however a file is cut, the answer is the same, byte by byte."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from api.schemas.assessment import AssessmentShape
from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.closing import ALL_CLOSED, ENDED_CLOSED, ClosedRule
from engine.calendars import CalendarChoice, calendar_named
from engine.definitions.flow import Edge, Flow, Node, NodeKind
from engine.definitions.rules import AttributeRef, Change, CycleTime, Measured, Quicker, Response
from engine.definitions.standards import Period, Standard, TimeSpan, TimeUnit
from engine.definitions.titles import Title
from engine.limits import DEFAULT_LIMITS
from engine.logs.lifecycle import Lifecycle
from engine.logs.parquet_parts import ParquetParts
from engine.logs.reading import open_log, read_log
from engine.logs.variants import find_variants, join_variants
from engine.nets.process import Process, process_of_flow
from engine.vocabulary import Dimension
from tests.laws.test_assessment_laws import with_conditions
from tests.oracles.random_standards import HOUR, ROLES, SEASONS, random_standard, with_attributes
from tests.oracles.small_logs import BEGIN, random_case
from tests.oracles.structured_flows import structured_flow

SEEDS = range(8)
RULES = (ALL_CLOSED, ENDED_CLOSED, ClosedRule.parse("idle:2d"))
OFFICE = calendar_named("office")
INNER = "inner"


def random_process(rng: random.Random) -> Process:
    """A flow around a sub-flow, with standards of every kind, roles, and calendars of roles and of regions."""
    flow = around(with_conditions(rng, structured_flow(rng, rng.randint(2, 5))))
    nodes = tuple(
        replace(node, role=rng.choice(list(ROLES))) if node.kind is NodeKind.STEP else node for node in flow.nodes
    )
    steps = [step.id for step in flow.steps]
    standards = (
        *(random_standard(rng, f"standard{i}", steps, [INNER]) for i in range(6)),
        *(of_working_time(rng, f"working-time{i}", steps) for i in range(3)),
        *(of_population(rng, f"population{i}", steps) for i in range(4)),
    )
    return process_of_flow(
        replace(
            flow,
            nodes=nodes,
            standards=standards,
            roles=ROLES,
            seasons=SEASONS,
            calendar=random_choice(rng),
            role_calendars={"advisor": random_choice(rng)} if rng.random() < 0.7 else {},
        )
    )


def around(flow: Flow) -> Flow:
    """A flow of two steps between which everything of another flow is done, in a sub-flow."""
    inner = tuple(replace(node, parent=INNER) for node in flow.nodes)
    kinds = {"begin": NodeKind.START, "first": NodeKind.STEP, INNER: NodeKind.SUB_FLOW, "last": NodeKind.STEP}
    outer = tuple(Node(name, kind, Title(name, name)) for name, kind in {**kinds, "finish": NodeKind.END}.items())
    return replace(
        flow,
        nodes=(*outer[:3], *inner, *outer[3:]),
        edges=(*flow.edges, *(Edge(one.id, other.id) for one, other in pairwise(outer))),
    )


def random_choice(rng: random.Random) -> CalendarChoice:
    if rng.random() < 0.3:
        return CalendarChoice("office")
    by_value = (("n", "clock"), ("1", "china-office"), ("2", "clock"))
    return CalendarChoice("office", rng.choice(["region", "case:region", "size"]), by_value)


def of_working_time(rng: random.Random, name: str, steps: list[str]) -> Standard:
    """A standard that comes out otherwise by another calendar: of the cases, or of the role that has to respond."""
    span = TimeSpan("span", TimeUnit.WORKING, rng.choice([1, 4, 12, 30]) * HOUR)
    first, second = rng.sample(steps, 2)
    rules: tuple[CycleTime | Response, ...] = (CycleTime(None, span), Response(first, second, span))
    return Standard(name, Title(name, name), rng.choice(rules), Fraction(1), Fraction(0), Dimension.EFFICIENCY)


def of_population(rng: random.Random, name: str, steps: list[str]) -> Standard:
    """A standard about all cases together: a change from period to period, or one kind of case quicker than another."""
    first, second = rng.sample(steps, 2)
    measured = rng.choice(list(Measured))
    of = AttributeRef(rng.choice([None, first]), "amount") if measured is Measured.MEAN else first
    since, until = rng.choice([(None, None), (first, None), (None, second), (first, second), (first, first)])
    rules: tuple[Change | Quicker, ...] = (
        Change(measured, of, None, Fraction(1, 2)),
        Quicker("case.flag", rng.choice(["!case.flag", "case.x >= 2"]), since, until),
    )
    return Standard(
        id=name,
        title=Title(name, name),
        rule=rng.choice(rules),
        share=Fraction(1),
        tolerance=Fraction(0),
        dimension=Dimension.EFFICIENCY,
        when=rng.choice([None, None, "case.x >= 2"]),
        season=rng.choice([None, None, "winter"]),
        per=rng.choice([Period.DAY, Period.WEEK, Period.MONTH]),
        inside=rng.choice([None, INNER]),
    )


def random_table(rng: random.Random, flow: Flow, cases: int) -> pl.DataFrame:
    """A table of some cases: attributes of every type, missing values and times, starts and completions."""
    made = with_attributes(rng, [random_case(rng, flow) for _ in range(cases)])
    rows: list[dict[str, object]] = []
    for number, (events, values) in enumerate(zip(made.events, made.values, strict=True)):
        shift, region = timedelta(days=rng.randint(0, 60)), rng.choice("ns")
        moves = rng.random() < 0.05
        rows += (
            {
                "case id": f"k{number}",
                "activity": event.activity,
                "timestamp": None if event.time is None else event.time + shift,
                "start": None if event.start is None else event.start + shift,
                "resource": event.resource,
                "lifecycle": rng.choice([None, "start", "complete", "COMPLETE", "Wait"]),
                "case:region": rng.choice("ns") if moves else region,
                "size": rng.choice([None, "1", "1.0", "2", str(number % 23)]),
                "weight": rng.choice([None, 0.5, float("nan"), number / 7]),
                "day": rng.choice([None, BEGIN.date()]),
                "角色": rng.choice([None, "经理"]),
                **{f"case:{name}": as_cell(value) for name, value in values.items()},
                **{name: as_cell(value) for name, value in event.values},
            }
            for event in events
        )
    if rng.random() < 0.5:
        rng.shuffle(rows)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(pl.col("timestamp", "start").cast(pl.Datetime("us", "UTC")))


def as_cell(value: object) -> object:
    """A column has one type: numbers are floating-point ones, anything else but truth values is text."""
    if value is None or isinstance(value, bool):
        return value
    return float(value) if isinstance(value, int | float) else str(value)


def answer(assessment: Assessment) -> str:
    return AssessmentShape.of(assessment).model_dump_json()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_log_in_parts_is_assessed_as_the_whole(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    process = random_process(rng)
    table = random_table(rng, process.flow, rng.randint(8, 60))
    path = tmp_path / "log.parquet"
    table.write_parquet(path, row_group_size=rng.randint(1, 40))
    whole = read_log(path)
    mode, rule = rng.choice([None, *Lifecycle]), rng.choice(RULES)
    now, calendar = rng.choice([None, BEGIN + timedelta(days=30)]), rng.choice([None, None, OFFICE])
    expected = assess(process, whole, now=now, closed=rule, calendar=calendar, lifecycle=mode)
    for rows in (1, rng.randint(2, 20), table.height - 1):
        limits = replace(DEFAULT_LIMITS, part_cells=rows * table.width)
        with open_log(path, limits=limits) as parts:
            assert isinstance(parts, ParquetParts)
            assert parts.facts.warnings == whole.warnings
            assert parts.facts.activities == whole.activities
            found = assess(process, parts, now=now, closed=rule, calendar=calendar, lifecycle=mode)
        assert answer(found) == answer(expected)
        assert found.warnings == expected.warnings


@pytest.mark.parametrize("seed", SEEDS)
def test_variants_of_parts_joined_are_those_of_the_whole(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    table = random_table(rng, structured_flow(rng, 3), 30)
    path = tmp_path / "log.parquet"
    table.write_parquet(path)
    whole = find_variants(read_log(path))
    with open_log(path, limits=replace(DEFAULT_LIMITS, part_cells=7 * table.width)) as parts:
        every = range(len(parts.starts) - 1)
        found = join_variants([find_variants(parts.read(number, frozenset())) for number in every])
    assert len(every) > 1
    assert [found.sequence(v) for v in range(len(found))] == [whole.sequence(v) for v in range(len(whole))]
    assert found.counts.tolist() == whole.counts.tolist()
    assert found.of_case.tolist() == whole.of_case.tolist()
