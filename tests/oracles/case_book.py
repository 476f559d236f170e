"""The slow plain twin of the case book: every case is assessed alone, in the words of the plain assessment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from engine.calendars import Calendar
from engine.definitions.flow import Flow
from engine.nets.net import Net
from engine.vocabulary import Dimension
from tests.oracles.assessment import Cause, PlainCase, assess_plainly

Lost = Counter[tuple[int, Dimension, Cause]]
"""Case, dimension and cause → lost units."""


def losses_plainly(
    flow: Flow, net: Net, cases: Sequence[PlainCase], *, now: datetime | None, calendar: Calendar
) -> Lost:
    """What each case lost, and by what."""
    found: Lost = Counter()
    for number, case in enumerate(cases):
        scores = assess_plainly(flow, net, [case], now=now, calendar=calendar)
        for dimension, score in scores.items():
            for cause, units in score.lost.items():
                found[number, dimension, cause] += units
    return found
