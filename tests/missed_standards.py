"""Which standards each case of a log misses, by the evaluation that users see: what truths are compared with."""

from __future__ import annotations

import numpy as np
import polars as pl

from engine.assessment.explanations import explain
from engine.conformance.alignments import align, prepared
from engine.conformance.attributes import Attributes
from engine.conformance.costs import Costs
from engine.conformance.performed import CaseTable, EventTable, offsets_of
from engine.conformance.standards.clocks import WorkingTime
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.conformance.structure import Structure
from engine.logs.lifecycle import apply_lifecycle, usual_lifecycle
from engine.logs.log import Log
from engine.logs.variants import find_variants
from engine.nets.process import Process
from engine.vocabulary import Outcome


def missed_by_case(process: Process, log: Log) -> dict[str, tuple[str, ...]]:
    """Case → ids of the standards it misses, in the flow's order; every case is closed, clean ones are left out."""
    events = apply_lifecycle(log, usual_lifecycle(log))
    variants = find_variants(events)
    plans = frozenset(t.id for t in process.net.transitions if t.enters_plan)
    aligned = align(prepared(process.net, variants), variants, costs=Costs(forbidden=plans))
    closed = np.ones(events.cases.height, dtype=np.bool_)
    explanations = explain(Structure(process.net, process.flow), variants, closed, aligned, None)
    performed = explanations.to_events(explanations.performed, offsets_of(events))
    attributes = Attributes.of(events)
    facts = Facts(
        EventTable.of(events, process.net.label_of_activity, performed),
        CaseTable(closed, explanations.ended[explanations.of_case]),
        attributes,
        {step: label for label, step in enumerate(process.net.labels)},
        events.latest,
        process.flow.main_calendar,
        process.flow.roles,
        seasons=process.flow.seasons,
        working_time=WorkingTime.of(process.flow, attributes),
    )
    single = [index for index, standard in enumerate(process.flow.standards) if not standard.is_of_population]
    instances = evaluate(process.flow.standards, facts).filter(
        (pl.col("outcome") == Outcome.MISSED.value) & pl.col("standard").is_in(single)
    )
    ids, found = events.cases["case_id"].to_list(), dict[str, tuple[str, ...]]()
    for case, standard in instances.select("case", "standard").unique().sort("case", "standard").iter_rows():
        found[ids[case]] = (*found.get(ids[case], ()), process.flow.standards[standard].id)
    return found
