"""Which events of live logs count: what the logs have had, as far as the thread that writes remembers it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

from engine.logs.counting import LiveEvent, TransitionKind
from engine.logs.lifecycle import INSTANCE, Lifecycle
from engine.storage.database import Session, after_rollback
from engine.storage.events import Event
from engine.storage.tables import LogRow
from engine.storage.transitions import kinds_of, note_kinds

MOST_REMEMBERED = 10_000
"""Activities of all logs that are kept in memory between batches."""

KnownKinds = OrderedDict[tuple[int, str], frozenset[TransitionKind]]
"""Log and activity → the kinds of transitions that it has had."""


def counting_of(row: LogRow) -> Lifecycle:
    """Which events of a live log count; where it was not said, what is usual comes to pairing."""
    return Lifecycle(row.lifecycle) if row.lifecycle else Lifecycle.PAIR


def event_of(event: Event) -> LiveEvent:
    """An event as counting takes it."""
    instance = event.attributes.get(INSTANCE)
    return LiveEvent.of(event.activity, event.time, transition=event.lifecycle, instance=instance)


@dataclass(eq=False, slots=True)
class CountingOfLog:
    """Which events of one log count, within one unit of work.

    Attributes:
        remembered: What is known of all logs; ahead of the database until the unit of work is committed.
        log: The log.
        mode: Which events count.
    """

    remembered: KnownKinds
    log: int
    mode: Lifecycle
    _known: dict[str, frozenset[TransitionKind]] = field(default_factory=dict)
    _new: list[tuple[str, TransitionKind]] = field(default_factory=list)
    _recounts: int = 0

    def know(self, session: Session, activities: Iterable[str]) -> None:
        """Find out what some activities have had; needed before any of them is asked for."""
        if self.mode is Lifecycle.ALL:
            return
        wanted = set(activities) - self._known.keys()
        for activity in [one for one in wanted if (self.log, one) in self.remembered]:
            self._known[activity] = self.remembered[self.log, activity]
            wanted.discard(activity)
        if wanted:
            self._known |= kinds_of(session, self.log, wanted)

    def note(self, event: LiveEvent) -> None:
        """An event has come."""
        known = self.kinds(event.activity)
        if self.mode is not Lifecycle.ALL and event.kind not in known:
            self._known[event.activity] = known | {event.kind}
            self._new.append((event.activity, event.kind))
            self._recounts += bool(known)

    def kinds(self, activity: str) -> frozenset[TransitionKind]:
        """What an activity has had so far."""
        return self._known.get(activity, frozenset())

    def keep(self, session: Session, log: LogRow) -> None:
        """Write what is new, and remember everything until the unit of work fails."""
        note_kinds(session, log, self._new, recounts=self._recounts)
        after_rollback(session, partial(self._forget, [activity for activity, _ in self._new]))
        for activity, kinds in self._known.items():
            self.remembered[self.log, activity] = kinds
            self.remembered.move_to_end((self.log, activity))
        while len(self.remembered) > MOST_REMEMBERED:
            self.remembered.popitem(last=False)

    def _forget(self, activities: Collection[str]) -> None:
        for activity in activities:
            self.remembered.pop((self.log, activity), None)
