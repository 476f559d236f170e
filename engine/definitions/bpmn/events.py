"""What the events of BPMN are about, as triggers of a flow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine.definitions.bpmn.reading import BpmnReading, first_child, model_children, text_of
from engine.definitions.bpmn.vocabulary import CEL, OWN, TRIGGERS
from engine.definitions.conditions import check_condition
from engine.definitions.flow import Trigger, TriggerKind
from engine.definitions.xml_reading import local_name

_DURATION = re.compile(
    r"P(?:(?P<w>\d{1,9})W)?(?:(?P<d>\d{1,9})D)?(?:T(?:(?P<h>\d{1,9})H)?(?:(?P<m>\d{1,9})M)?(?:(?P<s>\d{1,9})S)?)?\Z"
)
_TIMERS = ("timeDuration", "timeDate", "timeCycle")
_NAMED = {
    "messageEventDefinition": "messageRef",
    "signalEventDefinition": "signalRef",
    "errorEventDefinition": "errorRef",
    "escalationEventDefinition": "escalationRef",
}
_AT_ENDS_ALONE = "terminateEventDefinition"
_NEVER_AT_ENDS = frozenset({"timerEventDefinition", "conditionalEventDefinition", "linkEventDefinition"})
_REFUSED = {
    "compensateEventDefinition": "bpmn.compensation",
    "cancelEventDefinition": "bpmn.cancel",
}
_KNOWN = {*TRIGGERS, *_REFUSED, "terminateEventDefinition", "linkEventDefinition"}


@dataclass(frozen=True, slots=True)
class EventMeaning:
    """What an event is about.

    Attributes:
        trigger: Its trigger, or None for an event about nothing.
        link: The name of a link event, or None for any other event.
        terminates: Whether it ends everything.
    """

    trigger: Trigger | None = None
    link: str | None = None
    terminates: bool = False


def event_meaning(
    element: etree._Element, roots: Mapping[str, etree._Element], reading: BpmnReading
) -> EventMeaning | None:
    """What an event is about.

    Args:
        element: The event.
        roots: The elements beside the processes, by id: messages, signals, errors and shared definitions.
        reading: Takes the problems.

    Returns:
        Its meaning, or None after a problem was noted: several definitions, compensation, cancellation, or one that
        is not known.
    """
    definitions = _definitions(element, roots, reading)
    if not definitions:
        return None if definitions is None else EventMeaning()
    definition = definitions[0]
    kind = local_name(definition)
    if len(definitions) > 1 or kind in _REFUSED:
        names = ", ".join(local_name(each) for each in definitions)
        code = "bpmn.multiple-event" if len(definitions) > 1 else _REFUSED[kind]
        reading.refuse(code, element, definitions=names)
        return None
    is_end = local_name(element) == "endEvent"
    if (kind == _AT_ENDS_ALONE and not is_end) or (kind in _NEVER_AT_ENDS and is_end):
        reading.refuse("bpmn.event-place", element, definition=kind)
        return None
    if kind == "terminateEventDefinition":
        return EventMeaning(terminates=True)
    if kind == "linkEventDefinition":
        return EventMeaning(link=reading.label(definition.get("name"), element))
    detail = _detail(element, definition, roots, reading)
    if kind == "escalationEventDefinition":
        reading.remark("bpmn.escalation", element)
    return EventMeaning(Trigger(TRIGGERS[kind], detail))


def _definitions(
    element: etree._Element, roots: Mapping[str, etree._Element], reading: BpmnReading
) -> list[etree._Element] | None:
    """The event's definitions, its own and those it shares; None after a problem was noted."""
    found: list[etree._Element] = []
    for name, child in model_children(element):
        if name == "eventDefinitionRef":
            shared = roots.get(text_of(child).rpartition(":")[2])
            if shared is None:
                reading.refuse("bpmn.dangling", element, attribute=name, target=text_of(child))
                return None
            found.append(shared)
        elif name.endswith("EventDefinition"):
            found.append(child)
    unknown = [each for each in found if local_name(each) not in _KNOWN]
    for each in unknown:
        reading.refuse("bpmn.unknown-element", each, parent=local_name(element))
    return None if unknown else found


def _detail(
    element: etree._Element,
    definition: etree._Element,
    roots: Mapping[str, etree._Element],
    reading: BpmnReading,
) -> str:
    """What a flow says of a trigger: a duration, a name or a condition, or "" where nothing of it can be said."""
    own = definition.get(f"{{{OWN}}}detail")
    if own is not None:
        return own
    kind = local_name(definition)
    if kind == "timerEventDefinition":
        return _duration(element, definition, reading)
    if kind == "conditionalEventDefinition":
        condition = first_child(definition, "condition")
        return condition_or_note(text_of(condition), condition, element, reading) or ""
    reference = definition.get(_NAMED[kind], "").rpartition(":")[2]
    if not reference:
        return ""
    if reference not in roots:
        reading.refuse("bpmn.dangling", element, attribute=_NAMED[kind], target=reference)
        return ""
    target = roots[reference]
    codes = (target.get("name"), target.get("errorCode"), target.get("escalationCode"))
    return reading.label(next(filter(None, codes), reference), element)


def _duration(element: etree._Element, definition: etree._Element, reading: BpmnReading) -> str:
    """The time of a timer as a flow writes it, or "" after a note for a date, a cycle or an expression."""
    for name, child in model_children(definition):
        if name not in _TIMERS:
            continue
        text = text_of(child)
        written = duration_of(text) if name == "timeDuration" else None
        if written:
            return written
        if text:
            reading.remark("bpmn.timer", element, kind=name, text=text)
        break
    return ""


def duration_of(text: str) -> str | None:
    """An ISO 8601 duration as a flow writes it: ``P7D`` is ``7d``; None where no whole span of clock time equals it."""
    found = _DURATION.match(text)
    if found is None:
        return None
    parts = {unit: int(amount) for unit, amount in found.groupdict().items() if amount is not None}
    days = parts.pop("w", 0) * 7 + parts.pop("d", 0)
    written = "".join(f"{amount}{unit}" for unit, amount in [("d", days), *parts.items()] if amount)
    return written or None


def condition_or_note(
    text: str, expression: etree._Element | None, element: etree._Element, reading: BpmnReading
) -> str | None:
    """A condition where it is CEL about the case; otherwise None, and the text in a note.

    Args:
        text: The condition as written.
        expression: Where it stands; it may say that it is in another language.
        element: What it is the condition of.
        reading: Takes the note.
    """
    if not text or expression is None:
        return None
    language = expression.get("language", CEL)
    if language == CEL and len(text) <= reading.limits.condition_characters and check_condition(text) is None:
        return text
    reading.remark("bpmn.condition", element, text=" ".join(text.split()))
    return None


def is_error(trigger: Trigger | None) -> bool:
    """Whether a trigger is an error."""
    return trigger is not None and trigger.kind is TriggerKind.ERROR
