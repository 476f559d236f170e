"""What stands in a cell of the report: a text, and where it is a number also the number as it is printed.

Screen, paper and workbook show the same cell. The value is read back from what is printed, so that a workbook, which
rounds by itself, never shows another figure; what was rounded away is in the JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from engine.rendering.text import clean
from engine.rendering.wording import Wording

MINUS = "\N{MINUS SIGN}"
NOTHING = "–"


class CellKind(StrEnum):
    """What a cell holds, which says how a workbook shows it."""

    TEXT = "text"
    COUNT = "count"  # a whole number
    TENTHS = "tenths"  # a number with one digit
    POINTS = "points"  # with two digits
    SHARE = "share"  # in whole per cent
    SHARE_TENTHS = "share-tenths"  # in per cent with one digit
    CHANGE = "change"  # with a sign and one digit
    DAY = "day"


class Tone(StrEnum):
    """What a cell says by its colour beside what it says by its words."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    GOOD = "good"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: As it is read.
        value: The same as a number or a day; None for words, and where there is nothing.
        kind: What it is.
        tone: How it stands out.
    """

    text: str
    value: float | date | None = None
    kind: CellKind = CellKind.TEXT
    tone: Tone = Tone.PLAIN

    def __str__(self) -> str:
        """As it is read."""
        return self.text

    def __bool__(self) -> bool:
        """Whether there is something to read."""
        return bool(self.text)


EMPTY = Cell("")
MISSING = Cell(NOTHING, tone=Tone.MUTED)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        title: Its heading.
        width: Its share of a page's width, and about how many letters it is wide in a workbook.
        right: Whether it is set to the right, as numbers are.
    """

    title: str
    width: int = 8
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, the same on screen, on paper and in a workbook.

    Attributes:
        columns: The columns.
        rows: As many cells each.
        notes: What is said below it.
        empty: What is said in its place where it has no rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Cells:
    """Makes cells in one language.

    Attributes:
        wording: The language.
    """

    wording: Wording = field()

    def text(self, text: str, *, tone: Tone = Tone.PLAIN) -> Cell:
        """Words; nothing invisible is left in them."""
        return Cell(clean(text), tone=tone)

    def words(self, texts: Sequence[str], *, tone: Tone = Tone.PLAIN) -> Cell:
        """Several texts in a row."""
        return Cell(self.wording.text("chart.list-separator").join(texts) or NOTHING, tone=tone)

    def count(self, number: int, *, tone: Tone = Tone.PLAIN) -> Cell:
        """A whole number."""
        return Cell(self.wording.number(number), number, CellKind.COUNT, tone)

    def tenths(self, number: float, *, tone: Tone = Tone.PLAIN) -> Cell:
        """A number with one digit."""
        text = f"{number:.1f}"
        return Cell(text, float(text), CellKind.TENTHS, tone)

    def score(self, score: Fraction | None) -> Cell:
        """A score of 0 to 100; only 100 reads 100."""
        if score is None:
            return EMPTY
        text = self.wording.score(score)
        return Cell(text, float(text), CellKind.TENTHS, Tone.STRONG)

    def points(self, hundredths: int, *, tone: Tone = Tone.PLAIN) -> Cell:
        """Points lost, given in hundredths."""
        return Cell(f"{hundredths // 100}.{hundredths % 100:02d}", hundredths / 100, CellKind.POINTS, tone)

    def share(self, share: Fraction | None, *, digits: int = 1, tone: Tone = Tone.PLAIN) -> Cell:
        """A share in per cent; only all of it reads 100 %."""
        if share is None:
            return MISSING
        text = self.wording.share(share, digits=digits)
        kind = CellKind.SHARE_TENTHS if digits else CellKind.SHARE
        return Cell(text, round(float(text.rstrip("% ")) / 100, 4), kind, tone)

    def change(self, change: Fraction | None, *, tone: Tone = Tone.PLAIN) -> Cell:
        """A difference in points, with its sign; one too small to show keeps the sign."""
        if change is None:
            return MISSING
        text = f"{abs(float(change)):.1f}"
        sign = "+" if change > 0 else MINUS if change < 0 else "±"
        return Cell(f"{sign}{text}", float(text) if change > 0 else 0.0 - float(text), CellKind.CHANGE, tone)

    def day(self, day: date, *, tone: Tone = Tone.PLAIN) -> Cell:
        """A day."""
        return Cell(day.isoformat(), day, CellKind.DAY, tone)

    def interval(self, interval: tuple[float, float] | None) -> Cell:
        """Both ends of an interval, in points."""
        if interval is None:
            return MISSING
        low, high = (f"{end:.1f}".replace("-", MINUS) for end in interval)
        return Cell(f"{low} … {high}", tone=Tone.MUTED)
