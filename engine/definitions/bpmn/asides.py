"""What stands in a BPMN file and says nothing about the order of work: set aside, and listed by its ids."""

from __future__ import annotations

from lxml import etree

from engine.definitions.bpmn.reading import BpmnReading, first_child, model_children
from engine.definitions.bpmn.vocabulary import MODEL, OWN, WITHOUT_ORDER

ROUTING = frozenset({"incoming", "outgoing", "laneSet", "extensionElements", "conditionExpression"})
"""Children that only say what other elements say as well, or that have a reader of their own."""
LOOPS = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})
_READ = ROUTING | LOOPS | {"eventDefinitionRef"}
_READ_BELOW = frozenset(
    {"timeDuration", "timeDate", "timeCycle", "condition", "loopCardinality", "source", "target", "extensionElements"}
)
"""What is read of an event definition or a loop, or says again what its partner says."""


def list_beside(element: etree._Element, reading: BpmnReading) -> None:
    """List what stands inside an element that holds no nodes, and is not read."""
    for name, child in model_children(element):
        if name.endswith("EventDefinition") or name in LOOPS:
            list_loop_or_definition(child, reading)
        elif name in WITHOUT_ORDER or name not in _READ:
            list_aside(name, child, reading)
    list_foreign(element, reading)


def list_loop_or_definition(element: etree._Element, reading: BpmnReading) -> None:
    """List what is not read of a loop or of what an event is about."""
    for name, child in model_children(element):
        if name not in _READ_BELOW:
            list_aside(name, child, reading)
    list_foreign(element, reading)


def list_aside(name: str, element: etree._Element, reading: BpmnReading) -> None:
    """List an element, by the nearest id around it where it has none."""
    reading.listed("bpmn.set-aside", name, element if element.get("id") else _near(element))


def list_foreign(element: etree._Element, reading: BpmnReading) -> None:
    """List what tools added: elements and attributes of other namespaces, wherever they stand."""
    extensions = first_child(element, "extensionElements")
    added = [*(extensions if extensions is not None else ()), *element]
    namespaces = [etree.QName(child).namespace or "-" for child in added]
    namespaces += [space for name in element.attrib if (space := etree.QName(str(name)).namespace)]
    for namespace in namespaces:
        if namespace not in {OWN, MODEL}:
            reading.listed("bpmn.of-a-tool", namespace, _near(element))


def _near(element: etree._Element) -> etree._Element:
    """The nearest element around with an id, so that a list can name it."""
    around: etree._Element | None = element
    while around is not None and not around.get("id"):
        around = around.getparent()
    return element if around is None else around
