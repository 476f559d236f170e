"""Parts: what some neighbouring cases bring to an assessment. Joined in the log's order, they are the whole population.

Everything that needs all cases at once is either a count, or kept as a narrow column (times of cases, durations,
instances), so that joining loses nothing and the assessment is the same however the log was cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.branches import Passages, judge_branches
from engine.assessment.checks import branches_of
from engine.assessment.edges import Tokens
from engine.assessment.explanations import Explanations
from engine.assessment.facts import facts_of
from engine.assessment.times import CaseTimes, step_spans
from engine.calendars import Calendar
from engine.conformance.attributes import Attributes, gathered
from engine.conformance.performed import CaseTable, EventTable, offsets_of
from engine.conformance.standards.actors import ROLE_NAMES
from engine.conformance.standards.evaluation import evaluate
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.samples import Sample
from engine.definitions.conditions import CASE, EVENT, names_used
from engine.definitions.evidence import ALL_ATTRIBUTES, EvidenceKind, evidence_of
from engine.definitions.flow import Flow
from engine.logs.log import Log
from engine.logs.parts import EVERY_ATTRIBUTE, CountedParts
from engine.nets.net import Net
from engine.vocabulary import Lack, Outcome

Truths = NDArray[np.bool_]

INSTANCES = ("standard", "case", "outcome", "kind", "kept_later", "moment", "lack")
"""The columns of instances that outlive their part; ``case`` counts the cases of the whole log."""
MISSED = ("standard", "case", "kind", "moment", "first", "second")
"""The columns of missed instances; ``first`` and ``second`` are the positions of their events in the case, or null."""
_CASE_ID = "case_id"


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """What some neighbouring cases bring.

    Attributes:
        case_ids: Their ids.
        times: When each began and ended, and how long it was worked on.
        step_spans: How long their events took and were waited for.
        edge_spans: How long it took to go along edges.
        instances: The instances of the checks (``INSTANCES``), by check, then case, then event.
        missed: Those of the instances that were missed (``MISSED``), with their events.
        samples: By index, the sample of each standard of the population.
        values: What the conditions of branches read: ``case_id``, then one column for each name.
    """

    case_ids: pl.Series
    times: CaseTimes
    step_spans: pl.DataFrame
    edge_spans: pl.DataFrame
    instances: pl.DataFrame
    missed: pl.DataFrame
    samples: Mapping[int, Sample]
    values: pl.DataFrame

    @classmethod
    def joined(cls, parts: Sequence[Part]) -> Part:
        """All parts as one."""
        if len(parts) == 1:
            return parts[0]
        samples = {index: Sample.joined([part.samples[index] for part in parts]) for index in parts[0].samples}
        return cls(
            case_ids=pl.concat([part.case_ids for part in parts]),
            times=CaseTimes.joined([part.times for part in parts]),
            step_spans=pl.concat([part.step_spans for part in parts]),
            edge_spans=pl.concat([part.edge_spans for part in parts]),
            instances=pl.concat([part.instances for part in parts]).sort("standard", maintain_order=True),
            missed=pl.concat([part.missed for part in parts]).sort("standard", maintain_order=True),
            samples=samples,
            values=pl.concat([part.values for part in parts]),
        )


@dataclass(frozen=True, eq=False, slots=True)
class Judging:
    """Judges a part of a log, given its number; with everything that was found out about all cases.

    Attributes:
        parts: The log, with the events that count.
        flow: The flow.
        net: Its net.
        explanations: What the alignments say.
        performed: ``Explanations.performed``.
        passages: How explanations went past gateways.
        tokens: What their runs did at edges.
        cases: Closed or open, ended or not.
        now: The moment of judging, or None.
        calendar: For periods and seasons, and for working time.
        one_calendar: Whether its working time is everybody's, whatever the flow says.
        paired: Whether starts and completions were paired.
    """

    parts: CountedParts
    flow: Flow
    net: Net
    explanations: Explanations
    performed: Truths
    passages: Mapping[str, Passages]
    tokens: Tokens
    cases: CaseTable
    now: datetime | None
    calendar: Calendar
    one_calendar: bool
    paired: bool

    def __call__(self, number: int) -> Part:
        """Judge a part."""
        first, stop = self.parts.starts[number : number + 2].tolist()
        log, _ = self.parts.read(number, attributes_read(self.flow))
        of_case = self.explanations.of_case[first:stop]
        facts = self._facts(log, slice(first, stop))
        events = facts.events
        branches = judge_branches(self.flow, self.passages, of_case, facts)
        instances = _without_unknown(
            pl.concat([evaluate(self.flow.standards, facts), branches]), ~self.explanations.known[of_case]
        )
        return Part(
            case_ids=log.cases[_CASE_ID],
            times=CaseTimes.of(events),
            step_spans=step_spans(events),
            edge_spans=self.tokens.spans(of_case, events),
            instances=instances.select(INSTANCES).with_columns(pl.col("case") + pl.lit(first, dtype=pl.UInt32)),
            missed=_missed(instances, events.offsets, first),
            samples={
                index: Sample.of(standard, facts)
                for index, standard in enumerate(self.flow.standards)
                if standard.is_of_population
            },
            values=_branch_values(self.flow, facts.attributes),
        )

    def _facts(self, log: Log, cases: slice) -> Facts:
        performed = self.explanations.to_events(self.performed, offsets_of(log), cases)
        transitions = self.parts.facts.transitions
        events = EventTable.of(
            log, self.net.label_of_activity, performed, paired=self.paired, completes=transitions.completes
        )
        of_part = CaseTable(self.cases.closed[cases], self.cases.ended[cases])
        calendar = self.calendar if self.one_calendar else None
        return facts_of(self.flow, self.net, log, events, of_part, now=self.now, calendar=calendar)


def attributes_read(flow: Flow) -> frozenset[str] | None:
    """Names of the attributes that standards, branches and calendars of a flow read, or ``EVERY_ATTRIBUTE``."""
    choices = [*([] if flow.calendar is None else [flow.calendar]), *flow.role_calendars.values()]
    names = {choice.attribute for choice in choices}
    for standard in flow.standards:
        for evidence in evidence_of(standard):
            names.add(evidence.name)
            if evidence.kind is EvidenceKind.ROLE:
                names.update(ROLE_NAMES)
    for edge in branches_of(flow):
        if edge.when is not None:
            used = names_used(edge.when)
            names |= used.case | used.event | ({ALL_ATTRIBUTES} if used.whole & {CASE, EVENT} else set())
    return EVERY_ATTRIBUTE if ALL_ATTRIBUTES in names else frozenset(names - {""})


def _without_unknown(instances: pl.DataFrame, unknown: Truths) -> pl.DataFrame:
    """Instances of cases that are not explained give no evidence."""
    lacking = pl.Series(unknown)[instances["case"]]
    return instances.with_columns(
        outcome=pl.when(lacking)
        .then(pl.lit(Outcome.NO_EVIDENCE.value))
        .otherwise("outcome")
        .cast(instances.schema["outcome"]),
        kind=pl.when(~lacking).then("kind"),
        kept_later=pl.when(~lacking).then("kept_later"),
        lack=pl.when(lacking).then(pl.lit(Lack.ALIGNMENT.value)).otherwise("lack").cast(instances.schema["lack"]),
    )


def _missed(instances: pl.DataFrame, offsets: NDArray[np.int64], first: int) -> pl.DataFrame:
    """The missed instances of a part whose first case has this number."""
    missed = instances.filter(pl.col("outcome") == Outcome.MISSED.value)
    begins = pl.Series(offsets[:-1], dtype=pl.UInt32).gather(missed["case"])
    return missed.select(
        "standard",
        pl.col("case") + pl.lit(first, dtype=pl.UInt32),
        "kind",
        "moment",
        pl.col("first") - begins,
        pl.col("second") - begins,
    ).select(MISSED)


def _branch_values(flow: Flow, attributes: Attributes) -> pl.DataFrame:
    """The attributes of cases that the conditions of branches read."""
    names = sorted({name for edge in branches_of(flow) if edge.when is not None for name in names_used(edge.when).case})
    rows = np.arange(attributes.cases.height)
    values = [gathered(attributes.of_cases(name), rows).alias(name) for name in names if name != _CASE_ID]
    return pl.DataFrame([attributes.cases[_CASE_ID], *values])
