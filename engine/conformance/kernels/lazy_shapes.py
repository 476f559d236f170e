"""What the kernels of the lazy search pass to each other."""

from __future__ import annotations

from engine.conformance.kernels.shapes import Flags, Int8s, Int32s, Int64s, Words

Views = tuple[Int64s, Int32s, Int32s, Flags, tuple[Int64s, Int32s, Int32s]]
"""Views of a large net (``lazy_views.py``), states numbered throughout: where each view begins; the state after
each transition (−1: it cannot fire), by state and transition; the initial state of each view; whether a state is final;
the edges between different states: offsets, target, transition."""

Sides = tuple[Int64s, Int32s, Int32s]
"""One side of the transitions in compressed rows: offsets, places, weights."""
Rows = tuple[Int64s, Int32s]
"""Lists in compressed rows: offsets, values."""
Firing = tuple[Sides, Sides, Rows, Rows, int]
"""A net that fires on packed markings: arcs before and after transitions; by place the transitions that put to it and
those that take from it; bits for each place."""
Finals = tuple[Int32s, Words, Flags]
"""Final markings: tokens, packed; and whether a place is never emptied."""
Store = tuple[Words, Int32s, Int8s, Int32s, Int64s]
"""Markings in the order found: packed; the state of each view; flags; the hash table; a cell with their number."""
Options = tuple[int, int, int, bool, bool, bool, int]
"""Of one lazy search: most nodes; most bytes; weight of the bound (above 1, nodes further on in the trace come first
too); whether only needed moves are made, whether every best move is kept, whether the case still runs; the level past
which nothing is of interest."""
Found = tuple[Int32s, Int32s, Int32s, Int32s]
"""Nodes of a lazy search: twice the position, plus 1 between a model move and the event that needs it; marking; cost
g; the next node in the same bucket."""
Links = tuple[Int32s, Int32s, Int32s, Int32s, Int32s]
"""Moves between nodes: tail, transition (−1 for log moves), head, the next one with the same head; and the last one
into each node."""
LazySpace = tuple[Firing, Finals, Views, Rows, tuple[Int32s, Int32s, Flags, Flags]]
"""A net for the lazy search: how it fires, its final markings, its views, the transitions of each label, and: cost of a
model move and label of each transition, whether a transition can help an event with a label to occur, whether a run may
end in each state of the views."""
