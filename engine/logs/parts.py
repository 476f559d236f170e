"""A log in parts: some neighbouring cases at a time, so that a log may be larger than memory.

A part is a log by itself, with all events of its cases. The parts, one after the other, have the cases in the order of
the log; what is counted or gathered over them is what the whole log has. What only the whole log says (its warnings,
which activities have completions) is known before any part is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import Problem
from engine.logs.lifecycle import LeftOut, Lifecycle, Transitions, events_that_count
from engine.logs.log import Log

Rows = NDArray[np.int64]

EVERY_ATTRIBUTE = None
"""Asks a part for all its attributes."""


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What is said of a log as a whole.

    Attributes:
        name: The file's name, without its folder.
        source_hash: SHA-256 of the file's bytes, hexadecimal.
        activities: Distinct activity names in the order of their first appearance, case by case.
        transitions: Which of them have starts, which completions.
        warnings: What is odd about it.
        events: How many events it has.
        earliest, latest: Its first and its last time; None without any.
        knows_closed: Whether it says which cases are closed.
    """

    name: str
    source_hash: str
    activities: tuple[str, ...]
    transitions: Transitions
    warnings: tuple[Problem, ...]
    events: int
    earliest: datetime | None
    latest: datetime | None
    knows_closed: bool = False

    @classmethod
    def of(cls, log: Log) -> LogFacts:
        """Those of a log in memory."""
        earliest = log.events["time"].min()
        return cls(
            name=log.name,
            source_hash=log.source_hash,
            activities=log.activities,
            transitions=Transitions.of(log),
            warnings=log.warnings,
            events=log.events.height,
            earliest=earliest if isinstance(earliest, datetime) else None,
            latest=log.latest,
            knows_closed=log.closed is not None,
        )


class LogParts(Protocol):
    """A log that is read part by part, as often as one likes."""

    @property
    def facts(self) -> LogFacts:
        """What is said of the whole."""
        ...

    @property
    def starts(self) -> Rows:
        """int64 number of the first case of each part, and how many cases there are."""
        ...

    def read(self, part: int, attributes: frozenset[str] | None = EVERY_ATTRIBUTE) -> Log:
        """One part.

        Args:
            part: Its number, from 0.
            attributes: Names of the attributes of events and cases that are needed beside what every event has; others
                may be left out. None for all.
        """
        ...


@dataclass(frozen=True, eq=False, slots=True)
class WholeLog:
    """A log in memory as its only part."""

    log: Log
    facts: LogFacts

    @classmethod
    def of(cls, log: Log) -> WholeLog:
        """A log."""
        return cls(log, LogFacts.of(log))

    @property
    def starts(self) -> Rows:
        """All cases in one part."""
        return np.array([0, self.log.cases.height], dtype=np.int64)

    def read(self, part: int, attributes: frozenset[str] | None = EVERY_ATTRIBUTE) -> Log:
        """The log, whatever is asked for."""
        del part, attributes
        return self.log


@dataclass(frozen=True, eq=False, slots=True)
class CountedParts:
    """The parts of a log with only the events that count.

    Attributes:
        parts: The log.
        mode: Which events count.
        held: What came of a log in memory, which is worked out once; None for others.
    """

    parts: LogParts
    mode: Lifecycle
    held: tuple[Log, LeftOut] | None = None

    @classmethod
    def of(cls, parts: LogParts, mode: Lifecycle) -> CountedParts:
        """What counts of a log."""
        if isinstance(parts, WholeLog):
            return cls(parts, mode, events_that_count(parts.log, mode, parts.facts.transitions))
        return cls(parts, mode)

    @property
    def facts(self) -> LogFacts:
        """Those of the log with all its events."""
        return self.parts.facts

    @property
    def starts(self) -> Rows:
        """As of the log."""
        return self.parts.starts

    def read(self, part: int, attributes: frozenset[str] | None = EVERY_ATTRIBUTE) -> tuple[Log, LeftOut]:
        """One part, as ``LogParts.read``, and what was left out of it."""
        if self.held is not None:
            return self.held
        return events_that_count(self.parts.read(part, attributes), self.mode, self.parts.facts.transitions)

    def warnings(self, left_out: Sequence[LeftOut]) -> tuple[Problem, ...]:
        """What was left out of all parts, as warnings."""
        facts = self.parts.facts
        if self.mode is Lifecycle.ALL or not facts.events:
            return ()
        strange = len(set(facts.activities) - facts.transitions.completes)
        whole = LeftOut(sum(one.events for one in left_out), sum(one.starts for one in left_out))
        return whole.warnings(facts.name, strange)
