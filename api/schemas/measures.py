"""The JSON shape of ``measure --json``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from api.schemas.review import SimplicityShape
from engine.conformance.alignment import Alignments
from engine.conformance.footprints import DifferingPair, Footprints, Relation
from engine.conformance.generalization import Generalization
from engine.conformance.precision import EscapingEdge, Precision
from engine.conformance.token_replay import TokenReplay
from engine.logs.variants import Variants
from engine.review.simplicity import Simplicity

ESCAPING_LISTED = 100


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """All measures of one log and one net.

    Attributes:
        alignments: The optimal alignments.
        replay: The token replay.
        runs: Precision over the aligned runs.
        prefixes: Precision over the log's own prefixes.
        generalization: Generalization over the aligned runs.
        footprints: The footprints of both.
        simplicity: Figures of the flow's graph; None for a net.
    """

    alignments: Alignments
    replay: TokenReplay
    runs: Precision
    prefixes: Precision
    generalization: Generalization
    footprints: Footprints
    simplicity: Simplicity | None


class FitnessShape(BaseModel):
    """Fitness by alignments, as in ``align --json``."""

    average: float | None
    log: float | None
    fitting_cases: int
    not_optimal: int
    total_cost: int
    total_cost_upper: int


class TokensShape(BaseModel):
    """The tokens of one variant, in one case.

    Attributes:
        activities: Activity names, in order.
        cases: Cases that follow it.
        fitness: ½ (1 − missing ÷ consumed) + ½ (1 − remaining ÷ produced).
    """

    activities: list[str]
    cases: int
    produced: int
    consumed: int
    missing: int
    remaining: int
    fitness: float


class TokenReplayShape(BaseModel):
    """Fitness by token replay; the tokens are those of all cases.

    Attributes:
        average: Mean fitness over cases; null without cases.
        log: The fitness of all tokens together; null without cases.
        fitting_cases: Cases that the net accepts as they are.
        incomplete_cases: Cases in whose replay a search for silent transitions met its limit.
        per_variant: Most frequent first.
    """

    average: float | None
    log: float | None
    fitting_cases: int
    incomplete_cases: int
    produced: int
    consumed: int
    missing: int
    remaining: int
    per_variant: list[TokensShape]


class EscapingShape(BaseModel):
    """Something that the net allows and that no case did.

    Attributes:
        prefix: Labels before it.
        label: What could come next.
        cases: Cases that came to this prefix.
    """

    prefix: list[str]
    label: str
    cases: int

    @classmethod
    def of(cls, edge: EscapingEdge) -> EscapingShape:
        """The shape of an escaping edge."""
        return cls(prefix=list(edge.prefix), label=edge.label, cases=edge.cases)


class PrecisionShape(BaseModel):
    """Precision by escaping edges.

    Attributes:
        value: Σ cases × |executed| ÷ Σ cases × |available|; null without cases that count.
        states: Different prefixes.
        available: Σ cases × |available|.
        executed: Σ cases × |executed|.
        left_out: Cases without an alignment that is known to be optimal.
        cut: Cases of which only a first part was counted, because the net cannot follow.
        escaping_edges: How many there are.
        escaping: Those that weigh most, 100 at most.
    """

    value: float | None
    states: int
    available: int
    executed: int
    left_out: int
    cut: int
    escaping_edges: int
    escaping: list[EscapingShape]

    @classmethod
    def of(cls, precision: Precision) -> PrecisionShape:
        """The shape of a precision."""
        return cls(
            value=precision.value,
            states=len(precision.cases),
            available=int((precision.cases * precision.available).sum()),
            executed=int((precision.cases * precision.executed).sum()),
            left_out=precision.left_out,
            cut=precision.cut,
            escaping_edges=len(precision.escaping_states),
            escaping=[EscapingShape.of(edge) for edge in precision.escaping(ESCAPING_LISTED)],
        )


class GeneralizationShape(BaseModel):
    """Generalization by executions.

    Attributes:
        value: 1 − the mean of 1 ÷ √executions; null without cases that count, or without transitions.
        transitions: Transitions of the net.
        unvisited: Those that never ran.
        left_out: Cases without an alignment that is known to be optimal.
    """

    value: float | None
    transitions: int
    unvisited: int
    left_out: int


class DifferingShape(BaseModel):
    """Two activities that log and net relate differently.

    Attributes:
        first, second: Labels of the net, or activities that it does not have.
        log: How the log relates the first to the second.
        net: How the net does.
        forward: How often the second directly follows the first in the log.
        backward: How often the first directly follows the second.
    """

    first: str
    second: str
    log: Relation
    net: Relation
    forward: int
    backward: int

    @classmethod
    def of(cls, pair: DifferingPair) -> DifferingShape:
        """The shape of a differing pair."""
        return cls(**{name: getattr(pair, name) for name in cls.model_fields})


class FootprintsShape(BaseModel):
    """The comparison of footprints.

    Attributes:
        agreement: 1 − differing cells ÷ cells; null without activities.
        activities: The rows and columns.
        cells: Activities, squared.
        differing_cells: How many differ.
        differing: Each differing pair once, first what the log shows most often against the net.
    """

    agreement: float | None
    activities: list[str]
    cells: int
    differing_cells: int
    differing: list[DifferingShape]


class MeasuresShape(BaseModel):
    """All measures of one log and one net.

    Attributes:
        cases: Cases of the log.
        events: Events that were measured.
        variants: Distinct sequences.
        fitness: By alignments.
        token_replay: By token replay.
        precision: Over the aligned runs.
        log_precision: Over the log's own prefixes.
        generalization: Over the aligned runs.
        simplicity: Of the flow's graph; null for a net.
        footprints: Of the log and of the net.
        seconds: Time that all of it took, without reading the files.
    """

    cases: int
    events: int
    variants: int
    fitness: FitnessShape
    token_replay: TokenReplayShape
    precision: PrecisionShape
    log_precision: PrecisionShape
    generalization: GeneralizationShape
    simplicity: SimplicityShape | None
    footprints: FootprintsShape
    seconds: float

    @classmethod
    def of(cls, variants: Variants, measured: Measured, *, seconds: float) -> MeasuresShape:
        """The shape of a result."""
        alignments, general, prints = measured.alignments, measured.generalization, measured.footprints
        lengths = variants.offsets[1:] - variants.offsets[:-1]
        return cls(
            cases=int(variants.counts.sum()),
            events=int((lengths * variants.counts).sum()),
            variants=len(variants),
            fitness=FitnessShape(
                average=alignments.average_fitness,
                log=alignments.log_fitness,
                fitting_cases=alignments.fitting_cases,
                not_optimal=alignments.not_optimal,
                total_cost=alignments.total_cost,
                total_cost_upper=alignments.total_cost_upper,
            ),
            token_replay=_replay(variants, measured.replay),
            precision=PrecisionShape.of(measured.runs),
            log_precision=PrecisionShape.of(measured.prefixes),
            generalization=GeneralizationShape(
                value=general.value,
                transitions=len(general.executions),
                unvisited=general.unvisited,
                left_out=general.left_out,
            ),
            simplicity=None if measured.simplicity is None else SimplicityShape.of(measured.simplicity),
            footprints=FootprintsShape(
                agreement=prints.agreement,
                activities=list(prints.activities),
                cells=prints.cells,
                differing_cells=prints.differing_cells,
                differing=[DifferingShape.of(pair) for pair in prints.differing],
            ),
            seconds=seconds,
        )


def _replay(variants: Variants, replay: TokenReplay) -> TokenReplayShape:
    total = replay.total
    return TokenReplayShape(
        average=replay.average_fitness,
        log=replay.log_fitness,
        fitting_cases=replay.fitting_cases,
        incomplete_cases=replay.incomplete_cases,
        produced=total.produced,
        consumed=total.consumed,
        missing=total.missing,
        remaining=total.remaining,
        per_variant=list(_per_variant(variants, replay)),
    )


def _per_variant(variants: Variants, replay: TokenReplay) -> Iterator[TokensShape]:
    for index, fitness in enumerate(replay.fitness.tolist()):
        tokens = replay.of(index)
        yield TokensShape.model_construct(
            activities=list(variants.sequence(index)),
            cases=int(variants.counts[index]),
            produced=tokens.produced,
            consumed=tokens.consumed,
            missing=tokens.missing,
            remaining=tokens.remaining,
            fitness=fitness,
        )
