"""Running cases watched: events in, the verdict of each one out. The cases that are open are kept here."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import BinaryIO

import polars as pl

from engine.conformance.live_cases import LiveCase, opened
from engine.conformance.online import Closing, OnlineChecker, Verdict
from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.limits import Limits
from engine.logs.json_text import strict_json
from engine.logs.log import Log

EXAMPLE = '{"case": "4711", "activity": "Call back", "time": "2026-03-02T09:30:00+08:00"}'
_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event of a running case.

    Attributes:
        case: Its case.
        activity: Its activity; None for a line that only says that the case has ended.
        time: When it happened; None when it is not said: then it comes after all that is known of its case.
        end: Whether the case has ended with it.
        place: Where it was read.
    """

    case: str
    activity: str | None
    time: datetime | None
    end: bool = False
    place: Place = _NOWHERE


@dataclass(frozen=True, slots=True)
class Seen:
    """What is said of one event, or of the end of a case.

    Attributes:
        event: The event.
        verdict: What it means; None for the end of a case.
        closing: What is known of a case that has ended; None for an event.
        late: Whether the event happened before others of its case that were known.
    """

    event: LiveEvent
    verdict: Verdict | None
    closing: Closing | None
    late: bool = False


@dataclass(slots=True)
class Board:
    """The cases that run, each with the times of its events.

    Attributes:
        checker: Checks them.
        events: How many events were taken.
    """

    checker: OnlineChecker
    events: int = 0
    _open: dict[str, LiveCase] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _deviating: set[str] = field(default_factory=set)

    @property
    def cases(self) -> int:
        """How many cases there are, those that have ended included."""
        return len(self._open) + len(self._ended)

    @property
    def deviating(self) -> int:
        """How many of them cost something."""
        return len(self._deviating)

    def take(self, event: LiveEvent) -> Iterator[Seen]:
        """Take one event.

        Yields:
            What it means; then, where the case has ended with it, what is known of the case.

        Raises:
            InputRefused: Its case has ended before.
        """
        if event.case in self._ended:
            raise InputRefused([Problem("watch.closed-already", event.place, {"case": event.case})])
        known = self._open.setdefault(event.case, opened(self.checker))
        if event.activity is not None:
            taken = known.taken(self.checker, event.activity, event.time)
            self._open[event.case] = taken.case
            self.events += 1
            self._note(event.case, taken.verdict.cost)
            yield Seen(event, taken.verdict, None, taken.late)
        if event.end:
            yield self._close(event)

    def close(self) -> Iterator[Seen]:
        """End every case that is open, in the order in which they began."""
        for case in list(self._open):
            yield self._close(LiveEvent(case, None, None, end=True))

    def _close(self, event: LiveEvent) -> Seen:
        closing = self.checker.close(self._open.pop(event.case).case)
        self._ended.add(event.case)
        self._note(event.case, 1 if closing.alignment.cost is None else closing.alignment.cost)
        return Seen(replace(event, activity=None), None, closing)

    def _note(self, case: str, cost: int) -> None:
        if cost:
            self._deviating.add(case)
        else:
            self._deviating.discard(case)


def events_of_log(log: Log) -> Iterator[LiveEvent]:
    """The events of a log in the order of time.

    Within a case the log's own order stays: an event that is dated before its predecessor counts at that one's time.
    Events without a time, and events of one moment, keep the order of the file.
    """
    ids = log.cases["case_id"].to_list()
    ordered = (
        log.events.select("case", "activity", "time")
        .with_columns(pl.col("time").cum_max().forward_fill().over("case").alias("known"))
        .sort("known", nulls_last=False, maintain_order=True)
    )
    for case, activity, time in zip(ordered["case"], ordered["activity"], ordered["known"], strict=True):
        yield LiveEvent(ids[case], log.activities[activity], time)


def events_of_lines(stream: BinaryIO, *, source: str, limits: Limits) -> Iterator[LiveEvent]:
    """Events as JSON Lines in UTF-8: ``{"case": …, "activity": …, "time": …}``, ``"end": true`` where a case ends.

    ``activity`` may be missing where a line only ends its case. Empty lines are passed over, other members ignored.

    Raises:
        InputRefused: With the first line that is no event; those before it were given.
        LimitExceeded: A line is longer than ``event_bytes``, or a name longer than ``label_characters``.
    """
    most = limits.event_bytes
    for number, line in enumerate(iter(lambda: stream.readline(most + 1), b""), start=1):
        place = Place(source, number)
        if len(line) > most:
            raise LimitExceeded(limit="event_bytes", allowed=most, found="more", place=place)
        if not line.strip():
            continue
        try:
            found = strict_json(line.removeprefix(BOM_UTF8 if number == 1 else b"").decode())
        except ValueError:
            found = None
        yield _event(found, place, limits)


def _event(found: object, place: Place, limits: Limits) -> LiveEvent:
    wrong = InputRefused([Problem("watch.not-an-event", place, {"example": EXAMPLE})])
    if not isinstance(found, dict):
        raise wrong
    case, activity, end = found.get("case"), found.get("activity"), found.get("end", False)
    if isinstance(case, int) and not isinstance(case, bool):
        case = str(case)
    if not isinstance(case, str) or not isinstance(end, bool) or not (isinstance(activity, str) or activity is None):
        raise wrong
    if not case or activity == "" or (activity is None and not end):
        raise wrong
    longest = max(len(case), len(activity or ""))
    if longest > limits.label_characters:
        raise LimitExceeded(limit="label_characters", allowed=limits.label_characters, found=longest, place=place)
    return LiveEvent(case, activity, _time(found.get("time"), place), end, place)


def _time(found: object, place: Place) -> datetime | None:
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found) if isinstance(found, str) else None
        if moment is not None:
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise InputRefused([Problem("watch.not-a-time", place, {"found": str(found)[:80]})])
