"""Who stands where in a BPMN diagram: a column for each node, a row in its band, and rows for lines that pass nodes.

Columns follow the order of the work: a node stands to the right of all that leads to it, loops left out. Bands lie
below each other, as lanes do, and hold rows. A line to the next column needs no row. Any other runs along one in which
no node stands in its way; where there is none, a row is put in. So no line ever crosses a shape. Lines to one node may
share a row: they join before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

_FAR = 3
"""How many rows out of its way a line goes before it gets a row of its own."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line to be laid.

    Attributes:
        id: Of the edge.
        source: Id of the node it leaves; for a line from a border, of what the border is of.
        target: Id of the node it enters, from the left.
        port: Id of the event on the border that it leaves downwards, or None: then it leaves its source to the right.
    """

    id: str
    source: str
    target: str
    port: str | None = None


@dataclass(eq=False, slots=True)
class Row:
    """A row of one band.

    Attributes:
        band: Number of the band.
        taken: Column → the node that stands there, or the target of the lines that pass, with ``>`` before it.
    """

    band: int
    taken: dict[int, str] = field(default_factory=dict)

    def is_free(self, columns: range, source: str, target: str) -> bool:
        """Whether a line may pass these columns, and meets nothing of others where it comes in and goes out."""
        beside = {None, f">{target}", source, target}
        ends = (columns.start - 1, columns.stop)
        return all(self.taken.get(column) in {None, f">{target}"} for column in columns) and all(
            self.taken.get(column) in beside for column in ends
        )


@dataclass(slots=True)
class Grid:
    """Columns and rows.

    Attributes:
        bands: Number of bands.
        column: Node id → its column, from 0.
        row: Node id → its row.
        rows: All rows from top to bottom, band by band, one at least in each.
        passing: Edge id → the row along which its line passes columns; lines to the next column have none.
    """

    bands: int
    column: dict[str, int] = field(default_factory=dict)
    row: dict[str, Row] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    passing: dict[str, Row] = field(default_factory=dict)

    def goes_back(self, arrow: Arrow) -> bool:
        """Whether a line leads to its own column or to one on the left."""
        return self.column[arrow.target] <= self.column[arrow.source]


def grid_of(nodes: Sequence[str], arrows: Sequence[Arrow], band: Mapping[str, int], *, bands: int) -> Grid:
    """Place nodes and lines.

    Args:
        nodes: Ids in the order in which those of one column are placed.
        arrows: The lines between them.
        band: Node id → number of its band, from 0.
        bands: How many there are.
    """
    grid = Grid(bands, rows=[Row(number) for number in range(bands)])
    back, met = _walk(nodes, arrows)
    onward = [arrow for arrow in arrows if arrow.id not in back]
    grid.column = _columns(nodes, onward)
    entering: dict[str, list[Arrow]] = defaultdict(list)
    for arrow in onward:
        entering[arrow.target].append(arrow)
    latest: dict[int, Row] = {}
    for node in sorted(nodes, key=lambda each: (grid.column[each], met[each])):
        latest[band[node]] = _place(grid, node, band[node], entering[node], latest)
    for arrow in arrows:
        _pass(grid, arrow)
    return grid


def _walk(nodes: Sequence[str], arrows: Sequence[Arrow]) -> tuple[set[str], dict[str, int]]:
    """The ids of lines that close a loop, and node id → number in the order of a walk in depth from the beginnings."""
    leaving: dict[str, list[Arrow]] = {node: [] for node in nodes}
    for arrow in arrows:
        leaving[arrow.source].append(arrow)
    entered = {arrow.target for arrow in arrows}
    back: set[str] = set()
    met: dict[str, int] = {}
    open_nodes: set[str] = set()
    for first in sorted(nodes, key=lambda node: node in entered):
        waiting: list[tuple[str, Iterator[Arrow]]] = []
        if first not in met:
            met[first] = len(met)
            waiting.append((first, iter(leaving[first])))
            open_nodes.add(first)
        while waiting:
            node, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                open_nodes.discard(node)
                waiting.pop()
            elif following.target in open_nodes:
                back.add(following.id)
            elif following.target not in met:
                met[following.target] = len(met)
                open_nodes.add(following.target)
                waiting.append((following.target, iter(leaving[following.target])))
    return back, met


def _columns(nodes: Sequence[str], onward: Sequence[Arrow]) -> dict[str, int]:
    """The longest way to each node; a node that nothing leads to stands just before what it leads to."""
    leaving: dict[str, list[str]] = defaultdict(list)
    waits = dict.fromkeys(nodes, 0)
    for arrow in onward:
        leaving[arrow.source].append(arrow.target)
        waits[arrow.target] += 1
    columns = dict.fromkeys(nodes, 0)
    heads = [node for node in nodes if not waits[node]]
    ready = list(heads)
    for node in ready:
        for target in leaving[node]:
            columns[target] = max(columns[target], columns[node] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    for node in heads:
        columns[node] = max(0, min((columns[target] for target in leaving[node]), default=1) - 1)
    return columns


def _place(grid: Grid, node: str, band: int, entering: Sequence[Arrow], latest: Mapping[int, Row]) -> Row:
    """Put a node into the row of what leads to it, or as near to it as one is free."""
    column = grid.column[node]
    here = [row for row in grid.rows if row.band == band]
    before = [grid.row[arrow.source] for arrow in entering if grid.row[arrow.source].band == band]
    wanted = here.index(before[0] if before else latest.get(band, here[0]))
    if entering and entering[0].port is not None:
        wanted += 1
    for place in _outwards(wanted):
        if not 0 <= place < len(here):
            index = grid.rows.index(here[0]) if place < 0 else grid.rows.index(here[-1]) + 1
            row = Row(band)
            grid.rows.insert(index, row)
        else:
            row = here[place]
        if column not in row.taken:
            row.taken[column] = node
            grid.row[node] = row
            return row
    raise AssertionError  # pragma: no cover - a new row is free


def _outwards(middle: int) -> Iterator[int]:
    """A number, the one after it, the one before it, and so on."""
    yield middle
    for distance in count(1):
        yield middle + distance
        yield middle - distance


def _pass(grid: Grid, arrow: Arrow) -> None:
    """Give a line a row for the columns that it passes, in a band at which it begins or ends or between the two."""
    first, last = grid.column[arrow.source], grid.column[arrow.target]
    columns = range(last, first + 1) if grid.goes_back(arrow) else range(first + (arrow.port is None), last)
    if not columns:
        return
    number = {row: index for index, row in enumerate(grid.rows)}
    begin, end = number[grid.row[arrow.source]], number[grid.row[arrow.target]]
    row = _free_row(grid, arrow, columns, (begin, end))
    if row is None:
        downwards = arrow.port is not None or end >= begin
        row = Row(grid.rows[begin].band)
        grid.rows.insert(begin + 1 if downwards else begin, row)
    row.taken.update(dict.fromkeys(columns, f">{arrow.target}"))
    grid.passing[arrow.id] = row


def _free_row(grid: Grid, arrow: Arrow, columns: range, ends: tuple[int, int]) -> Row | None:
    """The free row that is least out of the way between the rows of two numbers; None where all are far out."""
    begin, end = ends
    downwards = arrow.port is not None
    rows = _below(grid, begin, grid.column[arrow.source]) if downwards else range(len(grid.rows))
    bands = sorted((grid.rows[begin].band, grid.rows[end].band))

    def detour(index: int) -> int:
        return abs(index - begin) + abs(index - end) - abs(begin - end)

    near = sorted(rows, key=lambda index: (detour(index), abs(index - (end if downwards else begin)), -index))
    return next(
        (
            grid.rows[index]
            for index in near
            if bands[0] <= grid.rows[index].band <= bands[1]
            and detour(index) <= 2 * _FAR
            and grid.rows[index].is_free(columns, arrow.source, arrow.target)
        ),
        None,
    )


def _below(grid: Grid, begin: int, column: int) -> range:
    """The rows below a node down to the next node in its column: a line down from its border crosses none of them."""
    stop = begin + 1
    while stop < len(grid.rows) and grid.rows[stop].taken.get(column, ">").startswith(">"):
        stop += 1
    return range(begin + 1, stop)
