"""Finds patterns: which deviations occur together, and for which values of an attribute a deviation is more frequent.

Each question is a two-by-two table over the cases that could have the deviation, tested by Fisher's exact test. A table
is tested when both of its properties are in enough cases; the margins alone decide that, so the test stays exact.
Reported is what is more frequent, by enough, in enough cases, and significant after the correction for all tests of its
list. The two lists are corrected apart, so that of each by itself a share of ``LEVEL`` is expected to be false at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.assessment.attribute_columns import AttributeColumn, attribute_columns
from engine.assessment.case_attributes import AttributeCases, Bounds, classified
from engine.assessment.deviation_cases import DeviationCases, deviation_cases, risk_groups
from engine.assessment.more_frequent import WITHOUT_OTHERS, find_more_frequent, is_about
from engine.assessment.patterns import LEAST_CASES, Patterns
from engine.assessment.population import Population
from engine.assessment.together import find_together
from engine.conformance.mapper import SERIAL, Mapper
from engine.limits import Limits
from engine.logs.parts import CountedParts
from engine.nets.net import Net


def find_patterns(population: Population, parts: CountedParts, limits: Limits, *, mapper: Mapper = SERIAL) -> Patterns:
    """Everything that is more frequent than chance would have it.

    Args:
        population: The cases and what is known of them.
        parts: The log they were read from, for its attributes.
        mapper: Where the parts are looked through.
        limits: How many classes of one attribute are looked at, and how many tests are made.

    Returns:
        The patterns. The order of cases, of events of different cases and of columns does not matter.
    """
    found = deviation_cases(population)
    frequent = [one for one in found if len(one.cases) >= LEAST_CASES]
    looked_at = {step for one in frequent if one.cause.kind not in WITHOUT_OTHERS for step in one.cause.steps}
    steps = tuple((label, step) for label, step in enumerate(population.net.labels) if step in looked_at)
    seen = list(mapper(_Looking(parts, population.net, steps), range(len(parts.starts) - 1)))
    attributes = classified(_columns(seen), [step for _, step in steps], Bounds(LEAST_CASES, limits.pattern_values))
    chosen = _within_limit(frequent, attributes.tested, limits.pattern_tests)
    risk = risk_groups(population)
    return Patterns(
        together=find_together(chosen, risk, population.case_ids),
        more_frequent=find_more_frequent(chosen, attributes.tested, risk, population.case_ids),
        deviations=len(chosen),
        deviations_rare=len(found) - len(frequent),
        deviations_past_limit=len(frequent) - len(chosen),
        attributes=tuple(dict.fromkeys(one.classes[0].attribute for one in attributes.tested)),
        left_out=attributes.left_out,
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Looking:
    """Looks through the attributes of a part of a log, given its number."""

    parts: CountedParts
    net: Net
    steps: tuple[tuple[int, str], ...]

    def __call__(self, number: int) -> list[AttributeColumn]:
        log, _ = self.parts.read(number)
        labels = self.net.codes(log.activities)
        codes = log.events["activity"].to_numpy()
        return list(attribute_columns(log, labels[codes] if len(labels) else codes.astype(np.int32), self.steps))


def _columns(seen: Sequence[list[AttributeColumn]]) -> Iterator[AttributeColumn]:
    """Each attribute in all cases; what the parts say of it is let go, because all attributes together may be large."""
    for part in seen:
        part.reverse()
    while seen[0]:
        yield AttributeColumn.joined([part.pop() for part in seen])


def _within_limit(
    deviations: Sequence[DeviationCases], attributes: Sequence[AttributeCases], most: int
) -> Sequence[DeviationCases]:
    """The most frequent deviations, as many as can be tested against each other and against every class."""
    tests = 0
    for index, one in enumerate(deviations):
        tests += index + sum(len(a.classes) for a in attributes if is_about(a.classes[0], one.cause))
        if tests > most:
            return deviations[:index]
    return deviations
