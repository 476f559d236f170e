"""Rules about values: two numbers that agree, a number within bounds, a word of a scale, fields, a condition.

Rules about occurrences ask for the value of the event itself. What is there but cannot be read, such as ``¥8,000``
for a number, is no evidence and no miss.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.conformance.attributes import as_numbers, as_words, has_value
from engine.conformance.conditions import NO, UNKNOWN
from engine.conformance.standards.facts import Facts
from engine.conformance.standards.instances import KINDS, NONE, Judged, lack_of
from engine.definitions.rules import Agreement, AttributeRef, Fields, Holds, Level, Rating
from engine.vocabulary import DeviationKind, Lack

Rows = NDArray[np.int64]
Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]

_ROUNDING = 1e-12
"""Decimal numbers are kept as binary ones: differences below this share of their size are none."""


def agreement(facts: Facts, rule: Agreement) -> Judged:
    """One instance for each case whose first attribute has a value; shown by the events that hold the two."""
    first, second = facts.in_cases(rule.first), facts.in_cases(rule.second)
    cases = np.flatnonzero(has_value(first))
    given = has_value(second)[cases]
    one, other = as_numbers(first)[cases], as_numbers(second)[cases]
    with np.errstate(invalid="ignore"):
        apart = np.abs(other - one) - float(rule.within) * np.abs(one)
        missed = apart > _ROUNDING * np.maximum(np.abs(one), np.abs(other))
    waiting = ~given & ~facts.cases.closed[cases]
    return Judged.of(
        cases,
        _holder(facts, rule.first)[cases],
        _holder(facts, rule.second)[cases],
        missed=missed,
        unknown=np.isnan(one) | (np.isnan(other) & ~waiting),
        waiting=waiting,
        kind=DeviationKind.WRONG_VALUE,
        lack=lack_of(np.isnan(one) | given),
    )


def level(facts: Facts, rule: Level) -> Judged:
    """One instance for each occurrence of the attribute's step, or for each case; bounds are included.

    An open case may still be given the value, and is not due without it.
    """
    case, rows, values = _instances(facts, rule.attribute)
    numbers, to_come = as_numbers(values), _is_to_come(facts, rule.attribute, values)
    return Judged.of(
        case,
        rows,
        rows,
        asks=rows,
        missed=is_outside(numbers, rule.at_least, rule.at_most),
        unknown=np.isnan(numbers) & ~to_come,
        waiting=to_come,
        kind=DeviationKind.WRONG_VALUE,
        lack=lack_of(has_value(values)),
    )


def rating(facts: Facts, rule: Rating) -> Judged:
    """Instances as of ``level``; a word of the scale below the least one is missed."""
    case, rows, values = _instances(facts, rule.attribute)
    places = pl.int_range(len(rule.scale), dtype=pl.Int64, eager=True)
    place = as_words(values).replace_strict(list(rule.scale), places, default=None, return_dtype=pl.Int64)
    grade, to_come = place.fill_null(NONE).to_numpy(), _is_to_come(facts, rule.attribute, values)
    return Judged.of(
        case,
        rows,
        rows,
        asks=rows,
        missed=(grade != NONE) & (grade < rule.scale.index(rule.at_least)),
        unknown=(grade == NONE) & ~to_come,
        waiting=to_come,
        kind=DeviationKind.WRONG_VALUE,
        lack=lack_of(has_value(values)),
    )


def fields(facts: Facts, rule: Fields) -> Judged:
    """One instance for each occurrence. A field that is missing goes before one with a wrong value."""
    rows = facts.asking(rule.step)
    lacking, wrong = np.zeros((2, len(rows)), dtype=np.bool_)
    for required in rule.required:
        words = as_words(facts.at(required.name, rows))
        lacking |= words.is_null().to_numpy()
        if required.one_of:
            wrong |= (~words.is_in(list(required.one_of))).fill_null(value=False).to_numpy()
    kind = np.where(lacking, KINDS.index(DeviationKind.MISSING_FIELD), KINDS.index(DeviationKind.WRONG_VALUE))
    return Judged.of(facts.events.case[rows], rows, rows, asks=rows, missed=lacking | wrong, kind=kind.astype(np.int8))


def holds(facts: Facts, rule: Holds) -> Judged:
    """One instance for each occurrence, of which the condition has to be true."""
    rows = facts.asking(rule.step)
    case = facts.events.case[rows]
    found = facts.answers(rule.holds, case, rows)
    return Judged.of(
        case,
        rows,
        rows,
        asks=rows,
        missed=found == NO,
        unknown=found == UNKNOWN,
        kind=DeviationKind.WRONG_VALUE,
        lack=Lack.CONDITION,
    )


def is_outside(numbers: Numbers, at_least: Fraction | None, at_most: Fraction | None) -> Truths:
    """Whether each number lies outside the bounds; False for NaN."""
    outside = np.zeros(len(numbers), dtype=np.bool_)
    if at_least is not None:
        outside |= numbers < float(at_least)
    if at_most is not None:
        outside |= numbers > float(at_most)
    return outside


def _instances(facts: Facts, attribute: AttributeRef) -> tuple[Rows, Rows, pl.Series]:
    """Case, row (−1 for the case as a whole) and value of each instance."""
    if attribute.step is None:
        return np.arange(facts.count), np.full(facts.count, NONE, dtype=np.int64), facts.in_cases(attribute)
    rows = facts.asking(attribute.step)
    return facts.events.case[rows], rows, facts.at(attribute.name, rows)


def _is_to_come(facts: Facts, attribute: AttributeRef, values: pl.Series) -> Truths:
    """For each instance whether its value may still come: that of an open case which has none yet."""
    if attribute.step is not None:
        return np.zeros(len(values), dtype=np.bool_)
    found: Truths = ~has_value(values) & ~facts.cases.closed
    return found


def _holder(facts: Facts, attribute: AttributeRef) -> Rows:
    """For each case the row of the event that holds an attribute, −1 for one of the case itself."""
    if attribute.step is None:
        return np.full(facts.count, NONE, dtype=np.int64)
    return facts.last_done(attribute.step)
