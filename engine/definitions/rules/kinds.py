"""The names of the rules."""

from __future__ import annotations

from enum import StrEnum


class StandardKind(StrEnum):
    """The name of a rule, as the flow file spells it."""

    COUNT = "count"
    PRECEDENCE = "precedence"
    RESPONSE = "response"
    ALL_OF = "all-of"
    TOGETHER = "together"
    DURATION = "duration"
    CYCLE_TIME = "cycle-time"
    DEADLINE = "deadline"
    LEAD_TIME = "lead-time"
    AGREEMENT = "agreement"
    LEVEL = "level"
    RATING = "rating"
    FIELDS = "fields"
    HOLDS = "holds"
    SAME_ACTOR = "same-actor"
    DIFFERENT_ACTOR = "different-actor"
    PERFORMED_BY = "performed-by"
    AUTHORITY = "authority"
    CHANGE = "change"
    QUICKER = "quicker"
