"""Finds patterns: which deviations occur together, and for which values of an attribute a deviation is more frequent.

Each question is a two-by-two table over the cases that could have the deviation, tested by Fisher's exact test. A table
is tested when both of its properties are in enough cases; the margins alone decide that, so the test stays exact.
Reported is what is more frequent, by enough, in enough cases, and significant after the correction for all tests of its
list. The two lists are corrected apart, so that of each by itself a share of ``LEVEL`` is expected to be false at most.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.assessment.case_attributes import AttributeCases, Bounds, case_attributes
from engine.assessment.deviation_cases import DeviationCases, deviation_cases, risk_groups
from engine.assessment.more_frequent import WITHOUT_OTHERS, find_more_frequent, is_about
from engine.assessment.patterns import LEAST_CASES, Patterns
from engine.assessment.population import Population
from engine.assessment.together import find_together
from engine.limits import Limits
from engine.logs.log import Log


def find_patterns(population: Population, log: Log, limits: Limits) -> Patterns:
    """Everything that is more frequent than chance would have it.

    Args:
        population: The cases and what is known of them.
        log: The log they were read from, for its attributes.
        limits: How many classes of one attribute are looked at, and how many tests are made.

    Returns:
        The patterns. The order of cases, of events of different cases and of columns does not matter.
    """
    found = deviation_cases(population)
    frequent = [one for one in found if len(one.cases) >= LEAST_CASES]
    looked_at = {step for one in frequent if one.cause.kind not in WITHOUT_OTHERS for step in one.cause.steps}
    attributes = case_attributes(
        log,
        population.events.label,
        [(label, step) for label, step in enumerate(population.net.labels) if step in looked_at],
        Bounds(LEAST_CASES, limits.pattern_values),
    )
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
