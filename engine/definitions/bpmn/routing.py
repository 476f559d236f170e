"""The rules of BPMN that a flow has no element for, said with nodes and edges that it has.

Each function takes a draft and changes it; together they leave one start and at least one end in each scope, no
condition behind anything but a gateway, no link events, no event sub-processes and no edge twice.
"""

from __future__ import annotations

from engine.definitions.bpmn.choices import settle_choices
from engine.definitions.bpmn.collecting import Collector
from engine.definitions.bpmn.draft import Draft, DraftEdge, DraftNode, plain
from engine.definitions.bpmn.reading import BpmnReading
from engine.definitions.flow import NodeKind


def settle(collector: Collector) -> None:
    """Apply every rule, in the order in which they build on each other."""
    draft, reading = collector.draft, collector.reading
    _join_links(collector)
    for scope in draft.scopes():
        _settle_beginning(draft, scope, reading)
    settle_choices(draft, reading, written_by_us=collector.written_by_us)
    for handler in [node for node in draft.nodes.values() if node.handles]:
        _catch_at_border(draft, handler, reading)
    _drop_unreached(draft, reading)
    for scope in draft.scopes():
        _settle_end(draft, scope)
    _part_twins(draft)


def _join_links(collector: Collector) -> None:
    """A link event that throws leads to the one that catches (BPMN 10.5.4, off-page connectors)."""
    for throwing, catching in collector.links.values():
        for node in throwing if not catching else catching[1:]:
            if node.element is not None:
                code = "bpmn.link-without-target" if not catching else "bpmn.two-link-targets"
                collector.reading.refuse(code, node.element, link=node.name)
        if not throwing:
            for node in catching:
                if node.element is not None:
                    collector.reading.refuse("bpmn.link-without-source", node.element, link=node.name)
        if catching:
            collector.draft.edges += [DraftEdge(node.key, catching[0].key, node.element) for node in throwing]


# Beginnings


def _settle_beginning(draft: Draft, scope: str | None, reading: BpmnReading) -> None:
    """One start: the file's own, or one that stands for all ways to begin (BPMN 10.5.2, 13.3.4, 13.5.1)."""
    inside = draft.inside(scope)
    entered = {edge.target for edge in draft.edges}
    starts = [node for node in inside if node.kind is NodeKind.START]
    heads = [
        node
        for node in inside
        if node.key not in entered and node.host is None and not node.handles and not node.plan and node not in starts
    ]
    if starts and heads:
        for node in heads:
            if node.element is not None:
                reading.refuse("bpmn.no-way-in", node.element)
        return
    if scope is not None and draft.nodes[scope].handles:
        _check_handler(draft.nodes[scope], starts, reading)
    elif scope is not None:
        _keep_plain_start(draft, draft.nodes[scope], starts, reading)
    elif len(starts) > 1:
        _choose_start(draft, starts)
    if not starts:
        _begin_at(draft, scope, heads, reading)


def _begin_at(draft: Draft, scope: str | None, heads: list[DraftNode], reading: BpmnReading) -> None:
    """Without a start event, everything that nothing leads to begins when the process does."""
    if not heads:
        if scope is None or draft.nodes[scope].element is None:
            reading.problem("bpmn.no-beginning")
        else:
            reading.refuse("bpmn.no-beginning-inside", draft.nodes[scope].element)  # type: ignore[arg-type]
        return
    start = draft.make(NodeKind.START, "start", scope)
    draft.edges += [DraftEdge(start.key, head.key) for head in heads]


def _choose_start(draft: Draft, starts: list[DraftNode]) -> None:
    """Each start event begins a case of its own, so a case takes one of them."""
    kind = NodeKind.EVENT_BASED if all(start.event for start in starts) else NodeKind.EXCLUSIVE
    start, choice = draft.make(NodeKind.START, "start", None), draft.make(kind, "begins-with", None)
    draft.edges.append(DraftEdge(start.key, choice.key))
    for node in starts:
        node.kind = NodeKind.EVENT if node.event else NodeKind.EXCLUSIVE
        draft.edges.append(DraftEdge(choice.key, node.key, node.element))


def _keep_plain_start(draft: Draft, scope: DraftNode, starts: list[DraftNode], reading: BpmnReading) -> None:
    """A sub-process begins at its start about nothing; a called process as well, whatever else may begin it."""
    plain = [start for start in starts if start.event is None]
    if scope.key in draft.called and plain:
        draft.drop(start.key for start in starts if start.event is not None)
        starts[:] = plain
    for extra in starts[1:]:
        if extra.element is not None:
            reading.refuse("bpmn.several-starts", extra.element)


def _check_handler(handler: DraftNode, starts: list[DraftNode], reading: BpmnReading) -> None:
    """An event sub-process begins with one event, and a flow can say it only if that interrupts."""
    if handler.element is None:
        return
    if len(starts) != 1 or starts[0].event is None:
        reading.refuse("bpmn.handler-start", handler.element)
    elif not starts[0].interrupting:
        reading.refuse("bpmn.handler-beside", handler.element)


# Event sub-processes


def _catch_at_border(draft: Draft, handler: DraftNode, reading: BpmnReading) -> None:
    """An interrupting event sub-process is a boundary event on what is around it, with a sub-flow behind it."""
    starts = [node for node in draft.inside(handler.key) if node.kind is NodeKind.START]
    if len(starts) != 1 or starts[0].event is None:
        return
    key = _around_process(draft) if handler.parent is None else handler.parent
    around = draft.nodes[key]
    if around.repeat is not None and handler.element is not None:
        reading.refuse("bpmn.handler-repeated", handler.element)
        return
    start = starts[0]
    border = draft.make(NodeKind.EVENT, f"{plain(start.key)}-caught", around.parent, start.name)
    border.event, border.host, border.element = start.event, around.key, start.element
    start.event, handler.handles, handler.parent = None, False, around.parent
    handler.name = handler.name or start.name
    draft.edges.append(DraftEdge(border.key, handler.key))
    _go_on_after(draft, around.key, handler.key)


def _around_process(draft: Draft) -> str:
    """The key of a sub-flow that holds the whole process, made when it is first needed."""
    key = "+process"
    if key not in draft.nodes:
        inner = [node for node in draft.inside(None) if not node.handles]
        draft.nodes = {key: DraftNode(key, NodeKind.SUB_FLOW, draft.name, None), **draft.nodes}
        for node in inner:
            node.parent = key
        start = draft.make(NodeKind.START, "begin", None)
        draft.edges.insert(0, DraftEdge(start.key, key))
    return key


def _go_on_after(draft: Draft, first: str, second: str) -> None:
    """Let the case go on behind the second node as it does behind the first."""
    leaving = draft.leaving(first)
    if not leaving:
        return
    parent = draft.nodes[first].parent
    merge = draft.make(NodeKind.EXCLUSIVE, f"{plain(first)}-left", parent)
    onward = merge
    if len(leaving) > 1:
        onward = draft.make(NodeKind.PARALLEL, f"{plain(first)}-on", parent)
        draft.edges.append(DraftEdge(merge.key, onward.key))
    for edge in leaving:
        edge.source = onward.key
    draft.edges += [DraftEdge(first, merge.key), DraftEdge(second, merge.key)]


# Ends


def _drop_unreached(draft: Draft, reading: BpmnReading) -> None:
    """Nodes of a called process that only its other starts lead to are never reached."""
    reached = _reached(draft)
    gone = [node for node in draft.nodes.values() if node.key not in reached and _is_called(draft, node)]
    for node in gone:
        if node.element is not None:
            reading.listed("bpmn.not-called", "flowNode", node.element)
    draft.drop(node.key for node in gone)


def _is_called(draft: Draft, node: DraftNode) -> bool:
    return node.parent is not None and (node.parent in draft.called or _is_called(draft, draft.nodes[node.parent]))


def _reached(draft: Draft) -> set[str]:
    onward = draft.onward()
    for node in draft.nodes.values():
        if node.kind is NodeKind.START and node.parent is not None and node.host is None:
            onward[node.parent].append(node.key)
    reached = {node.key for node in draft.inside(None) if node.kind is NodeKind.START or node.plan}
    waiting = list(reached)
    while waiting:
        for key in onward[waiting.pop()]:
            if key not in reached:
                reached.add(key)
                waiting.append(key)
    return reached


def _settle_end(draft: Draft, scope: str | None) -> None:
    """What nothing follows is the end of its path (BPMN 10.5.3)."""
    left = {edge.source for edge in draft.edges}
    open_ends = [
        node
        for node in draft.inside(scope)
        if node.key not in left and node.kind is not NodeKind.END and not node.plan and not node.handles
    ]
    if open_ends:
        end = draft.make(NodeKind.END, "end", scope)
        draft.edges += [DraftEdge(node.key, end.key) for node in open_ends]


def _part_twins(draft: Draft) -> None:
    """A second edge between the same two nodes gets a node of its own that only passes on."""
    seen: set[tuple[str, str]] = set()
    extra: list[DraftEdge] = []
    for edge in draft.edges:
        pair = (edge.source, edge.target)
        if pair in seen:
            between = draft.make(NodeKind.EXCLUSIVE, "passing", draft.nodes[edge.source].parent)
            extra.append(DraftEdge(between.key, edge.target))
            edge.target = between.key
        seen.add(pair)
    draft.edges += extra
