"""How far an assessment is, told sparingly."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.vocabulary import Phase

TOLD_SECONDS = 0.25
"""Within a phase it is told this often at most."""


PHASES = tuple(Phase)
_OF_ASSESS = (Phase.ALIGNING, Phase.EXPLAINING, Phase.STANDARDS, Phase.TABLES, Phase.TABLES, Phase.REPORT)
"""What begins once so many parts of ``assess`` are done."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How far an assessment is.

    Attributes:
        phase: What it does.
        done: Parts of the phase that are done.
        of: Parts of the phase.
    """

    phase: Phase
    done: int = 0
    of: int = 1

    @property
    def share(self) -> float:
        """Phases that are done, and the part of the present one, of all phases; from 0 to below 1."""
        return (PHASES.index(self.phase) + min(self.done / max(self.of, 1), 1)) / len(PHASES)


TellStage = Callable[[Stage], None]


class Teller:
    """Tells each new phase, and within a phase a few times a second. Work on one assessment calls it."""

    def __init__(self, tell: TellStage, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Tell nothing yet.

        Args:
            tell: Told each stage. What it raises ends the work.
            clock: Seconds.
        """
        self._tell = tell
        self._clock = clock
        self._phase: Phase | None = None
        self._told = 0.0

    def begin(self, phase: Phase) -> None:
        """A phase begins."""
        if phase is not self._phase:
            self._phase = phase
            self._told = self._clock()
            self._tell(Stage(phase))

    def assessed(self, done: int, _every: int) -> None:
        """So many parts of ``assess`` are done."""
        self.begin(_OF_ASSESS[min(done, len(_OF_ASSESS) - 1)])

    def pieces(self, done: int, every: int) -> None:
        """So many pieces of the present phase are done."""
        now = self._clock()
        if self._phase is not None and now - self._told >= TOLD_SECONDS:
            self._told = now
            self._tell(Stage(self._phase, done, every))
