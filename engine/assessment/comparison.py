"""Two assessments of one flow side by side: an earlier one and the one of now, by dimension, standard and deviation.

Whether a score changed by more than chance is told by the 95 % interval of the difference of two independent scores,
made from the interval that each has by itself (Zou and Donner 2008, "Construction of confidence limits about effect
measures", of which method 10 of Newcombe 1998 is the case of two plain shares). A deviation is compared by the cases
that have it, by Fisher's exact test; as there are many of them, those called more or less frequent are chosen by the
procedure of Benjamini and Hochberg. Nothing is said of chance where the two measure different things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import hypot

import numpy as np

from engine.assessment.assessment import Assessment, DeviationSummary
from engine.assessment.exact_tests import benjamini_hochberg, difference_interval, fisher_exact
from engine.assessment.patterns import LEVEL
from engine.assessment.standard_result import StandardResult
from engine.definitions.flow import Flow
from engine.definitions.versions import content_hash
from engine.vocabulary import DeviationKind, Dimension, Trend

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shift:
    """One measure, earlier and now.

    Attributes:
        before, now: In points, exactly; None where there is none.
        interval: 95 % interval of the change in points, or None where nothing can be said of chance.
        trend: What can be said of it.
        reason: Code of why the two are not comparable, or "".
    """

    before: Fraction | None
    now: Fraction | None
    interval: Interval | None
    trend: Trend
    reason: str = ""

    @property
    def change(self) -> Fraction | None:
        """Now less before, in points, or None where one is missing."""
        return None if self.before is None or self.now is None else self.now - self.before


@dataclass(frozen=True, slots=True)
class DimensionChange:
    """One dimension."""

    dimension: Dimension
    shift: Shift


@dataclass(frozen=True, slots=True)
class StandardChange:
    """One standard: how far from its target it was, and how far it is.

    Attributes:
        standard: Its id.
        before, now: What it came to; None where that flow does not have it.
        shift: The share of met instances, in points.
    """

    standard: str
    before: StandardResult | None
    now: StandardResult | None
    shift: Shift

    @property
    def gap_before(self) -> Fraction | None:
        """How far the share was from the target that held then, in points; below 0 is below the target."""
        return gap_of(self.before)

    @property
    def gap_now(self) -> Fraction | None:
        """How far the share is from the target of now, in points."""
        return gap_of(self.now)


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often one deviation occurred in one period.

    Attributes:
        cases: Cases that have it.
        count: Occurrences; a case can have several.
        of: Cases that were explained.
    """

    cases: int
    count: int
    of: int

    @property
    def cases_per_hundred(self) -> Fraction | None:
        """Cases with it in 100 cases, or None without cases."""
        return Fraction(100 * self.cases, self.of) if self.of else None

    @property
    def count_per_hundred(self) -> Fraction | None:
        """Occurrences in 100 cases, or None without cases."""
        return Fraction(100 * self.count, self.of) if self.of else None


Identity = tuple[DeviationKind, tuple[str, ...], str, bool, tuple[str, str] | None]
"""What makes deviations of two periods the same: kind, steps, standard, whether of another branch, the branch."""


@dataclass(frozen=True, slots=True)
class DeviationChange:
    """One kind of deviation at its steps, earlier and now.

    Attributes:
        before, now: How often.
        summary: What it is, as the later assessment has it that does.
        interval: 95 % interval of the change in cases per 100 cases, or None.
        q: Share of false discoveries to be expected where every change as strong as this one is believed; or None.
        trend: ``better`` is less frequent.
        reason: Code of why the two are not comparable, or "".
    """

    before: Frequency
    now: Frequency
    summary: DeviationSummary
    interval: Interval | None
    q: float | None
    trend: Trend
    reason: str = ""

    @property
    def identity(self) -> Identity:
        """What makes it the same deviation in both."""
        return identity_of(self.summary)

    @property
    def is_new(self) -> bool:
        """Whether no case had it before."""
        return not self.before.count

    @property
    def is_gone(self) -> bool:
        """Whether no case has it any more."""
        return not self.now.count


@dataclass(frozen=True, eq=False, slots=True)
class AssessmentComparison:
    """Two assessments side by side.

    Attributes:
        before, now: The two.
        reasons: Codes of why the two are not comparable at all; the figures stand side by side even so.
        remarks: Codes of what a reader has to bear in mind.
        dimensions: In the order of ``Dimension``.
        standards: In the order of the later flow; those that it no longer has come last.
        deviations: The largest difference in cases per 100 cases first.
    """

    before: Assessment
    now: Assessment
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    dimensions: tuple[DimensionChange, ...]
    standards: tuple[StandardChange, ...]
    deviations: tuple[DeviationChange, ...]


def compare_assessments(before: Assessment, now: Assessment) -> AssessmentComparison:
    """Hold what was found beside what was found earlier.

    Args:
        before: The earlier assessment: of the last period, of another log, or by an earlier version of the flow.
        now: The assessment of now.

    Returns:
        Every dimension, every standard of either flow and every deviation of either assessment. Compared with itself,
        nothing changes; compared the other way round, every change has the opposite sign.
    """
    reasons = tuple(_reasons(before, now))
    return AssessmentComparison(
        before=before,
        now=now,
        reasons=reasons,
        remarks=tuple(_remarks(before, now)),
        dimensions=tuple(_dimension(before, now, dimension, reasons) for dimension in Dimension),
        standards=tuple(_standards(before, now, reasons)),
        deviations=_deviations(before, now, reasons),
    )


def identity_of(summary: DeviationSummary) -> Identity:
    """What makes a deviation the same in two assessments."""
    branch = None if summary.branch is None else (summary.branch.gateway, summary.branch.target)
    return summary.kind, summary.steps, summary.standard, summary.other_branch, branch


def difference_of_scores(now: float, now_interval: Interval, before: float, before_interval: Interval) -> Interval:
    """The 95 % interval of the difference of two independent scores, from the interval of each; in their unit."""
    change = now - before
    # The larger first: the same two distances give the same bytes whichever score is the earlier one.
    down = hypot(*sorted((now - now_interval[0], before_interval[1] - before)))
    up = hypot(*sorted((now_interval[1] - now, before - before_interval[0])))
    return change - down, change + up


def _reasons(before: Assessment, now: Assessment) -> Iterator[str]:
    """Why nothing of the two can be compared."""
    rules: tuple[tuple[str, Callable[[Assessment], object]], ...] = (
        ("compare.flow", lambda one: one.flow.id),
        ("compare.closed", lambda one: one.closed_rule),
        ("compare.calendar", lambda one: (one.calendar, dict(one.calendars))),
        ("compare.lifecycle", lambda one: one.lifecycle),
    )
    yield from (code for code, rule in rules if rule(before) != rule(now))
    if not _explained(before) or not _explained(now):
        yield "compare.no-cases"


def _remarks(before: Assessment, now: Assessment) -> Iterator[str]:
    if before.flow.id == now.flow.id and content_hash(before.flow) != content_hash(now.flow):
        yield "compare.version"
    if before.hashes.get("log") == now.hashes.get("log"):
        yield "compare.same-log"
    elif before.period and now.period:
        if before.period[0] > now.period[1]:
            yield "compare.later"
        elif before.period[1] >= now.period[0] and now.period[1] >= before.period[0]:
            yield "compare.overlap"


def _dimension(before: Assessment, now: Assessment, dimension: Dimension, reasons: Sequence[str]) -> DimensionChange:
    earlier, later = before.dimension(dimension), now.dimension(dimension)
    reason = reasons[0] if reasons else ""
    if not reason and _weights(before.flow) != _weights(now.flow) and dimension is not Dimension.ADAPTABILITY:
        reason = "compare.weights"
    return DimensionChange(dimension, _shift((earlier.score, earlier.interval), (later.score, later.interval), reason))


def _shift(
    before: tuple[Fraction | None, Interval | None], now: tuple[Fraction | None, Interval | None], reason: str
) -> Shift:
    """A shift of two values in points, each with its own interval; more is better."""
    (earlier, earlier_interval), (later, later_interval) = before, now
    if not reason and (earlier is None or later is None):
        reason = "compare.not-assessable"
    if reason or earlier is None or later is None:
        return Shift(earlier, later, None, Trend.NOT_COMPARABLE, reason)
    if earlier_interval is None or later_interval is None:
        return Shift(earlier, later, None, Trend.TOO_FEW)
    interval = difference_of_scores(float(later), later_interval, float(earlier), earlier_interval)
    return Shift(earlier, later, interval, _trend(interval))


def _trend(interval: Interval) -> Trend:
    if interval[0] > 0:
        return Trend.BETTER
    return Trend.WORSE if interval[1] < 0 else Trend.NO_CLEAR_CHANGE


def _standards(before: Assessment, now: Assessment, reasons: Sequence[str]) -> Iterator[StandardChange]:
    earlier = {result.standard: result for result in before.standards}
    later = {result.standard: result for result in now.standards}
    for standard in dict.fromkeys((*later, *earlier)):
        one, other = earlier.get(standard), later.get(standard)
        reason = reasons[0] if reasons else ""
        if not reason:
            if one is None or other is None:
                reason = "compare.new-standard" if one is None else "compare.dropped-standard"
            elif _rule(before.flow, standard) != _rule(now.flow, standard):
                reason = "compare.rule"
        yield StandardChange(standard, one, other, _shift(_share(one), _share(other), reason))


def _share(result: StandardResult | None) -> tuple[Fraction | None, Interval | None]:
    if result is None or result.share is None:
        return None, None
    return 100 * result.share, result.interval


def _rule(flow: Flow, standard: str) -> object:
    """What a standard measures: its rule, in which cases and when; not how much of it is asked for."""
    found = next(one for one in flow.standards if one.id == standard)
    season = next((replace(one, line=0) for one in flow.seasons if one.id == found.season), None)
    return found.rule, found.when, season, found.out_of_season, found.inside


def gap_of(result: StandardResult | None) -> Fraction | None:
    """How far a standard is from its target, in points; below 0 is below it. None where it has no share."""
    return None if result is None or result.share is None else 100 * (result.share - result.target)


def _weights(flow: Flow) -> dict[str, tuple[int, frozenset[str]]]:
    return {group.id: (group.weight, frozenset(group.steps)) for group in flow.weights}


def _explained(assessment: Assessment) -> int:
    return assessment.cases - assessment.unexplained_cases


def _deviations(before: Assessment, now: Assessment, reasons: Sequence[str]) -> tuple[DeviationChange, ...]:
    earlier = {identity_of(summary): summary for summary in before.deviations}
    later = {identity_of(summary): summary for summary in now.deviations}
    identities = list(dict.fromkeys((*later, *earlier)))
    pairs = [(_frequency(earlier.get(one), before), _frequency(later.get(one), now)) for one in identities]
    chances: Sequence[float | None] = [None] * len(pairs) if reasons else _chances(pairs)
    found = []
    for identity, (then, since), q in zip(identities, pairs, chances, strict=True):
        interval, trend = None, Trend.NOT_COMPARABLE
        if q is not None:
            low, high = difference_interval((since.cases, since.of), (then.cases, then.of))
            interval, trend = (100 * low, 100 * high), Trend.NO_CLEAR_CHANGE
            if q <= LEVEL:
                trend = Trend.WORSE if since.cases * then.of > then.cases * since.of else Trend.BETTER
        summary = later.get(identity) or earlier[identity]
        found.append(DeviationChange(then, since, summary, interval, q, trend, reasons[0] if reasons else ""))
    return tuple(sorted(found, key=_size))


def _size(change: DeviationChange) -> tuple[Fraction, str]:
    """The larger difference first, then by name, whichever of the two is the earlier."""
    before, now = (one.cases_per_hundred or Fraction() for one in (change.before, change.now))
    return -abs(now - before), repr(change.identity)


def _frequency(summary: DeviationSummary | None, assessment: Assessment) -> Frequency:
    cases, count = (0, 0) if summary is None else (summary.cases, summary.count)
    return Frequency(cases, count, max(cases, _explained(assessment)))


def _chances(pairs: Sequence[tuple[Frequency, Frequency]]) -> list[float | None]:
    """For each pair its q; all of them count as tests."""
    both, first, second, cases = (
        np.array(column, dtype=np.int64)
        for column in (
            [now.cases for _, now in pairs],
            [now.of for _, now in pairs],
            [before.cases + now.cases for before, now in pairs],
            [before.of + now.of for before, now in pairs],
        )
    )
    found: list[float | None] = list(benjamini_hochberg(fisher_exact(both, first, second, cases), len(pairs)).tolist())
    return found
