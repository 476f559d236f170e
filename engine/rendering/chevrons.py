"""Alignments as rows of chevrons: for each variant what the log and the flow agree on, and where they part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from engine.assessment.assessment import Assessment
from engine.conformance.alignment import Alignment
from engine.conformance.deviations import Deviation, find_deviations
from engine.conformance.structure import Structure
from engine.logs.variants import Variants
from engine.rendering.names import Names
from engine.rendering.palette import DEVIATION_MARKS, MOVE_MARKS
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import MoveKind

VARIANTS_SHOWN = 10
VARIANTS_SEARCHED = 200
"""How many of the most frequent deviating variants are looked at for an example."""
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


@dataclass(frozen=True, eq=False)
class Explainer:
    """Says what happened in the cases of a variant.

    Attributes:
        assessment: What was found; it kept its variants.
        variants: Those.
        names: The names of the flow's parts.
        structure: What depends on what in the net.
    """

    assessment: Assessment
    variants: Variants
    names: Names
    structure: Structure

    @classmethod
    def of(cls, assessment: Assessment, wording: Wording) -> Explainer | None:
        """One for an assessment, or None where it did not keep its variants or has none."""
        if assessment.variants is None or not len(assessment.alignments):
            return None
        flow = assessment.flow if assessment.flow.edges else None
        structure = Structure(assessment.alignments.net, flow)
        return cls(assessment, assessment.variants, Names(assessment.flow, wording), structure)

    @property
    def deviating(self) -> Iterator[int]:
        """The variants that deviate, most frequent first."""
        costs = self.assessment.alignments.costs
        return (variant for variant in range(len(self.assessment.alignments)) if costs[variant] > 0)

    def deviations(self, variant: int) -> Sequence[Deviation]:
        """What went wrong in a variant."""
        alignments = self.assessment.alignments
        sequence, alignment = self.variants.sequence(variant), alignments.alignment(variant)
        return find_deviations(alignments.net, sequence, alignment, structure=self.structure)

    def sentences(self, variant: int) -> tuple[str, ...]:
        """The same in words."""
        return tuple(_sentence(deviation, self.names) for deviation in self.deviations(variant))

    def row(self, variant: int) -> VariantRow:
        """A variant as a row of chevrons."""
        wording, alignments = self.names.wording, self.assessment.alignments
        alignment = alignments.alignment(variant)
        cases = int(alignments.counts[variant])
        return VariantRow(
            cases=wording.number(cases),
            share=wording.share(cases / self.assessment.cases, digits=1),
            cost=wording.number(alignment.cost or 0),
            fitness=wording.share(alignment.fitness, digits=1),
            deviations=self.sentences(variant),
            chevrons=chevrons_of(
                _moves(self.assessment, self.variants.sequence(variant), alignment, self.names), wording
            ),
        )

    def example(self, kind: str, steps: Sequence[str]) -> VariantRow | None:
        """The most frequent variant with a deviation of a kind at some steps, or None among the first ones."""
        variant = self._examples.get((kind, tuple(steps)))
        return None if variant is None else self.row(variant)

    @cached_property
    def _examples(self) -> dict[tuple[str, tuple[str, ...]], int]:
        """Kind and steps → the first variant that has such a deviation; without steps, at any."""
        found: dict[tuple[str, tuple[str, ...]], int] = {}
        for variant in islice(self.deviating, VARIANTS_SEARCHED):
            for deviation in self.deviations(variant):
                found.setdefault((deviation.kind.value, tuple(deviation.steps)), variant)
                found.setdefault((deviation.kind.value, ()), variant)
        return found


def variant_rows(assessment: Assessment, wording: Wording, *, shown: int = VARIANTS_SHOWN) -> tuple[VariantRow, ...]:
    """The most frequent variants that deviate, most frequent first; empty when none does."""
    explainer = Explainer.of(assessment, wording)
    return () if explainer is None else tuple(map(explainer.row, islice(explainer.deviating, shown)))


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
