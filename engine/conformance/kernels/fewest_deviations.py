"""The first criterion among optimal alignments: the fewest deviations.

A log move and a model move of the same activity are one misplaced step, so an alignment has Σ max(log moves, visible
model moves) deviations over its activities. The sum does not add up along a path by itself: whether a move opens a
deviation or closes one depends on what is open. So a node is split by its *open moves*: for each activity that has both
kinds of moves, log moves less model moves so far. A log move then opens a deviation unless model moves are open, and
the other way round. What can no longer be paired is as good as closed and is left out, which keeps the splits few.
"""

from __future__ import annotations

import numpy as np

from engine.compiled import compiled
from engine.conformance.kernels.common import NONE, grow
from engine.conformance.kernels.shapes import Flags, Int32s, Int64s, Optima, Words

_FAR = 1 << 30
_ONE = np.uint64(1)

Pairable = tuple[Int32s, Int64s, Int64s]
"""The number of each label among those with both kinds of moves (or −1); for each of these the events that can be log
moves, and where its count begins in a word of open moves."""
Split = tuple[Int32s, Words, Int64s, Int32s, Int32s, Int32s]
"""Split nodes: node and open moves; and the moves from each: offsets, arc, deviations opened (0 or 1), split node."""


@compiled
def _pairable(optima: Optima, labels: Int32s, edge_label: Int32s, label_count: int) -> tuple[bool, Pairable]:
    """Which labels have log moves and model moves in the graph; False when their counts do not fit one word."""
    positions, _, _, at, edges, heads = optima
    logs, last = np.zeros(label_count, dtype=np.int64), np.full(label_count, NONE, dtype=np.int64)
    models = np.zeros(label_count, dtype=np.bool_)
    for n in range(positions.shape[0]):
        for k in range(at[n], at[n + 1]):
            if edges[k] == NONE:
                label = labels[positions[n]]
                if label >= 0 and last[label] != positions[n]:
                    last[label] = positions[n]
                    logs[label] += 1
            elif positions[heads[k]] == positions[n]:
                models[edge_label[edges[k]]] = True
    number, count, bits = np.full(label_count, NONE, dtype=np.int32), 0, 0
    most, shift = np.zeros(64, dtype=np.int64), np.zeros(65, dtype=np.int64)
    for label in range(label_count):
        if logs[label] > 0 and models[label]:
            width, values = 1, 2
            while values < 2 * logs[label] + 1:
                width, values = width + 1, 2 * values
            if bits + width > 63:
                return False, (number, most[:0], shift[:1])
            number[label], most[count], shift[count] = count, logs[label], bits
            bits, count = bits + width, count + 1
            shift[count] = bits
    return True, (number, most[:count], shift[: count + 1])


@compiled
def _still_to_come(optima: Optima, labels: Int32s, edge_label: Int32s, number: Int32s) -> tuple[Words, Words, bool]:
    """For each node the labels of log moves and of model moves that can follow; and whether an arc leads back."""
    positions, _, _, at, edges, heads = optima
    count = positions.shape[0]
    logs, models = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
    back, again = False, True
    while again:
        changed = False
        for n in range(count - 1, -1, -1):
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
    return logs, models, back


@compiled
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


@compiled
def _moved(open_moves: np.uint64, q: int, by: int, most: Int64s, shift: Int64s) -> tuple[np.uint64, int]:
    """Open moves after one more log move (+1) or model move (−1) of a label; and the deviations that it opens."""
    place = np.uint64(shift[q])
    mask = ((_ONE << np.uint64(shift[q + 1] - shift[q])) - _ONE) << place
    balance = np.int64((open_moves & mask) >> place) - most[q]
    opened = 1 if balance * by >= 0 else 0
    # More open model moves than log moves that can ever come are as good as that many.
    balance = max(-most[q], min(most[q], balance + by))
    return (open_moves & ~mask) | (np.uint64(balance + most[q]) << place), opened


@compiled
def _find(table: Int32s, nodes: Int32s, words: Words, node: int, word: np.uint64) -> np.int64:
    """Where a split node stands in the table, or the free cell where it belongs."""
    mask = np.uint64(table.shape[0] - 1)
    cell = (word ^ (np.uint64(node) * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xC4CEB9FE1A85EC53)
    cell = (cell ^ (cell >> np.uint64(33))) & mask
    while table[cell] != NONE and (nodes[table[cell]] != node or words[table[cell]] != word):
        cell = (cell + _ONE) & mask
    return np.int64(cell)


@compiled
def _split(
    optima: Optima, labels: Int32s, edge_label: Int32s, pairable: Pairable, ahead: tuple[Words, Words], most_nodes: int
) -> tuple[bool, Split]:
    """Split every node by its open moves; False when there are too many."""
    positions, _, _, at, edges, heads = optima
    number, most, shift = pairable
    nodes, words = np.zeros(64, dtype=np.int32), np.zeros(64, dtype=np.uint64)
    offsets, arcs = np.zeros(65, dtype=np.int64), np.empty(64, dtype=np.int32)
    opens, targets, table = np.empty(64, np.int32), np.empty(64, np.int32), np.full(256, NONE, dtype=np.int32)
    for q in range(most.shape[0]):
        words[0] |= np.uint64(most[q]) << np.uint64(shift[q])
    balanced = words[0]
    table[_find(table, nodes, words, 0, words[0])] = 0
    count, done, made = 1, 0, 0
    while done < count:
        node = nodes[done]
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
                word = _closed(word, most, shift, ahead[0][head], ahead[1][head])
            cell = _find(table, nodes, words, head, word)
            if table[cell] == NONE:
                if count >= most_nodes:
                    return False, (nodes, words, offsets, arcs, opens, targets)
                if count == nodes.shape[0]:
                    nodes, words, offsets = grow(nodes, 2 * count), grow(words, 2 * count), grow(offsets, 2 * count + 1)
                    table = np.full(8 * count, NONE, dtype=np.int32)
                    for other in range(count):
                        table[_find(table, nodes, words, nodes[other], words[other])] = other
                    cell = _find(table, nodes, words, head, word)
                nodes[count], words[count], table[cell] = head, word, count
                count += 1
            if made == arcs.shape[0]:
                arcs, opens, targets = grow(arcs, 2 * made), grow(opens, 2 * made), grow(targets, 2 * made)
            arcs[made], opens[made], targets[made] = k, opened, table[cell]
            made += 1
        done += 1
        offsets[done] = made
    return True, (nodes[:count], words[:count], offsets[: count + 1], arcs[:made], opens[:made], targets[:made])


@compiled
def _fewest(split: Split, order: Int32s, is_goal: Flags, back: int) -> Int32s:
    """The fewest deviations that are opened from each split node to a goal."""
    nodes, _, offsets, _, opens, targets = split
    fewest, again = np.full(nodes.shape[0], _FAR, dtype=np.int32), True
    while again:
        again = False
        for k in range(order.shape[0] - 1, -1, -1):
            x = order[k]
            least = 0 if is_goal[nodes[x]] else _FAR
            for m in range(offsets[x], offsets[x + 1]):
                least = min(least, opens[m] + fewest[targets[m]])
            if least != fewest[x]:
                fewest[x], again = least, back > 0
    return fewest


@compiled
def _kept(optima: Optima, split: Split, order: Int32s, fewest: Int32s) -> Optima:
    """The graph of the split nodes and moves on a way with the fewest deviations."""
    nodes, _, offsets, arcs, opens, targets = split
    reached, stack, top = np.zeros(nodes.shape[0], np.bool_), np.empty(nodes.shape[0], np.int32), 1
    reached[0], stack[0], kept = True, 0, 0
    while top > 0:
        top -= 1
        x = stack[top]
        for m in range(offsets[x], offsets[x + 1]):
            y = targets[m]
            if opens[m] + fewest[y] == fewest[x]:
                kept += 1
                if not reached[y]:
                    reached[y], stack[top] = True, y
                    top += 1
    number, count = np.full(nodes.shape[0], NONE, dtype=np.int32), 0
    for x in order:
        if reached[x]:
            number[x] = count
            count += 1
    base, at = np.empty(count, dtype=np.int32), np.zeros(count + 1, dtype=np.int64)
    edges, heads, made = np.empty(kept, dtype=np.int32), np.empty(kept, dtype=np.int32), 0
    for x in order:
        if not reached[x]:
            continue
        base[number[x]] = nodes[x]
        for m in range(offsets[x], offsets[x + 1]):
            if opens[m] + fewest[targets[m]] == fewest[x]:
                edges[made], heads[made] = optima[4][arcs[m]], number[targets[m]]
                made += 1
        at[number[x] + 1] = made
    return optima[0][base], optima[1][base], optima[2][base], at, edges, heads


@compiled
def with_fewest_deviations(
    optima: Optima, labels: Int32s, edge_label: Int32s, is_goal: Flags, limits: tuple[int, int, int]
) -> tuple[Optima, int]:
    """The optimal alignments with the fewest deviations.

    Args:
        optima: All optimal alignments.
        labels: Label of each event of the variant, −1 for activities that the net does not know.
        edge_label: Label of each edge.
        is_goal: Whether an alignment can end in a node.
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
    logs, models, back = _still_to_come(optima, labels, edge_label, pairable[0])
    complete, split = _split(optima, labels, edge_label, pairable, (logs, models), limits[1])
    if not complete:
        return optima, 1
    begins = np.zeros(optima[0].shape[0] + 1, dtype=np.int64)
    for node in split[0]:
        begins[node + 1] += 1
    for n in range(optima[0].shape[0]):
        begins[n + 1] += begins[n]
    order = np.empty(split[0].shape[0], dtype=np.int32)
    for x in range(split[0].shape[0]):
        order[begins[split[0][x]]] = x
        begins[split[0][x]] += 1
    return _kept(optima, split, order, _fewest(split, order, is_goal, 1 if back else 0)), 0
