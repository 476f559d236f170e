"""``assess``: a process and a log become an assessment. Here is the order of work; every rule has its own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine import VERSION
from engine.assessment.adaptability import assess_adaptability
from engine.assessment.assessment import Assessment
from engine.assessment.branches import judge_branches
from engine.assessment.closing import ALL_CLOSED, ClosedRule
from engine.assessment.completeness import assess_completeness
from engine.assessment.edges import edge_statistics
from engine.assessment.efficiency import assess_efficiency
from engine.assessment.evidence import on_evidence
from engine.assessment.explanations import Explanations, closed_cases, ends_for_free, explain
from engine.assessment.ordering import assess_ordering
from engine.assessment.pattern_search import find_patterns
from engine.assessment.population import Population
from engine.assessment.steps import step_statistics
from engine.assessment.summaries import summarise_deviations
from engine.assessment.verdicts import summarise_standards
from engine.calendars import CALENDAR_NAMES, FIRST_YEAR, LAST_YEAR, Calendar
from engine.conformance.alignment import STATUSES, Alignments
from engine.conformance.alignments import align, align_prefixes, prepared
from engine.conformance.attributes import Attributes
from engine.conformance.costs import Costs
from engine.conformance.mapper import SERIAL, Mapper
from engine.conformance.performed import NEVER, CaseTable, EventTable, as_moment, as_moments, offsets_of
from engine.conformance.standards.clocks import WorkingTime
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.periods import unknown_holidays
from engine.conformance.structure import Structure
from engine.errors import InputRefused, LimitExceeded, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.lifecycle import Lifecycle, apply_lifecycle, usual_lifecycle
from engine.logs.log import Log
from engine.logs.variants import Variants, find_variants
from engine.nets.process import Process
from engine.vocabulary import AlignmentStatus, Lack, Outcome

Progress = Callable[[int, int], None]
"""Called with the parts of the work done and the parts in all."""

_PARTS = 5


@dataclass(frozen=True, eq=False, slots=True)
class _Settings:
    """What the arguments of ``assess`` come to."""

    now: datetime | None
    rule: ClosedRule
    calendar: Calendar
    one_calendar: bool
    paired: bool
    mapper: Mapper
    limits: Limits
    progress: Progress


def assess(
    process: Process,
    log: Log,
    *,
    now: datetime | None = None,
    closed: ClosedRule = ALL_CLOSED,
    calendar: Calendar | None = None,
    lifecycle: Lifecycle | None = None,
    mapper: Mapper = SERIAL,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Assessment:
    """Hold a log against a process.

    Args:
        process: The flow and its net.
        log: The log, with every event of the file.
        now: The moment at which limits of open cases have passed or not; the log's latest timestamp when missing.
        closed: Which cases are closed.
        calendar: For the working time of everybody; the flow's own calendars when missing.
        lifecycle: How start and complete events are read; when missing, paired where an activity has both, else all.
        mapper: Where alignments are searched.
        progress: Told how far the work is.
        limits: For the alignment search, and for how much patterns are looked for.

    Returns:
        The assessment. The same process, log, calendar and ``now`` give the same one, whatever the order of cases.

    Raises:
        InputRefused: ``assess.unreachable`` when no run of the process reaches an end, so that nothing can be
            explained; ``assess.unknown-calendar`` when the flow names a calendar that does not exist;
            ``assess.unknown-holiday`` when a season names a holiday that the calendar does not know.
        LimitExceeded: Of some case no run to an end was found within the budget.
    """
    mode = lifecycle or usual_lifecycle(log)
    events = apply_lifecycle(log, mode)
    settings = _Settings(
        now=now or log.latest,
        rule=closed,
        calendar=calendar or _calendar_of(process),
        one_calendar=calendar is not None,
        paired=mode is Lifecycle.PAIR,
        mapper=mapper,
        limits=limits,
        progress=progress or (lambda _done, _all: None),
    )
    process, costs = on_evidence(process)
    structure = Structure(process.net, process.flow if process.has_graph else None)
    _check_seasons(process, log, settings.calendar)
    population, alignments = _populate(process, events, structure, settings, costs)
    settings.progress(3, _PARTS)
    dimensions = (
        assess_completeness(population),
        assess_ordering(population),
        assess_efficiency(population),
        assess_adaptability(population),
    )
    settings.progress(4, _PARTS)
    found = Assessment(
        flow=process.flow,
        log_name=log.name,
        hashes=MappingProxyType({"flow": process.flow.source_hash, "log": log.source_hash, "engine": VERSION}),
        now=settings.now,
        closed_rule=str(closed),
        calendar=settings.calendar.name,
        lifecycle=mode.value,
        cases=events.cases.height,
        open_cases=int((~population.cases.closed).sum()),
        events=events.events.height,
        dimensions=dimensions,
        standards=summarise_standards(population),
        deviations=summarise_deviations(population),
        steps=step_statistics(population),
        edges=edge_statistics(population),
        alignments=alignments,
        variants=population.explanations.variants,
        period=_period(log),
        unexplained_cases=int((~population.known).sum()),
        warnings=tuple(warning for warning in events.warnings if warning not in log.warnings),
        patterns=find_patterns(population, events, limits),
    )
    settings.progress(_PARTS, _PARTS)
    return found


def _period(log: Log) -> tuple[datetime, datetime] | None:
    earliest, latest = log.events["time"].min(), log.latest
    return (earliest, latest) if isinstance(earliest, datetime) and latest is not None else None


def _calendar_of(process: Process) -> Calendar:
    flow = process.flow
    known = [*CALENDAR_NAMES, *(calendar.name for calendar in flow.calendars)]
    unknown = [name for name in flow.calendar_names if name not in known]
    if unknown:
        values = [{"found": name, "known": ", ".join(known)} for name in unknown]
        raise InputRefused([Problem("assess.unknown-calendar", values=one) for one in values])
    return flow.main_calendar


def _check_seasons(process: Process, log: Log, calendar: Calendar) -> None:
    """Refuse seasons around holidays that nobody knows: their standards would quietly never be in force."""
    period = _period(log)
    if period is None:
        return
    years = range(max(period[0].year, FIRST_YEAR), min(period[1].year + 1, LAST_YEAR) + 1)
    used = {standard.season for standard in process.flow.standards}
    problems = [
        Problem("assess.unknown-holiday", values={"season": s.id, "found": name, "calendar": calendar.name})
        for s in process.flow.seasons
        if s.id in used
        for name in unknown_holidays(s, calendar, years)
    ]
    if problems:
        raise InputRefused(problems)


def _populate(
    process: Process, log: Log, structure: Structure, settings: _Settings, costs: Costs
) -> tuple[Population, Alignments]:
    """Align every variant, decide which cases are closed, and judge the standards."""
    net, variants = process.net, find_variants(log)
    offsets = offsets_of(log)
    graph = prepared(net, variants, limits=settings.limits)
    whole = align(graph, variants, costs=costs, limits=settings.limits, mapper=settings.mapper)
    unknown = (whole.costs < 0) & (whole.statuses == STATUSES.index(AlignmentStatus.BUDGET))
    if bool(unknown.any()):  # a case of which no run at all is known cannot be judged
        raise LimitExceeded(limit="lazy_nodes", allowed=settings.limits.lazy_nodes, found="more")
    if bool((whole.costs < 0).any()):
        raise InputRefused([Problem("assess.unreachable", values={"flow": process.flow.id})])
    settings.progress(1, _PARTS)
    prefixes = None
    if settings.rule != ALL_CLOSED:
        prefixes = align_prefixes(graph, variants, costs=costs, limits=settings.limits, mapper=settings.mapper)
    closed = _closed(log, offsets, variants, settings, (whole, prefixes))
    explanations = explain(structure, variants, closed, whole, prefixes)
    settings.progress(2, _PARTS)
    cases = CaseTable(closed, explanations.ended[explanations.of_case])
    return _judge(process, log, structure, explanations, cases, settings=settings), whole


def _closed(
    log: Log,
    offsets: NDArray[np.int64],
    variants: Variants,
    settings: _Settings,
    alignments: tuple[Alignments, Alignments | None],
) -> NDArray[np.bool_]:
    """For each case whether the rule closes it."""
    whole, prefixes = alignments
    times = as_moments(log.events["time"])
    filled = np.flatnonzero(np.diff(offsets))
    last = np.full(len(offsets) - 1, NEVER)
    if len(filled):
        latest = np.maximum.reduceat(times.astype(np.int64), offsets[filled]).astype(times.dtype)
        last[filled] = np.where(np.isnat(times[offsets[filled + 1] - 1]), NEVER, latest)
    free = np.ones(len(variants), dtype=np.bool_) if prefixes is None else ends_for_free(whole, prefixes)
    return closed_cases(settings.rule, variants, free, last, as_moment(settings.now))


def _judge(
    process: Process,
    log: Log,
    structure: Structure,
    explanations: Explanations,
    cases: CaseTable,
    *,
    settings: _Settings,
) -> Population:
    """Hold the standards against the events, and the branches that were taken against their conditions."""
    net, flow = process.net, process.flow
    performed = explanations.to_events(explanations.performed, offsets_of(log))
    events = EventTable.of(log, net.label_of_activity, performed, paired=settings.paired)
    attributes = Attributes.of(log)
    facts = Facts(
        events,
        cases,
        attributes,
        label_of_step={step: label for label, step in enumerate(net.labels)},
        now=settings.now,
        calendar=settings.calendar,
        roles=flow.roles,
        seasons=flow.seasons,
        steps_inside=flow.steps_inside,
        working_time=None if settings.one_calendar else WorkingTime.of(flow, attributes),
    )
    instances = pl.concat([evaluate(flow.standards, facts), judge_branches(flow, structure, explanations, facts)])
    unknown = pl.Series(~explanations.known[explanations.of_case])[instances["case"]]
    instances = instances.with_columns(
        outcome=pl.when(unknown)
        .then(pl.lit(Outcome.NO_EVIDENCE.value))
        .otherwise("outcome")
        .cast(instances.schema["outcome"]),
        kind=pl.when(~unknown).then("kind"),
        kept_later=pl.when(~unknown).then("kept_later"),
        lack=pl.when(unknown).then(pl.lit(Lack.ALIGNMENT.value)).otherwise("lack").cast(instances.schema["lack"]),
    )
    return Population(
        flow=flow,
        net=net,
        case_ids=log.cases["case_id"],
        events=events,
        cases=cases,
        explanations=explanations,
        instances=instances,
        facts=facts,
    )
