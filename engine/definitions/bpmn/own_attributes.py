"""The attributes that Trueline writes on the elements of a BPMN file: what a node says and BPMN has no word for."""

from __future__ import annotations

from engine.definitions.bpmn.own import STEP_TIMES
from engine.definitions.bpmn.vocabulary import OWN
from engine.definitions.flow import Flow, Node, NodeKind
from engine.definitions.titles import Title


def own_attributes(flow: Flow, node: Node, element: str, place: int) -> dict[str, str]:
    """The attributes of a node.

    Args:
        flow: The flow it is of.
        node: The node.
        element: The name of its element.
        place: Its position in the flow.
    """
    said = {"place": str(place)}
    if "." in node.id:
        said["id"] = node.id
    if node.calls is not None:
        said["calls"] = node.calls
    if node.ends is not None:
        said["ends"] = node.ends.value
    flags = {"optional": node.optional, "logged": node.logged, "terminates": node.terminates and node.event is not None}
    said |= {key: "true" for key, holds in flags.items() if holds}
    throws_in_bpmn = node.event is not None and element in {"intermediateThrowEvent", "endEvent"}
    if node.throws != throws_in_bpmn:
        said["throws"] = "true" if node.throws else "false"
    said |= _role(node) | _times(flow, node)
    if _only_in_plan(flow, node):
        said["plan"] = "step"
    own = {f"{{{OWN}}}{key}": value for key, value in said.items()}
    titles = (("risk-", node.risk), ("script-", node.script))
    return own | both(node.title) | {k: v for p, title in titles if title is not None for k, v in _pair(title, p)}


def both(title: Title) -> dict[str, str]:
    """A title in both languages, where its name alone would not give it back."""
    if title.en == title.zh == " ".join(title.en.split()):
        return {}
    return dict(_pair(title, ""))


def _pair(title: Title, prefix: str) -> list[tuple[str, str]]:
    return [(f"{{{OWN}}}{prefix}en", title.en), (f"{{{OWN}}}{prefix}zh", title.zh)]


def _role(node: Node) -> dict[str, str]:
    """A role where no lane says it; "" in a sub-flow, whose steps would else have the role of the lane around it."""
    if node.role is not None and node.kind is not NodeKind.STEP:
        return {"role": node.role}
    return {"role": ""} if node.role is None and node.parent is not None else {}


def _times(flow: Flow, node: Node) -> dict[str, str]:
    """The standards that stand on a step."""
    standards = {standard.id: standard for standard in flow.standards}
    found = [(key, standards.get(f"{node.id}.{key}")) for key in STEP_TIMES]
    spans = [(key, s.at_least if key == STEP_TIMES[0] else s.at_most) for key, s in found if s is not None]
    return {key: span.text for key, span in spans if span is not None}


def _only_in_plan(flow: Flow, node: Node) -> bool:
    return node.id in flow.plan_steps and not any(node.id in {edge.source, edge.target} for edge in flow.edges)
