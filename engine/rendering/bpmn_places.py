"""From columns, rows and channels to pixels: the boxes, lines and labels of one scope of a BPMN diagram."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.definitions.bpmn.drawing import Box, DrawnLane, Layout, Point
from engine.definitions.flow import NodeKind
from engine.rendering.bpmn_channels import Channels, Jog
from engine.rendering.bpmn_grid import Arrow, Grid, Row
from engine.rendering.bpmn_sizes import ABOVE, EVENT, HEADING, NEAR, RIGHT_OF_LINE, Size, border_room

_GAP = 20.0
"""Between two rows."""
_PADDING = 20.0
"""Between a lane's border and what is in it."""
_THIN = 4.0
"""Half the height of a row of lines alone."""
_UPRIGHT = 12.0
_ASIDE = 8.0
_BESIDE_UPRIGHTS = 20.0
"""Room between the shapes and the uprights of a channel, on either side."""
_LEAST_CHANNEL = 50.0


@dataclass(slots=True)
class Placed:
    """What of one scope is placed, with its upper left corner at the origin."""

    size: Size = (0.0, 0.0)
    boxes: dict[str, Box] = field(default_factory=dict)
    lines: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    lanes: dict[str, Box] = field(default_factory=dict)
    pool: Box | None = None

    def moved(self, x: float, y: float) -> Placed:
        """The same elsewhere."""

        def box(old: Box) -> Box:
            return replace(old, x=old.x + x, y=old.y + y)

        return Placed(
            self.size,
            {key: box(old) for key, old in self.boxes.items()},
            {key: tuple(Point(p.x + x, p.y + y) for p in line) for key, line in self.lines.items()},
            {key: box(old) for key, old in self.labels.items()},
            {key: box(old) for key, old in self.lanes.items()},
            None if self.pool is None else box(self.pool),
        )

    def take(self, other: Placed) -> None:
        """Take over what was placed inside."""
        self.boxes.update(other.boxes)
        self.lines.update(other.lines)
        self.labels.update(other.labels)

    def layout(self) -> Layout:
        """The finished layout."""
        return Layout(self.boxes, self.lines, self.labels, self.lanes, self.pool)


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in one cell of the grid.

    Attributes:
        id: Of the node.
        kind: What it is.
        across, down: Size of its shape.
        labels: Id of the node and of each event on its border → size of the name beside it.
        events: Ids of the events on its border.
        inner: What is inside a sub-flow.
    """

    id: str
    kind: NodeKind
    across: float
    down: float
    labels: Mapping[str, Size]
    events: tuple[str, ...]
    inner: Placed | None

    @property
    def wide(self) -> float:
        """Room that it needs across."""
        return max(self.across, self.labels[self.id][0])

    @property
    def below(self) -> float:
        """Room that it needs below the middle of its row."""
        names = [EVENT / 2 + self.labels[event][1] + NEAR for event in self.events]
        return self.down / 2 + max([self.labels[self.id][1] + NEAR, *names])


class Places:
    """Gives everything of a scope its place.

    Args:
        grid: Columns and rows.
        channels: The lines and their uprights.
        contents: Node id → what stands there.
        labels: Edge id → size of the condition on its line.
    """

    def __init__(
        self,
        grid: Grid,
        channels: Channels,
        contents: Mapping[str, Content],
        labels: Mapping[str, Size],
    ) -> None:
        self._grid = grid
        self._arrows = channels.arrows
        self._channels = channels
        self._contents = contents
        self._labels = labels
        self._left: dict[int, float] = {}
        self._wide: dict[int, float] = {}
        self._channel: dict[int, float] = {}
        self._middle: dict[Row, float] = {}
        self._named: dict[tuple[int, Row], int] = defaultdict(int)

    def placed(self, lanes: Sequence[DrawnLane], least: Sequence[float]) -> Placed:
        """The scope, with a pool around it where it has lanes.

        Args:
            lanes: From top to bottom; none inside a sub-flow.
            least: How high each of them is at least.
        """
        heading = 2 * HEADING if lanes else 0.0
        right = self._place_columns(heading + _PADDING if lanes else 0.0)
        found = Placed()
        top = 0.0
        for number in range(self._grid.bands):
            bottom = self._place_rows(number, top, least[number] if lanes else None)
            if lanes:
                found.lanes[lanes[number].id] = Box(HEADING, top, right + _PADDING - HEADING, bottom - top)
            top = bottom
        if lanes:
            right += _PADDING
            found.pool = Box(0, 0, right, top)
        for content in self._contents.values():
            self._place_content(found, content)
        for arrow in self._arrows:
            found.lines[arrow.id] = tuple(_bends(self._points(found, arrow)))
            self._place_label(found, arrow)
        found.size = right, top
        return found

    # Columns and rows

    def _place_columns(self, left: float) -> float:
        """Place columns and channels from left to right; the right border."""
        last = max(self._grid.column.values(), default=-1)
        for node, column in self._grid.column.items():
            self._wide[column] = max(self._wide.get(column, 0.0), self._contents[node].wide)
        named = self._label_widths()
        for arrow in self._arrows:
            if self._grid.goes_back(arrow):
                column = self._grid.column[arrow.source]
                self._wide[column] = max(self._wide[column], self._labels[arrow.id][0])
        for channel in range(last + 2):
            uprights = self._channels.uprights[channel]
            self._channel[channel] = left
            between = 2 * _BESIDE_UPRIGHTS + max(uprights - 1, 0) * _UPRIGHT
            if channel in (0, last + 1):
                left += between if uprights else 0.0
            else:
                left += max(_LEAST_CHANNEL, between + named.get(channel, 0.0))
            self._left[channel] = left
            left += self._wide.get(channel, 0.0)
        return left

    def _label_widths(self) -> dict[int, float]:
        """Channel → width of the widest condition in it."""
        found: dict[int, float] = {}
        for arrow in self._arrows:
            across, _ = self._labels[arrow.id]
            if across and not self._grid.goes_back(arrow):
                channel = self._grid.column[arrow.source] + 1
                found[channel] = max(found.get(channel, 0.0), across)
        return found

    def _place_rows(self, band: int, top: float, least: float | None) -> float:
        """Place the rows of a band from its top; its bottom. A lane has a least height, and room at its borders."""
        named = self._label_heights()
        padding = 0.0 if least is None else _PADDING
        bottom = top + padding
        rows = [row for row in self._grid.rows if row.band == band]
        for index, row in enumerate(rows):
            nodes = [self._contents[node] for node, where in self._grid.row.items() if where is row]
            above = max([_THIN, named.get(row, 0.0), *(node.down / 2 for node in nodes)])
            bottom += above + (_GAP if index else 0.0)
            self._middle[row] = bottom
            bottom += max([_THIN, *(node.below for node in nodes)])
        bottom += padding
        missing = (least or 0.0) - (bottom - top)
        if missing > 0:
            for row in rows:
                self._middle[row] += missing / 2
            bottom += missing
        return bottom

    def _label_heights(self) -> dict[Row, float]:
        """Row → height of the highest condition on a line along it."""
        found: dict[Row, float] = {}
        for arrow in self._arrows:
            row = self._row_of_label(arrow)
            found[row] = max(found.get(row, 0.0), self._labels[arrow.id][1] + NEAR)
        return found

    def _row_of_label(self, arrow: Arrow) -> Row:
        return self._grid.passing.get(arrow.id) or self._grid.row[arrow.target]

    # Shapes

    def _place_content(self, found: Placed, content: Content) -> None:
        column, middle = self._grid.column[content.id], self._middle[self._grid.row[content.id]]
        centre = self._left[column] + self._wide[column] / 2
        box = Box(centre - content.across / 2, middle - content.down / 2, content.across, content.down)
        found.boxes[content.id] = box
        if content.inner is not None:
            found.take(content.inner.moved(box.centre.x - content.inner.size[0] / 2, box.y + ABOVE))
        across, down = content.labels[content.id]
        if across:
            found.labels[content.id] = Box(centre - across / 2, box.y + box.height + NEAR, across, down)
        right = box.x + box.width
        for event in content.events:
            x = right - RIGHT_OF_LINE
            right -= border_room(content.labels[event])
            own = Box(x - EVENT / 2, box.y + box.height - EVENT / 2, EVENT, EVENT)
            found.boxes[event] = own
            across, down = content.labels[event]
            if across:
                found.labels[event] = Box(x - NEAR - across, own.y + EVENT + NEAR, across, down)

    # Lines

    def _points(self, found: Placed, arrow: Arrow) -> Iterator[Point]:
        """All points of a line, those on the way included."""
        target = found.boxes[arrow.target]
        if arrow.port is None:
            source = found.boxes[arrow.source]
            yield Point(source.x + source.width, source.centre.y)
        else:
            event = found.boxes[arrow.port]
            yield Point(event.centre.x, event.y + event.height)
            yield Point(event.centre.x, self._middle[self._grid.passing[arrow.id]])
        last = target.centre.y
        jogs = self._channels.jogs[arrow.id]
        for jog in jogs:
            if not jog.is_straight:
                x = self._x(jog)
                yield Point(x, self._middle[jog.first])
                aside = jog is jogs[-1] and (jog.channel, jog.group) in self._channels.aside
                last = self._middle[jog.last] - (_ASIDE if aside else 0.0)
                yield Point(x, last)
        yield Point(target.x + self._inset(arrow.target, target.centre.y - last), last)

    def _inset(self, node: str, off: float) -> float:
        """How far inside its box the left border of a shape is, so much off its middle."""
        kind, half = self._contents[node].kind, self._contents[node].down / 2
        if kind in {NodeKind.STEP, NodeKind.SUB_FLOW}:
            return 0.0
        if kind in {NodeKind.START, NodeKind.EVENT, NodeKind.END}:
            return half - math.sqrt(half**2 - off**2)
        return abs(off)

    def _x(self, jog: Jog) -> float:
        place = self._channels.place[jog.channel, jog.group]
        return self._channel[jog.channel] + _BESIDE_UPRIGHTS + place * _UPRIGHT

    def _place_label(self, found: Placed, arrow: Arrow) -> None:
        """A condition above the level part of its line, behind the uprights; in its column on a line that goes back.

        Where one is there already, it stands below the line.
        """
        across, down = self._labels[arrow.id]
        if not across:
            return
        row = self._row_of_label(arrow)
        channel = self._grid.column[arrow.source] + 1
        if self._grid.goes_back(arrow):
            left = self._left[channel - 1] + (self._wide[channel - 1] - across) / 2
        else:
            uprights = max(self._channels.uprights[channel] - 1, 0) * _UPRIGHT
            left = self._channel[channel] + _BESIDE_UPRIGHTS + uprights + NEAR
        number = self._named[channel, row]
        self._named[channel, row] += 1
        y = self._middle[row] + (NEAR if number else -down - NEAR)
        found.labels[arrow.id] = Box(left, y, across, down)


def _bends(points: Iterator[Point]) -> Iterator[Point]:
    """The points without those at which a line does not bend."""
    kept: list[Point] = []
    for point in points:
        while len(kept) > 1 and (kept[-2].x == kept[-1].x == point.x or kept[-2].y == kept[-1].y == point.y):
            kept.pop()
        if not kept or kept[-1] != point:
            kept.append(point)
    yield from kept
