"""Loops and multiple instances of activities (BPMN 2.0.2, 10.3.7, 13.3.6 and 13.3.7)."""

from __future__ import annotations

import re

from lxml import etree

from engine.definitions.bpmn.asides import LOOPS
from engine.definitions.bpmn.reading import BpmnReading, first_child, flag, model_children, text_of
from engine.definitions.bpmn.vocabulary import OWN
from engine.definitions.flow import Repeat

_NUMBER = re.compile(r"[0-9]{1,9}\Z")


def repeat_of(element: etree._Element, reading: BpmnReading, *, is_step: bool) -> Repeat | None:
    """How often an activity is performed.

    A loop that tests before may be left out; one that tests after is done once at least. Multiple instances are as
    many as the file says in digits. Where it names a collection or an expression instead, at least one instance is
    taken for granted, with a note. Instances of a task beside each other are the same to a log as one after the other.

    Args:
        element: The activity.
        reading: Takes problems and notes.
        is_step: Whether it is one step rather than a sub-flow.

    Returns:
        None for an activity that is performed once, and after a problem was noted: nobody can say how many instances
        of a sub-process run beside each other at most.
    """
    if sum(name in LOOPS for name, _ in model_children(element)) > 1:
        reading.refuse("bpmn.two-loops", element)
        return None
    loop = first_child(element, "standardLoopCharacteristics")
    instances = first_child(element, "multiInstanceLoopCharacteristics")
    own = _own(loop if loop is not None else instances)
    if own is not None or (loop is None and instances is None):
        return own
    if loop is not None or instances is None:
        return _loop(loop) if loop is not None else None
    is_parallel = not flag(instances, "isSequential")
    number = text_of(first_child(instances, "loopCardinality"))
    stops_early = bool(text_of(first_child(instances, "completionCondition")))
    if _NUMBER.match(number) and int(number) > 0:
        most = int(number)
        return Repeat(1 if stops_early else most, most, parallel=is_parallel and not is_step)
    if is_parallel and not is_step:
        reading.refuse("bpmn.instances-unknown", element)
        return None
    reading.remark("bpmn.instances-assumed", element)
    return Repeat(1, None)


def _own(loop: etree._Element | None) -> Repeat | None:
    """What Trueline wrote."""
    if loop is None or not _NUMBER.match(loop.get(f"{{{OWN}}}at-least", "")):
        return None
    most = loop.get(f"{{{OWN}}}at-most", "")
    parallel = loop.get(f"{{{OWN}}}parallel") == "true"
    return Repeat(int(loop.get(f"{{{OWN}}}at-least", "")), int(most) if _NUMBER.match(most) else None, parallel)


def _loop(loop: etree._Element) -> Repeat:
    maximum = loop.get("loopMaximum", "").strip()
    most = int(maximum) if _NUMBER.match(maximum) and int(maximum) > 0 else None
    return Repeat(0 if flag(loop, "testBefore") else 1, most)
