"""Alignments as rows of chevrons: for each variant what the log and the flow agree on, and where they part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.assessment.assessment import Assessment
from engine.conformance.alignment import Alignment
from engine.conformance.deviations import Deviation, find_deviations
from engine.conformance.structure import Structure
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS, MOVE_MARKS
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import MoveKind

VARIANTS_SHOWN = 10
AGREEMENT_SHOWN = 2
"""How many synchronous moves stay on either side of a long agreement; the middle is counted."""


@dataclass(frozen=True, slots=True)
class Chevron:
    """One chevron.

    Attributes:
        kind: ``sync``, ``log`` or ``model``; ``more`` stands for several synchronous moves.
        mark: A sign, so that the kind does not rest on colour.
        label: The step or activity; for ``more``, how many there are.
        meaning: The kind in words.
    """

    kind: str
    mark: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One variant.

    Attributes:
        cases: How many cases follow it.
        share: Their share of all cases, as text.
        cost: The cost of its alignment, as text.
        fitness: As text.
        deviations: What went wrong, in words.
        chevrons: The moves in order, silent ones left out.
    """

    cases: str
    share: str
    cost: str
    fitness: str
    deviations: tuple[str, ...]
    chevrons: tuple[Chevron, ...]


def variant_rows(assessment: Assessment, wording: Wording, *, shown: int = VARIANTS_SHOWN) -> tuple[VariantRow, ...]:
    """The most frequent variants that deviate, most frequent first; empty when none does."""
    variants, alignments = assessment.variants, assessment.alignments
    if variants is None:
        return ()
    deviating = [variant for variant in range(len(alignments)) if alignments.costs[variant] > 0][:shown]
    if not deviating:
        return ()
    structure = Structure(alignments.net, assessment.flow if assessment.flow.edges else None)
    names = Names(assessment.flow, wording)
    rows = []
    for variant in deviating:
        sequence, alignment = variants.sequence(variant), alignments.alignment(variant)
        cases = int(alignments.counts[variant])
        deviations = find_deviations(alignments.net, sequence, alignment, structure=structure)
        rows.append(
            VariantRow(
                cases=wording.number(cases),
                share=wording.share(cases / assessment.cases, digits=1),
                cost=wording.number(alignment.cost or 0),
                fitness=wording.share(alignment.fitness, digits=1),
                deviations=tuple(_sentence(deviation, names) for deviation in deviations),
                chevrons=chevrons_of(_moves(assessment, sequence, alignment, names), wording),
            )
        )
    return tuple(rows)


def chevrons_of(moves: Sequence[tuple[MoveKind, str]], wording: Wording) -> tuple[Chevron, ...]:
    """Moves as chevrons, each with the name of its step or activity; silent ones are left out, agreements cut."""
    shown = [
        Chevron(kind.value, MOVE_MARKS[kind], label, wording.term(f"move.{kind}"))
        for kind, label in moves
        if kind is not MoveKind.SILENT
    ]
    return _condensed(shown, wording)


def _sentence(deviation: Deviation, names: Names) -> str:
    mark = DEVIATION_MARKS[deviation.kind]
    return f"{mark} {names.kind(deviation.kind, other_branch=deviation.other_branch)}{names.colon}" + names.steps(
        deviation.steps, deviation.kind
    )


def _moves(
    assessment: Assessment, sequence: tuple[str, ...], alignment: Alignment, names: Names
) -> list[tuple[MoveKind, str]]:
    net = assessment.alignments.net
    found: list[tuple[MoveKind, str]] = []
    for move in alignment.moves:
        if move.kind is MoveKind.SILENT:
            continue
        if move.transition is not None:
            label = names.step(net.labels[net.transitions[move.transition].label])
        else:
            activity = sequence[move.position or 0]
            known = net.label_of_activity.get(activity)
            label = names.step(net.labels[known]) if known is not None else clean(activity)
        found.append((move.kind, label))
    return found


def _condensed(chevrons: list[Chevron], wording: Wording) -> tuple[Chevron, ...]:
    """Long agreements are cut in the middle; what deviates is always shown."""
    shown: list[Chevron] = []
    first = 0
    while first < len(chevrons):
        last = first
        while last < len(chevrons) and chevrons[last].kind == chevrons[first].kind:
            last += 1
        hidden = last - first - 2 * AGREEMENT_SHOWN
        if chevrons[first].kind == MoveKind.SYNC.value and hidden > 1:
            label = wording.text("report.alignments.in-order", count=hidden)
            shown += chevrons[first : first + AGREEMENT_SHOWN]
            shown.append(Chevron("more", "⋯", label, chevrons[first].meaning))
            shown += chevrons[last - AGREEMENT_SHOWN : last]
        else:
            shown += chevrons[first:last]
        first = last
    return tuple(shown)
