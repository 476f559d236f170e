"""What a log has to hold so that a standard can be judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch

from engine.definitions import rules
from engine.definitions.conditions import CASE, EVENT, names_used
from engine.definitions.rules import AttributeRef
from engine.definitions.standards import Standard, event_step


class EvidenceKind(StrEnum):
    """One kind of what a log can record.

    ``activity``: that a step was done. ``time``: when. ``start``: when it began. ``resource``: by whom. ``role``: by
    someone with which role. ``case-attribute``, ``event-attribute``: a named value.
    """

    ACTIVITY = "activity"
    TIME = "time"
    START = "start"
    RESOURCE = "resource"
    ROLE = "role"
    CASE_ATTRIBUTE = "case-attribute"
    EVENT_ATTRIBUTE = "event-attribute"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a log has to record.

    Attributes:
        kind: What it is.
        step: The step at whose events it is recorded, or None for any, and for the case.
        name: The attribute's name, or "" where it is none. "*" stands for all of them: a condition that reads them
            otherwise than by name.
    """

    kind: EvidenceKind
    step: str | None = None
    name: str = ""

    @property
    def text(self) -> str:
        """As it is written in a flow file: an attribute, or the kind with its step."""
        if self.name:
            return f"{self.step or CASE}.{self.name}"
        return f"{self.kind.value} ({self.step})" if self.step else self.kind.value


ALL_ATTRIBUTES = "*"


def evidence_of(standard: Standard) -> tuple[Evidence, ...]:
    """What a log has to record so that a standard can be judged.

    Args:
        standard: A standard of a flow that was read, so that its conditions compile.

    Returns:
        Each thing once: the activities of its steps first, then times, actors and attributes in the order of the rule,
        then what its ``when`` reads.
    """
    found = [Evidence(EvidenceKind.ACTIVITY, step) for step in standard.steps]
    found += _needed(standard.rule)
    if standard.season is not None or standard.per is not None:
        found.append(Evidence(EvidenceKind.TIME))
    if standard.when is not None:
        found += _of_condition(standard.when, event_step(standard.rule))
    return tuple(dict.fromkeys(found))


@singledispatch
def _needed(rule: rules.Rule) -> Iterator[Evidence]:
    """What a rule needs beside the activities of its steps; nothing for rules about order alone."""
    del rule
    return iter(())


@_needed.register
def _(rule: rules.Response) -> Iterator[Evidence]:
    if rule.within is not None:
        yield Evidence(EvidenceKind.TIME, rule.first)
        yield Evidence(EvidenceKind.TIME, rule.second)


@_needed.register
def _(rule: rules.Duration) -> Iterator[Evidence]:
    yield Evidence(EvidenceKind.START, rule.step)
    yield Evidence(EvidenceKind.TIME, rule.step)


@_needed.register(rules.CycleTime)
def _(rule: rules.CycleTime) -> Iterator[Evidence]:
    del rule
    yield Evidence(EvidenceKind.TIME)


@_needed.register(rules.Deadline)
@_needed.register(rules.LeadTime)
def _(rule: rules.Deadline | rules.LeadTime) -> Iterator[Evidence]:
    yield Evidence(EvidenceKind.TIME, rule.step)
    yield _of_attribute(rule.promised)


@_needed.register
def _(rule: rules.Agreement) -> Iterator[Evidence]:
    yield _of_attribute(rule.first)
    yield _of_attribute(rule.second)


@_needed.register(rules.Level)
@_needed.register(rules.Rating)
def _(rule: rules.Level | rules.Rating) -> Iterator[Evidence]:
    yield _of_attribute(rule.attribute)


@_needed.register
def _(rule: rules.Fields) -> Iterator[Evidence]:
    for field in rule.required:
        yield Evidence(EvidenceKind.EVENT_ATTRIBUTE, rule.step, field.name)


@_needed.register
def _(rule: rules.Holds) -> Iterator[Evidence]:
    yield from _of_condition(rule.holds, rule.step)


@_needed.register(rules.SameActor)
@_needed.register(rules.DifferentActor)
def _(rule: rules.SameActor | rules.DifferentActor) -> Iterator[Evidence]:
    for step in rule.members:
        yield Evidence(EvidenceKind.RESOURCE, step)


@_needed.register
def _(rule: rules.PerformedBy) -> Iterator[Evidence]:
    yield Evidence(EvidenceKind.ROLE, rule.step)


@_needed.register
def _(rule: rules.Authority) -> Iterator[Evidence]:
    yield Evidence(EvidenceKind.ROLE, rule.step)
    yield _of_attribute(rule.amount)


@_needed.register
def _(rule: rules.Change) -> Iterator[Evidence]:
    yield Evidence(EvidenceKind.TIME)
    if isinstance(rule.of, AttributeRef):
        yield _of_attribute(rule.of)


@_needed.register
def _(rule: rules.Quicker) -> Iterator[Evidence]:
    yield Evidence(EvidenceKind.TIME)
    yield from _of_condition(rule.first, None)
    yield from _of_condition(rule.second, None)


def _of_attribute(attribute: AttributeRef) -> Evidence:
    kind = EvidenceKind.CASE_ATTRIBUTE if attribute.step is None else EvidenceKind.EVENT_ATTRIBUTE
    return Evidence(kind, attribute.step, attribute.name)


def _of_condition(text: str, step: str | None) -> Iterator[Evidence]:
    """The attributes that a condition reads, by name."""
    names = names_used(text)
    for name in [*sorted(names.case), *([ALL_ATTRIBUTES] if CASE in names.whole else [])]:
        yield Evidence(EvidenceKind.CASE_ATTRIBUTE, None, name)
    for name in [*sorted(names.event), *([ALL_ATTRIBUTES] if EVENT in names.whole else [])]:
        yield Evidence(EvidenceKind.EVENT_ATTRIBUTE, step, name)
