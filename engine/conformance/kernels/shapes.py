"""What the kernels pass to each other: arrays and tuples of arrays, because compiled code takes no objects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Int8s = NDArray[np.int8]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Flags = NDArray[np.bool_]

Graph = tuple[Int64s, Int32s, Int32s, Int32s, Int32s]
"""Edges in compressed rows, sorted by label within a row: offsets, target, transition, label, skip."""
Paths = tuple[Int64s, Int32s]
"""Silent paths in compressed rows: offsets, transitions."""
Ends = tuple[Int32s, Int64s, Int32s]
"""Silent moves from each state to the nearest final one (−1: there is none), and the path there."""
Bound = tuple[Int32s, Words, Words, Words]
"""Label sets: the row of each state, ``poss`` rows, ``must`` rows; and the labels of each state's own edges."""
Space = tuple[Graph, Paths, Ends, Bound]
"""The reduced graph, its silent paths, its ends and its label sets."""
Costs = tuple[Int32s, Int32s]
"""Cost of a model move for each transition, and of the cheapest one for each label."""
Trace = tuple[Int32s, Int32s]
"""Label of each event (−1: unknown to the net), and the cost of its log move."""
Table = tuple[Int32s, bool, int]
"""The number of each node: cells (−1: free), whether there is a cell for each node, and the number of states."""

Nodes = tuple[Int32s, Int32s, Int32s, Int32s, Int32s]
"""Nodes in the order found: position, state, cost g, the next node in the same bucket, the last arc into it (or −1)."""
Arcs = tuple[Int32s, Int32s, Int32s, Int32s]
"""Moves between nodes that keep the least cost: node from, edge (−1: log move), node to, another arc to it (or −1)."""
Stores = tuple[Table, Nodes, Arcs]
"""What a search writes to; kept from one search to the next."""
Guide = tuple[Words, Int32s]
"""Of a trace, for each position: the labels to come, and the log cost of each label's events to come."""
Edges = tuple[Int32s, Int32s, Int32s]
"""What the choice needs of an edge: transition, label, skip."""
Optima = tuple[Int32s, Int32s, Int32s, Int64s, Int32s, Int32s]
"""The nodes of all optimal alignments in topological order, the start first: position, state, cost g; and the moves
from each in compressed rows: offsets, edge (−1: log move), node."""
Goal = tuple[int, int, Int32s]
"""Where optimal alignments end: after so many events, at this cost, in a state from which so many silent moves lead to
an end (−1: none do)."""
Route = tuple[Int32s, Flags, int]
"""One alignment without its silent moves: edge of each move (−1: log move), whether it takes an event, last state."""
Columns = tuple[Int8s, Int32s, Int32s]
"""Kind, position (−1: no event) and transition (−1: log move) of each move."""
