"""``assess``: a process and a log become an assessment. Here is the order of work; every rule has its own file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine import VERSION
from engine.assessment.adaptability import assess_adaptability
from engine.assessment.assessment import Assessment
from engine.assessment.book_making import make_book
from engine.assessment.branches import find_passages
from engine.assessment.case_book import AssessedCases
from engine.assessment.closing import ALL_CLOSED, ClosedRule
from engine.assessment.completeness import assess_completeness
from engine.assessment.edges import Tokens, edge_statistics, follow_tokens
from engine.assessment.efficiency import assess_efficiency
from engine.assessment.evidence import on_evidence
from engine.assessment.explanations import Explanations, closed_cases, ends_for_free, explain
from engine.assessment.losses import Loss
from engine.assessment.ordering import assess_ordering
from engine.assessment.part import Judging, Part
from engine.assessment.pattern_search import find_patterns
from engine.assessment.population import Population
from engine.assessment.scoring import Scored
from engine.assessment.steps import step_statistics
from engine.assessment.summaries import rank_deviations, summarise_deviations
from engine.assessment.survey import Survey, Surveying
from engine.assessment.verdicts import summarise_standards
from engine.calendars import CALENDAR_NAMES, FIRST_YEAR, LAST_YEAR, Calendar, CalendarChoice
from engine.conformance.alignment import STATUSES, Alignments
from engine.conformance.alignments import align, align_prefixes, prepared
from engine.conformance.costs import Costs
from engine.conformance.mapper import SERIAL, Mapper
from engine.conformance.performed import CaseTable, as_moment
from engine.conformance.standards.periods import unknown_holidays
from engine.conformance.structure import Structure
from engine.errors import InputRefused, LimitExceeded, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.lifecycle import Lifecycle
from engine.logs.log import Log
from engine.logs.parts import CountedParts, LogFacts, LogParts, WholeLog
from engine.nets.process import Process
from engine.vocabulary import AlignmentStatus

Progress = Callable[[int, int], None]
"""Called with the parts of the work done and the parts in all."""

_PARTS = 5


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """An assessment with what it was counted from."""

    assessment: Assessment
    population: Population
    scored: tuple[Scored, ...]
    ranked: tuple[Loss, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Settings:
    """What the arguments of ``assess`` come to."""

    now: datetime | None
    rule: ClosedRule
    calendar: Calendar
    one_calendar: bool
    paired: bool
    mapper: Mapper
    part_mapper: Mapper
    limits: Limits
    progress: Progress


def assess(
    process: Process,
    log: Log | LogParts,
    *,
    now: datetime | None = None,
    closed: ClosedRule | None = None,
    calendar: Calendar | None = None,
    lifecycle: Lifecycle | None = None,
    mapper: Mapper = SERIAL,
    part_mapper: Mapper = SERIAL,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Assessment:
    """Hold a log against a process.

    Args:
        process: The flow and its net.
        log: The log, with every event of the file; or in parts, when it is larger than memory. The answer is the same.
        now: The moment at which limits of open cases have passed or not; the log's latest timestamp when missing.
        closed: Which cases are closed, beside those of which the log says so. When missing: all, where the log does
            not say, else those that have ended, or are idle as the flow says.
        calendar: For the working time of everybody; the flow's own calendars when missing.
        lifecycle: How start and complete events are read; when missing, paired where an activity has both, else all.
        mapper: Where alignments are searched.
        part_mapper: Where the parts of a log are read and judged: on this machine, because that is where they are.
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
    counted, settings = _asked(
        process,
        log,
        now=now,
        closed=closed,
        calendar=calendar,
        lifecycle=lifecycle,
        mapper=mapper,
        part_mapper=part_mapper,
        progress=progress,
        limits=limits,
    )
    return _work(process, counted, settings).assessment


def assess_with_cases(
    process: Process,
    log: Log | LogParts,
    *,
    now: datetime | None = None,
    closed: ClosedRule | None = None,
    calendar: Calendar | None = None,
    lifecycle: Lifecycle | None = None,
    mapper: Mapper = SERIAL,
    part_mapper: Mapper = SERIAL,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> AssessedCases:
    """Hold a log against a process, and keep what became of each case.

    Takes and raises what ``assess`` does.

    Returns:
        The same assessment, and its case book. Both are the same however the log was cut into parts.
    """
    counted, settings = _asked(
        process,
        log,
        now=now,
        closed=closed,
        calendar=calendar,
        lifecycle=lifecycle,
        mapper=mapper,
        part_mapper=part_mapper,
        progress=progress,
        limits=limits,
    )
    found = _work(process, counted, settings)
    book = make_book(found.population, found.scored, found.ranked, found.assessment.alignments)
    return AssessedCases(found.assessment, book, counted)


def _asked(
    process: Process,
    log: Log | LogParts,
    *,
    now: datetime | None,
    closed: ClosedRule | None,
    calendar: Calendar | None,
    lifecycle: Lifecycle | None,
    mapper: Mapper,
    part_mapper: Mapper,
    progress: Progress | None,
    limits: Limits,
) -> tuple[CountedParts, _Settings]:
    """The events that count, and what else the arguments of ``assess`` come to."""
    parts = WholeLog.of(log) if isinstance(log, Log) else log
    mode = lifecycle or parts.facts.transitions.usual
    return CountedParts.of(parts, mode), _Settings(
        now=now or parts.facts.latest,
        rule=closed or (ClosedRule.of_live_log(process.flow.idle) if parts.facts.knows_closed else ALL_CLOSED),
        calendar=calendar or _calendar_of(process),
        one_calendar=calendar is not None,
        paired=mode is Lifecycle.PAIR,
        mapper=mapper,
        part_mapper=part_mapper,
        limits=limits,
        progress=progress or (lambda _done, _all: None),
    )


def _work(process: Process, counted: CountedParts, settings: _Settings) -> _Work:
    """What ``assess`` does."""
    parts = counted.parts
    process, costs = on_evidence(process)
    structure = Structure(process.net, process.flow if process.has_graph else None)
    _check_seasons(process, _period(parts.facts), settings.calendar)
    survey = Survey.joined(list(settings.part_mapper(Surveying(counted), range(len(parts.starts) - 1))))
    explanations, closed_ones, alignments = _explained(process, structure, survey, settings, costs)
    population, tokens = _judged(process, structure, counted, explanations, closed_ones, settings=settings)
    settings.progress(4, _PARTS)
    scored, ranked = _scored(population), rank_deviations(population)
    found = Assessment(
        flow=process.flow,
        log_name=parts.facts.name,
        hashes=MappingProxyType({"flow": process.flow.source_hash, "log": parts.facts.source_hash, "engine": VERSION}),
        now=settings.now,
        closed_rule=str(settings.rule),
        calendar=settings.calendar.name,
        lifecycle=counted.mode.value,
        cases=len(closed_ones),
        open_cases=int((~closed_ones).sum()),
        events=survey.events,
        dimensions=tuple(one.score for one in scored),
        standards=summarise_standards(population),
        deviations=summarise_deviations(population, ranked),
        steps=step_statistics(population),
        edges=edge_statistics(process.flow, tokens.counts, population.part.edge_spans),
        alignments=alignments,
        variants=population.explanations.variants,
        period=_period(parts.facts),
        unexplained_cases=int((~population.known).sum()),
        warnings=counted.warnings(survey.left_out),
        patterns=find_patterns(population, counted, settings.limits, mapper=settings.part_mapper),
        calendars=_calendars_in_use(process, settings),
    )
    settings.progress(_PARTS, _PARTS)
    return _Work(found, population, scored, ranked)


def _scored(population: Population) -> tuple[Scored, ...]:
    return (
        assess_completeness(population),
        assess_ordering(population),
        assess_efficiency(population),
        assess_adaptability(population),
    )


def _period(facts: LogFacts) -> tuple[datetime, datetime] | None:
    return None if facts.earliest is None or facts.latest is None else (facts.earliest, facts.latest)


def _calendar_of(process: Process) -> Calendar:
    flow = process.flow
    known = [*CALENDAR_NAMES, *(calendar.name for calendar in flow.calendars)]
    unknown = [name for name in flow.calendar_names if name not in known]
    if unknown:
        values = [{"found": name, "known": ", ".join(known)} for name in unknown]
        raise InputRefused([Problem("assess.unknown-calendar", values=one) for one in values])
    return flow.main_calendar


def _calendars_in_use(process: Process, settings: _Settings) -> Mapping[str, CalendarChoice]:
    """Whose working time was counted by which calendar."""
    one = CalendarChoice(settings.calendar.name)
    if settings.one_calendar:
        return MappingProxyType({"": one})
    return MappingProxyType({"": process.flow.calendar or one, **process.flow.role_calendars})


def _check_seasons(process: Process, period: tuple[datetime, datetime] | None, calendar: Calendar) -> None:
    """Refuse seasons around holidays that nobody knows: their standards would quietly never be in force."""
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


def _explained(
    process: Process, structure: Structure, survey: Survey, settings: _Settings, costs: Costs
) -> tuple[Explanations, NDArray[np.bool_], Alignments]:
    """Align every variant, and decide which cases are closed."""
    net, variants = process.net, survey.variants
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
    free = np.ones(len(variants), dtype=np.bool_) if prefixes is None else ends_for_free(whole, prefixes)
    closed = closed_cases(settings.rule, variants, free, survey.last, as_moment(settings.now)) | survey.closed
    explanations = explain(structure, variants, closed, whole, prefixes)
    settings.progress(2, _PARTS)
    return explanations, closed, whole


def _judged(
    process: Process,
    structure: Structure,
    parts: CountedParts,
    explanations: Explanations,
    closed: NDArray[np.bool_],
    *,
    settings: _Settings,
) -> tuple[Population, Tokens]:
    """Hold the standards against the events, and the branches that were taken against their conditions."""
    tokens = follow_tokens(process.flow, process.net, explanations)
    cases = CaseTable(closed, explanations.ended[explanations.of_case])
    judging = Judging(
        parts=parts,
        flow=process.flow,
        net=process.net,
        explanations=explanations,
        performed=explanations.performed,
        passages=find_passages(process.flow, structure, explanations),
        tokens=tokens,
        cases=cases,
        now=settings.now,
        calendar=settings.calendar,
        one_calendar=settings.one_calendar,
        paired=settings.paired,
    )
    population = Population(
        flow=process.flow,
        net=process.net,
        cases=cases,
        explanations=explanations,
        part=Part.joined(list(settings.part_mapper(judging, range(len(parts.starts) - 1)))),
        now=as_moment(settings.now),
        calendar=settings.calendar,
    )
    settings.progress(3, _PARTS)
    return population, tokens
