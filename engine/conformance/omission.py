"""Omission: which skipped steps were left out at one stroke.

1. Two skipped steps belong together when one depends on the other with nothing but skipped steps and silent moves
   between (``Causality.blocks``): a sequence that was left out.
2. So do steps that do not depend on each other when the case went straight from what stands before them to what stands
   after them: the same moves stand directly before and directly after both, and between these nothing else stands but
   skipped steps and silent moves. So a parallel block that was left out as a whole is one omission, while two steps
   that are missing beside parallel work that was done are two.

Directly before and after are the nearest moves of the run, along dependences, that are neither skipped nor silent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.conformance.causality import Causality

Border = tuple[frozenset[int], frozenset[int]]
"""The moves directly before and directly after a block."""


def find_omissions(
    skipped: Collection[int], silent: Collection[int], causality: Causality
) -> tuple[tuple[int, ...], ...]:
    """Group skipped steps that have one cause.

    Args:
        skipped: Indices of the model moves to group.
        silent: Indices of the silent moves.
        causality: The dependences of the alignment's moves.

    Returns:
        The groups, each increasing, by first member; every skipped step is in exactly one.
    """
    blocks = causality.blocks(skipped, silent)
    if len(blocks) < 2:
        return blocks
    alike: dict[Border, list[tuple[int, ...]]] = {}
    for block, border in zip(blocks, _borders(blocks, silent, causality), strict=True):
        alike.setdefault(border, []).append(block)
    found: list[tuple[int, ...]] = []
    for border, group in alike.items():
        if len(group) > 1 and _leads_straight_on(border, {*skipped, *silent}, causality):
            found.append(tuple(sorted(move for block in group for move in block)))
        else:
            found += group
    return tuple(sorted(found))


def _borders(blocks: Sequence[tuple[int, ...]], silent: Collection[int], causality: Causality) -> list[Border]:
    causes = causality.causes
    nothing: frozenset[int] = frozenset()
    passes = {move for block in blocks for move in block} | set(silent)
    before: dict[int, frozenset[int]] = {}  # of skipped and silent moves only
    after: dict[int, frozenset[int]] = {}
    for move in sorted(passes):
        before[move] = nothing.union(*(before[cause] if cause in passes else (cause,) for cause in causes[move]))
    for move in range(len(causes) - 1, -1, -1):
        reached = after.get(move, nothing) if move in passes else frozenset([move])
        for cause in causes[move]:
            if cause in passes:
                after[cause] = after.get(cause, nothing) | reached
    return [
        (
            nothing.union(*(before[move] for move in block)),
            nothing.union(*(after.get(move, nothing) for move in block)),
        )
        for block in blocks
    ]


def _leads_straight_on(border: Border, passes: Collection[int], causality: Causality) -> bool:
    """Whether nothing but skipped and silent moves stands between what is before and what is after."""
    before, after = border
    if not after:
        return False
    followed = set(after)  # and those on which one of them depends
    followed_from = min(before, default=-1)
    for move in range(max(after), followed_from, -1):
        if move in followed:
            followed.update(causality.causes[move])
    reached = set(before)
    for move in range(followed_from + 1, max(after)):
        if before and reached.isdisjoint(causality.causes[move]):
            continue
        reached.add(move)
        if move in followed and not (move in passes or move in after or move in before):
            return False
    return True
