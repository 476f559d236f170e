"""Which events of one running case count, by the rules of ``lifecycle``, one case at a time and without tables.

``lifecycle`` reads whole logs as columns; a live case is a few events, read again with each one that comes. Both say
the same of the same log: a law holds them together. What the whole log decides (an activity has starts, completions,
other transitions) is given here, because it is known before the case is read.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.logs.lifecycle import Lifecycle


class TransitionKind(StrEnum):
    """What a transition is to a rule; an event without one is a completion."""

    START = "start"
    COMPLETE = "complete"
    OTHER = "other"


Kinds = Callable[[str], Collection[TransitionKind]]
"""Gives for an activity the kinds of transitions that it has had in its log."""


def kind_of(transition: str | None) -> TransitionKind:
    """The kind of a transition, whatever the case of its letters."""
    name = "complete" if transition is None else transition.strip().lower()
    return TransitionKind(name) if name in {"start", "complete"} else TransitionKind.OTHER


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event of a running case, whether it counts or not.

    Attributes:
        activity: Its activity, composed (Unicode NFC).
        time: When it happened.
        kind: Of its transition.
        instance: Which occurrence of the activity it belongs to (``concept:instance``), if it says so.
    """

    activity: str
    time: datetime
    kind: TransitionKind = TransitionKind.COMPLETE
    instance: str | float | None = None

    @classmethod
    def of(
        cls, activity: str, time: datetime, *, transition: str | None = None, instance: str | float | None = None
    ) -> LiveEvent:
        """An event as its sender wrote it."""
        return cls(unicodedata.normalize("NFC", activity), time, kind_of(transition), instance)

    @property
    def is_plain(self) -> bool:
        """Whether it is a completion like any other of its activity."""
        return self.kind is TransitionKind.COMPLETE and self.instance is None


def counted(events: Sequence[LiveEvent], mode: Lifecycle, kinds: Kinds) -> list[int]:
    """The positions of the events of a case that count, in their order.

    Args:
        events: All events of the case, in their order.
        mode: Which events count. A start that is paired with a completion does not count by itself.
        kinds: What each activity has had in the whole log, the events of the case included.
    """
    if mode is Lifecycle.ALL:
        return list(range(len(events)))
    if mode is Lifecycle.COMPLETE:
        return [
            position
            for position, one in enumerate(events)
            if one.kind is TransitionKind.COMPLETE or TransitionKind.COMPLETE not in kinds(one.activity)
        ]
    left_out: set[int] = set()
    waiting: defaultdict[tuple[str, object], deque[int]] = defaultdict(deque)
    for position, one in enumerate(events):
        key = (one.activity, one.instance)
        if one.kind is TransitionKind.START:
            waiting[key].append(position)
        elif one.kind is TransitionKind.COMPLETE and waiting[key]:
            left_out.add(waiting[key].popleft())
        elif one.kind is TransitionKind.OTHER and {TransitionKind.START, TransitionKind.COMPLETE} <= set(
            kinds(one.activity)
        ):
            left_out.add(position)
    return [position for position in range(len(events)) if position not in left_out]
