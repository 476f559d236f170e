"""From the elements of one BPMN process to a draft: each element has its meaning, is refused, or is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from engine.definitions.bpmn.asides import (
    LOOPS,
    ROUTING,
    list_aside,
    list_beside,
    list_foreign,
    list_loop_or_definition,
)
from engine.definitions.bpmn.draft import Draft, DraftEdge, DraftNode
from engine.definitions.bpmn.events import condition_or_note, event_meaning
from engine.definitions.bpmn.lanes import read_lanes
from engine.definitions.bpmn.reading import BpmnReading, first_child, flag, model_children
from engine.definitions.bpmn.repeating import repeat_of
from engine.definitions.bpmn.vocabulary import (
    CEL,
    EVENTS,
    GATEWAYS,
    GLOBAL_TASKS,
    OWN,
    SUB_PROCESSES,
    TASKS,
    WITHOUT_ORDER,
)
from engine.definitions.flow import NodeKind
from engine.definitions.xml_reading import local_name

_REFUSED = {
    "complexGateway": "bpmn.complex-gateway",
    "adHocSubProcess": "bpmn.ad-hoc",
    "callChoreography": "bpmn.choreography",
    "choreographyTask": "bpmn.choreography",
    "subChoreography": "bpmn.choreography",
    "implicitThrowEvent": "bpmn.unknown-node",
    "event": "bpmn.unknown-node",
    "flowNode": "bpmn.unknown-node",
}
_NODES = TASKS | SUB_PROCESSES | set(GATEWAYS) | EVENTS | {"callActivity"}
_DEEPEST_CALL = 16


@dataclass(slots=True)
class Collector:
    """Collects the nodes and edges of a process and of what it calls.

    Attributes:
        reading: Takes problems and notes.
        processes: The file's processes by id.
        roots: Its other elements beside them, by id.
        written_by_us: Whether Trueline wrote the file.
        draft: What was collected.
        links: Link events: (scope, name) → keys of those that throw, and of those that catch.
    """

    reading: BpmnReading
    processes: Mapping[str, etree._Element]
    roots: Mapping[str, etree._Element]
    written_by_us: bool = False
    draft: Draft = field(default_factory=Draft)
    links: dict[tuple[str | None, str], tuple[list[DraftNode], list[DraftNode]]] = field(default_factory=dict)

    def collect(self, scope: etree._Element, parent: str | None, calls: tuple[str, ...]) -> None:
        """Collect what stands directly in a process or sub-process, and all below.

        Args:
            scope: The process or sub-process.
            parent: Key of the node that stands for it, None for the process itself.
            calls: The processes that were called on the way here, the outermost first.
        """
        keys: dict[str, DraftNode] = {}
        flows: list[etree._Element] = []
        lanes = read_lanes(scope, self.draft, self.reading)
        prefix = "" if len(calls) == 1 else f"{parent}/" if parent in self.draft.called else _prefix_of(parent)
        for name, child in model_children(scope):
            if name == "sequenceFlow":
                flows.append(child)
                list_beside(child, self.reading)
            elif name in _NODES:
                node = self._node(name, child, parent, prefix)
                if node is None:
                    continue
                keys[child.get("id", "")] = node
                lane = lanes.get(child.get("id", ""))
                node.lane = lane if lane is not None else self._lane_around(parent)
                self._below(name, child, node, calls)
            elif name in _REFUSED:
                self.reading.refuse(_REFUSED[name], child)
            elif name in WITHOUT_ORDER:
                list_aside(name, child, self.reading)
            elif name in LOOPS and local_name(scope) in SUB_PROCESSES:
                list_loop_or_definition(child, self.reading)
            elif name not in ROUTING:
                self.reading.refuse("bpmn.unknown-element", child, parent=local_name(scope))
        list_foreign(scope, self.reading)
        self._check_size(scope)
        self._attach(keys)
        for flow in flows:
            self._edge(flow, keys)
        self._check_defaults(keys, flows)
        self._check_size(scope)

    def _check_size(self, scope: etree._Element) -> None:
        """Stop when there is too much already: calls of calls multiply.

        Raises:
            InputRefused: With all that was found so far.
        """
        limits, draft = self.reading.limits, self.draft
        for limit, found in (("flow_nodes", len(draft.nodes)), ("flow_edges", len(draft.edges))):
            if found > getattr(limits, limit):
                self.reading.limit(limit, found, scope)
                self.reading.refuse_if_failed()

    # Nodes

    def _node(self, name: str, element: etree._Element, parent: str | None, prefix: str) -> DraftNode | None:
        identifier = element.get("id", "")
        if not identifier:
            self.reading.refuse("bpmn.missing-id", element)
            return None
        if flag(element, "isForCompensation"):
            self.reading.refuse("bpmn.compensation", element)
            return None
        if any(element.get(quantity, "1").strip() != "1" for quantity in ("startQuantity", "completionQuantity")):
            self.reading.refuse("bpmn.quantity", element)
        key, label = prefix + identifier, self.reading.label(element.get("name"), element)
        if name in EVENTS:
            return self._event(name, element, DraftNode(key, NodeKind.EVENT, label, element, parent))
        if name in GATEWAYS:
            kind = GATEWAYS[name]
            if kind is NodeKind.EVENT_BASED and element.get("eventGatewayType") == "Parallel":
                self.reading.refuse("bpmn.parallel-event-gateway", element)
            return self.draft.add(DraftNode(key, kind, label, element, parent))
        node = DraftNode(key, NodeKind.STEP, label, element, parent)
        if name in TASKS and name != "task":
            self.reading.listed("bpmn.task-type", name, element)
        node.plan = element.get(f"{{{OWN}}}plan") is not None
        return self.draft.add(node)

    def _event(self, name: str, element: etree._Element, node: DraftNode) -> DraftNode | None:
        if element.get(f"{{{OWN}}}plan") is not None:
            return None  # drawn for people; the plan itself is written out in the process
        meaning = event_meaning(element, self.roots, self.reading)
        if meaning is None:
            self.reading.refused_elements.add(element.get("id", ""))
            return None
        node.event, node.terminates = meaning.trigger, meaning.terminates
        node.throws = name in {"intermediateThrowEvent", "endEvent"} and meaning.trigger is not None
        said = element.get(f"{{{OWN}}}throws")
        node.throws = node.throws if said is None else said == "true"
        node.terminates = node.terminates or element.get(f"{{{OWN}}}terminates") == "true"
        if meaning.link is not None:
            node.kind, node.name = NodeKind.EXCLUSIVE, node.name or meaning.link
            ends = self.links.setdefault((node.parent, meaning.link), ([], []))
            ends[0 if name == "intermediateThrowEvent" else 1].append(node)
        elif name == "startEvent":
            node.kind = NodeKind.START
            node.interrupting = flag(element, "isInterrupting", default=True)
        elif name == "endEvent":
            node.kind = NodeKind.END
        elif name == "boundaryEvent":
            node.interrupting = flag(element, "cancelActivity", default=True)
            node.host = element.get("attachedToRef", "").rpartition(":")[2]
            if meaning.trigger is None:
                self.reading.refuse("bpmn.boundary-without-trigger", element)
        elif meaning.trigger is None:
            node.kind = NodeKind.EXCLUSIVE  # an event about nothing only passes the case on
            self.reading.listed("bpmn.none-event", name, element)
        return self.draft.add(node)

    def _below(self, name: str, element: etree._Element, node: DraftNode, calls: tuple[str, ...]) -> None:
        """What stands inside a node: its repetition, its own nodes, and what is set aside."""
        if name in SUB_PROCESSES:
            self._sub_process(name, element, node, calls)
        else:
            if name == "callActivity":
                self._call(element, node, calls)
            list_beside(element, self.reading)
        if name in TASKS | SUB_PROCESSES | {"callActivity"}:
            node.repeat = repeat_of(element, self.reading, is_step=node.kind is NodeKind.STEP)

    def _sub_process(self, name: str, element: etree._Element, node: DraftNode, calls: tuple[str, ...]) -> None:
        if not any(inner in _NODES or inner in _REFUSED for inner, _ in model_children(element)):
            self.reading.inform("bpmn.empty-sub-process", element)
            list_beside(element, self.reading)
            return
        if name == "transaction":
            self.reading.inform("bpmn.transaction", element)
        node.kind, node.handles = NodeKind.SUB_FLOW, flag(element, "triggeredByEvent")
        self.collect(element, node.key, calls)

    def _call(self, element: etree._Element, node: DraftNode, calls: tuple[str, ...]) -> None:
        """A call of a process in the same file is that process; any other call is one step."""
        called = element.get("calledElement", "").rpartition(":")[2]
        process = self.processes.get(called) if called else None
        if process is None or not any(inner in _NODES for inner, _ in model_children(process)):
            if called not in self.roots or local_name(self.roots[called]) not in GLOBAL_TASKS:
                self.reading.remark("bpmn.call-not-given", element, called=called or "-")
            return
        if called in calls or len(calls) > _DEEPEST_CALL:
            self.reading.refuse("bpmn.call-loop", element, called=called)
            return
        self.reading.inform("bpmn.call-written-out", element, called=called)
        node.kind = NodeKind.SUB_FLOW
        self.draft.called.add(node.key)
        self.collect(process, node.key, (*calls, called))

    def _attach(self, keys: Mapping[str, DraftNode]) -> None:
        """Join boundary events with what they sit on."""
        for node in [node for node in keys.values() if node.host is not None]:
            host = keys.get(node.host or "")
            if node.element is None:
                continue
            if host is None or host.kind not in {NodeKind.STEP, NodeKind.SUB_FLOW} or host.plan or host.handles:
                self.reading.refuse("bpmn.dangling", node.element, attribute="attachedToRef", target=node.host or "-")
                self.draft.drop([node.key])
                continue
            node.host = host.key
            self._check_escalation(node.element, host)
            if not node.interrupting:
                self.reading.remark("bpmn.once-at-most", node.element)

    def _check_escalation(self, catching: etree._Element, host: DraftNode) -> None:
        """Refuse to catch an escalation that is thrown inside: it would happen there and then, not at any time."""
        if first_child(catching, "escalationEventDefinition") is None:
            return
        for node in self.draft.nodes.values():
            inside = node.parent
            while inside is not None and inside != host.key:
                inside = self.draft.nodes[inside].parent
            if inside is None or node.element is None or not node.throws:
                continue
            if first_child(node.element, "escalationEventDefinition") is not None:
                self.reading.refuse("bpmn.escalation-inside", catching, thrower=node.name or node.key)
                return

    # Edges

    def _edge(self, element: etree._Element, keys: Mapping[str, DraftNode]) -> None:
        if element.get(f"{{{OWN}}}plan") is not None:
            return
        ends: list[DraftNode] = []
        for attribute in ("sourceRef", "targetRef"):
            reference = element.get(attribute, "")
            node = keys.get(reference) or keys.get(reference.rpartition(":")[2])
            if node is not None:
                ends.append(node)
            elif not self._was_refused(reference):
                self.reading.refuse("bpmn.dangling", element, attribute=attribute, target=reference or "-")
        if len(ends) < len(("source", "target")):
            return
        source, target = ends
        if not self._may_join(element, source, target):
            return
        edge = DraftEdge(source.key, target.key, element)
        edge.otherwise = _default_of(source) == element.get("id", "")
        expression = first_child(element, "conditionExpression")
        if expression is not None:
            self._condition(edge, expression, element)
        if element.get("name", "").strip() and element.get(f"{{{OWN}}}place") is None:
            self.reading.listed("bpmn.edge-name", "sequenceFlow", element)
        self.draft.edges.append(edge)

    def _may_join(self, element: etree._Element, source: DraftNode, target: DraftNode) -> bool:
        """Whether a sequence flow may leave and enter its ends; a problem is noted where not."""
        if target.kind is NodeKind.START or target.host is not None:
            self.reading.refuse("bpmn.edge-into-start", element, target=target.name or target.key)
        elif source.kind is NodeKind.END:
            self.reading.refuse("bpmn.edge-out-of-end", element, source=source.name or source.key)
        elif _is_link(source, "intermediateThrowEvent") or _is_link(target, "intermediateCatchEvent"):
            self.reading.refuse("bpmn.link-with-flow", element)
        else:
            return True
        return False

    def _condition(self, edge: DraftEdge, expression: etree._Element, element: etree._Element) -> None:
        raw = "".join(str(part) for part in expression.itertext())
        text = raw if expression.get("language") == CEL else raw.strip()
        if edge.otherwise:
            self.reading.remark("bpmn.condition-of-default", element, text=text)
            return
        edge.text = text
        edge.when = condition_or_note(text, expression, element, self.reading)

    def _check_defaults(self, keys: Mapping[str, DraftNode], flows: Sequence[etree._Element]) -> None:
        """Refuse a default that is no flow out of its node."""
        leaving = {(flow.get("sourceRef", "").rpartition(":")[2], flow.get("id")) for flow in flows}
        for key, node in keys.items():
            default = _default_of(node)
            if default is not None and (key, default) not in leaving and node.element is not None:
                self.reading.refuse("bpmn.dangling", node.element, attribute="default", target=default)

    def _was_refused(self, identifier: str) -> bool:
        """Whether an id is that of an element that was refused itself, so that edges to it are no second problem."""
        return identifier in self.reading.refused_elements

    def _lane_around(self, parent: str | None) -> str | None:
        return None if parent is None else self.draft.nodes[parent].lane


def _is_link(node: DraftNode, kind: str) -> bool:
    """Whether a node is a link event of a kind."""
    if node.element is None or local_name(node.element) != kind:
        return False
    return first_child(node.element, "linkEventDefinition") is not None


def _default_of(node: DraftNode) -> str | None:
    """The id of its default flow, or None where it names none."""
    default = "" if node.element is None else node.element.get("default", "")
    return default.rpartition(":")[2] or None


def _prefix_of(parent: str | None) -> str:
    """What stands before the keys of the nodes inside a sub-flow of a called process."""
    return "" if parent is None or "/" not in parent else parent.rpartition("/")[0] + "/"
