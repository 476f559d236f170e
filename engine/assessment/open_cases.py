"""The deadlines of cases that are all open, from their events: what ``assess`` would see of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl

from engine.assessment.evidence import on_evidence
from engine.assessment.explanations import explain
from engine.assessment.facts import facts_of
from engine.conformance.alignments import align, align_prefixes, prepared
from engine.conformance.attributes import CASE_PREFIX
from engine.conformance.deadlines import Deadline, deadlines
from engine.conformance.performed import CaseTable, EventTable, offsets_of
from engine.conformance.structure import Structure
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.assembly import free_name
from engine.logs.lifecycle import Lifecycle, Transitions, events_that_count
from engine.logs.log import Log
from engine.logs.variants import find_variants
from engine.nets.process import Process


def deadlines_of(
    process: Process,
    log: Log,
    *,
    now: datetime,
    lifecycle: Lifecycle | None = None,
    transitions: Transitions | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Deadline, ...]:
    """The deadlines of the cases of a log, every one of which is open.

    Args:
        process: The flow and its net.
        log: The cases, with every event.
        now: The moment at which deadlines have passed or not.
        lifecycle: How start and complete events are read; when missing, as ``assess`` does.
        transitions: Which activities have starts and completions, where the cases are some of a larger log.
        limits: Of the searches for explanations.

    Returns:
        As ``engine.conformance.deadlines``; cases are indices in the log, an event is said by its place among those of
        its case that count. A case whose explanation is not exact has none, because nobody can say what asks in it.

    Raises:
        LimitExceeded: The net is too large to be compiled.
    """
    if not any(standard.is_timed for standard in process.flow.standards):
        return ()
    log = _each_by_itself(log)
    known = transitions or Transitions.of(log)
    mode = lifecycle or known.usual
    events, _ = events_that_count(log, mode, known)
    process, costs = on_evidence(process)
    variants = find_variants(events)
    graph = prepared(process.net, variants, limits=limits)
    whole = align(graph, variants, costs=costs, limits=limits)
    prefixes = align_prefixes(graph, variants, costs=costs, limits=limits)
    closed = np.zeros(log.cases.height, dtype=np.bool_)
    structure = Structure(process.net, process.flow if process.has_graph else None)
    explanations = explain(structure, variants, closed, whole, prefixes)
    cases = CaseTable(closed, explanations.ended[explanations.of_case])
    net = process.net
    offsets = offsets_of(events)
    performed = explanations.to_events(explanations.performed, offsets)
    paired = mode is Lifecycle.PAIR
    table = EventTable.of(events, net.label_of_activity, performed, paired=paired, completes=known.completes)
    facts = facts_of(process.flow, net, events, table, cases, now=now, calendar=None)
    explained, first = explanations.known[explanations.of_case], offsets.tolist()
    return tuple(
        one if one.event is None else replace(one, event=one.event - first[one.case])
        for one in deadlines(process.flow.standards, facts)
        if explained[one.case]
    )


def _each_by_itself(log: Log) -> Log:
    """The log with the attributes of cases on cases, so that what is found of a case depends on no other.

    Where an attribute varies within some case, a reader leaves it on the events of all. Here each case has the last
    value that one of its events has.
    """
    named = [name for name in log.events.columns if name.startswith(CASE_PREFIX) and name != CASE_PREFIX]
    if not named:
        return log
    last = log.events.group_by("case").agg(pl.col(name).drop_nulls().last() for name in named)
    columns = log.cases.with_row_index("case").join(last, on="case", how="left", maintain_order="left")
    names: dict[str, str] = {}
    for name in named:
        names[name] = free_name(name.removeprefix(CASE_PREFIX), [*log.cases.columns, *names.values()])
    return replace(log, cases=columns.drop("case").rename(names), events=log.events.drop(named))
