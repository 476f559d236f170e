"""The upright parts of the lines of a BPMN diagram, in the channels between its columns.

Lines that leave one shape go up and down along one upright, and so do lines that enter one shape, as far as they do
not belong to a shape with several ways out. What has nothing in common never runs along the same stretch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.rendering.bpmn_grid import Arrow, Grid, Row


@dataclass(frozen=True, slots=True)
class Jog:
    """Where a line goes from one row to another.

    Attributes:
        channel: Number of the channel; it lies on the left of the column of that number.
        first: The row from which the line comes.
        last: The row along which it goes on.
        comes_from_left: Whether it comes from the column on the left.
        goes_right: Whether it goes on to the column on the right.
        group: Lines of one group share an upright.
    """

    channel: int
    first: Row
    last: Row
    comes_from_left: bool
    goes_right: bool
    group: tuple[str, str]

    @property
    def is_straight(self) -> bool:
        """Whether the line only passes."""
        return self.first is self.last


@dataclass(slots=True)
class Channels:
    """The uprights of all channels.

    Attributes:
        arrows: The lines.
        jogs: Edge id → its jogs from source to target.
        place: (channel, group) → number of its upright in the channel, from 0 on the left.
        uprights: Channel → how many uprights it needs.
        aside: (channel, group) of lines that enter their shapes a little above the middle, since along the middle of
            the row comes a line of others that goes on behind them: two lines that change rows with each other.
    """

    arrows: tuple[Arrow, ...]
    jogs: dict[str, tuple[Jog, ...]]
    place: dict[tuple[int, tuple[str, str]], int] = field(default_factory=dict)
    uprights: Counter[int] = field(default_factory=Counter)
    aside: set[tuple[int, tuple[str, str]]] = field(default_factory=set)


@dataclass(slots=True)
class _Upright:
    """The jogs of one group in one channel."""

    top: int
    bottom: int
    on_left: set[int] = field(default_factory=set)
    on_right: set[int] = field(default_factory=set)

    def meets(self, other: _Upright) -> bool:
        """Whether they would lie on each other at one place."""
        return self.top <= other.bottom and other.top <= self.bottom


def channels_of(grid: Grid, arrows: Sequence[Arrow]) -> Channels:
    """The jogs of all lines, and where in their channels they stand."""
    leaving = Counter(arrow.port or arrow.source for arrow in arrows)
    found = Channels(tuple(arrows), {arrow.id: _jogs(grid, arrow, leaving) for arrow in arrows})
    number = {row: index for index, row in enumerate(grid.rows)}
    uprights: dict[int, dict[tuple[str, str], _Upright]] = defaultdict(dict)
    for jogs in found.jogs.values():
        for jog in jogs:
            if jog.is_straight:
                continue
            rows = number[jog.first], number[jog.last]
            upright = uprights[jog.channel].setdefault(jog.group, _Upright(min(rows), max(rows)))
            upright.top, upright.bottom = min(upright.top, *rows), max(upright.bottom, *rows)
            (upright.on_left if jog.comes_from_left else upright.on_right).add(rows[0])
            (upright.on_right if jog.goes_right else upright.on_left).add(rows[1])
    for channel, groups in uprights.items():
        _arrange(found, channel, groups)
    return found


def _jogs(grid: Grid, arrow: Arrow, leaving: Counter[str]) -> tuple[Jog, ...]:
    source, target = grid.row[arrow.source], grid.row[arrow.target]
    first, last = grid.column[arrow.source] + 1, grid.column[arrow.target]
    port = arrow.port or arrow.source
    out, into = ("out", port), ("in", arrow.target)
    passing = grid.passing.get(arrow.id)
    if passing is None:
        group = out if leaving[port] > 1 else into
        return (Jog(last, source, target, comes_from_left=True, goes_right=True, group=group),)
    goes_back = grid.goes_back(arrow)
    enters = Jog(last, passing, target, comes_from_left=not goes_back, goes_right=True, group=into)
    if arrow.port is not None:
        return (enters,)
    return Jog(first, source, passing, comes_from_left=True, goes_right=not goes_back, group=out), enters


def _arrange(found: Channels, channel: int, groups: dict[tuple[str, str], _Upright]) -> None:
    """Place the uprights of a channel: what leaves a row on the left stands before what goes on along it on the right.

    Where two would have to stand before each other, the one that is met first does, and its lines enter aside.
    """
    placed: list[tuple[_Upright, int]] = []
    waiting = dict(groups)
    while waiting:
        free = next(
            (
                group
                for group, upright in waiting.items()
                if not any(o is not upright and o.on_left & upright.on_right for o in waiting.values())
            ),
            next(iter(waiting)),
        )
        upright = waiting.pop(free)
        if any(other.on_left & upright.on_right for other in waiting.values()):
            found.aside.add((channel, free))
        least = max([index + 1 for other, index in placed if other.on_left & upright.on_right], default=0)
        used = {index for other, index in placed if other.meets(upright)}
        index = next(index for index in range(least, least + len(used) + 1) if index not in used)
        placed.append((upright, index))
        found.place[channel, free] = index
        found.uprights[channel] = max(found.uprights[channel], index + 1)
