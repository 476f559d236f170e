"""A running case with the times of its events, and how it is kept: as bytes from which it goes on as if never left.

An event belongs behind all that happened no later than it; so whoever takes the same events, in whatever parts, gets
the same case. What is kept is the trace, the entries up to the threshold and the deviations with their numbers: what a
checker needs to take the next event, and nothing that it can compute.
"""

from __future__ import annotations

import json
from base64 import b85decode, b85encode
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import VERSION
from engine.conformance.deviations import Deviation
from engine.conformance.live_deviations import NOTHING, Account, LiveDeviation
from engine.conformance.live_explaining import LiveExplanation
from engine.conformance.online import OnlineCase, OnlineChecker, Verdict
from engine.logs.counting import LiveEvent, TransitionKind
from engine.vocabulary import DeviationKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNTIMED = datetime.min.replace(tzinfo=UTC)
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, eq=False, slots=True)
class LiveCase:
    """A running case. Of use to the checker that made it only.

    Attributes:
        case: What the checker knows of it.
        times: When its events happened, never falling; an event without a time has that of the one before it.
        every: All events of the case, those that do not count by themselves included (``live_counting``); empty where
            each is a completion like any other, so that all count.
        places: Which of ``every`` count, increasing: those that ``case`` has.
    """

    case: OnlineCase
    times: tuple[datetime, ...] = ()
    every: tuple[LiveEvent, ...] = ()
    places: tuple[int, ...] = ()

    def __len__(self) -> int:
        """How many events there are."""
        return len(self.times)

    def taken(self, checker: OnlineChecker, activity: str, time: datetime | None) -> Taken:
        """Take an event, wherever it belongs.

        Args:
            checker: The one that made the case.
            activity: The event's activity.
            time: When it happened; None for after all that is known of the case.
        """
        moment = time or (self.times[-1] if self.times else _UNTIMED)
        position = bisect_right(self.times, moment)
        case, verdict = checker.insert(self.case, position, activity)
        times = (*self.times[:position], moment, *self.times[position:])
        return Taken(LiveCase(case, times), verdict, late=position < len(self.times))


@dataclass(frozen=True, eq=False, slots=True)
class Taken:
    """What became of a case with one event.

    Attributes:
        case: The case with it.
        verdict: What the event says.
        late: Whether it happened before others of its case that were known.
    """

    case: LiveCase
    verdict: Verdict
    late: bool


def opened(checker: OnlineChecker) -> LiveCase:
    """A case without events."""
    return LiveCase(checker.open())


def replayed(checker: OnlineChecker, events: Iterable[tuple[str, datetime]]) -> LiveCase:
    """The case after these events, each taken by itself, so that its deviations have the numbers they would have."""
    case = opened(checker)
    for activity, time in events:
        case = case.taken(checker, activity, time).case
        _ = account_of(case)
    return case


def account_of(case: LiveCase) -> Account:
    """The deviations of a case as it stands."""
    return NOTHING if case.case.explanation is None else case.case.explanation.account


def packed(checker: OnlineChecker, live: LiveCase) -> bytes:
    """A case as bytes, all of whose times are known. Its deviations are found for it."""
    activities = checker.activities(live.case)
    names = list(dict.fromkeys(activities))
    index = {name: number for number, name in enumerate(names)}
    account = account_of(live)
    names += [name for name in dict.fromkeys(one.activity for one in live.every) if name not in index]
    index = {name: number for number, name in enumerate(names)}
    said: dict[str, Any] = {
        "engine": VERSION,
        "names": names,
        "trace": [index[name] for name in activities],
        "times": [_micros(time) for time in live.times],
        "cost": live.case.cost,
        "threshold": live.case.threshold,
        "entries": b85encode(live.case.entries).decode("ascii"),
        "numbers": account.numbers,
        "deviations": [_said(one) for one in account.deviations],
    }
    if live.every:
        said["every"] = [[index[e.activity], _micros(e.time), e.kind.value, e.instance] for e in live.every]
        said["places"] = live.places
    return _PLAIN.encode(said).encode()


def unpacked(checker: OnlineChecker, content: bytes) -> LiveCase:
    """The case of bytes.

    Args:
        checker: Of the same net. Where another version of the engine packed the case, its states may be numbered
            otherwise there: the entries are then found anew, with the same costs.
        content: What ``packed`` gave.
    """
    said = json.loads(content)
    activities = [said["names"][index] for index in said["trace"]]
    times = tuple(_EPOCH + number * _MICROSECOND for number in said["times"])
    every = tuple(
        LiveEvent(said["names"][name], _EPOCH + number * _MICROSECOND, TransitionKind(kind), instance)
        for name, number, kind, instance in said.get("every", ())
    )
    trace = checker.explainer.activities.trace(activities)
    account = Account(deviations=tuple(map(_deviation, said["deviations"])), numbers=said["numbers"])
    places = tuple(said.get("places", ()))
    has_account = said["cost"] or said["numbers"] or checker.open().explanation is not None
    explanation = LiveExplanation(checker.explainer, trace, account, len(trace)) if has_account else None
    if said["engine"] == VERSION:
        entries = b85decode(said["entries"])
        return LiveCase(OnlineCase(trace, entries, said["threshold"], said["cost"], explanation), times, every, places)
    return LiveCase(replace(checker.replay(activities), explanation=explanation), times, every, places)


def events_of(checker: OnlineChecker, live: LiveCase) -> tuple[tuple[str, datetime], ...]:
    """The events of a case, in order: activity and time."""
    return tuple(zip(checker.activities(live.case), live.times, strict=True))


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def _said(one: LiveDeviation) -> list[Any]:
    what = one.deviation
    return [
        one.number,
        one.cost,
        one.units,
        what.kind.value,
        what.steps,
        what.positions,
        what.moves,
        what.other_branch,
    ]


def _deviation(said: list[Any]) -> LiveDeviation:
    number, cost, units, kind, steps, positions, moves, other_branch = said
    what = Deviation(DeviationKind(kind), tuple(steps), tuple(positions), tuple(moves), other_branch)
    return LiveDeviation(number, cost, what, tuple((first, second, third) for first, second, third in units))
