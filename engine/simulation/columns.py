"""From played cases to the columns of a log: names, case ids, attributes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from engine.definitions.flow import Flow
from engine.logs.instants import INSTANT
from engine.logs.log import EVENT_COLUMNS, Log
from engine.simulation.settings import SimulationSettings
from engine.simulation.values import Value, word_of
from engine.simulation.world import Performed, Played, World

_ROLE = "org:role"
_KINDS = {bool: pl.Boolean(), int: pl.Int64(), float: pl.Float64(), str: pl.String()}


def case_ids(flow: Flow, settings: SimulationSettings, cases: int) -> list[str]:
    """``CSA-2026-00017``: what cases of a car service advisor are called in the order of their arrival."""
    initials = "".join(word[0] for word in flow.id.replace("-", "_").split("_") if word).upper()
    prefix = settings.case_prefix or initials or "C"
    return [f"{prefix}-{settings.start.year}-{number:05d}" for number in range(1, cases + 1)]


def columns(world: World, ids: Sequence[str], played: Sequence[Played]) -> Log:
    """The log of played cases.

    Args:
        world: Flow and settings: activities take the steps' titles in the language of the settings.
        ids: Case ids.
        played: The cases.
    """
    cases = [case.events for case in played]
    events = [event for case in cases for event in case]
    names = {activity: _name(world, activity) for activity in dict.fromkeys(event.activity for event in events)}
    activities = tuple(dict.fromkeys(names.values()))
    code_of = {activity: activities.index(name) for activity, name in names.items()}
    rows: dict[str, list[Any]] = {
        "case": [number for number, case in enumerate(cases) for _ in case],
        "activity": [code_of[event.activity] for event in events],
        "start": [event.start for event in events],
        "time": [event.time for event in events],
        "resource": [event.resource for event in events],
        "lifecycle": [None] * len(events),
    }
    table = pl.DataFrame([pl.Series(name, rows[name], dtype=_raw(kind)) for name, kind in EVENT_COLUMNS.items()])
    table = table.with_columns(pl.col(name).cast(kind) for name, kind in EVENT_COLUMNS.items())
    table = table.with_columns(_event_attributes(world, events))
    attributes = [series(name, [case.attributes.get(name) for case in played]) for name in world.plan.names]
    return Log(world.flow.id, activities, pl.DataFrame([pl.Series("case_id", ids), *attributes]), table)


def series(name: str, values: Sequence[Value]) -> pl.Series:
    """A column of values of one kind; whole numbers beside others become numbers, any other mixture text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {datetime}:
        return pl.Series(name, values, dtype=INSTANT if kinds else pl.String())
    if kinds == {int, float}:
        return pl.Series(name, [None if value is None else float(str(value)) for value in values], dtype=pl.Float64())
    if len(kinds) > 1:
        return pl.Series(name, [word_of(value) for value in values], dtype=pl.String())
    return pl.Series(name, values, dtype=_KINDS[kinds.pop()])


def _event_attributes(world: World, events: Sequence[Performed]) -> list[pl.Series]:
    """The role of each event, and every attribute that some event has."""
    found: dict[str, list[Value]] = {}
    if any(event.role for event in events):
        titles = _role_names(world)
        found[_ROLE] = [titles.get(event.role) for event in events]
    for row, event in enumerate(events):
        for name, value in event.values:
            found.setdefault(name, [None] * len(events))[row] = value
    return [series(name, values) for name, values in found.items()]


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
