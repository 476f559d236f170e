"""Chance that repeats: the same seed gives the same choices on every platform and every version of Python.

Python promises a stable sequence for ``random.Random.random()`` alone, so that nothing else of that class is used, and
no function of the C library's mathematics, whose last bit differs between platforms: only the four basic operations,
which IEEE 754 defines exactly. ``sum`` is none of them: from Python 3.12 on it makes up for what rounding loses.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from random import Random
from typing import TypeVar

_Item = TypeVar("_Item")


class Chance:
    """A source of choices, told apart from every other one by its words."""

    def __init__(self, *words: str | int) -> None:
        self._source = Random("/".join(str(word) for word in words))  # noqa: S311 - repeatable on purpose

    def share(self) -> float:
        """A number in [0, 1), uniform."""
        return self._source.random()

    def between(self, low: float, high: float) -> float:
        """A number in [low, high), uniform."""
        return low + (high - low) * self._source.random()

    def below(self, count: int) -> int:
        """A whole number in [0, count), uniform; ``count`` is positive."""
        return min(int(self._source.random() * count), count - 1)

    def one_of(self, items: Sequence[_Item]) -> _Item:
        """One of the items, each as likely as the others."""
        return items[self.below(len(items))]

    def weighted(self, weights: Sequence[float]) -> int:
        """An index, as likely as its weight; the weights are not negative and not all zero."""
        left = self._source.random() * _total(weights)
        for index, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return index
        return max(index for index, weight in enumerate(weights) if weight > 0)

    def shuffle(self, items: MutableSequence[_Item]) -> None:
        """Bring the items into a random order, each order as likely as the others."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]

    def around(self, typical: float, spread: float) -> float:
        """A positive number near ``typical``: skewed to the right as a lognormal is.

        A sum of four uniform numbers stands for the normal deviate z (Irwin-Hall), (2 + x) ÷ (2 − x) with
        x = spread · z for its exponential (the first Padé approximant), which keeps to exact arithmetic.

        Args:
            typical: The median.
            spread: About the standard deviation of the logarithm; at most 0.5.
        """
        share = self._source.random
        deviate = (share() + share() + share() + share() - 2.0) * 1.7320508075688772
        x = min(spread, 0.5) * deviate
        return typical * (2.0 + x) / (2.0 - x)


def _total(numbers: Sequence[float]) -> float:
    """Their sum, added up one after the other."""
    total = 0.0
    for number in numbers:
        total += number
    return total
