"""The first criterion among optimal alignments: the fewest deviations.

A log move and a model move of the same activity are one misplaced step, so an alignment has Σ max(log moves, visible
model moves) deviations over its activities. The sum does not add up along a path by itself: whether a move opens a
deviation or closes one depends on what is open. So a node is split by its *open moves*: for each activity that has both
kinds of moves, log moves less model moves so far. A log move then opens a deviation unless model moves are open, and
the other way round. What can no longer be paired is as good as closed and is left out, which keeps the splits few.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled, tight, tight_inlined
from engine.conformance.kernels.common import NONE, grow
from engine.conformance.kernels.optima import is_goal
from engine.conformance.kernels.shapes import Flags, Goal, Int32s, Int64s, Optima, Words

_FAR = 1 << 30
_ONE = np.uint64(1)
_DONE, _MORE_ROOM, _TOO_MANY = 0, 1, 2

Pairable = tuple[Int32s, Int64s, Int64s]
"""The number of each label among those with both kinds of moves (or −1); for each of these the events that can be log
moves, and where its count begins in a word of open moves."""
Split = tuple[Int32s, Words, Int64s, Int32s, Int32s, Int32s]
"""Split nodes: node and open moves; and the moves from each: offsets, arc, deviations opened (0 or 1), split node."""


@tight
def _find_pairable(
    optima: Optima, labels: Int32s, edge_label: Int32s, seen: tuple[Int64s, Int64s, Flags], pairable: Pairable
) -> int:
    """Number the labels that have log moves and model moves; return how many, −1 when their counts fit no word.

    ``seen`` is for each label's log moves (0), the last position of one (−1), and whether it has model moves (False).
    """
    (positions, _, _, at, edges, heads), (logs, last, models), (number, most, shift) = optima, seen, pairable
    for n in range(positions.shape[0]):
        for k in range(at[n], at[n + 1]):
            if edges[k] == NONE:
                label = labels[positions[n]]
                if label >= 0 and last[label] != positions[n]:
                    last[label] = positions[n]
                    logs[label] += 1
            elif positions[heads[k]] == positions[n]:
                models[edge_label[edges[k]]] = True
    count, bits = 0, 0
    shift[0] = 0
    for label in range(logs.shape[0]):
        number[label] = NONE
        if logs[label] > 0 and models[label]:
            width, values = 1, 2
            while values < 2 * logs[label] + 1:
                width, values = width + 1, 2 * values
            if bits + width > 63:
                return -1
            number[label], most[count] = count, logs[label]
            bits, count = bits + width, count + 1
            shift[count] = bits
    return count


@compiled
def _pairable(optima: Optima, labels: Int32s, edge_label: Int32s, label_count: int) -> tuple[bool, Pairable]:
    """Which labels have log moves and model moves in the graph; False when their counts do not fit one word."""
    logs, last = np.zeros(label_count, dtype=np.int64), np.full(label_count, NONE, dtype=np.int64)
    number, most, shift = np.empty(label_count, np.int32), np.empty(64, np.int64), np.empty(65, np.int64)
    seen = (logs, last, np.zeros(label_count, dtype=np.bool_))
    count = _find_pairable(optima, labels, edge_label, seen, (number, most, shift))
    return count >= 0, (number, most[: max(0, count)], shift[: max(0, count) + 1])


@tight
def _still_to_come(
    optima: Optima, labels: Int32s, edge_label: Int32s, number: Int32s, ahead: tuple[Words, Words]
) -> bool:
    """Write for each node the labels of log moves and of model moves that can follow; return whether an arc leads back.

    ``ahead`` is 0 before.
    """
    (positions, _, _, at, edges, heads), (logs, models) = optima, ahead
    back, again = False, True
    while again:
        changed = False
        for n in range(positions.shape[0] - 1, -1, -1):
            log, model = np.uint64(0), np.uint64(0)
            for k in range(at[n], at[n + 1]):
                head = heads[k]
                back = back or head <= n
                log |= logs[head]
                model |= models[head]
                if edges[k] == NONE:
                    label = labels[positions[n]]
                    if label >= 0 and number[label] >= 0:
                        log |= _ONE << np.uint64(number[label])
                elif positions[head] == positions[n] and number[edge_label[edges[k]]] >= 0:
                    model |= _ONE << np.uint64(number[edge_label[edges[k]]])
            if log != logs[n] or model != models[n]:
                logs[n], models[n], changed = log, model, True
        again = changed and back
    return back


@tight_inlined
def _closed(open_moves: np.uint64, most: Int64s, shift: Int64s, logs: np.uint64, models: np.uint64) -> np.uint64:
    """Open moves without those that nothing to come can be paired with."""
    for q in range(most.shape[0]):
        place = np.uint64(shift[q])
        mask = ((_ONE << np.uint64(shift[q + 1] - shift[q])) - _ONE) << place
        balance = np.int64((open_moves & mask) >> place) - most[q]
        partner = models if balance > 0 else logs
        if balance != 0 and (partner >> np.uint64(q)) & _ONE == np.uint64(0):
            open_moves = (open_moves & ~mask) | (np.uint64(most[q]) << place)
    return open_moves


@tight_inlined
def _moved(open_moves: np.uint64, q: int, by: int, most: Int64s, shift: Int64s) -> tuple[np.uint64, int]:
    """Open moves after one more log move (+1) or model move (−1) of a label; and the deviations that it opens."""
    place = np.uint64(shift[q])
    mask = ((_ONE << np.uint64(shift[q + 1] - shift[q])) - _ONE) << place
    balance = np.int64((open_moves & mask) >> place) - most[q]
    opened = 1 if balance * by >= 0 else 0
    # More open model moves than log moves that can ever come are as good as that many.
    balance = max(-most[q], min(most[q], balance + by))
    return (open_moves & ~mask) | (np.uint64(balance + most[q]) << place), opened


@tight_inlined
def _find(table: Int32s, nodes: Int32s, words: Words, node: int, word: np.uint64) -> np.int64:
    """Where a split node stands in the table, or the free cell where it belongs."""
    mask = np.uint64(table.shape[0] - 1)
    cell = (word ^ (np.uint64(node) * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xC4CEB9FE1A85EC53)
    cell = (cell ^ (cell >> np.uint64(33))) & mask
    while table[cell] != NONE and (nodes[table[cell]] != node or words[table[cell]] != word):
        cell = (cell + _ONE) & mask
    return np.int64(cell)


@tight
def _enter(table: Int32s, nodes: Int32s, words: Words, count: int) -> None:
    """Put the split nodes there are into an empty table."""
    for other in range(count):
        table[_find(table, nodes, words, nodes[other], words[other])] = other


@tight
def _split_on(
    optima: Optima,
    known: tuple[Int32s, Int32s, Pairable, tuple[Words, Words]],
    split: Split,
    table: Int32s,
    progress: Int64s,
) -> int:
    """Split node after node, until all are split, there are too many, or there is no room.

    Args:
        optima: All optimal alignments.
        known: Label of each event and of each edge, the pairable labels, and those still to come.
        split: What is written.
        table: Where the split nodes stand; twice as many cells as split nodes have room.
        progress: The split nodes there are; those whose moves are known, which the next call has to know; their moves;
            how many split nodes there may be.
    """
    (positions, _, _, at, edges, heads), (nodes, words, offsets, arcs, opens, targets) = optima, split
    labels, edge_label, (number, most, shift), (logs, models) = known
    count, done, made, balanced, code = progress[0], progress[1], progress[2], words[0], _DONE
    while done < count:
        node = nodes[done]
        moves = at[node + 1] - at[node]
        if count + moves > nodes.shape[0] or made + moves > arcs.shape[0]:
            code = _MORE_ROOM
            break
        for k in range(at[node], at[node + 1]):
            head, word, opened, q, by = heads[k], words[done], 0, np.int32(NONE), 0
            if edges[k] == NONE:
                opened, by = 1, 1
                if labels[positions[node]] >= 0:
                    q = number[labels[positions[node]]]
            elif positions[head] == positions[node]:
                opened, by, q = 1, -1, number[edge_label[edges[k]]]
            if q != NONE:
                word, opened = _moved(word, q, by, most, shift)
            if word != balanced:
                word = _closed(word, most, shift, logs[head], models[head])
            cell = _find(table, nodes, words, head, word)
            if table[cell] == NONE:
                if count >= progress[3]:
                    return _TOO_MANY
                nodes[count], words[count], table[cell] = head, word, count
                count += 1
            arcs[made], opens[made], targets[made] = k, opened, table[cell]
            made += 1
        done += 1
        offsets[done] = made
    progress[0], progress[1], progress[2] = count, done, made
    return code


@compiled
def _split(
    optima: Optima, labels: Int32s, edge_label: Int32s, pairable: Pairable, ahead: tuple[Words, Words], most_nodes: int
) -> tuple[bool, Split]:
    """Split every node by its open moves; False when there are too many."""
    _, most, shift = pairable
    room, links = 64, 64 + 2 * optima[4].shape[0]
    while room < 2 * optima[0].shape[0]:
        room *= 2
    nodes, words, offsets = np.empty(room, np.int32), np.empty(room, np.uint64), np.zeros(room + 1, np.int64)
    arcs, opens, targets = np.empty(links, np.int32), np.empty(links, np.int32), np.empty(links, np.int32)
    table, progress = np.full(2 * room, NONE, dtype=np.int32), np.zeros(4, dtype=np.int64)
    nodes[0], words[0] = 0, np.uint64(0)
    for q in range(most.shape[0]):
        words[0] |= np.uint64(most[q]) << np.uint64(shift[q])
    _enter(table, nodes, words, 1)
    progress[0], progress[3], code = 1, most_nodes, _MORE_ROOM
    known = (labels, edge_label, pairable, ahead)
    while code == _MORE_ROOM:
        code = _split_on(optima, known, (nodes, words, offsets, arcs, opens, targets), table, progress)
        if code == _MORE_ROOM:
            moves = optima[3][nodes[progress[1]] + 1] - optima[3][nodes[progress[1]]]
            while progress[0] + moves > room:
                room *= 2
            if room > nodes.shape[0]:
                nodes, words, offsets = grow(nodes, room), grow(words, room), grow(offsets, room + 1)
                table = np.full(2 * room, NONE, dtype=np.int32)
                _enter(table, nodes, words, progress[0])
            if progress[2] + moves > links:
                links = 2 * (links + moves)
                arcs, opens, targets = grow(arcs, links), grow(opens, links), grow(targets, links)
    count, made = progress[0], progress[2]
    return code == _DONE, (
        nodes[:count],
        words[:count],
        offsets[: count + 1],
        arcs[:made],
        opens[:made],
        targets[:made],
    )


@tight
def _fewest(split: Split, optima: Optima, goal: Goal, back: int, work: tuple[Int32s, Int32s, Int64s]) -> None:
    """Write the split nodes in the order of their nodes, and the fewest deviations opened from each to a goal.

    ``work`` is room for these two, and zeros, one more than there are nodes.
    """
    (nodes, _, offsets, _, opens, targets), (order, fewest, stops) = split, work
    positions, states, spent = optima[0], optima[1], optima[2]
    for x in range(nodes.shape[0]):
        stops[nodes[x] + 1] += 1
    for n in range(stops.shape[0] - 1):
        stops[n + 1] += stops[n]
    for x in range(nodes.shape[0]):
        order[stops[nodes[x]]] = x
        stops[nodes[x]] += 1
        fewest[x] = _FAR
    again = True
    while again:
        again = False
        for k in range(order.shape[0] - 1, -1, -1):
            x = order[k]
            least = np.int32(0) if is_goal(nodes[x], positions, states, spent, goal) else np.int32(_FAR)
            for m in range(offsets[x], offsets[x + 1]):
                least = min(least, opens[m] + fewest[targets[m]])
            if least != fewest[x]:
                fewest[x], again = least, back > 0


@tight
def _reach(split: Split, fewest: Int32s, number: Int32s, stack: Int32s) -> tuple[int, int]:
    """Mark with 0 the split nodes on a way with the fewest deviations, others with −1; return how many, and moves."""
    offsets, opens, targets = split[2], split[4], split[5]
    for x in range(number.shape[0]):
        number[x] = NONE
    number[0], stack[0], top, count, kept = 0, 0, 1, 1, 0
    while top > 0:
        top -= 1
        x = stack[top]
        for m in range(offsets[x], offsets[x + 1]):
            y = targets[m]
            if opens[m] + fewest[y] == fewest[x]:
                kept += 1
                if number[y] == NONE:
                    number[y], stack[top] = 0, y
                    top += 1
                    count += 1
    return count, kept


@tight
def _write_kept(optima: Optima, split: Split, work: tuple[Int32s, Int32s], number: Int32s, kept: Optima) -> None:
    """Write the graph of the split nodes marked with 0 and the moves among them; ``work`` is as ``_fewest`` left it."""
    (found, states, spent, _, moves, _), (nodes, _, offsets, arcs, opens, targets) = optima, split
    (order, fewest), (positions, states_of, spent_of, at, edges, heads) = work, kept
    count, made = np.int32(0), 0
    for k in range(order.shape[0]):
        if number[order[k]] != NONE:
            number[order[k]] = count
            count += 1
    at[0] = 0
    for k in range(order.shape[0]):
        x = order[k]
        if number[x] == NONE:
            continue
        n = nodes[x]
        positions[number[x]], states_of[number[x]], spent_of[number[x]] = found[n], states[n], spent[n]
        for m in range(offsets[x], offsets[x + 1]):
            if opens[m] + fewest[targets[m]] == fewest[x]:
                edges[made], heads[made] = moves[arcs[m]], number[targets[m]]
                made += 1
        at[number[x] + 1] = made


@compiled
def _kept(optima: Optima, split: Split, goal: Goal, back: int) -> Optima:
    """The graph of the split nodes and moves on a way with the fewest deviations."""
    size = split[0].shape[0]
    order, fewest, number = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    _fewest(split, optima, goal, back, (order, fewest, np.zeros(optima[0].shape[0] + 1, dtype=np.int64)))
    count, made = _reach(split, fewest, number, np.empty(size, np.int32))
    positions, states, spent = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int32)
    kept = (positions, states, spent, np.empty(count + 1, np.int64), np.empty(made, np.int32), np.empty(made, np.int32))
    _write_kept(optima, split, (order, fewest), number, kept)
    return kept


@compiled
def with_fewest_deviations(
    optima: Optima, labels: Int32s, edge_label: Int32s, goal: Goal, limits: tuple[int, int, int]
) -> tuple[Optima, int]:
    """The optimal alignments with the fewest deviations.

    Args:
        optima: All optimal alignments.
        labels: Label of each event of the variant, −1 for activities that the net does not know.
        edge_label: Label of each edge.
        goal: Where an alignment can end.
        limits: The number of labels; split nodes after which the criterion is dropped; 1 where all log moves and
            visible model moves cost the same, so that all optimal alignments have as many of them, else 0.

    Returns:
        Those with the fewest, and 0; or all of them, and 1 when counting them takes too much.
    """
    fits, pairable = _pairable(optima, labels, edge_label, limits[0])
    if fits and pairable[1].shape[0] == 0 and limits[2] == 1:
        return optima, 0
    if not fits:
        return optima, 1
    ahead = (np.zeros(optima[0].shape[0], dtype=np.uint64), np.zeros(optima[0].shape[0], dtype=np.uint64))
    back = _still_to_come(optima, labels, edge_label, pairable[0], ahead)
    complete, split = _split(optima, labels, edge_label, pairable, ahead, limits[1])
    if not complete:
        return optima, 1
    return _kept(optima, split, goal, 1 if back else 0), 0
