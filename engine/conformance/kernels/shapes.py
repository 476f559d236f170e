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
Back = tuple[Int64s, Int32s, Int32s, Int32s, Int32s]
"""The same edges by target: offsets, source, transition, label, skip."""
Paths = tuple[Int64s, Int32s]
"""Silent paths in compressed rows: offsets, transitions."""
Ends = tuple[Int32s, Int64s, Int32s]
"""Silent moves from each state to the nearest final one (−1: there is none), and the path there."""
Bound = tuple[Int32s, Words, Words]
"""Label sets: the row of each state, ``poss`` rows, ``must`` rows."""
Nodes = tuple[Int32s, Int32s, Int32s, Int32s]
"""Nodes in the order found: position, state, cost g, and the next node in the same bucket."""
Table = tuple[Int32s, bool, int]
"""The number of each node: cells (−1: free), whether there is a cell for each node, and the number of states."""
Costs = tuple[Int32s, Int32s]
"""Cost of a model move for each transition, and of the cheapest one for each label."""
Rests = tuple[Int64s, Int32s, Int64s]
"""What ``_rests`` returns."""
Moves = tuple[Int64s, Int64s, Int8s, Int32s, Int32s]
"""Where each node's moves begin and stop; kind, edge (−1 for log moves) and target node of each move."""
Space = tuple[Graph, Back, Paths, Ends, Bound]
"""The reduced graph in both directions, its silent paths, its ends and its label sets."""
Trace = tuple[Int32s, Int32s]
"""Label of each event (−1: unknown to the net), and the cost of its log move."""
