"""From played cases to the columns of a log: names, case ids, attributes.

Cases become columns a thousand at a time, so that a long log is never held as objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from engine.definitions.flow import Flow
from engine.logs.assembly import free_name
from engine.logs.instants import INSTANT
from engine.logs.log import EVENT_COLUMNS, Log
from engine.simulation.settings import SimulationSettings
from engine.simulation.values import Value, word_of
from engine.simulation.world import Performed, Played, World

_ROLE = "org:role"
_KINDS = {bool: pl.Boolean(), int: pl.Int64(), float: pl.Float64(), str: pl.String(), datetime: INSTANT}
_CHUNK = 1_000
"""Cases that are held as objects."""


def case_ids(flow: Flow, settings: SimulationSettings, cases: int) -> list[str]:
    """``CSA-2026-00017``: what cases of a car service advisor are called in the order of their arrival."""
    initials = "".join(word[0] for word in flow.id.replace("-", "_").split("_") if word).upper()
    prefix = settings.case_prefix or initials or "C"
    return [f"{prefix}-{settings.start.year}-{number:05d}" for number in range(1, cases + 1)]


class Gathering:
    """The log of played cases, gathered case by case.

    Args:
        world: Flow and settings: activities take the steps' titles in the language of the settings.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._roles = _role_names(world)
        self._names: dict[str, str] = {}
        self._codes: dict[str, int] = {}
        self._waiting: list[Played] = []
        self._cases = 0
        self._tables: list[pl.DataFrame] = []
        self._of_cases = {name: Column(name) for name in world.plan.names}
        self._of_events: dict[str, Column] = {_ROLE: Column(_ROLE)}

    def add(self, case: Played) -> None:
        """Take the next case."""
        self._waiting.append(case)
        if len(self._waiting) == _CHUNK:
            self._lay_out()

    def log(self, ids: Sequence[str]) -> Log:
        """The log of all cases that were added.

        Args:
            ids: As many case ids.
        """
        self._lay_out()
        table = pl.concat(self._tables)
        attributes = {
            free_name(name, EVENT_COLUMNS): column.series(table.height)
            for name, column in self._of_events.items()
            if not column.is_empty
        }
        cases = [column.series(len(ids)) for column in self._of_cases.values()]
        return Log(
            self._world.flow.id,
            tuple(self._codes),
            pl.DataFrame([pl.Series("case_id", ids), *cases]),
            table.with_columns(**attributes),
        )

    def _lay_out(self) -> None:
        """Turn the waiting cases into columns."""
        cases, self._waiting = self._waiting, []
        events = [event for case in cases for event in case.events]
        rows: dict[str, list[Any]] = {
            "case": [number for number, case in enumerate(cases, start=self._cases) for _ in case.events],
            "activity": [self._code(event.activity) for event in events],
            "start": [event.start for event in events],
            "time": [event.time for event in events],
            "resource": [event.resource for event in events],
            "lifecycle": [None] * len(events),
        }
        table = pl.DataFrame([pl.Series(name, rows[name], dtype=_raw(kind)) for name, kind in EVENT_COLUMNS.items()])
        first = sum(known.height for known in self._tables)
        self._tables.append(table.with_columns(pl.col(name).cast(kind) for name, kind in EVENT_COLUMNS.items()))
        for name, column in self._of_cases.items():
            column.extend(self._cases, [case.attributes.get(name) for case in cases])
        for name, values in self._attributes(events).items():
            self._of_events.setdefault(name, Column(name)).extend(first, values)
        self._cases += len(cases)

    def _attributes(self, events: Sequence[Performed]) -> dict[str, list[Value]]:
        """The role of each event, and every attribute that some event has."""
        found: dict[str, list[Value]] = {_ROLE: [self._roles.get(event.role) for event in events]}
        for row, event in enumerate(events):
            for name, value in event.values:
                if name not in found:
                    found[name] = [None] * len(events)
                found[name][row] = value
        return found

    def _code(self, activity: str) -> int:
        if activity not in self._names:
            self._names[activity] = _name(self._world, activity)
        return self._codes.setdefault(self._names[activity], len(self._codes))


class Column:
    """An attribute's values, gathered in pieces of which each is of one kind, whatever the others are.

    Args:
        name: Its name.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: list[tuple[int, pl.Series]] = []
        self._kinds: set[type] = set()

    @property
    def is_empty(self) -> bool:
        """Whether it has no value at all."""
        return not self._kinds

    def extend(self, first: int, values: Sequence[Value]) -> None:
        """Add values.

        Args:
            first: The row of the first of them, not before the end of those that are known.
            values: One for each row.
        """
        kinds = {type(value) for value in values if value is not None}
        self._kinds |= kinds
        if len(kinds) == 1:
            self._pieces.append((first, pl.Series(self._name, values, dtype=_KINDS[next(iter(kinds))])))
        elif kinds:
            self._pieces.append((first, pl.Series(self._name, values, dtype=pl.Object())))

    def series(self, height: int) -> pl.Series:
        """All values, None in the rows for which none was added.

        They are of one kind; whole numbers beside others become numbers, any other mixture text.

        Args:
            height: The number of rows.
        """
        kind = self._kind()
        pieces = []
        end = 0
        for first, piece in self._pieces:
            pieces += [_nothing(self._name, first - end, kind), _as(kind, piece)]
            end = first + len(piece)
        return pl.concat([*pieces, _nothing(self._name, height - end, kind)])

    def _kind(self) -> pl.DataType:
        if self._kinds == {int, float}:
            return pl.Float64()
        return _KINDS[next(iter(self._kinds))] if len(self._kinds) == 1 else pl.String()


def _as(kind: pl.DataType, piece: pl.Series) -> pl.Series:
    if piece.dtype == kind:
        return piece
    if kind == pl.Float64():
        values: Iterator[Value] = (None if value is None else float(str(value)) for value in piece)
    else:
        values = (word_of(value) for value in piece)
    return pl.Series(piece.name, list(values), dtype=kind)


def _nothing(name: str, height: int, kind: pl.DataType) -> pl.Series:
    return pl.Series(name, [None], dtype=kind).new_from_index(0, height)


def _role_names(world: World) -> dict[str, str]:
    """What roles are called in the log: their titles, where these tell them apart, else their ids."""
    titles = {role: title.text(world.settings.language) for role, title in world.flow.roles.items()}
    names = [name.strip().casefold() for role, title in world.flow.roles.items() for name in {role, title.en, title.zh}]
    return {role: title if names.count(title.strip().casefold()) == 1 else role for role, title in titles.items()}


def _raw(kind: pl.DataType) -> pl.DataType:
    """Moments are integers until the table is made."""
    return pl.Int64() if isinstance(kind, pl.Datetime) else kind


def _name(world: World, activity: str) -> str:
    """A step's title, where an assessment would know it again; else its id."""
    node, net = world.flow.by_id.get(activity), world.board.net
    if node is None:
        return activity
    title = node.title.text(world.settings.language)
    known = net.label_of_activity.get(title)
    return title if known is not None and net.labels[known] == activity else activity
