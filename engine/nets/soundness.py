"""Whether a net is sound, and if not, how it goes wrong.

Soundness (van der Aalst 1997, "Verification of workflow nets", here for any accepting net): from every reachable
marking a final one can be reached (option to complete); no reachable marking holds a final one and more (proper
completion); every transition can fire in some run (no dead transition). A net of a workflow net's shape is first
reduced by structure; only then are its markings explored, within a budget. Where that is spent without an answer, the
markings of the reduced net are explored, which may be far fewer and give the same verdict (``docs/soundness.md``).

Each finding comes with a run that leads to it, a shortest one unless it was found in the reduced net.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.examination import Examination, dead, firings, left_over, tokens, waiting
from engine.nets.findings import Finding, FindingKind, Firing, SoundnessReport, Verdict
from engine.nets.net import Net
from engine.nets.reduction import Reduction
from engine.nets.state_space import Exploration, explore
from engine.nets.workflow import WorkflowEnds, workflow_ends

_MOST_DEADLOCKS = 3
"""Deadlocks of a reduced net that are shown."""

__all__ = ["Finding", "FindingKind", "Firing", "SoundnessReport", "Verdict", "check_soundness", "decide_reduced"]


def check_soundness(net: Net, *, limits: Limits = DEFAULT_LIMITS) -> SoundnessReport:
    """Decide whether a net is sound.

    Args:
        net: Any accepting net.
        limits: ``soundness_markings`` and ``soundness_bytes`` are the budget, of the net and of the reduced one each.

    Returns:
        The verdict with its evidence. Within the budget it is never unknown.
    """
    ends = workflow_ends(len(net.places), net.before, net.after)
    reduction = Reduction(net) if ends is not None and _starts_and_ends_there(net, ends) else None
    performed = {transition.label for transition in net.transitions}
    is_whole = all(label in performed for label in range(len(net.labels)))
    if is_whole and reduction is not None and ends is not None and reduction.is_evidently_sound(ends):
        return SoundnessReport(Verdict.SOUND, (), 0)
    shape = () if ends is not None else (Finding(FindingKind.NOT_A_WORKFLOW_NET),)
    space = explore(net, max_markings=limits.soundness_markings, max_bytes=limits.soundness_bytes)
    examined = Examination(space)
    if space.status is Exploration.COMPLETE:
        findings = examined.of_all_markings()
        verdict = Verdict.UNSOUND if findings else Verdict.SOUND
    elif space.status is Exploration.UNBOUNDED:
        findings = [examined.unbounded(), *examined.deadlock_findings(), *examined.by_structure()]
        verdict = Verdict.UNBOUNDED
    else:
        findings = [*examined.deadlock_findings(), *examined.improper(), *examined.by_structure()]
        verdict = Verdict.UNSOUND if findings else Verdict.UNKNOWN
    if verdict is Verdict.UNKNOWN:
        reduced = decide_reduced(reduction or Reduction(net), limits=limits)
        markings = space.count + reduced.markings
        return SoundnessReport(reduced.verdict, (*reduced.findings, *shape), markings, reduced.deadlocks)
    return SoundnessReport(verdict, (*findings, *shape), space.count, len(examined.deadlocks), len(examined.livelocks))


def decide_reduced(reduction: Reduction, *, limits: Limits = DEFAULT_LIMITS) -> SoundnessReport:
    """Decide whether a net is sound by the markings of the net that it reduces to.

    Args:
        reduction: The net and what is left of it.
        limits: As of ``check_soundness``, for the reduced net.

    Returns:
        The verdict of the whole net. It names one point of no return, one improper completion, some deadlocks and the
        dead steps; a run that is too long to be lifted is not shown.
    """
    net, small = reduction.whole, reduction.net
    space = explore(small, max_markings=limits.soundness_markings, max_bytes=limits.soundness_bytes)
    if space.status is Exploration.BUDGET:
        return SoundnessReport(Verdict.UNKNOWN, (), space.count)
    if space.status is Exploration.UNBOUNDED:
        return SoundnessReport(Verdict.UNBOUNDED, (_grows(reduction, *(space.pumping or ((), ()))),), space.count)
    findings: list[Finding] = []
    examined = Examination(space)
    coreachable = space.coreachable
    if not coreachable[0]:
        findings.append(Finding(FindingKind.FINAL_UNREACHABLE))
    elif not coreachable.all():
        findings.append(_no_return(net, reduction.lift(space.path_to(int(np.argmin(coreachable))))))
    for state in examined.deadlocks[:_MOST_DEADLOCKS]:
        stuck = _no_return(net, reduction.lift(space.path_to(state)))
        if stuck.witness is not None and all(stuck.witness != finding.witness for finding in findings):
            findings.append(stuck)
    too_much = np.flatnonzero(examined.too_much)
    if len(too_much):
        findings.append(_improper(net, reduction.lift(space.path_to(int(too_much[0])))))
    alive = np.ones(len(net.transitions), dtype=np.bool_)
    alive[list(reduction.never_fired(np.unique(space.transitions).tolist()))] = False
    findings += dead(net, alive)
    deadlocks = sum(finding.kind is FindingKind.DEADLOCK for finding in findings)
    return SoundnessReport(Verdict.UNSOUND if findings else Verdict.SOUND, tuple(findings), space.count, deadlocks)


def _starts_and_ends_there(net: Net, ends: WorkflowEnds) -> bool:
    """Whether the markings are one token at the source and one at the sink."""
    return len(net.finals) == 1 and all(
        np.flatnonzero(marking).tolist() == [place] and marking[place] == 1
        for marking, place in ((net.initial, ends.source), (net.finals[0], ends.sink))
    )


def _no_return(net: Net, run: Sequence[int] | None) -> Finding:
    """A point of no return; a deadlock where nothing can happen there."""
    if run is None:
        return Finding(FindingKind.OPTION_TO_COMPLETE)
    marking = _after(net, run)
    if any(net.enabled(marking, t) for t in range(len(net.transitions))) or left_over(net, marking) is not None:
        return _found(net, FindingKind.OPTION_TO_COMPLETE, run, run[-1:])
    return _found(net, FindingKind.DEADLOCK, run, waiting(net, marking) or run[-1:])


def _improper(net: Net, run: Sequence[int] | None) -> Finding:
    if run is None:
        return Finding(FindingKind.IMPROPER_COMPLETION)
    return _found(net, FindingKind.IMPROPER_COMPLETION, run, left_over(net, _after(net, run)) or run[-1:])


def _grows(reduction: Reduction, path: Sequence[int], loop: Sequence[int]) -> Finding:
    net = reduction.whole
    before, after = reduction.lift(path), reduction.lift((*path, *loop))
    if before is None or after is None or after[: len(before)] != before:
        return Finding(FindingKind.UNBOUNDED)
    repeated = after[len(before) :]
    least, most = _after(net, before), _after(net, after)
    if least == most or any(a > b for a, b in zip(least, most, strict=True)):
        return Finding(FindingKind.UNBOUNDED)
    found = _found(net, FindingKind.UNBOUNDED, before, repeated)
    return Finding(found.kind, found.nodes, found.witness, firings(net, repeated), found.marking)


def _after(net: Net, run: Sequence[int]) -> tuple[int, ...]:
    marking = tuple(net.initial.tolist())
    for t in run:
        marking = net.fire(marking, t)
    return marking


def _found(net: Net, kind: FindingKind, run: Sequence[int], concerned: Sequence[int]) -> Finding:
    """A finding after a run, with the nodes of some transitions in file order."""
    nodes = dict.fromkeys(net.transitions[t].node for t in sorted(concerned))
    return Finding(kind, tuple(nodes), firings(net, run), marking=tokens(net, _after(net, run)))
