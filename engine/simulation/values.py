"""Values of attributes and how they are drawn.

A value is text, a truth value, a whole number, a number with decimals, a moment, or None where nothing was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from engine.simulation.chance import Chance

Value = bool | int | float | str | datetime | None
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values.

    Attributes:
        values: At least one.
        weights: How likely each is, as many; () for all the same.
    """

    values: tuple[Value, ...]
    weights: tuple[float, ...] = ()

    def draw(self, chance: Chance) -> Value:
        """One of them."""
        return self.values[chance.weighted(self.weights)] if self.weights else chance.one_of(self.values)

    @property
    def text(self) -> str:
        """As it is recorded beside a log."""
        words = [word_of(value) or "" for value in self.values]
        if not self.weights:
            return "|".join(words)
        return "|".join(f"{word}:{weight:g}" for word, weight in zip(words, self.weights, strict=True))


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds, both included, each as likely as the others.

    Attributes:
        least: The lowest.
        most: The highest, not below ``least``.
        decimals: Digits after the point; 0 for whole numbers, which stay integers.
        points: Further numbers, each as likely as everything between the bounds together: the edges of a condition.
    """

    least: Fraction
    most: Fraction
    decimals: int = 0
    points: tuple[Fraction, ...] = ()

    def draw(self, chance: Chance) -> Value:
        """One of them, an integer where it has no decimals."""
        which = chance.below(len(self.points) + 1) if self.points else 0
        if which:
            return as_number(self.points[which - 1], self.decimals)
        scale = 10**self.decimals
        low, high = -((-self.least * scale) // 1), self.most * scale // 1
        drawn = low + chance.below(max(int(high - low), 0) + 1)
        return as_number(Fraction(drawn, scale), self.decimals)

    @property
    def text(self) -> str:
        """As it is recorded beside a log."""
        return f"{float(self.least):.{self.decimals}f}..{float(self.most):.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A text that differs from event to event, such as ``plate_number 417``.

    Attributes:
        word: What stands before the number.
    """

    word: str

    def draw(self, chance: Chance) -> Value:
        """One of a thousand texts."""
        return f"{self.word} {chance.below(1000):03d}"

    @property
    def text(self) -> str:
        """As it is recorded beside a log."""
        return f"{self.word}*"


Draw = Choice | Number | Reference
FLAG = Choice((True, False))


def as_number(amount: Fraction, decimals: int) -> int | float:
    """A number as a log holds it: an integer, or a float with so many decimals."""
    return int(amount) if decimals == 0 else round(float(amount), decimals)


def as_moment(microseconds: int) -> datetime:
    """A moment from microseconds since 1970 in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def as_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def number_of(value: Value) -> Fraction | None:
    """A value as an exact number, or None where it is none; the text of a plain decimal is one."""
    if isinstance(value, bool) or value is None or isinstance(value, datetime):
        return None
    if isinstance(value, str):
        digits = value.strip().lstrip("+-")
        return Fraction(value.strip()) if digits.replace(".", "", 1).isdigit() and digits.isascii() else None
    return Fraction(repr(value))


def word_of(value: Value) -> str | None:
    """A value as a word, None where there is none: ``3.0`` is ``3``, and truth values are small."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value is None or isinstance(value, datetime):
        return None if value is None else value.isoformat()
    return str(value).strip() or None
