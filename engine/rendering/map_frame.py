"""What stands around a process map: its title, and a legend that gives the bounds of every shade in its unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from engine.mining.process_map import ProcessMap
from engine.rendering.dot import Row, Run, table
from engine.rendering.frame import LegendItem
from engine.rendering.map_overlay import MapOverlay, Number, Unit
from engine.rendering.palette import INK, LEVELS, MUTED, PAPER, STEP
from engine.rendering.text import clean, wrap
from engine.rendering.wording import Wording

Key = TypeVar("Key")

BESIDE_SHOWN = 5
"""How many activities that are not on the map are named below it."""
NOTE_COLUMNS = 84


def number_text(number: Number, unit: Unit, wording: Wording) -> str:
    """A number as it stands in the picture: a time in the unit a person would say, a part of a unit with one digit."""
    if unit is Unit.SECONDS:
        least = 0.1  # what is not nothing never reads as nothing
        return f"< {wording.duration(least)}" if 0 < number < least else wording.duration(float(number))
    whole = number == int(number)
    return wording.number(float(number), digits=0 if whole else 1)


def overlay_name(overlay: MapOverlay, wording: Wording) -> str:
    """What an overlay shows, in words."""
    what = wording.text("chart.list-separator").join(wording.term(word) for word in overlay.about)
    return wording.text(overlay.code, what=what)


def largest(numbers: Mapping[Key, Number], drawn: Iterable[Key]) -> Number:
    """The largest number that is on the map; 0 without any."""
    return max((numbers[key] for key in drawn if key in numbers), default=0)


def level_of(number: Number | None, most: Number) -> int:
    """How dark a number is, in equal steps of the largest on the map: 0 for nothing, LEVELS for the most."""
    if number is None or number <= 0 or most <= 0:
        return 0
    return min(LEVELS, max(1, math.ceil(LEVELS * Fraction(number) / Fraction(most))))


def map_title(drawn: ProcessMap, overlay: MapOverlay, wording: Wording) -> str:
    """The log's name, what is shown, and how much of the log is on the map."""
    rows: list[Row] = [(Run(part, 15, INK, bold=True),) for part in wrap(clean(drawn.log_name), columns=60, lines=2)]
    rows += [(Run(part, 10, INK, bold=True),) for part in wrap(overlay_name(overlay, wording), columns=NOTE_COLUMNS)]
    much = wording.text(
        "map.extent",
        cases=wording.number(drawn.cases),
        activities=len(drawn.nodes),
        all_activities=drawn.all_activities,
        paths=len(drawn.edges),
        all_paths=drawn.all_paths,
    )
    rows.append((Run(much, 9, MUTED),))
    return table(rows, align="LEFT")


def map_legend(drawn: ProcessMap, overlay: MapOverlay, wording: Wording) -> str:
    """The legend as an HTML-like label."""
    rows: list[str] = []
    activities = [overlay.nodes[node.activity] for node in drawn.nodes if node.activity in overlay.nodes]
    paths = [overlay.edges[path] for edge in drawn.edges if (path := (edge.source, edge.target)) in overlay.edges]
    if any(activities):
        scale = _scale(overlay.scale.fills, activities, overlay.unit, wording)
        rows.append(_named("map.legend.activities", wording) + scale)
    if any(paths):
        rows.append(_named("map.legend.paths", wording) + _scale(overlay.scale.lines, paths, overlay.unit, wording))
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    body += "".join(f"<TR>{_note(part)}</TR>" for part in _notes(drawn, overlay, wording))
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="0">{body}</TABLE>>'


def _scale(colours: tuple[str, ...], numbers: Sequence[Number], unit: Unit, wording: Wording) -> str:
    """One swatch for each shade, with the largest number that has it; nothing is a shade only where it occurs."""
    most = Fraction(max(numbers))
    whole = all(number == int(number) for number in numbers)
    cells = "" if all(numbers) else _swatch(0, STEP if colours[0] == PAPER else colours[0], unit, wording)
    before: Number = 0
    for level, colour in enumerate(colours[1:], start=1):
        bound = math.floor(most * level / LEVELS) if whole else most * level / LEVELS
        if bound > before:  # between two whole numbers next to each other lies no shade
            cells += _swatch(bound, colour, unit, wording)
        before = bound
    return cells


def _swatch(bound: Number, colour: str, unit: Unit, wording: Wording) -> str:
    text = number_text(bound, unit, wording)
    return LegendItem(f"≤ {text}" if bound else text, fill=colour).cells()


def _notes(drawn: ProcessMap, overlay: MapOverlay, wording: Wording) -> Iterable[str]:
    yield from wrap(wording.text("map.legend.width"), columns=NOTE_COLUMNS)
    if overlay.unit is Unit.SECONDS and not overlay.nodes:
        yield from wrap(wording.text("map.no-work"), columns=NOTE_COLUMNS)
    if drawn.cases_beside:
        yield from wrap(
            wording.text("map.cases-beside", cases=wording.number(drawn.cases_beside)), columns=NOTE_COLUMNS
        )
    shown = {node.activity for node in drawn.nodes}
    beside = sorted(((-n, name) for name, n in overlay.nodes.items() if n > 0 and name not in shown))
    named = [f"{_called(name, overlay, wording)} {number_text(-n, overlay.unit, wording)}" for n, name in beside]
    more = len(named) - BESIDE_SHOWN
    named = named[:BESIDE_SHOWN] + ([wording.text("chart.unplanned.more", count=more)] if more > 0 else [])
    if overlay.unplaced:
        named.append(wording.text("map.unplaced", number=number_text(overlay.unplaced, overlay.unit, wording)))
    if named:
        text = wording.text("map.beside", activities=wording.text("chart.list-separator").join(named))
        yield from wrap(clean(text, limit=1_000), columns=NOTE_COLUMNS)


def _called(name: str, overlay: MapOverlay, wording: Wording) -> str:
    title = overlay.titles.get(name)
    return clean((wording.title(title) if title else "") or name, limit=24)


def _named(code: str, wording: Wording) -> str:
    return f'<TD ALIGN="LEFT">{Run(wording.text(code), 9, MUTED).markup()}&#160;</TD>'


def _note(text: str) -> str:
    return f'<TD COLSPAN="{2 * LEVELS + 3}" ALIGN="LEFT">{Run(text, 9, MUTED).markup()}</TD>'
