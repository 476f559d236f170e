"""Deviations: one thing that went wrong, with one cause, found in the alignment of one variant.

The rules, and nothing else:

1. Per activity, log moves are paired with model moves (``pairing.py``). A pair is one **misplaced** step.
2. Of the other log moves, one of an activity that the net lacks is **unplanned**; one of a step that also has a
   synchronous or misplaced occurrence in the variant is **repeated**; one of a step with none is **out of place**.
3. Of the other model moves, one that no synchronous move depends on causally (``causality.py``) is **unfinished**, any
   other is **skipped**.
4. All unfinished steps are one deviation; so is a contiguous block of repeated events, and a block of skipped steps
   with nothing performed between (``omission.py``). Every other step or event is one by itself.

An optional step that was left out is a silent move, so it is no deviation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from engine.conformance.alignment import Alignment, Move
from engine.conformance.causality import find_causality
from engine.conformance.omission import find_omissions
from engine.conformance.pairing import pair_moves
from engine.conformance.structure import Structure
from engine.nets.net import Net
from engine.vocabulary import DeviationKind, MoveKind


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation of one variant.

    Attributes:
        kind: What went wrong (alignment kinds only; those of standards are per case).
        steps: Labels of the steps concerned (step ids of a flow), in run order; for ``unplanned`` the activity names.
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
    run = _Run.of(net, activities, alignment.moves)
    pairs = run.pairs()
    paired = {index for pair in pairs for index in pair}
    performed = {run.labels[log] for log, _ in pairs} | {run.labels[i] for i in run.of_kind(MoveKind.SYNC)}
    prepared = structure or Structure(net)
    found = [run.deviation(DeviationKind.MISPLACED, pair) for pair in pairs]
    found += _surplus(run, [i for i in run.of_kind(MoveKind.LOG) if i not in paired], performed, prepared)
    found += _omissions(run, [i for i in run.of_kind(MoveKind.MODEL) if i not in paired], prepared)
    return tuple(sorted(found, key=lambda deviation: deviation.moves[0]))


@dataclass(frozen=True, slots=True)
class _Run:
    """The moves of one alignment with the label of each: −1 for silent moves and for events the net does not know."""

    net: Net
    activities: Sequence[str]
    moves: Sequence[Move]
    labels: Sequence[int]

    @classmethod
    def of(cls, net: Net, activities: Sequence[str], moves: Sequence[Move]) -> _Run:
        labels = [
            net.transitions[move.transition].label
            if move.transition is not None
            else net.label_of_activity.get(activities[_position(move)], -1)
            for move in moves
        ]
        return cls(net, activities, moves, labels)

    def of_kind(self, kind: MoveKind) -> list[int]:
        return [index for index, move in enumerate(self.moves) if move.kind is kind]

    def pairs(self) -> list[tuple[int, int]]:
        """Rule 1, over all activities."""
        models = self._by_label(MoveKind.MODEL)
        logs = self._by_label(MoveKind.LOG)
        return [pair for label, events in logs.items() for pair in pair_moves(events, models.get(label, ()))]

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
        return self.net.labels[label] if label >= 0 else self.activities[_position(self.moves[index])]


def _surplus(run: _Run, events: Sequence[int], performed: Collection[int], structure: Structure) -> list[Deviation]:
    """Rule 2, with the blocks of repeated events of rule 4."""
    found: list[Deviation] = []
    repeated: list[int] = []
    fired = [move.transition for move in run.moves if move.transition is not None]
    for index in events:
        label = run.labels[index]
        if label < 0:
            found.append(run.deviation(DeviationKind.UNPLANNED, [index]))
        elif label in performed:
            repeated.append(index)
        else:
            elsewhere = structure.is_on_other_branch(run.net.labels[label], fired)
            found.append(run.deviation(DeviationKind.OUT_OF_PLACE, [index], other_branch=elsewhere))
    return found + [run.deviation(DeviationKind.REPEATED, block) for block in _contiguous(run, repeated)]


def _omissions(run: _Run, lacking: Sequence[int], structure: Structure) -> list[Deviation]:
    """Rule 3, with the blocks of rule 4."""
    if not lacking:
        return []
    fired = [-1 if move.transition is None else move.transition for move in run.moves]
    causality = find_causality(structure.net.token_flow, fired)
    followed = causality.followed_by([move.kind is MoveKind.SYNC for move in run.moves])
    unfinished = [index for index in lacking if not followed[index]]
    skipped = {index for index in lacking if followed[index]}
    silent = {index for index, move in enumerate(run.moves) if move.kind is MoveKind.SILENT}
    found = [run.deviation(DeviationKind.SKIPPED, block) for block in find_omissions(skipped, silent, causality)]
    if unfinished:
        found.append(run.deviation(DeviationKind.UNFINISHED, unfinished))
    return found


def _contiguous(run: _Run, events: Sequence[int]) -> list[list[int]]:
    """Cut log moves, which are in order, where their events do not follow each other directly in the variant."""
    blocks: list[list[int]] = []
    for index in events:
        if blocks and _position(run.moves[index]) == _position(run.moves[blocks[-1][-1]]) + 1:
            blocks[-1].append(index)
        else:
            blocks.append([index])
    return blocks


def _position(move: Move) -> int:
    if move.position is None:
        raise ValueError("a log move needs the position of its event")
    return move.position
