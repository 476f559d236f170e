"""Deviations: one thing that went wrong, with one cause, found in the alignment of one variant.

The rules, and nothing else:

1. Per activity, log moves are paired with model moves (``pairing.py``). A pair is one **misplaced** step.
2. Of the other log moves, one of an activity that the net lacks is **unplanned**; one of a step that also has a
   synchronous or misplaced occurrence in the variant is **repeated**; one of a step with none is **out of place**.
3. Of the other model moves, one that no synchronous move depends on causally (``causality.py``) is **unfinished**, any
   other is **skipped**.
4. All unfinished steps are one deviation; so is a stretch of work that was done again (``repetition.py``), and a block
   of skipped steps with nothing performed between (``omission.py``). Every other step or event is one by itself.

An optional step that was left out is a silent move, so it is no deviation.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.conformance.alignment import Alignment, Move
from engine.conformance.causality import Causality, find_causality
from engine.conformance.omission import find_omissions
from engine.conformance.pairing import pair_moves
from engine.conformance.repetition import Surplus, find_stretches
from engine.conformance.structure import Structure
from engine.nets.net import Net, Purpose
from engine.vocabulary import DeviationKind, MoveKind


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation of one variant.

    Attributes:
        kind: What went wrong (alignment kinds only; those of standards are per case).
        steps: Labels of the steps concerned (step ids of a flow), in run order; for ``unplanned`` the activity names.
            Among those of ``repeated`` may be steps that the way back led to and the run did not perform.
        positions: 0-based positions in the variant of the events concerned, increasing; empty for skipped and
            unfinished steps.
        moves: Indices of the alignment's moves it explains, increasing. Every log move and every visible model move
            of an alignment belongs to exactly one deviation.
        other_branch: For ``out-of-place``: whether an exclusive branch that was not taken contains the step.
    """

    kind: DeviationKind
    steps: tuple[str, ...]
    positions: tuple[int, ...]
    moves: tuple[int, ...]
    other_branch: bool = False


def find_deviations(
    net: Net, activities: Sequence[str], alignment: Alignment, *, structure: Structure | None = None
) -> tuple[Deviation, ...]:
    """Say what an alignment shows, one deviation for each cause.

    Args:
        net: The net of the alignment.
        activities: The variant's activities, in order.
        alignment: Its explanation, of the whole variant or of a prefix.
        structure: What is prepared once for a net and its flow; made from the net alone when missing, which leaves
            ``other_branch`` False.

    Returns:
        The deviations, by their first move; empty when every move is synchronous or silent (or there is none). Every
        log move and every visible model move belongs to exactly one of them.

    Raises:
        ValueError: When the moves are no run of the net.
    """
    if all(move.kind in {MoveKind.SYNC, MoveKind.SILENT} for move in alignment.moves):
        return ()
    prepared = structure or Structure.of(net)
    run = _Run.of(prepared, activities, alignment.moves)
    pairs = run.pairs()
    paired = {index for pair in pairs for index in pair}
    found = [run.deviation(DeviationKind.MISPLACED, pair) for pair in pairs]
    found += _surplus(run, [i for i in run.of_kind(MoveKind.LOG) if i not in paired], run.performances(pairs))
    found += _omissions(run, [i for i in run.of_kind(MoveKind.MODEL) if i not in paired])
    return tuple(sorted(found, key=lambda deviation: deviation.moves[0]))


@dataclass(frozen=True, slots=True)
class _Choice:
    """The moves by which a run left a step out, increasing, and whether one of them took another exclusive branch."""

    moves: Sequence[int]
    on_other_branch: bool


@dataclass(frozen=True, eq=False)
class _Run:
    """The moves of one alignment with the label of each: −1 for silent moves and for events the net does not know."""

    structure: Structure
    activities: Sequence[str]
    moves: Sequence[Move]
    labels: Sequence[int]

    @classmethod
    def of(cls, structure: Structure, activities: Sequence[str], moves: Sequence[Move]) -> _Run:
        net = structure.net
        labels = [
            net.transitions[move.transition].label
            if move.transition is not None
            else net.label_of_activity.get(activities[_position(move)], -1)
            for move in moves
        ]
        return cls(structure, activities, moves, labels)

    @cached_property
    def fired(self) -> list[int]:
        """The transition of each move, −1 for log moves."""
        return [-1 if move.transition is None else move.transition for move in self.moves]

    @cached_property
    def causality(self) -> Causality:
        return find_causality(self.structure.game, self.fired)

    @cached_property
    def synchronous(self) -> list[bool]:
        return [move.kind is MoveKind.SYNC for move in self.moves]

    def of_kind(self, kind: MoveKind) -> list[int]:
        return [index for index, move in enumerate(self.moves) if move.kind is kind]

    def pairs(self) -> list[tuple[int, int]]:
        """Rule 1, over all activities."""
        models = self._by_label(MoveKind.MODEL)
        logs = self._by_label(MoveKind.LOG)
        return [pair for label, events in logs.items() for pair in pair_moves(events, models.get(label, ()))]

    def performances(self, pairs: Iterable[tuple[int, int]]) -> Mapping[int, Sequence[int]]:
        """For each label that was performed, in place or misplaced, the moves of the run that stand for it."""
        found = self._by_label(MoveKind.SYNC)
        for _, model in pairs:
            insort(found.setdefault(self.labels[model], []), model)
        return found

    def choice_against(self, step: str) -> _Choice:
        """How the run came to leave a step out: past its branch at a gateway, or by the step's own skip."""
        gateway = self.structure.gateway_against(step, self.fired)
        transitions = self.structure.net.transitions
        against = {
            number
            for number, transition in enumerate(transitions)
            if transition.node == gateway or (transition.node == step and transition.purpose is Purpose.SKIP)
        }
        moves = [index for index, transition in enumerate(self.fired) if transition in against]
        return _Choice(moves, gateway is not None)

    def deviation(self, kind: DeviationKind, indices: Iterable[int], *, other_branch: bool = False) -> Deviation:
        """One deviation that explains these moves; a misplaced step is named once, not for each of its two moves."""
        moves = tuple(sorted(indices))
        steps = tuple(self._name(index) for index in moves)
        if kind is DeviationKind.MISPLACED:
            steps = steps[:1]
        positions = tuple(p for p in (self.moves[index].position for index in moves) if p is not None)
        return Deviation(kind, steps, positions, moves, other_branch)

    def _by_label(self, kind: MoveKind) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for index in self.of_kind(kind):
            if self.labels[index] >= 0:
                found.setdefault(self.labels[index], []).append(index)
        return found

    def _name(self, index: int) -> str:
        label = self.labels[index]
        return self.structure.net.labels[label] if label >= 0 else self.activities[_position(self.moves[index])]


def _surplus(run: _Run, events: Sequence[int], performances: Mapping[int, Sequence[int]]) -> list[Deviation]:
    """Rule 2, with the stretches of rule 4."""
    found: list[Deviation] = []
    surplus: list[Surplus] = []
    displaced: dict[int, bool] = {}  # events out of place → whether on another branch
    choices: dict[int, _Choice] = {}
    for index in events:
        label = run.labels[index]
        if label < 0:
            found.append(run.deviation(DeviationKind.UNPLANNED, [index]))
            continue
        if label in performances:
            surplus.append(Surplus(index, _nearest(performances[label], index), again=True))
            continue
        if label not in choices:
            choices[label] = run.choice_against(run.structure.net.labels[label])
        displaced[index] = choices[label].on_other_branch
        if choices[label].moves:
            surplus.append(Surplus(index, _nearest(choices[label].moves, index), again=False))
    if any(event.again for event in surplus):
        for stretch in find_stretches(surplus, run.synchronous, run.causality):
            found.append(run.deviation(DeviationKind.REPEATED, stretch))
            for index in stretch:
                displaced.pop(index, None)
    found += [run.deviation(DeviationKind.OUT_OF_PLACE, [i], other_branch=other) for i, other in displaced.items()]
    return found


def _omissions(run: _Run, lacking: Sequence[int]) -> list[Deviation]:
    """Rule 3, with the blocks of rule 4."""
    if not lacking:
        return []
    followed = run.causality.followed_by(run.synchronous)
    unfinished = [index for index in lacking if not followed[index]]
    skipped = {index for index in lacking if followed[index]}
    silent = {index for index, move in enumerate(run.moves) if move.kind is MoveKind.SILENT}
    found = [run.deviation(DeviationKind.SKIPPED, block) for block in find_omissions(skipped, silent, run.causality)]
    if unfinished:
        found.append(run.deviation(DeviationKind.UNFINISHED, unfinished))
    return found


def _nearest(places: Sequence[int], index: int) -> int:
    """The place nearest to a move, the earlier of two; places are increasing."""
    after = bisect(places, index)
    return min(places[max(0, after - 1) : after + 1], key=lambda place: (abs(place - index), place))


def _position(move: Move) -> int:
    if move.position is None:
        raise ValueError("a log move needs the position of its event")
    return move.position
