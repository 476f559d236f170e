"""Which language a request is answered in."""

from __future__ import annotations

from fastapi import Request

from engine.vocabulary import Language

LONGEST_HEADER = 1_000
LANGUAGE_COOKIE = "lang"
"""Where a browser keeps the language that its user has chosen."""


def language_of(request: Request) -> Language:
    """The query's ``lang``, else the cookie's, else what ``Accept-Language`` prefers of what we speak, else English."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in set(Language):
            return Language(asked)
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """The language that an ``Accept-Language`` header likes best (RFC 9110, 12.5.4); English when it says nothing."""
    best, best_weight = Language.EN, 0.0
    for part in header[:LONGEST_HEADER].split(","):
        tag, _, parameter = part.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if primary in set(Language) and weight > best_weight:
            best, best_weight = Language(primary), weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip().lower() == "q" and 0 <= weight <= 1 else 0.0
