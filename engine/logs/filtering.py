"""A part of a log, chosen by what its cases are: when they began, what they did, who did it, how long they took.

A filter is a value. It is a conjunction of criteria, each of which asks one thing of a case by itself; so filters
commute, applying one twice changes nothing, and what a filter leaves out is what its complement keeps. It decides on
whole cases and never cuts one: an event that is left out would turn a complete case into a deviating one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import Place, Problem
from engine.logs.attribute_matching import NumberRange, column_of, is_number, matching
from engine.logs.log import Log
from engine.logs.selecting import case_starts, select_cases
from engine.logs.variants import find_variants

EDGE = ""
"""Stands for the beginning of a case in front of a path, and for its end behind one; no activity is called so."""

Truths = NDArray[np.bool_]
ActivityPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which cases of a log are meant. A criterion that is left as it is asks for nothing.

    Attributes:
        started_from: Cases that began at this moment or later. A case begins with its earliest start or time, so it
            belongs to exactly one of several periods in a row; one without a timestamp belongs to none.
        started_before: Cases that began before this moment.
        with_activities: Cases with at least one event of each of these activities.
        without_activities: Cases with no event of any of them.
        paths: Cases in which, for each of these pairs, the second activity comes directly after the first at least
            once. ``("", a)`` means that the case begins with a, ``(a, "")`` that it ends with it.
        variants: Cases that follow one of these variants, each named by its ``variant_hash``.
        attributes: (attribute, value) pairs: for each attribute that is named, here or in ``ranges``, the case has one
            of the values or lies in one of the ranges. See ``attribute_matching`` for what is compared.
        ranges: Numbers that attributes lie in.
        lasting_from: Cases that took this many seconds or longer, from their first start or time to their last.
        lasting_below: Cases that took less than this many seconds. One without a timestamp took no known time.
        resources: Cases in which at least one event was done by one of these.
        cases: Cases with one of these ids; None for any. An empty set means no case.
        inverted: Whether the cases are meant that do not meet all of the above.
    """

    started_from: datetime | None = None
    started_before: datetime | None = None
    with_activities: frozenset[str] = frozenset()
    without_activities: frozenset[str] = frozenset()
    paths: frozenset[ActivityPair] = frozenset()
    variants: frozenset[str] = frozenset()
    attributes: frozenset[tuple[str, str]] = frozenset()
    ranges: frozenset[NumberRange] = frozenset()
    lasting_from: int | None = None
    lasting_below: int | None = None
    resources: frozenset[str] = frozenset()
    cases: frozenset[str] | None = None
    inverted: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse moments without a zone, and paths that name nothing: they would mean something else elsewhere."""
        moments = (self.started_from, self.started_before)
        if any(moment is not None and moment.tzinfo is None for moment in moments):
            raise ValueError("a moment needs a zone")
        if (EDGE, EDGE) in self.paths:
            raise ValueError("a path needs an activity")

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing, so that every case is meant."""
        return self == EVERY_CASE

    def complement(self) -> LogFilter:
        """The filter that means all other cases."""
        return replace(self, inverted=not self.inverted)


EVERY_CASE = LogFilter()


def apply_filter(log: Log, chosen: LogFilter) -> Log:
    """The part of a log that a filter means.

    Args:
        log: A log, all of whose events count (``engine.logs.lifecycle``); with others, more comes between activities.
        chosen: Which cases.

    Returns:
        A log of those cases in the same order, as ``select_cases`` makes it; the log itself where all are meant. A name
        that the log does not know (see ``unknown_names``) is a name that no case has.
    """
    if chosen.is_empty:
        return log
    return select_cases(log, cases_meant(log, chosen))


def cases_meant(log: Log, chosen: LogFilter) -> Truths:
    """One truth value for each case of a log, in its order: whether a filter means it."""
    meant = np.ones(log.cases.height, dtype=np.bool_)
    for name, criterion in _CRITERIA.items():
        if getattr(chosen, name) != getattr(EVERY_CASE, name):
            meant &= criterion(log, chosen)
    return ~meant if chosen.inverted else meant


def unknown_names(log: Log, chosen: LogFilter) -> tuple[Problem, ...]:
    """What a filter names and the log does not have: activities, resources, attributes; each is probably misspelled.

    Returns:
        One error for each, in the order of the names. Variants and cases are not looked at: a filter that was made for
        one log may be used for a part of it.
    """
    place = Place(log.name)
    named = chosen.with_activities | chosen.without_activities | {name for path in chosen.paths for name in path}
    found = [
        Problem("filter.unknown-activity", place, {"activity": name})
        for name in sorted(named - set(log.activities) - {EDGE})
    ]
    if chosen.resources:
        strange = chosen.resources - set(log.events["resource"].drop_nulls().unique().to_list())
        found += [Problem("filter.unknown-resource", place, {"resource": name}) for name in sorted(strange)]
    ranged = {one.attribute for one in chosen.ranges}
    for name in sorted(ranged | {name for name, _ in chosen.attributes}):
        column = column_of(log, name)
        if column is None:
            found.append(Problem("filter.unknown-attribute", place, {"attribute": name}))
        elif name in ranged and not is_number(column):
            found.append(Problem("filter.no-numbers", place, {"attribute": name}))
    return tuple(found)


def _began(log: Log, chosen: LogFilter) -> Truths:
    starts = case_starts(log)
    inside = starts.is_not_null()
    if chosen.started_from is not None:
        inside &= starts >= chosen.started_from
    if chosen.started_before is not None:
        inside &= starts < chosen.started_before
    return inside.fill_null(value=False).to_numpy()


def _lasted(log: Log, chosen: LogFilter) -> Truths:
    first, last = pl.min_horizontal("start", "time").min(), pl.max_horizontal("start", "time").max()
    spans = log.events.group_by("case").agg((last - first).dt.total_microseconds().alias("span")).drop_nulls("span")
    span = np.full(log.cases.height, -1, dtype=np.int64)
    span[spans["case"].to_numpy()] = spans["span"].to_numpy()
    low = 0 if chosen.lasting_from is None else chosen.lasting_from * 1_000_000
    inside = span >= max(low, 0)
    return inside if chosen.lasting_below is None else inside & (span < chosen.lasting_below * 1_000_000)


def _contains(log: Log, chosen: LogFilter) -> Truths:
    every = np.ones(log.cases.height, dtype=np.bool_)
    for name in chosen.with_activities:
        every &= _cases_of(log, _codes(log) == _code(log, name))
    return every


def _lacks(log: Log, chosen: LogFilter) -> Truths:
    codes = np.array([_code(log, name) for name in chosen.without_activities], dtype=np.int64)
    return ~_cases_of(log, np.isin(_codes(log), codes))


def _goes(log: Log, chosen: LogFilter) -> Truths:
    codes, cases = _codes(log), log.events["case"].to_numpy()
    changes = cases[1:] != cases[:-1]
    opens, closes = np.append(True, changes)[: len(codes)], np.append(changes, True)[: len(codes)]
    every = np.ones(log.cases.height, dtype=np.bool_)
    for first, second in chosen.paths:
        if first == EDGE:
            here = opens & (codes == _code(log, second))
        elif second == EDGE:
            here = closes & (codes == _code(log, first))
        else:
            here = ~closes & (codes == _code(log, first)) & (np.roll(codes, -1) == _code(log, second))
        every &= _cases_of(log, here)
    return every


def _follows_variant(log: Log, chosen: LogFilter) -> Truths:
    variants = find_variants(log)
    meant = np.array([found in chosen.variants for found in variants.hashes()], dtype=np.bool_)
    return meant[variants.of_case] if len(meant) else np.zeros(log.cases.height, dtype=np.bool_)


def _has_attributes(log: Log, chosen: LogFilter) -> Truths:
    every = np.ones(log.cases.height, dtype=np.bool_)
    for name in {name for name, _ in chosen.attributes} | {one.attribute for one in chosen.ranges}:
        column = column_of(log, name)
        if column is None:
            every[:] = False
            continue
        values = [value for attribute, value in chosen.attributes if attribute == name]
        found = matching(column, values, [one for one in chosen.ranges if one.attribute == name])
        every &= found if name in log.cases.columns[1:] else _cases_of(log, found)
    return every


def _done_by(log: Log, chosen: LogFilter) -> Truths:
    return _cases_of(log, _is_one_of(log.events["resource"], chosen.resources))


def _is_listed(log: Log, chosen: LogFilter) -> Truths:
    return _is_one_of(log.cases["case_id"], chosen.cases or ())


_CRITERIA: dict[str, Callable[[Log, LogFilter], Truths]] = {
    "started_from": _began,
    "started_before": _began,
    "with_activities": _contains,
    "without_activities": _lacks,
    "paths": _goes,
    "variants": _follows_variant,
    "attributes": _has_attributes,
    "ranges": _has_attributes,
    "lasting_from": _lasted,
    "lasting_below": _lasted,
    "resources": _done_by,
    "cases": _is_listed,
}
"""Field of a filter → which cases meet what it asks for."""


def _codes(log: Log) -> NDArray[np.int64]:
    return log.events["activity"].to_numpy().astype(np.int64)


def _code(log: Log, activity: str) -> int:
    """The number of an activity; −1 for one that the log does not have, which no event has."""
    return log.activities.index(activity) if activity in log.activities else -1


def _cases_of(log: Log, events: Truths) -> Truths:
    """The cases that some events belong to."""
    found = np.zeros(log.cases.height, dtype=np.bool_)
    found[log.events["case"].to_numpy()[events]] = True
    return found


def _is_one_of(texts: pl.Series, wanted: Iterable[str]) -> Truths:
    return texts.is_in(pl.Series(list(wanted), dtype=pl.String).implode()).fill_null(value=False).to_numpy()


def values_of(chosen: LogFilter) -> Iterator[object]:
    """Every single value that a filter holds, for counting them."""
    for one in fields(chosen):
        value = getattr(chosen, one.name)
        if isinstance(value, frozenset):
            yield from value
        elif value is not None and value is not False:
            yield value
