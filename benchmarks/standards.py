"""Times the evaluation of standards beside the alignment of the same log from its file.

The log is played out from ``examples/flows/car_service_advisor.yaml`` by our own simulation with a fixed seed, 100,000
cases unless ``--cases`` says otherwise, and kept in the system's folder for temporary files. What is timed:

- align: reading the file, one alignment for each variant;
- flow: every standard of the flow and every way out of its gateways, with their verdicts;
- all: the same with one more standard of each rule that the flow does not have, about attributes that are drawn at
  random for every case and event, so that no rule is left untimed.

It fails when ``flow`` or ``all`` takes more than twice as long as ``align``. Run as ``python -m benchmarks.standards``.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl

from benchmarks.assessment import FLOW, SEED, played_log
from engine.assessment.branches import find_passages
from engine.assessment.closing import ALL_CLOSED
from engine.assessment.edges import Tokens
from engine.assessment.explanations import Explanations, explain
from engine.assessment.part import Judging
from engine.assessment.population import Population
from engine.assessment.verdicts import summarise_standards
from engine.calendars.days import DayOfYear, DayRange
from engine.conformance.alignments import align, prepared
from engine.conformance.costs import Costs
from engine.conformance.performed import CaseTable, as_moment
from engine.conformance.structure import Structure
from engine.conformance.warmup import compile_kernels
from engine.definitions import rules
from engine.definitions.flow import Flow, Season
from engine.definitions.rules import AttributeRef, SecondTier, TimeSpan, TimeUnit
from engine.definitions.standards import Period, Standard
from engine.definitions.titles import Title
from engine.limits import DEFAULT_LIMITS, MEBIBYTE
from engine.logs.lifecycle import Lifecycle
from engine.logs.log import Log
from engine.logs.parts import CountedParts, WholeLog
from engine.logs.reading import read_log
from engine.logs.variants import find_variants
from engine.nets.process import Process, read_process
from engine.vocabulary import Dimension

CASES, MOST = 100_000, 2.0
HOUR = 3_600_000_000
LIMITS = replace(DEFAULT_LIMITS, unpacked_bytes=8 * 1024 * MEBIBYTE)
"""The log of 100,000 cases unpacks to more than a published limit."""


def with_attributes(log: Log) -> Log:
    """The log with attributes drawn at random."""
    rng = np.random.default_rng(SEED)
    cases, events = log.cases.height, log.events.height
    begin = log.events.group_by("case", maintain_order=True).agg(pl.col("time").min())["time"]
    promised = begin + pl.Series(rng.integers(0, 48, cases) * HOUR).cast(pl.Duration("us"))
    words = pl.Series(["good", "fair", "bad", None])
    return replace(
        log,
        cases=log.cases.with_columns(
            promised=promised,
            estimate=pl.Series(rng.integers(100, 9000, cases)),
            actual=pl.Series(rng.integers(100, 9000, cases).astype(float)),
            pickup=pl.Series(["same-day", "next-day"]).gather(rng.integers(0, 2, cases)),
        ),
        events=log.events.with_columns(
            amount=pl.Series(rng.integers(0, 9000, events)),
            manner=words.gather(rng.integers(0, 4, events)),
            witnessed=pl.Series(rng.random(events) < 0.9),
            **{"org:role": pl.Series(["advisor", "manager", None]).gather(rng.integers(0, 3, events))},
        ),
    )


def more_standards() -> tuple[Standard, ...]:
    """One standard of each rule, some under a condition, in a season or month by month."""
    day = TimeSpan("1 day", TimeUnit.DAYS, 1)
    six = TimeSpan("6 workhours", TimeUnit.WORKING, 6 * HOUR)
    case = AttributeRef(None, "promised")
    confirmations = ("confirm-items", "confirm-price", "confirm-time", "confirm-old-parts", "confirm-wash")
    found: list[tuple[rules.Rule, str | None]] = [
        (rules.Count("inspect", 1, 1), None),
        (rules.AllOf(confirmations, "sign"), None),
        (rules.Together(("covers", "inspect")), None),
        (rules.Duration("repair", at_most=six), None),
        (rules.CycleTime(at_most=day, second_tier=SecondTier(TimeSpan("2 days", TimeUnit.DAYS, 2))), None),
        (rules.Deadline("see-off", case, SecondTier(day)), None),
        (rules.LeadTime("agree-pickup", case, TimeSpan("30m", TimeUnit.CLOCK, HOUR // 2)), "case.pickup == 'same-day'"),
        (rules.LeadTime("agree-pickup", case, day), "case.pickup == 'next-day'"),
        (rules.Agreement(AttributeRef(None, "estimate"), AttributeRef(None, "actual"), Fraction(1, 10)), None),
        (rules.Level(AttributeRef("repair", "amount"), at_most=Fraction(8000)), "event.amount > 100"),
        (rules.Rating(AttributeRef("inquire", "manner"), ("bad", "fair", "good"), "fair"), None),
        (
            rules.Fields("key-tag", (rules.RequiredField("manner", ("good", "fair")), rules.RequiredField("amount"))),
            None,
        ),
        (rules.Holds("covers", "event.witnessed"), None),
        (rules.SameActor(("check-items", "check-mileage", "check-exterior")), None),
        (rules.DifferentActor(("repair", "check-items")), None),
        (rules.PerformedBy("inquire", ("advisor",)), None),
        (
            rules.Authority("sign", AttributeRef("sign", "amount"), (rules.AuthorityLimit("advisor", Fraction(5000)),)),
            None,
        ),
        (rules.Change(rules.Measured.COUNT, "repair", at_most=Fraction(1, 2)), None),
        (rules.Quicker("case.booked", "!case.booked"), None),
    ]
    chosen = random.Random(SEED)
    return tuple(
        Standard(
            id=f"more-{index}",
            title=Title(f"more-{index}", f"more-{index}"),
            rule=rule,
            share=Fraction(96, 100),
            tolerance=Fraction(4, 100),
            dimension=Dimension.COMPLETENESS,
            when=when,
            season="autumn" if chosen.random() < 0.2 else None,
            per=Period.MONTH if chosen.random() < 0.5 else None,
        )
        for index, (rule, when) in enumerate(found)
    )


def judge(process: Process, flow: Flow, log: Log, whole: tuple[Explanations, Structure]) -> tuple[float, int]:
    """Seconds that the standards of a flow take, and how many instances they have."""
    explanations, structure = whole
    cases = CaseTable(np.ones(log.cases.height, dtype=np.bool_), explanations.ended[explanations.of_case])
    calendar = process.flow.main_calendar
    parts = CountedParts.of(WholeLog.of(log), Lifecycle.ALL)
    performed = explanations.performed
    begin = time.perf_counter()
    judging = Judging(
        parts=parts,
        flow=flow,
        net=process.net,
        explanations=explanations,
        performed=performed,
        passages=find_passages(flow, structure, explanations),
        tokens=Tokens([0] * len(flow.edges)),
        cases=cases,
        now=log.latest,
        calendar=calendar,
        one_calendar=False,
        paired=False,
    )
    judged = Population(flow, process.net, cases, explanations, judging(0), as_moment(log.latest), calendar)
    results = summarise_standards(judged)
    seconds = time.perf_counter() - begin
    if len(results) != len(flow.standards):
        raise SystemExit("not every standard was judged")
    return seconds, judged.instances.height


def aligned(process: Process, log: Log) -> tuple[Explanations, Structure]:
    """What the alignments say of the log."""
    variants = find_variants(log)
    costs = Costs(forbidden=frozenset(t.id for t in process.net.transitions if t.enters_plan))
    found = align(prepared(process.net, variants), variants, costs=costs)
    structure = Structure(process.net, process.flow)
    closed = np.ones(log.cases.height, dtype=np.bool_)
    return explain(structure, variants, closed, found, None), structure


def main() -> None:
    """Play, align, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    options = parser.parse_args()
    path = played_log(options.cases)
    compile_kernels()
    process = read_process(FLOW)
    begin = time.perf_counter()
    log = read_log(path, limits=LIMITS)
    variants = find_variants(log)
    align(prepared(process.net, variants), variants)
    aligning = time.perf_counter() - begin
    explained = aligned(process, log)
    flow = process.flow
    season = Season("autumn", Title("Autumn", "秋季"), (DayRange(DayOfYear(9, 1), DayOfYear(11, 30)),))
    whole = replace(flow, standards=flow.standards + more_standards(), seasons=(*flow.seasons, season))
    print(f"{path.name}: {log.cases.height:,} cases, {log.events.height:,} events, {len(variants):,} variants")
    print(f"closed: {ALL_CLOSED}; Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores\n")
    print(f"{'align':<8}{aligning:>8.2f} s")
    slow = []
    for name, judged, events in (("flow", flow, log), ("all", whole, with_attributes(log))):
        seconds, instances = judge(process, judged, events, explained)
        print(
            f"{name:<8}{seconds:>8.2f} s  {seconds / aligning:.2f} times,"
            f" {len(judged.standards)} standards, {instances:,} instances"
        )
        slow += [name] * (seconds > MOST * aligning)
    if slow:
        raise SystemExit(f"more than {MOST:g} times the alignment: {', '.join(slow)}")


if __name__ == "__main__":
    main()
