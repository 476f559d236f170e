"""Writing PNML: place/transition nets of ISO/IEC 15909-2, the same bytes for the same net.

Silent transitions and final markings are written as ProM and pm4py read them. What PNML has no element for (the flow's
node, the purpose, the plan, further activity names) stands in ``toolspecific`` elements, so that reading gives the
same net again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from types import MappingProxyType

from lxml import etree

from engine.errors import InputRefused, Place, Problem
from engine.nets.net import SILENT, Net, Purpose, Transition
from engine.nets.pnml_reader import INVISIBLE, TOOL
from engine.nets.pnml_xml import NAMESPACE

_TYPE = "http://www.pnml.org/version-2009/grammar/ptnet"


def write_pnml(net: Net) -> str:
    """A net as PNML.

    Args:
        net: Its labels stand in the order of the transitions that first carry them, as every net of ``compile_flow``
            and of ``read_pnml`` has them; labels that no transition carries are not written.

    Raises:
        InputRefused: An id, a label or an activity holds a character that XML cannot carry (``pnml.unwritable``).
    """
    _refuse_unwritable([*net.places, *(t.id for t in net.transitions), *net.labels, *net.label_of_activity, net.name])
    root = etree.fromstring(f'<pnml xmlns="{NAMESPACE}"/>')
    element = _add(root, "net", {"id": "net", "type": _TYPE})
    _annotation(element, "name", net.name)
    if dict(net.label_of_activity) != {label: index for index, label in enumerate(net.labels)}:
        _write_activities(element, net)
    page = _add(element, "page", {"id": "page"})
    for place, tokens in zip(net.places, net.initial.tolist(), strict=True):
        node = _add(page, "place", {"id": place})
        _annotation(node, "name", place)
        if tokens:
            _annotation(node, "initialMarking", str(tokens))
    for transition in net.transitions:
        _write_transition(page, net, transition)
    _write_arcs(page, net)
    finals = _add(element, "finalmarkings")
    for row in net.finals.tolist():
        marking = _add(finals, "marking")
        for place, tokens in zip(net.places, row, strict=True):
            if tokens:
                _add(_add(marking, "place", {"idref": place}), "text").text = str(tokens)
    etree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode") + "\n"


def _write_activities(element: etree._Element, net: Net) -> None:
    own = _add(element, "toolspecific", {"tool": TOOL, "version": "1"})
    for activity, label in net.label_of_activity.items():
        _add(own, "activity", {"name": activity, "label": net.labels[label]})


def _write_transition(page: etree._Element, net: Net, transition: Transition) -> None:
    silent = transition.label == SILENT
    node = _add(page, "transition", {"id": transition.id})
    _annotation(node, "name", transition.id if silent else net.labels[transition.label])
    if silent:
        _add(node, "toolspecific", {"tool": "ProM", "version": "6.4", "activity": INVISIBLE})
    said = _said_by_us(transition)
    if said:
        _add(node, "toolspecific", {"tool": TOOL, "version": "1", **said})


def _said_by_us(transition: Transition) -> Mapping[str, str]:
    """What a reader could not tell from the transition itself."""
    said: dict[str, str] = {}
    if transition.node != transition.id:
        said["node"] = transition.node
    if transition.purpose is Purpose.SKIP:
        said["purpose"] = transition.purpose.value
    if transition.plan:
        said["plan"] = transition.plan
    if transition.enters_plan:
        said["enters-plan"] = "true"
    if transition.chosen:
        said["chosen"] = " ".join(transition.chosen)
    return said


def _write_arcs(page: etree._Element, net: Net) -> None:
    taken = {*net.places, *(t.id for t in net.transitions)}
    names = (name for number in count(1) if (name := f"arc.{number}") not in taken)
    for index, transition in enumerate(net.transitions):
        for place, weight in net.before.row(index):
            _write_arc(page, next(names), net.places[place], transition.id, weight)
        for place, weight in net.after.row(index):
            _write_arc(page, next(names), transition.id, net.places[place], weight)


def _write_arc(page: etree._Element, name: str, source: str, target: str, weight: int) -> None:
    arc = _add(page, "arc", {"id": name, "source": source, "target": target})
    if weight != 1:
        _annotation(arc, "inscription", str(weight))


def _add(parent: etree._Element, name: str, attributes: Mapping[str, str] = MappingProxyType({})) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", dict(attributes))


def _annotation(parent: etree._Element, name: str, text: str) -> None:
    _add(_add(parent, name), "text").text = text


def _refuse_unwritable(texts: Iterable[str]) -> None:
    problems = []
    for text in dict.fromkeys(texts):
        try:
            etree.Element("text").text = text
        except ValueError:
            problems.append(Problem("pnml.unwritable", Place(), {"text": text}))
    if problems:
        raise InputRefused(problems)
