"""Numbers, times and texts as a reader of one language expects them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from engine.assessment.points import rounded_score
from engine.definitions.durations import parse_time_span
from engine.definitions.flow import Trigger, TriggerKind
from engine.definitions.rules import TimeUnit
from engine.definitions.titles import Title
from engine.errors import Value
from engine.messages.catalogue import sentence, term
from engine.rendering.text import clean
from engine.vocabulary import Language

_UNITS = ((60, 1, "second"), (90 * 60, 60, "minute"), (48 * 3600, 3600, "hour"), (math.inf, 86400, "day"))
"""(below how many seconds, seconds of the unit, its name): 80 minutes stay minutes, 40 hours stay hours."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How one language says things.

    Attributes:
        language: The language.
    """

    language: Language

    def text(self, code: str, **values: Value) -> str:
        """The sentence of a code."""
        return sentence(code, values, self.language)

    def term(self, code: str) -> str:
        """The name of a thing."""
        return term(code, self.language)

    def title(self, title: Title) -> str:
        """A title."""
        return title.text(self.language)

    def number(self, value: float, *, digits: int = 0) -> str:
        """A number with separated thousands, and a minus sign where it is negative."""
        return f"{value:,.{digits}f}".replace("-", "−")

    def share(self, share: Fraction | float, *, digits: int = 0) -> str:
        """A share in per cent. Only all is 100 %, only nothing is 0 %: what lies between is never rounded to them."""
        least = 10.0**-digits
        percent = float(share) * 100
        if 0 < share < 1:
            percent = min(max(percent, least), 100 - least)
        text = f"{percent:.{digits}f}"
        return f"{text} %" if self.language is Language.EN else f"{text}%"

    def score(self, score: Fraction) -> str:
        """A score with one digit; below 100 it never reads 100, above 0 never 0."""
        tenths = rounded_score(score, parts=10)
        return f"{tenths // 10}.{tenths % 10}" if 0 < tenths < 1000 else str(tenths // 10)

    def duration(self, seconds: float) -> str:
        """A duration in the unit that a person would say: two or three significant digits."""
        amount, name = next((seconds / size, name) for below, size, name in _UNITS if abs(seconds) < below)
        digits = 1 if abs(amount) < 10 and round(amount, 1) != round(amount) else 0
        return self.text(f"chart.unit.{name}", amount=self.number(amount, digits=digits))

    def trigger(self, trigger: Trigger) -> str:
        """What sets something off; a time in the largest unit of which it is a whole number."""
        detail = clean(trigger.detail)
        span = parse_time_span(trigger.detail) if trigger.kind is TriggerKind.TIMER else None
        if span is not None and span.unit is TimeUnit.CLOCK and span.amount:
            seconds = span.amount // 1_000_000
            amount, name = next((seconds // size, name) for _, size, name in reversed(_UNITS) if seconds % size == 0)
            detail = self.text(f"chart.unit.{name}", amount=amount)
        return self.text(f"chart.trigger.{trigger.kind}", detail=detail)

    def moment(self, moment: datetime) -> str:
        """A moment to the minute, in UTC unless it says otherwise."""
        known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        zone = known.strftime("%z")
        return known.strftime("%Y-%m-%d %H:%M ") + ("UTC" if zone == "+0000" else f"UTC{zone[:3]}:{zone[3:]}")
