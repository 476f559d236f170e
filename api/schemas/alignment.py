"""The JSON shape of ``align --json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from engine.conformance.alignment import EXPLANATIONS, MOVE_KINDS, STATUSES, Alignments
from engine.logs.variants import Variants
from engine.nets.net import Net, Purpose, Transition
from engine.vocabulary import AlignmentStatus, Explanation, MoveKind

MoveShape = tuple[MoveKind, str | None, str | None]
"""``[kind, activity or null, step or null]``: the event's activity, and the label of the step that the net does. A
silent move names a step only where it leaves that step out."""


class VariantShape(BaseModel):
    """One variant and its explanation.

    Attributes:
        activities: Activity names, in order.
        cases: Cases that follow it.
        cost: Cost of ``moves``; null when no alignment exists.
        fitness: 1 − cost ÷ the cost without synchronous moves; past the budget the lower bound counts.
        status: Whether the cost is exact.
        lower_bound: No alignment costs less.
        explanation: Whether ``moves`` have the fewest deviations of all optimal alignments (``global``), or were chosen
            without counting them (``local``).
        moves: In order.
    """

    activities: list[str]
    cases: int
    cost: int | None
    fitness: float
    status: AlignmentStatus
    lower_bound: int
    explanation: Explanation
    moves: list[MoveShape]


class AlignmentShape(BaseModel):
    """All variants of a log against one net.

    Attributes:
        cases: Cases of the log.
        events: Events that were aligned.
        variants: Distinct sequences.
        total_cost: Σ cost × cases; past the budget the lower bound counts.
        total_cost_upper: Σ best known cost × cases.
        fitting_cases: Cases of cost 0.
        average_fitness: Mean fitness over cases; null without cases.
        log_fitness: 1 − Σ cost ÷ Σ worst cost over cases; null without cases.
        not_optimal: Cases whose status is not ``optimal``.
        seconds: Time that compiling the net and aligning took, without reading the files.
        per_variant: Most frequent first.
    """

    cases: int
    events: int
    variants: int
    total_cost: int
    total_cost_upper: int
    fitting_cases: int
    average_fitness: float | None
    log_fitness: float | None
    not_optimal: int
    seconds: Annotated[float, Field(ge=0)]
    per_variant: list[VariantShape]

    @classmethod
    def of(cls, variants: Variants, alignments: Alignments, *, seconds: float) -> AlignmentShape:
        """The shape of a result."""
        lengths = variants.offsets[1:] - variants.offsets[:-1]
        return cls(
            cases=int(variants.counts.sum()),
            events=int((lengths * variants.counts).sum()),
            variants=len(variants),
            total_cost=alignments.total_cost,
            total_cost_upper=alignments.total_cost_upper,
            fitting_cases=alignments.fitting_cases,
            average_fitness=alignments.average_fitness,
            log_fitness=alignments.log_fitness,
            not_optimal=alignments.not_optimal,
            seconds=seconds,
            per_variant=list(_per_variant(variants, alignments)),
        )


def _per_variant(variants: Variants, alignments: Alignments) -> Iterator[VariantShape]:
    """One shape for each variant, made from the columns: a large log has millions of moves.

    They are taken as valid, because the columns are; checking each move again would take longer than aligning.
    """
    steps = [*(_step(transition, alignments.net) for transition in alignments.net.transitions), None]
    fitness = alignments.fitness.tolist()
    moves = alignments.moves
    for index in range(len(variants)):
        activities = [*variants.sequence(index), None]
        rows = slice(moves.offsets[index], moves.offsets[index + 1])
        columns = (moves.kinds[rows].tolist(), moves.positions[rows].tolist(), moves.transitions[rows].tolist())
        cost = int(alignments.costs[index])
        yield VariantShape.model_construct(
            activities=activities[:-1],
            cases=int(variants.counts[index]),
            cost=cost if cost >= 0 else None,
            fitness=fitness[index],
            status=STATUSES[alignments.statuses[index]],
            lower_bound=int(alignments.lower_bounds[index]),
            explanation=EXPLANATIONS[alignments.explanations[index]],
            # Where a move has no event or no transition, the column holds −1: the last of each list, None.
            moves=[(MOVE_KINDS[kind], activities[at], steps[by]) for kind, at, by in zip(*columns, strict=True)],
        )


def _step(transition: Transition, net: Net) -> str | None:
    """What a transition does, in the words of its net; a silent one names only a step that it leaves out."""
    if transition.label >= 0:
        return net.labels[transition.label]
    return transition.node if transition.purpose is Purpose.SKIP else None
