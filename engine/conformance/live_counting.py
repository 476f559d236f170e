"""Running cases of logs that say when work started and when it was completed: each step counts once.

A start that waits for its completion counts: the step is being done. Once the completion comes, it stands for both,
and the start no longer counts by itself; so a case may have other events than before. Which ones count is found anew
with every event (``engine.logs.counting``), so that a running case has the very events that its log has when it is
assessed.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

from engine.conformance.live_cases import LiveCase, events_of, opened
from engine.conformance.online import OnlineChecker, Verdict
from engine.logs.counting import Kinds, LiveEvent, counted
from engine.logs.lifecycle import Lifecycle


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """What became of a case with one event.

    Attributes:
        case: The case with it.
        verdict: What the event says; None where it does not count by itself.
        late: Whether it stands before others of its case that were known and count.
    """

    case: LiveCase
    verdict: Verdict | None
    late: bool


def count(checker: OnlineChecker, live: LiveCase, event: LiveEvent, *, mode: Lifecycle, kinds: Kinds) -> Counted:
    """Take an event, wherever it belongs and whether or not it counts.

    Args:
        checker: The one that made the case.
        live: The case; it stays as it is.
        event: The event.
        mode: Which events count.
        kinds: What each activity has had in the log, this event included.
    """
    if mode is Lifecycle.ALL or (event.is_plain and not live.every):
        taken = live.taken(checker, event.activity, event.time)
        return Counted(taken.case, taken.verdict, taken.late)
    known = live.every or tuple(LiveEvent(activity, time) for activity, time in events_of(checker, live))
    at = bisect_right([one.time for one in known], event.time)
    before = live.places if live.every else range(len(known))
    moved = tuple(place + (place >= at) for place in before)
    return _with(checker, live, (*known[:at], event, *known[at:]), moved, at=at, counting=(mode, kinds))


def recounted(checker: OnlineChecker, live: LiveCase, *, mode: Lifecycle, kinds: Kinds) -> LiveCase:
    """A case in which other events may count than before, because of what its log has had since."""
    if mode is Lifecycle.ALL or not live.every:
        return live
    return _with(checker, live, live.every, live.places, at=None, counting=(mode, kinds)).case


def _with(
    checker: OnlineChecker,
    live: LiveCase,
    every: tuple[LiveEvent, ...],
    before: tuple[int, ...],
    *,
    at: int | None,
    counting: tuple[Lifecycle, Kinds],
) -> Counted:
    """The case with the events that count now.

    Args:
        checker: The one that made the case.
        live: The case as it was.
        every: All its events now.
        before: Those of them that counted before.
        at: The new one.
        counting: Which events count, and what each activity has had in the log.
    """
    places = tuple(counted(every, *counting))
    if places == before:
        return Counted(replace(live, every=every, places=places), None, late=False)
    position = places.index(at) if at in places else None
    late = position is not None and position < len(places) - 1
    activities = [every[place].activity for place in places]
    if not activities:
        return Counted(replace(opened(checker), every=every), None, late=False)
    if position is not None and before == tuple(place for place in places if place != at):
        case, verdict = checker.insert(live.case, position, activities[position])
    else:
        now = {place: number for number, place in enumerate(places)}
        stayed = {number: now[place] for number, place in enumerate(before) if place in now}
        case, verdict = checker.recount(live.case, activities, stayed, position=position)
    times = tuple(every[place].time for place in places)
    return Counted(LiveCase(case, times, every, places), None if position is None else verdict, late)
