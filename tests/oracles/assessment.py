"""The slow plain twin of the assessment: case after case and event after event, in the words of the design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from engine.calendars import Calendar
from engine.conformance.alignment import Move
from engine.definitions.flow import Edge, Flow, NodeKind
from engine.definitions.standards import Standard, StandardKind
from engine.nets.net import Net
from engine.vocabulary import Dimension, MoveKind
from tests.oracles.deviations import Found, deviations_plainly, direct_causes
from tests.oracles.plain_log import PlainEvent
from tests.oracles.standards.facts import PlainFacts, Value
from tests.oracles.standards.instances import instances_plainly
from tests.oracles.standards.narrowing import holds

Cause = tuple[str, tuple[str, ...], str, str, bool, tuple[str, ...]]
"""Kind, steps, standard, group, other branch, branch."""


@dataclass(frozen=True)
class PlainCase:
    """A case with its explanation; ``free`` says whether ending now costs nothing."""

    events: tuple[PlainEvent, ...]
    moves: tuple[Move, ...]
    closed: bool
    free: bool
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass
class PlainScore:
    """Kept and due units by weight group, lost units by cause."""

    kept: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    lost: Counter[Cause] = field(default_factory=Counter)
    no_evidence: int = 0

    def count(self, group: str, cause: Cause | None = None) -> None:
        self.due[group] += 1
        if cause is None:
            self.kept[group] += 1
        else:
            self.lost[cause] += 1

    def score(self, flow: Flow) -> Fraction | None:
        weights = {group.id: group.weight for group in flow.weights} | {"": 1}
        parts = [(weights[g], Fraction(self.kept[g], d)) for g, d in self.due.items() if d]
        return 100 * sum((w * p for w, p in parts), Fraction()) / sum(w for w, _ in parts) if parts else None


def assess_plainly(
    flow: Flow, net: Net, cases: Sequence[PlainCase], *, now: datetime | None, calendar: Calendar
) -> dict[Dimension, PlainScore]:
    """The units of the four dimensions."""
    scores = {dimension: PlainScore() for dimension in Dimension}
    for case in cases:
        _one_case(_Case(flow, net, case, now, calendar), scores)
    return scores


class _Case:
    def __init__(self, flow: Flow, net: Net, case: PlainCase, now: datetime | None, calendar: Calendar) -> None:
        self.flow, self.net, self.case, self.now, self.calendar = flow, net, case, now, calendar
        names = [event.activity for event in case.events]
        found = deviations_plainly(net, names, case.moves, flow if flow.edges else None)
        self.found = sorted((d for d in found if case.closed or d[0] != "unfinished"), key=lambda d: d[2])
        codes = [net.label_of_activity.get(name) for name in names]
        self.steps = [None if code is None else net.labels[code] for code in codes]
        self.performed = {m.position for m in case.moves if m.kind is MoveKind.SYNC}
        self.performed |= {case.moves[i].position for d in found if d[0] == "misplaced" for i in d[2]}
        self.ended = case.free if not case.closed else all(d[0] != "unfinished" for d in self.found)
        self.facts = PlainFacts(
            case.events,
            self.steps,
            frozenset(position for position in self.performed if position is not None),
            case.closed,
            self.ended,
            now,
            calendar,
            case.values,
            roles=flow.roles,
            seasons=flow.seasons,
        )

    def group(self, step: str | None) -> str:
        return next((g.id for g in self.flow.weights if step in g.steps), "")

    def group_of_event(self, position: int) -> str:
        around = [*reversed(self.steps[: position + 1]), *self.steps[position + 1 :]]
        return self.group(next((step for step in around if step is not None), None))

    def is_required(self, move: Move) -> bool:
        if move.transition is None:
            return False
        label = self.net.transitions[move.transition].label
        return label >= 0 and not self.flow.by_id[self.net.labels[label]].optional


def _one_case(case: _Case, scores: dict[Dimension, PlainScore]) -> None:
    _completeness(case, scores[Dimension.COMPLETENESS])
    _ordering(case, scores[Dimension.ORDERING])
    missed: list[Standard] = []
    for standard in case.flow.standards:
        group = case.group(standard.steps[-1]) if standard.steps else ""
        what = standard.steps, standard.id, ()
        results = [one.result for one in instances_plainly(standard, case.facts)]
        missed += [standard for result in results if _count(scores[standard.dimension], group, result, what)]
    wrong = False
    for edge in case.flow.edges:
        result = way_plainly(edge, case)
        if result is not None:
            group = case.group(edge.target)
            wrong |= _count(scores[Dimension.ORDERING], group, result, ((), "", (edge.source, edge.target)))
    _adaptability(case, missed, scores[Dimension.ADAPTABILITY], wrong=wrong)


def _count(score: PlainScore, group: str, result: str, what: tuple[tuple[str, ...], str, tuple[str, ...]]) -> bool:
    """Count one instance; whether it was missed."""
    steps, standard, branch = what
    if result == "no-evidence":
        score.no_evidence += 1
    elif result == "met":
        score.count(group)
    elif result != "not-due":
        score.count(group, (result, steps, standard, group, False, branch))
        return True
    return False


def way_plainly(edge: Edge, case: _Case) -> str | None:
    """What came of a way out of a gateway that says when it is taken; None when the case does not show it."""
    kind = case.flow.by_id[edge.source].kind
    conditions = [e.when for e in case.flow.edges if e.source == edge.source and e.when]
    if kind not in {NodeKind.EXCLUSIVE, NodeKind.INCLUSIVE} or not (edge.when or (edge.otherwise and conditions)):
        return None
    moves, net = case.case.moves, case.net
    passed = [
        index
        for index, move in enumerate(moves)
        if move.transition is not None and net.transitions[move.transition].id.startswith(f"{edge.source}.to.")
    ]
    if not passed or not (case.ended or _leads_to_work(case, passed[-1])):
        return None
    name = net.transitions[moves[passed[-1]].transition or 0].id.removeprefix(f"{edge.source}.to.")
    taken = [part for part in name.split(".") if part in case.flow.by_id]  # what follows makes the name unique
    if kind is NodeKind.EXCLUSIVE and (taken != [edge.target] or not _did_one_of(_own_steps(edge, case.flow), case)):
        return None
    found = [holds(condition, case.facts, None) for condition in ([edge.when] if edge.when else conditions)]
    right = found[0] if edge.when else False if True in found else None if None in found else True
    if right is None:
        return "no-evidence"
    return "met" if right == (edge.target in taken) else "wrong-branch"


def _leads_to_work(case: _Case, move: int) -> bool:
    """Whether work that was performed depends on a move, directly or through others."""
    causes = direct_causes(case.net, case.case.moves)
    misplaced = {index for d in case.found if d[0] == "misplaced" for index in d[2]}
    reached = {move}
    for index in range(move + 1, len(causes)):
        if causes[index] & reached:
            reached.add(index)
    return any(case.case.moves[i].kind is MoveKind.SYNC or i in misplaced for i in reached - {move})


def _own_steps(edge: Edge, flow: Flow) -> set[str]:
    """The steps that the start reaches through one edge only."""
    reached, waiting = set(), [node.id for node in flow.nodes if node.kind is NodeKind.START]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += [e.target for e in flow.edges if e.source == node and e != edge]
    return {step.id for step in flow.steps if step.id not in reached} - flow.plan_steps


def _did_one_of(steps: set[str], case: _Case) -> bool:
    """Whether one of some steps was performed, in its place or not; True for none at all."""
    return not steps or any(case.steps[at] in steps for at in case.performed if at is not None)


def _completeness(case: _Case, score: PlainScore) -> None:
    deviation_of = {index: d for d in case.found for index in d[2]}
    parts: dict[tuple[Found, str], list[str]] = {}
    for index, move in enumerate(case.case.moves):
        if not case.is_required(move) or (move.kind is MoveKind.MODEL and index not in deviation_of):
            continue
        step = case.net.labels[case.net.transitions[move.transition or 0].label]
        if move.kind is MoveKind.MODEL and deviation_of[index][0] != "misplaced":
            parts.setdefault((deviation_of[index], case.group(step)), []).append(step)
        else:
            score.count(case.group(step))
    for (deviation, group), steps in parts.items():
        for _ in steps:
            score.count(group, (deviation[0], tuple(steps), "", group, False, ()))


def _ordering(case: _Case, score: PlainScore) -> None:
    deviation_of = {case.case.moves[index].position: d for d in case.found for index in d[2]}
    parts: dict[tuple[Found, str], list[str]] = {}
    for move in case.case.moves:
        if move.position is None:
            continue
        group = case.group_of_event(move.position)
        if move.kind is MoveKind.SYNC:
            score.count(group)
        else:
            step = case.steps[move.position] or case.case.events[move.position].activity
            parts.setdefault((deviation_of[move.position], group), []).append(step)
    for (deviation, group), steps in parts.items():
        for _ in steps:
            score.count(group, (deviation[0], tuple(steps), "", group, deviation[3], ()))


def _adaptability(case: _Case, missed: list[Standard], score: PlainScore, *, wrong: bool) -> None:
    entered = any(
        m.kind is MoveKind.SYNC and m.transition is not None and case.net.transitions[m.transition].enters_plan
        for m in case.case.moves
    )
    if not case.case.closed or not (entered or case.found or missed or wrong):
        return
    for reason in ("unfinished", "skipped"):
        for kind, steps, _, _ in case.found:
            if kind == reason:
                score.count("", (reason, steps, "", "", False, ()))
                return
    late = next((s for s in case.flow.standards if s in missed and _is_of_case(s)), None)
    score.count("", None if late is None else ("missed-standard", (), late.id, "", False, ()))


def _is_of_case(standard: Standard) -> bool:
    """Whether a standard is about the case as a whole."""
    about_steps = "precedence response all-of duration fields holds performed-by authority"
    if standard.kind in {StandardKind.LEVEL, StandardKind.RATING}:
        return standard.rule.attribute.step is None  # type: ignore[union-attr]  # these two have one
    return standard.kind.value not in about_steps.split()
