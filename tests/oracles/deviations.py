"""The slow plain twin of the deviations: tokens one by one, pairs by sorting all of them, blocks by trying all ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from engine.conformance.alignment import Move
from engine.definitions.flow import Flow, NodeKind
from engine.nets.net import Net
from engine.vocabulary import MoveKind

Found = tuple[str, tuple[str, ...], tuple[int, ...], bool]
"""Kind, steps, moves, other branch."""


def deviations_plainly(
    net: Net, activities: Sequence[str], moves: Sequence[Move], flow: Flow | None = None
) -> set[Found]:
    """Every deviation of an alignment."""
    names = [_name(net, activities, move) for move in moves]
    logs = [i for i, move in enumerate(moves) if move.kind is MoveKind.LOG]
    models = [i for i, move in enumerate(moves) if move.kind is MoveKind.MODEL]
    known = [i for i in logs if activities[moves[i].position or 0] in net.label_of_activity]
    pairs = _pairs([(i, j) for i, j in product(known, models) if names[i] == names[j]])
    paired = {i for pair in pairs for i in pair}
    done = {names[i] for i, move in enumerate(moves) if move.kind is MoveKind.SYNC} | {names[i] for i, _ in pairs}
    found: set[Found] = {("misplaced", (names[i],), tuple(sorted((i, j))), False) for i, j in pairs}
    repeated = []
    for i in logs:
        if i in paired:
            continue
        if i not in known:
            found.add(("unplanned", (names[i],), (i,), False))
        elif names[i] in done:
            repeated.append(i)
        else:
            found.add(("out-of-place", (names[i],), (i,), flow is not None and _elsewhere(flow, net, moves, names[i])))
    touching = {(i, j) for i, j in product(repeated, repeated) if moves[j].position == (moves[i].position or 0) + 1}
    found |= {_as_block("repeated", block, names) for block in _blocks(repeated, touching)}
    lacking = [i for i in models if i not in paired]
    return found | _lacking(net, moves, names, lacking)


def _lacking(net: Net, moves: Sequence[Move], names: list[str], lacking: list[int]) -> set[Found]:
    causes = direct_causes(net, moves)
    skipped = [
        i for i in lacking if any(moves[j].kind is MoveKind.SYNC for j in _effects(causes, i, range(len(moves))))
    ]
    unfinished = [i for i in lacking if i not in skipped]
    passing = [i for i, move in enumerate(moves) if move.kind is MoveKind.SILENT or i in skipped]
    linked = {(i, j) for i, j in product(skipped, skipped) if j in _effects(causes, i, passing)}
    blocks = _blocks(skipped, linked)
    together = {
        (one[0], other[0]) for one, other in product(blocks, blocks) if _is_one_leap(causes, passing, one, other)
    }
    found = {_as_block("skipped", block, names) for block in _blocks(skipped, linked | together)}
    return found | ({_as_block("unfinished", unfinished, names)} if unfinished else set())


def _is_one_leap(causes: list[set[int]], passing: list[int], one: list[int], other: list[int]) -> bool:
    """Whether two blocks stand between the same moves, and those have nothing but what was left out between them."""
    borders = [_border(causes, passing, block) for block in (one, other)]
    if borders[0] != borders[1] or not borders[0][1]:
        return False
    before, after = borders[0]
    everything = range(len(causes))
    reached = {j for i in before for j in _effects(causes, i, everything)} if before else set(everything)
    between = {i for i in reached if _effects(causes, i, everything) & after} - before - after
    return between <= set(passing)


def _border(causes: list[set[int]], passing: list[int], block: list[int]) -> tuple[set[int], set[int]]:
    """The nearest moves that were neither skipped nor silent, on which a block depends and that depend on it."""
    others = set(range(len(causes))) - set(passing)
    before = {i for i in others if any(j in block for j in _effects(causes, i, passing))}
    after = {
        i
        for i in others
        if any(
            i in _effects(causes, j, [i]) or any(i in _effects(causes, k, [i]) for k in _effects(causes, j, passing))
            for j in block
        )
    }
    return before, after


def direct_causes(net: Net, moves: Sequence[Move]) -> list[set[int]]:
    """For each move the moves whose tokens it took; a place gives its oldest token first."""
    tokens = {place: [-1] * count for place, count in enumerate(net.initial.tolist())}
    causes: list[set[int]] = []
    for index, move in enumerate(moves):
        took: set[int] = set()
        if move.transition is not None:
            for place, weight in net.before.row(move.transition):
                took |= {tokens[place].pop(0) for _ in range(weight)}
            for place, weight in net.after.row(move.transition):
                tokens[place] += [index] * weight
        causes.append(took - {-1})
    return causes


def _effects(causes: list[set[int]], start: int, through: Iterable[int]) -> set[int]:
    """What depends on a move along moves of ``through``; the last move of the way has to be one of them too."""
    allowed, found = set(through), set[int]()
    todo = [start]
    while todo:
        cause = todo.pop()
        for effect, before in enumerate(causes):
            if cause in before and effect in allowed and effect not in found:
                found.add(effect)
                todo.append(effect)
    return found


def _pairs(candidates: list[tuple[int, int]]) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    for log, model in sorted(candidates, key=lambda pair: (abs(pair[0] - pair[1]), pair)):
        if all(log != i and model != j for i, j in chosen):
            chosen.append((log, model))
    return chosen


def _blocks(members: list[int], linked: set[tuple[int, int]]) -> list[list[int]]:
    blocks = [{member} for member in members]
    for i, j in linked:
        one, other = (next(block for block in blocks if k in block) for k in (i, j))
        if one is not other:
            one |= other
            blocks.remove(other)
    return [sorted(block) for block in blocks]


def _as_block(kind: str, block: list[int], names: list[str]) -> Found:
    return kind, tuple(names[i] for i in block), tuple(block), False


def _name(net: Net, activities: Sequence[str], move: Move) -> str:
    if move.transition is not None:
        label = net.transitions[move.transition].label
        return net.labels[label] if label >= 0 else ""
    activity = activities[move.position or 0]
    code = net.label_of_activity.get(activity)
    return activity if code is None else net.labels[code]


def _elsewhere(flow: Flow, net: Net, moves: Sequence[Move], step: str) -> bool:
    """Whether one branch only leads to the step, and the run came past its gateway but to nothing inside it."""
    visited = {net.transitions[move.transition].node for move in moves if move.transition is not None}
    everything = _reached(flow, set())
    for index, edge in enumerate(flow.edges):
        branches = [other for other in flow.edges if other.source == edge.source]
        if flow.by_id[edge.source].kind is not NodeKind.EXCLUSIVE or len(branches) < 2 or edge.source not in visited:
            continue
        inside = everything - _reached(flow, {index})
        if step in inside and not visited & inside:
            return True
    return False


def _reached(flow: Flow, without: set[int]) -> set[str]:
    found = {node.id for node in flow.nodes if node.kind is NodeKind.START}
    size = 0
    while size != len(found):
        size = len(found)
        found |= {e.target for i, e in enumerate(flow.edges) if e.source in found and i not in without}
    return found
