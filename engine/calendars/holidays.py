"""The public holidays of a country or of a part of it, from the package ``holidays``.

For years whose moved days have not been announced yet it knows the statutory days only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any


def is_country(code: str) -> bool:
    """Whether a code such as ``CN`` or ``DE-BY`` names a country, or a part of one, whose holidays are known."""
    import holidays  # noqa: PLC0415 - a third of a second that most calendars do not need

    country, _, part = code.partition("-")
    known: Mapping[str, Any] = holidays.list_supported_countries(include_aliases=True)
    return country in known and (not part or part in known[country])


@cache
def public_days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Closed days and moved working days of a country in a year; none without a country."""
    if not country:
        return frozenset(), frozenset()
    days = _of(country, year)
    return frozenset(days), frozenset(day for day in getattr(days, "weekend_workdays", ()) if day.year == year)


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


def _of(code: str, year: int | None = None, *, language: str | None = None) -> Any:
    import holidays  # noqa: PLC0415 - as above

    country, _, part = code.partition("-")
    return holidays.country_holidays(country, subdiv=part or None, years=year, language=language)
