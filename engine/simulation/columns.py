"""From played cases to the columns of a log: names, case ids, attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from engine.definitions.flow import Flow
from engine.logs.log import EVENT_COLUMNS, Log
from engine.simulation.chance import Chance
from engine.simulation.decisions import decided_attributes
from engine.simulation.settings import SimulationSettings
from engine.simulation.world import Played, World


def case_ids(flow: Flow, settings: SimulationSettings, cases: int) -> list[str]:
    """``CSA-2026-00017``: what cases of a car service advisor are called in the order of their arrival."""
    initials = "".join(word[0] for word in flow.id.replace("-", "_").split("_") if word).upper()
    prefix = settings.case_prefix or initials or "C"
    return [f"{prefix}-{settings.start.year}-{number:05d}" for number in range(1, cases + 1)]


def columns(world: World, ids: Sequence[str], played: Sequence[Played], *, seed: int) -> Log:
    """The log of played cases.

    Args:
        world: Flow and settings: activities take the steps' titles in the language of the settings.
        ids: Case ids.
        played: The cases.
        seed: Decides the case attributes.
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
    chance = Chance(seed, "attributes")
    drawn = {name: [chance.one_of(choices) for _ in ids] for name, choices in world.settings.attributes.items()}
    decided = decided_attributes(world, played, chance)
    attributes = {**drawn, **decided}
    return Log(world.flow.id, activities, pl.DataFrame({"case_id": list(ids), **attributes}), table)


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
