"""The keys of every rule, and how each rule is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.definitions.rules import Rule, StandardKind
from engine.definitions.rules_reading import actors, order, population, times, values
from engine.definitions.rules_reading.operands import Operands

RULE_KEYS: Mapping[StandardKind, tuple[str, ...]] = MappingProxyType(
    {
        StandardKind.COUNT: ("at-least", "at-most"),
        StandardKind.PRECEDENCE: (),
        StandardKind.RESPONSE: ("within", "second-tier"),
        StandardKind.ALL_OF: ("before",),
        StandardKind.TOGETHER: (),
        StandardKind.DURATION: ("at-least", "at-most"),
        StandardKind.CYCLE_TIME: (),
        StandardKind.DEADLINE: ("promised", "second-tier"),
        StandardKind.LEAD_TIME: ("before", "at-least"),
        StandardKind.AGREEMENT: ("within",),
        StandardKind.LEVEL: ("at-least", "at-most"),
        StandardKind.RATING: ("scale", "at-least"),
        StandardKind.FIELDS: ("require",),
        StandardKind.HOLDS: ("that",),
        StandardKind.SAME_ACTOR: (),
        StandardKind.DIFFERENT_ACTOR: (),
        StandardKind.PERFORMED_BY: ("roles",),
        StandardKind.AUTHORITY: ("amount", "limits"),
        StandardKind.CHANGE: ("at-least", "at-most"),
        StandardKind.QUICKER: ("than", "from", "to"),
    }
)
"""The keys that belong to a rule beside its own name."""

READERS: Mapping[StandardKind, Callable[[Operands], Rule | None]] = MappingProxyType(
    {
        StandardKind.COUNT: order.read_count,
        StandardKind.PRECEDENCE: order.read_precedence,
        StandardKind.RESPONSE: order.read_response,
        StandardKind.ALL_OF: order.read_all_of,
        StandardKind.TOGETHER: order.read_together,
        StandardKind.DURATION: times.read_duration,
        StandardKind.CYCLE_TIME: times.read_cycle_time,
        StandardKind.DEADLINE: times.read_deadline,
        StandardKind.LEAD_TIME: times.read_lead_time,
        StandardKind.AGREEMENT: values.read_agreement,
        StandardKind.LEVEL: values.read_level,
        StandardKind.RATING: values.read_rating,
        StandardKind.FIELDS: values.read_fields,
        StandardKind.HOLDS: values.read_holds,
        StandardKind.SAME_ACTOR: actors.read_same_actor,
        StandardKind.DIFFERENT_ACTOR: actors.read_different_actor,
        StandardKind.PERFORMED_BY: actors.read_performed_by,
        StandardKind.AUTHORITY: actors.read_authority,
        StandardKind.CHANGE: population.read_change,
        StandardKind.QUICKER: population.read_quicker,
    }
)
"""Reads the rule of a standard, or notes what is wrong with it."""

SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "existence": "count",
        "exactly": "count",
        "absence": "count",
        "succession": "response",
        "co-occurrence": "together",
        "coexistence": "together",
        "max-duration": "duration",
        "min-duration": "duration",
        "tolerance-between": "agreement",
        "required-fields": "fields",
        "actor": "performed-by",
        "segregation-of-duties": "different-actor",
        "four-eyes": "different-actor",
    }
)
"""Names that rules have elsewhere (Declare, audit), and what they are called here."""
