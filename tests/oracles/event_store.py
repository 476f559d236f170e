"""A live log as a plain list: what ``engine.storage.event_store`` must come to, without tables, files or hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.storage.events import Event


@dataclass
class PlainLog:
    """A log that is a list; an event's number is its place, from 1 on."""

    events: list[Event] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)

    def append(self, batch: Sequence[Event]) -> list[int] | None:
        """The number of each event, or None where the batch is refused."""
        grown = list(self.events)
        numbers = []
        for event in batch:
            places = [place for place, known in enumerate(grown) if known.id == event.id]
            if not places:
                if event.case in self.closed:
                    return None
                grown.append(event)
                places = [len(grown) - 1]
            elif grown[places[0]] != event:
                return None
            numbers.append(places[0] + 1)
        self.events = grown
        return numbers

    def cases(self) -> dict[str, list[str]]:
        """The ids of each case's events in order of time, then of number; cases in the order of their first events."""
        found: dict[str, list[tuple[Event, int]]] = {}
        for place, event in enumerate(self.events):
            found.setdefault(event.case, []).append((event, place))
        return {
            case: [event.id for event, _ in sorted(own, key=lambda one: (one[0].time, one[1]))]
            for case, own in found.items()
        }
