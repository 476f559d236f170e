"""Process maps and filters, case by case in plain Python: slow, and easy to read."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from engine.logs.filtering import LogFilter
from engine.logs.variants import variant_hash
from tests.oracles.plain_log import PlainEvent

Value = object


@dataclass(frozen=True)
class PlainCase:
    """A case: its id, its events in order and its attributes."""

    name: str
    events: tuple[PlainEvent, ...]
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def activities(self) -> tuple[str, ...]:
        return tuple(event.activity for event in self.events)


def begun(event: PlainEvent) -> datetime | None:
    return event.time if event.start is None else event.start


def ended(event: PlainEvent) -> datetime | None:
    return event.start if event.time is None else event.time


def is_meant(case: PlainCase, chosen: LogFilter) -> bool:
    """Whether a filter means a case."""
    return all(_asked(case, chosen)) != chosen.inverted


def _asked(case: PlainCase, chosen: LogFilter) -> Iterable[bool]:
    moments = [m for event in case.events for m in (event.start, event.time) if m is not None]
    if chosen.started_from is not None:
        yield bool(moments) and min(moments) >= chosen.started_from
    if chosen.started_before is not None:
        yield bool(moments) and min(moments) < chosen.started_before
    if chosen.lasting_from is not None:
        yield bool(moments) and max(moments) - min(moments) >= timedelta(seconds=chosen.lasting_from)
    if chosen.lasting_below is not None:
        yield bool(moments) and max(moments) - min(moments) < timedelta(seconds=chosen.lasting_below)
    framed = ["", *case.activities, ""] if case.events else []
    pairs = set(pairwise(framed))
    yield chosen.with_activities <= set(case.activities)
    yield not chosen.without_activities & set(case.activities)
    yield chosen.paths <= pairs
    if chosen.variants:
        yield variant_hash(case.activities) in chosen.variants
    if chosen.resources:
        yield any(event.resource in chosen.resources for event in case.events)
    if chosen.cases is not None:
        yield case.name in chosen.cases
    for name in {name for name, _ in chosen.attributes} | {one.attribute for one in chosen.ranges}:
        texts = [value for attribute, value in chosen.attributes if attribute == name]
        spans = [(one.low, one.high) for one in chosen.ranges if one.attribute == name]
        has = [case.values[name]] if name in case.values else [event.value(name) for event in case.events]
        yield any(_agrees(value, texts, spans) for value in has)


def _agrees(value: Value, texts: Sequence[str], spans: Sequence[tuple[float, float]]) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return any(value == float(text) for text in texts if _is_number(text)) or any(a <= value <= b for a, b in spans)
    return value is not None and (str(value).lower() if isinstance(value, bool) else value) in texts


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


@dataclass(frozen=True)
class PlainPair:
    """How often something follows something, in which cases, and how many seconds lie between."""

    count: int
    cases: int
    between: tuple[float, ...]


def seconds(first: datetime | None, second: datetime | None) -> list[float]:
    return [] if first is None or second is None else [max(0.0, (second - first) / timedelta(seconds=1))]


def plain_pairs(cases: Sequence[PlainCase], shown: Iterable[str]) -> dict[tuple[str, str], PlainPair]:
    """What follows what when only some activities are looked at; "" for the beginning and the end."""
    looked_at, found = set(shown), dict[tuple[str, str], list[tuple[str, list[float]]]]()
    for case in cases:
        left = [event for event in case.events if event.activity in looked_at]
        if left:
            found.setdefault(("", left[0].activity), []).append((case.name, []))
            found.setdefault((left[-1].activity, ""), []).append((case.name, []))
        for first, second in pairwise(left):
            between = seconds(ended(first), begun(second))
            found.setdefault((first.activity, second.activity), []).append((case.name, between))
    return {
        pair: PlainPair(len(seen), len({name for name, _ in seen}), tuple(s for _, between in seen for s in between))
        for pair, seen in found.items()
    }


def plain_order(cases: Sequence[PlainCase]) -> list[str]:
    """Activities by the cases that have them, then by events, then by name."""
    names = {name for case in cases for name in case.activities}
    return sorted(
        names,
        key=lambda name: (
            -sum(name in case.activities for case in cases),
            -sum(case.activities.count(name) for case in cases),
            name,
        ),
    )


def plain_times(cases: Sequence[PlainCase], activity: str) -> tuple[list[float], list[float]]:
    """Seconds of work on an activity, and of waiting before it."""
    work, waiting = list[float](), list[float]()
    for case in cases:
        for position, event in enumerate(case.events):
            if event.activity == activity:
                work += seconds(event.start, event.time)
                if position:
                    waiting += seconds(ended(case.events[position - 1]), begun(event))
    return work, waiting


def plain_quantile(values: Sequence[float], share: float) -> float:
    """Interpolated between the two values beside it (Hyndman and Fan 1996, type 7)."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def plain_median(values: Sequence[float]) -> float:
    return statistics.median(values)


def widest(pairs: Mapping[tuple[str, str], int], *, towards_end: bool) -> dict[str, int]:
    """For each activity how often the rarest pair of its best way from the beginning, or to the end, is gone."""
    ways = {((b, a) if towards_end else (a, b)): n for (a, b), n in pairs.items()}
    best = {b: n for (a, b), n in ways.items() if not a and b}
    for _ in range(len(pairs)):
        for (first, second), n in ways.items():
            if first and second and min(best.get(first, 0), n) > best.get(second, 0):
                best[second] = min(best[first], n)
    return best
