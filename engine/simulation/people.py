"""The people of each role and when they are busy: one thing at a time, within the hours of the work."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.simulation.hours import Hours


@dataclass(frozen=True, slots=True)
class Booking:
    """One person's time for one piece of work."""

    person: str
    start: int
    end: int


class People:
    """The pool of each role. Names are the role's id and a number: ``advisor-1``.

    Bookings are the one thing here that changes: a case takes people, and gives them back when it is played anew.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._pools = {role: tuple(f"{role}-{n}" for n in range(1, size + 1)) for role, size in sizes.items()}
        self._busy: dict[str, list[tuple[int, int]]] = {name: [] for pool in self._pools.values() for name in pool}

    def pool(self, role: str) -> tuple[str, ...]:
        """The people of a role."""
        return self._pools[role]

    def find(
        self,
        role: str,
        ready: int,
        duration: int,
        hours: Hours,
        *,
        known: str | None,
        loyalty: int = 0,
        among: tuple[str, ...] | None = None,
    ) -> Booking:
        """Who can do a piece of work, and when.

        Args:
            role: Whose work it is.
            ready: When it can begin.
            duration: How long it takes.
            hours: When the role works in this case.
            known: Whom the case knows: that person, when free no more than ``loyalty`` later than the time allows.
            loyalty: Microseconds.
            among: Who may do it; None for everyone with the role.

        Returns:
            The booking, not yet taken; without ``known`` the earliest.
        """
        best: Booking | None = None
        at_once = hours.fit(ready, duration)
        pool = self._pools[role] if among is None else among
        for person in pool if known is None else (known, *pool):
            start = self._free(person, at_once, duration, hours, before=None if best is None else best.start)
            if best is None or start < best.start:
                best = Booking(person, start, start + duration)
            if start == at_once or (person == known and start <= at_once + loyalty):
                break
        if best is None:
            raise ValueError(f"nobody has the role {role}")
        return best

    def take(self, bookings: Iterable[Booking]) -> None:
        """Note that people are busy."""
        for booking in bookings:
            insort(self._busy[booking.person], (booking.start, booking.end))

    def give_back(self, bookings: Iterable[Booking]) -> None:
        """Undo ``take``."""
        for booking in bookings:
            self._busy[booking.person].remove((booking.start, booking.end))

    def forget_before(self, moment: int) -> None:
        """Drop what ended before a moment, when nothing will be asked about it any more."""
        for person, spans in self._busy.items():
            if len(spans) > 64:
                self._busy[person] = [span for span in spans if span[1] > moment]

    def is_free(self, person: str, start: int, end: int) -> bool:
        """Whether a person has nothing else to do in a stretch of time."""
        return all(until <= start or end <= begin for begin, until in self._busy[person])

    def _free(self, person: str, start: int, duration: int, hours: Hours, *, before: int | None) -> int:
        """When a person has time, from a start on at which the working hours leave room; ``before`` when no earlier."""
        spans = self._busy[person]
        if not spans or spans[-1][1] <= start:
            return start
        at = bisect_left(spans, (start, start))
        if at and spans[at - 1][1] > start:
            at -= 1
        while at < len(spans) and spans[at][0] < start + duration:
            if spans[at][1] > start:
                end = spans[at][1]
                while at + 1 < len(spans) and spans[at + 1][0] < end + duration:  # no room between the two
                    at += 1
                    end = max(end, spans[at][1])
                if before is not None and end >= before:
                    return before
                start = hours.fit(end, duration)
            at += 1
        return start
