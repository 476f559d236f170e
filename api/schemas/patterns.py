"""The JSON shape of patterns, a part of ``assess --json``."""

from __future__ import annotations

from pydantic import BaseModel

from engine.assessment.case_attributes import AttributeClass, AttributeLeftOut, LeftOut, Scope
from engine.assessment.losses import Cause
from engine.assessment.patterns import LEAST_CASES, LEAST_ODDS_RATIO, LEVEL, MoreFrequent, Patterns, Together
from engine.vocabulary import DeviationKind


class PatternDeviationShape(BaseModel):
    """What goes wrong, named as in ``deviations``."""

    kind: DeviationKind
    steps: list[str]
    standard: str | None
    other_branch: bool
    branch: list[str] | None

    @classmethod
    def of(cls, cause: Cause) -> PatternDeviationShape:
        """The shape of a deviation."""
        return cls(
            kind=DeviationKind(cause.kind),
            steps=list(cause.steps),
            standard=cause.standard or None,
            other_branch=cause.other_branch,
            branch=list(cause.branch) or None,
        )


class TogetherShape(BaseModel):
    """Two deviations that occur in the same cases more often than chance would bring about.

    Attributes:
        first: The one with more cases; several are in exactly the same cases.
        second: The other.
        cases: Cases that could have both.
        first_cases: Those that have the first.
        second_cases: Those that have the second.
        both: Those that have both.
        expected: Cases with both if the two had nothing to do with each other.
        lift: both ÷ expected.
        phi: Correlation, 0 to 1.
        odds_ratio: Null where it is infinite.
        p: Of Fisher's exact test, two-sided.
        q: Corrected for the number of tests.
        examples: Up to 5 case ids with both.
    """

    first: list[PatternDeviationShape]
    second: list[PatternDeviationShape]
    cases: int
    first_cases: int
    second_cases: int
    both: int
    expected: float
    lift: float
    phi: float
    odds_ratio: float | None
    p: float
    q: float
    examples: list[str]

    @classmethod
    def of(cls, pattern: Together) -> TogetherShape:
        """The shape of a pattern."""
        return cls(
            first=[PatternDeviationShape.of(cause) for cause in pattern.first],
            second=[PatternDeviationShape.of(cause) for cause in pattern.second],
            cases=pattern.cases,
            first_cases=pattern.first_cases,
            second_cases=pattern.second_cases,
            both=pattern.both,
            expected=pattern.expected,
            lift=pattern.lift,
            phi=pattern.phi,
            odds_ratio=pattern.odds_ratio,
            p=pattern.p,
            q=pattern.q,
            examples=list(pattern.examples),
        )


class AttributeClassShape(BaseModel):
    """A value of an attribute, or a band of its numbers.

    Attributes:
        attribute: Its name in the log.
        scope: Whose value: the case's, that of its first event that has one, or that of the first event of a step.
        step: The step, or null.
        value: The value as text; null for a band.
        low: The least value of a band; null where it is open.
        high: The largest value of a band; null where it is open.
    """

    attribute: str
    scope: Scope
    step: str | None
    value: str | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, one: AttributeClass) -> AttributeClassShape:
        """The shape of a class."""
        return cls(
            attribute=one.attribute,
            scope=one.scope,
            step=one.step or None,
            value=one.value,
            low=one.low,
            high=one.high,
        )


class MoreFrequentShape(BaseModel):
    """A deviation that is more frequent in a class of cases than in the others; shares lie between 0 and 1.

    Attributes:
        deviations: The deviation; several are in exactly the same cases.
        where: The class.
        same: Other classes with exactly the same of these cases.
        inside: Cases of the class that could have it.
        inside_with: Those that have it.
        outside: Cases with another value that could have it.
        outside_with: Those that have it.
        share_inside: inside_with ÷ inside.
        share_outside: outside_with ÷ outside.
        ratio: Share inside ÷ share outside; null where none outside has it.
        difference: Share inside − share outside.
        interval: 95 % interval of the difference.
        odds_ratio: Null where it is infinite.
        p: Of Fisher's exact test, two-sided.
        q: Corrected for the number of tests.
        examples: Up to 5 case ids of the class with the deviation.
    """

    deviations: list[PatternDeviationShape]
    where: AttributeClassShape
    same: list[AttributeClassShape]
    inside: int
    inside_with: int
    outside: int
    outside_with: int
    share_inside: float
    share_outside: float
    ratio: float | None
    difference: float
    interval: tuple[float, float]
    odds_ratio: float | None
    p: float
    q: float
    examples: list[str]

    @classmethod
    def of(cls, pattern: MoreFrequent) -> MoreFrequentShape:
        """The shape of a pattern."""
        return cls(
            deviations=[PatternDeviationShape.of(cause) for cause in pattern.deviations],
            where=AttributeClassShape.of(pattern.where),
            same=[AttributeClassShape.of(one) for one in pattern.same],
            inside=pattern.inside,
            inside_with=pattern.inside_with,
            outside=pattern.outside,
            outside_with=pattern.outside_with,
            share_inside=pattern.inside_with / pattern.inside,
            share_outside=pattern.outside_with / pattern.outside,
            ratio=pattern.ratio,
            difference=pattern.difference,
            interval=pattern.interval,
            odds_ratio=pattern.odds_ratio,
            p=pattern.p,
            q=pattern.q,
            examples=list(pattern.examples),
        )


class LeftOutShape(BaseModel):
    """An attribute that deviations were not compared by, and why."""

    attribute: str
    scope: Scope
    values: int
    reason: LeftOut

    @classmethod
    def of(cls, one: AttributeLeftOut) -> LeftOutShape:
        """The shape of an attribute left out."""
        return cls(attribute=one.attribute, scope=one.scope, values=one.values, reason=one.reason)


class PatternsShape(BaseModel):
    """Which deviations occur together, and for which cases a deviation is more frequent.

    Attributes:
        together: The strongest first, by phi; at most 100.
        together_count: How many there are.
        together_tests: Tests made.
        more_frequent: The strongest first, by the low end of the interval; at most 100.
        more_frequent_count: How many there are.
        more_frequent_tests: Tests made.
        level: The largest q that is reported.
        least_cases: Cases that a pattern has at least.
        least_odds_ratio: The smallest odds ratio that is reported.
        deviations: Different deviations that were looked at.
        deviations_rare: Others, in too few cases.
        deviations_past_limit: Others, past the limit of tests.
        attributes: Those that deviations were compared by.
        left_out: The others.
    """

    together: list[TogetherShape]
    together_count: int
    together_tests: int
    more_frequent: list[MoreFrequentShape]
    more_frequent_count: int
    more_frequent_tests: int
    level: float
    least_cases: int
    least_odds_ratio: float
    deviations: int
    deviations_rare: int
    deviations_past_limit: int
    attributes: list[str]
    left_out: list[LeftOutShape]

    @classmethod
    def of(cls, patterns: Patterns) -> PatternsShape:
        """The shape of everything that was found."""
        return cls(
            together=[TogetherShape.of(pattern) for pattern in patterns.together.patterns],
            together_count=patterns.together.count,
            together_tests=patterns.together.tests,
            more_frequent=[MoreFrequentShape.of(pattern) for pattern in patterns.more_frequent.patterns],
            more_frequent_count=patterns.more_frequent.count,
            more_frequent_tests=patterns.more_frequent.tests,
            level=LEVEL,
            least_cases=LEAST_CASES,
            least_odds_ratio=LEAST_ODDS_RATIO,
            deviations=patterns.deviations,
            deviations_rare=patterns.deviations_rare,
            deviations_past_limit=patterns.deviations_past_limit,
            attributes=list(patterns.attributes),
            left_out=[LeftOutShape.of(one) for one in patterns.left_out],
        )
