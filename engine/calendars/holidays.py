"""The public holidays of a country or of a part of it, from the package ``holidays``.

For years whose moved days have not been announced yet it knows the statutory days only, and of some countries the days
that follow the moon for a few decades only (India: 2001 to 2035).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

_AT_ONCE = 10
"""Years whose holidays are asked for together."""


def is_country(code: str) -> bool:
    """Whether a code such as ``CN`` or ``DE-BY`` names a country, or a part of one, whose holidays are known."""
    import holidays  # noqa: PLC0415 - a third of a second that most calendars do not need

    country, dash, part = code.partition("-")
    known: Mapping[str, Any] = holidays.list_supported_countries(include_aliases=True)
    return country in known and (not dash or part in known[country])


def public_days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Closed days and moved working days of a country in a year; none without a country."""
    if not country:
        return frozenset(), frozenset()
    return _public_days(country, year // _AT_ONCE)[year % _AT_ONCE]


@cache
def _public_days(country: str, block: int) -> tuple[tuple[frozenset[date], frozenset[date]], ...]:
    """The same of a block of years, because asking for many costs little more than asking for one."""
    years = range(max(block * _AT_ONCE, 1), (block + 1) * _AT_ONCE)
    found = _of(country, years)
    closed, moved = sorted(found), sorted(getattr(found, "weekend_workdays", ()))
    return tuple(
        (frozenset(day for day in closed if day.year == year), frozenset(day for day in moved if day.year == year))
        for year in range(block * _AT_ONCE, (block + 1) * _AT_ONCE)
    )


@cache
def holidays_by_name(country: str, year: int) -> Mapping[str, frozenset[date]]:
    """The days of each public holiday of a country in a year, by every name that it goes by, in lower case."""
    if not country:
        return {}
    found: dict[str, set[date]] = {}
    languages = {getattr(_of(country), "default_language", None), "en_US"}
    for language in languages:
        days = _of(country, year, language=language)
        for day, names in days.items():
            for name in names.split("; "):
                for part in (name, *re.split(r"[()（）]", name)):
                    if part.strip():
                        found.setdefault(part.strip().casefold(), set()).add(day)
    return {name: frozenset(of_name) for name, of_name in found.items()}


def _of(code: str, years: int | range | None = None, *, language: str | None = None) -> Any:
    import holidays  # noqa: PLC0415 - as above

    country, _, part = code.partition("-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of some countries the movable days are known for a few decades only
        return holidays.country_holidays(country, subdiv=part or None, years=years, language=language)
