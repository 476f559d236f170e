"""What a soundness check says: a verdict, and findings with the runs that lead to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is known of a net's soundness.

    ``sound`` and ``unsound``: proven. ``unbounded``: it has infinitely many markings, which is never sound.
    ``unknown``: the budget was spent before an answer was found.
    """

    SOUND = "sound"
    UNSOUND = "unsound"
    UNBOUNDED = "unbounded"
    UNKNOWN = "unknown"


class FindingKind(StrEnum):
    """How a net is not sound.

    ``final-unreachable``: no run ends. ``option-to-complete``: some runs can, others pass a point of no return.
    ``deadlock``: nothing can happen, and it is not the end. ``livelock``: it goes on for ever without a way out.
    ``improper-completion``: the end is reached while work is left. ``dead-step``: a step that no run performs.
    ``dead-transition``: another part of a node that no run uses. ``unbounded``: a part of a run can be repeated and
    leaves more tokens each time. ``not-a-workflow-net``: for information; alone it is nothing wrong.
    """

    FINAL_UNREACHABLE = "final-unreachable"
    OPTION_TO_COMPLETE = "option-to-complete"
    DEADLOCK = "deadlock"
    LIVELOCK = "livelock"
    IMPROPER_COMPLETION = "improper-completion"
    DEAD_STEP = "dead-step"
    DEAD_TRANSITION = "dead-transition"
    UNBOUNDED = "unbounded"
    NOT_A_WORKFLOW_NET = "not-a-workflow-net"


@dataclass(frozen=True, slots=True)
class Firing:
    """One transition of a run.

    Attributes:
        transition: Its id.
        label: What it does, or None when it is silent.
        node: The node it belongs to.
    """

    transition: str
    label: str | None
    node: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: What it is.
        nodes: The nodes concerned, in file order: what waits in a deadlock, what goes round in a livelock, what is left
            in an improper completion, what is dead, the last node before the point of no return.
        witness: A shortest run to it; None where there is no run to show (dead, unreachable).
        repeat: For ``unbounded``: what can be repeated after the witness.
        marking: Where tokens lie after the witness: (place, tokens), in the order of the places.
    """

    kind: FindingKind
    nodes: tuple[str, ...] = ()
    witness: tuple[Firing, ...] | None = None
    repeat: tuple[Firing, ...] = ()
    marking: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SoundnessReport:
    """The answer of a soundness check.

    Attributes:
        verdict: What is known.
        findings: What is wrong, most telling first; of an unknown net none is sure.
        markings: How many markings were explored; 0 when structure answered.
        deadlocks: How many deadlocks there are; at most ten of them are findings.
        livelocks: The same of livelocks.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    markings: int
    deadlocks: int = 0
    livelocks: int = 0
