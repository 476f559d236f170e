"""Verdicts: whether a standard is met over a population, or cannot be told from so few.

A share is compared with the threshold target − tolerance by its 95 % interval (``intervals``): met where all of the
interval reaches the threshold, missed where none of it does, not proven otherwise. A threshold of 100 % tolerates no
miss, and no sample proves that there will be none: it is about these instances, met where none of them is missed.

A rule of the population is judged by its comparisons. Changes are counted, not sampled: met where their share reaches
the threshold. ``Quicker`` is met where the median is less and that is proven, missed where it is not less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.assessment.explanations import EXAMPLES
from engine.assessment.intervals import score_interval
from engine.assessment.population import Population
from engine.assessment.standard_result import SecondTierResult, StandardResult, WindowResult
from engine.conformance.standards.periods import starts_of
from engine.conformance.standards.population import LEVEL, Comparison, compare_sample
from engine.conformance.standards.samples import Sample
from engine.definitions.standards import Standard
from engine.vocabulary import Lack, Outcome, Verdict

Rows = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Share:
    """A share over instances.

    Attributes:
        kept: How many instances are counted for it.
        due: Of how many.
        interval: 95 % ``(low, high)`` in points, or None below 2 cases.
    """

    kept: int
    due: int
    interval: tuple[float, float] | None

    @classmethod
    def of(cls, case: Rows, kept: Truths) -> Share:
        """The share of some instances, one case and one truth value each; those of a case are not independent."""
        due, good = len(kept), int(kept.sum())
        if not due:
            return cls(0, 0, None)
        _, place = np.unique(case, return_inverse=True)
        share = good / due
        residuals = np.bincount(place.reshape(-1), weights=(kept - share) / due).astype(np.float64)
        return cls(good, due, score_interval(share, residuals, due))

    @property
    def share(self) -> Fraction | None:
        """The share, or None of nothing."""
        return Fraction(self.kept, self.due) if self.due else None

    def verdict(self, threshold: Fraction) -> Verdict:
        """Whether it reaches a threshold."""
        if self.share is None:
            return Verdict.NOT_ASSESSABLE
        if threshold >= 1:
            return Verdict.MET if self.share == 1 else Verdict.MISSED
        if self.interval is None:
            return Verdict.NOT_PROVEN
        low, high = self.interval
        if low >= 100 * float(threshold):
            return Verdict.MET
        return Verdict.MISSED if high < 100 * float(threshold) else Verdict.NOT_PROVEN


def summarise_standards(population: Population) -> tuple[StandardResult, ...]:
    """Each standard over the whole log, in the flow's order."""
    instances = population.instances.partition_by("standard", as_dict=True)
    nothing = population.instances.clear()
    return tuple(
        _of_population(standard, population.part.samples[index], population)
        if standard.is_of_population
        else _of_instances(standard, instances.get((index,), nothing), population)
        for index, standard in enumerate(population.flow.standards)
    )


def _of_instances(standard: Standard, instances: pl.DataFrame, population: Population) -> StandardResult:
    counts = dict(instances.group_by("outcome").len().iter_rows())
    missed = instances.filter(pl.col("outcome") == Outcome.MISSED.value)
    due = instances.filter(pl.col("outcome").is_in([Outcome.MET.value, Outcome.MISSED.value]))
    share = _share(due)
    threshold = standard.share - standard.tolerance
    windows = _windows(standard, due, population)
    return StandardResult(
        standard=standard.id,
        title=standard.title,
        dimension=standard.dimension,
        met=share.kept,
        missed=missed.height,
        not_due=counts.get(Outcome.NOT_DUE.value, 0),
        no_evidence=counts.get(Outcome.NO_EVIDENCE.value, 0),
        share=share.share,
        target=standard.share,
        tolerance=standard.tolerance,
        verdict=_over_periods(windows, share, threshold) if standard.per is not None else share.verdict(threshold),
        worst_cases=population.names(missed["case"].unique().bottom_k(EXAMPLES).sort()),
        interval=share.interval,
        windows=windows,
        second_tier=_second_tier(standard, due),
        lacks=_lacks(instances),
    )


def _lacks(instances: pl.DataFrame) -> tuple[tuple[Lack, int], ...]:
    """What is missing and how often, the most frequent first."""
    known = instances.filter(pl.col("lack").is_not_null())
    counts = known.group_by("lack").len().sort("len", "lack", descending=[True, False])
    return tuple((Lack(lack), count) for lack, count in counts.iter_rows())


def _share(due: pl.DataFrame) -> Share:
    return Share.of(due["case"].to_numpy(), (due["outcome"] == Outcome.MET.value).to_numpy())


def _windows(standard: Standard, due: pl.DataFrame, population: Population) -> tuple[WindowResult, ...]:
    if standard.per is None:
        return ()
    timed = due.filter(pl.col("moment").is_not_null())
    days = population.calendar.local_days(timed["moment"].to_numpy())
    starts = starts_of(standard.per, days)
    found = []
    for start in np.unique(starts):
        share = _share(timed.filter(pl.Series(starts == start)))
        verdict = share.verdict(standard.share - standard.tolerance)
        first = start.astype("datetime64[D]").item()
        found.append(WindowResult(first, share.kept, share.due - share.kept, share.share, share.interval, verdict))
    return tuple(found)


def _over_periods(windows: Sequence[WindowResult], share: Share, threshold: Fraction) -> Verdict:
    """What several periods come to; instances of unknown moments leave open what their periods came to."""
    if share.share is None:
        return Verdict.NOT_ASSESSABLE
    verdicts = {window.verdict for window in windows}
    if Verdict.MISSED in verdicts or (threshold >= 1 and share.share < 1):
        return Verdict.MISSED
    is_whole = sum(window.met + window.missed for window in windows) == share.due
    return Verdict.MET if verdicts == {Verdict.MET} and is_whole else Verdict.NOT_PROVEN


def _second_tier(standard: Standard, due: pl.DataFrame) -> SecondTierResult | None:
    tier = standard.second_tier
    if tier is None:
        return None
    is_met = due["outcome"] == Outcome.MET.value
    known = due.filter(is_met | due["kept_later"].is_not_null())
    kept = (known["outcome"] == Outcome.MET.value) | known["kept_later"].fill_null(value=False)
    share = Share.of(known["case"].to_numpy(), kept.to_numpy())
    return SecondTierResult(share.kept, share.due, share.share, tier.share, share.interval, share.verdict(tier.share))


def _of_population(standard: Standard, sample: Sample, population: Population) -> StandardResult:
    comparisons = compare_sample(standard, sample, now=population.now, calendar=population.calendar)
    counts = {outcome: sum(one.outcome is outcome for one in comparisons) for outcome in Outcome}
    due = counts[Outcome.MET] + counts[Outcome.MISSED]
    share = Fraction(counts[Outcome.MET], due) if due else None
    return StandardResult(
        standard=standard.id,
        title=standard.title,
        dimension=standard.dimension,
        met=counts[Outcome.MET],
        missed=counts[Outcome.MISSED],
        not_due=counts[Outcome.NOT_DUE],
        no_evidence=counts[Outcome.NO_EVIDENCE],
        share=share,
        target=standard.share,
        tolerance=standard.tolerance,
        verdict=_compared(share, standard.share - standard.tolerance, comparisons),
        worst_cases=(),
        comparisons=comparisons,
    )


def _compared(share: Fraction | None, threshold: Fraction, comparisons: Sequence[Comparison]) -> Verdict:
    if share is None:
        return Verdict.NOT_ASSESSABLE
    if share < threshold:
        return Verdict.MISSED
    unproven = any(one.p is not None and one.p > LEVEL for one in comparisons)
    return Verdict.NOT_PROVEN if unproven else Verdict.MET
