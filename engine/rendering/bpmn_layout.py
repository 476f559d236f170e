"""Where the shapes and lines of a BPMN diagram stand: from left to right, in lanes, with level and upright lines.

Sizes are those that modelers give new shapes. A sub-flow is laid out first by itself and then stands in what is around
it as one shape, so that nothing of it can lie outside its border. Names beside small shapes and conditions on lines
have room kept for them. Events on a border stand along its lower side, and their lines leave downwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from engine.definitions.bpmn.drawing import Drawing, DrawnEdge, DrawnLane, DrawnNode, Layout
from engine.definitions.flow import NodeKind
from engine.errors import LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from engine.rendering.bpmn_channels import channels_of
from engine.rendering.bpmn_grid import Arrow, grid_of
from engine.rendering.bpmn_places import Content, Placed, Places
from engine.rendering.bpmn_sizes import MARGIN, Sizes, heading_height
from engine.vocabulary import Language


def layout_drawing(drawing: Drawing, *, language: Language, limits: Limits = DEFAULT_LIMITS) -> Layout:
    """Lay out a drawing.

    Args:
        drawing: From ``drawing_of``.
        language: Of the names, which need room.
        limits: ``chart_elements`` bounds shapes and lines together.

    Returns:
        A place for every shape, line and lane; the same for the same drawing, everywhere.

    Raises:
        LimitExceeded: It has too many shapes and lines to be laid out in reasonable time.
    """
    elements = len(drawing.nodes) + len(drawing.edges)
    if elements > limits.chart_elements:
        raise LimitExceeded(limit="chart_elements", allowed=limits.chart_elements, found=elements)
    laying = _Laying(drawing, Sizes(language))
    return laying.scope(None, drawing.lanes).moved(MARGIN, MARGIN).layout()


class _Laying:
    """One layout in the making."""

    def __init__(self, drawing: Drawing, sizes: Sizes) -> None:
        self._sizes = sizes
        self._inside: dict[str | None, list[DrawnNode]] = defaultdict(list)
        self._on: dict[str, list[DrawnNode]] = defaultdict(list)
        self._host = {node.id: node.host for node in drawing.nodes if node.host is not None}
        self._edges: dict[str | None, list[DrawnEdge]] = defaultdict(list)
        parent = {node.id: node.parent for node in drawing.nodes}
        for node in drawing.nodes:
            if node.host is None:
                self._inside[node.parent].append(node)
            else:
                self._on[node.host].append(node)
        for edge in drawing.edges:
            self._edges[parent[edge.source]].append(edge)

    def scope(self, scope: str | None, lanes: Sequence[DrawnLane] = ()) -> Placed:
        """Everything inside a sub-flow, or all, from the origin."""
        nodes, edges = self._inside[scope], self._edges[scope]
        inner = {node.id: self.scope(node.id) for node in nodes if node.kind is NodeKind.SUB_FLOW}
        contents = {node.id: self._content(node, inner.get(node.id)) for node in nodes}
        arrows = [self._arrow(edge) for edge in edges]
        band = {node: number for number, lane in enumerate(lanes) for node in lane.nodes}
        bands = {node.id: band.get(node.id, 0) for node in nodes}
        grid = grid_of([node.id for node in nodes], arrows, bands, bands=max(len(lanes), 1))
        labels = {edge.id: self._sizes.edge_label(edge) for edge in edges}
        least = [heading_height(self._sizes.lane_name(lane)) for lane in lanes]
        return Places(grid, channels_of(grid, arrows), contents, labels).placed(lanes, least)

    def _arrow(self, edge: DrawnEdge) -> Arrow:
        host = self._host.get(edge.source)
        return Arrow(edge.id, host or edge.source, edge.target, None if host is None else edge.source)

    def _content(self, node: DrawnNode, inner: Placed | None) -> Content:
        events = self._on[node.id]
        across, down = self._sizes.shape(node, events, None if inner is None else inner.size)
        labels = {each.id: self._sizes.label(each) for each in (node, *events)}
        return Content(
            node.id, node.kind, across, down, labels=labels, events=tuple(event.id for event in events), inner=inner
        )
