"""The rules that a standard can state: what they are about, not how they end.

A rule names steps by id, attributes by reference, and limits by value. Each class is one rule of the flow file, and its
docstring says what one *instance* of it is: the thing that is met or missed. A family of rules has a file of its own;
``rules_reading``, which makes them from a flow file, and ``conformance.standards``, which holds them against a log, are
cut the same way.
"""

from __future__ import annotations

from engine.definitions.rules.actors import Authority, AuthorityLimit, DifferentActor, PerformedBy, SameActor
from engine.definitions.rules.kinds import StandardKind
from engine.definitions.rules.order import AllOf, Count, Precedence, Response, Together
from engine.definitions.rules.population import Change, Measured, Quicker
from engine.definitions.rules.references import AttributeRef
from engine.definitions.rules.spans import SecondTier, TimeSpan, TimeUnit
from engine.definitions.rules.times import CycleTime, Deadline, Duration, LeadTime
from engine.definitions.rules.values import Agreement, Fields, Holds, Level, Rating, RequiredField

__all__ = [
    "CASE_RULES",
    "POPULATION_RULES",
    "Agreement",
    "AllOf",
    "AttributeRef",
    "Authority",
    "AuthorityLimit",
    "Change",
    "Count",
    "CycleTime",
    "Deadline",
    "DifferentActor",
    "Duration",
    "Fields",
    "Holds",
    "LeadTime",
    "Level",
    "Measured",
    "PerformedBy",
    "Precedence",
    "Quicker",
    "Rating",
    "RequiredField",
    "Response",
    "Rule",
    "SameActor",
    "SecondTier",
    "StandardKind",
    "TimeSpan",
    "TimeUnit",
    "Together",
]

Rule = (
    Count
    | Precedence
    | Response
    | AllOf
    | Together
    | Duration
    | CycleTime
    | Deadline
    | LeadTime
    | Agreement
    | Level
    | Rating
    | Fields
    | Holds
    | SameActor
    | DifferentActor
    | PerformedBy
    | Authority
    | Change
    | Quicker
)
CASE_RULES = (Count, Together, CycleTime, Deadline, LeadTime, Agreement, SameActor, DifferentActor)
"""The rules with one instance for each case; a level or a rating is one of them where its attribute is the case's."""
POPULATION_RULES = (Change, Quicker)
"""The rules that hold of many cases together and of none alone."""
