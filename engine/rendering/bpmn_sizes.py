"""How large the shapes and names of a BPMN diagram are, in pixels, by the habits of modelers."""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.bpmn.drawing import DrawnEdge, DrawnLane, DrawnNode
from engine.definitions.bpmn.writer import name_of_condition
from engine.definitions.flow import NodeKind
from engine.rendering.text import width, wrap
from engine.vocabulary import Language

MARGIN = 40.0
"""Around the whole diagram."""
EVENT = 36.0
"""Width and height of an event."""
AROUND, ABOVE = 30.0, 40.0
"""Room between the border of a sub-flow and what is in it."""
HEADING = 30.0
"""Width of the strip on the left of a pool or lane that holds its name."""
NEAR = 3.0
"""Between a shape or line and its name."""
RIGHT_OF_LINE = EVENT / 2 + 8.0
"""Room on the right of the middle of an event on a border."""
_STEP = (100.0, 80.0)
_GATEWAY = (50.0, 50.0)
_WIDEST_STEP = 200.0
_STEP_LINES = 4
_CHARACTER, _LINE = 6.5, 14.0
"""Width of a narrow character and height of a line in a modeler's usual font."""
_LABEL_COLUMNS, _WORD_COLUMNS = 14, 30
_SLACK = 6.0
_LEAST_LANE = 60.0
_LARGEST_HEADING = 300.0

Size = tuple[float, float]
"""Width and height; both 0 for what is not there."""


class Sizes:
    """The sizes of shapes and names.

    Args:
        language: Of the names.
    """

    def __init__(self, language: Language) -> None:
        self._language = language

    def shape(self, node: DrawnNode, events: Sequence[DrawnNode], inner: Size | None) -> Size:
        """The size of a node's shape.

        Args:
            node: The node.
            events: Those on its border, which need room along it.
            inner: The size of what is in a sub-flow.
        """
        border = sum(self.event_room(event) for event in events)
        if inner is not None:
            across, down = inner
            return max(across + 2 * AROUND, border, _STEP[0]), down + ABOVE + AROUND
        if node.kind is NodeKind.STEP:
            length = width(self._name(node)) * _CHARACTER
            across = min(max(_STEP[0], length / _STEP_LINES + 2 * _LINE), _WIDEST_STEP)
            return max(across, border), _STEP[1]
        small = node.kind in {NodeKind.START, NodeKind.EVENT, NodeKind.END}
        return (EVENT, EVENT) if small else _GATEWAY

    def event_room(self, event: DrawnNode) -> float:
        """Room along a border for an event and the name on its left."""
        return border_room(self.label(event))

    def label(self, node: DrawnNode) -> Size:
        """The size of a name beside a shape."""
        inside = node.kind in {NodeKind.STEP, NodeKind.SUB_FLOW}
        return (0.0, 0.0) if inside else _block(self._name(node))

    def edge_label(self, edge: DrawnEdge) -> Size:
        """The size of the condition on a line."""
        when = None if edge.edge is None else edge.edge.when
        return _block("" if when is None else name_of_condition(when))

    def lane_name(self, lane: DrawnLane) -> str:
        """The name of a lane."""
        return lane.title.text(self._language)

    def _name(self, node: DrawnNode) -> str:
        title = node.plan.risk if node.plan is not None else None if node.node is None else node.node.title
        return "" if title is None else title.text(self._language)


def border_room(name: Size) -> float:
    """Room along a border, from right to left, for an event and its name beside the line down from it."""
    return RIGHT_OF_LINE + max(EVENT / 2, name[0] + NEAR)


def heading_height(name: str) -> float:
    """How high a lane has to be for its name, which is written upwards on two lines at most."""
    return min(max(_LEAST_LANE, width(name) * _CHARACTER + _LINE), _LARGEST_HEADING)


def _block(text: str) -> Size:
    """The size of a text in lines of a label's width; a long word of Latin letters makes it wider, up to a limit."""
    if not text:
        return 0.0, 0.0
    longest = max((width(word) for word in text.split() if word.isascii()), default=0)
    columns = min(width(text), max(_LABEL_COLUMNS, min(longest, _WORD_COLUMNS)))
    lines = wrap(text, columns=max(columns, 2), lines=len(text) + 1)
    return columns * _CHARACTER + _SLACK, _LINE * len(lines)
