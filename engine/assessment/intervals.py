"""Confidence intervals of scores: Wilson's, with the sample size that the spread between cases is worth.

Units of one case are not independent, so they do not count in full. The effective sample size is n = p(1 − p) ÷ V,
where V is the variance of the score as a ratio estimated over cases (linearised; Cochran 1977, "Sampling techniques",
section 6.8): V = N ÷ (N − 1) · Σ rᶜ², rᶜ = (numᶜ − p · denᶜ) ÷ Σ den. With weight groups, rᶜ = Σ over groups g of
wᵍ ÷ W · (numᶜᵍ − pᵍ · denᶜᵍ) ÷ denᵍ, which is the same for one group. The interval is that of Wilson (1927), "Probable
inference, the law of succession, and statistical inference".
"""

from __future__ import annotations

from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054
"""The 0.975 quantile of the normal distribution."""


def wilson(share: float, size: float) -> tuple[float, float]:
    """The 95 % interval of a share, in points.

    Args:
        share: 0 to 1.
        size: Sample size, positive; need not be whole.

    Returns:
        ``(low, high)``, 0 to 100, with the share between them; exactly 0 and 100 where the share is.
    """
    weight = Z_95**2 / size
    centre = (share + weight / 2) / (1 + weight)
    half = Z_95 / (1 + weight) * sqrt(share * (1 - share) / size + weight / (4 * size))
    low = 0.0 if share <= 0 else max(0.0, min(share, centre - half))
    high = 1.0 if share >= 1 else min(1.0, max(share, centre + half))
    return 100 * low, 100 * high


def effective_size(share: float, residuals: NDArray[np.float64], units: int) -> float:
    """The sample size that a score over cases is worth.

    Args:
        share: The score as a share.
        residuals: rᶜ of each case that has units, at least two.
        units: Σ denᶜ; the size is never more.

    Returns:
        p(1 − p) ÷ V; the number of cases where p is 0 or 1, or V is 0.
    """
    cases = len(residuals)
    # fsum rounds once, so that the order of the cases does not show
    variance = cases / (cases - 1) * fsum((residuals**2).tolist())
    spread = share * (1 - share)
    # Residuals that are zero in exact arithmetic are not quite zero in floating point.
    negligible = 1e-18
    size = float(cases) if spread == 0 or variance <= negligible * spread else spread / variance
    return min(size, float(units))


def score_interval(share: float, residuals: NDArray[np.float64], units: int) -> tuple[float, float] | None:
    """The 95 % interval of a score in points, or None below 2 cases."""
    if len(residuals) < 2:
        return None
    return wilson(share, effective_size(share, residuals, units))
