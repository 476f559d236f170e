"""The inductive miner, by pm4py: a log's variants → a process tree."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.logs.variants import Variants
from engine.mining.library import load
from engine.mining.process_tree import SILENT, Operator, Tree

_OPERATORS = {
    "SEQUENCE": Operator.SEQUENCE,
    "XOR": Operator.EXCLUSIVE,
    "PARALLEL": Operator.PARALLEL,
    "OR": Operator.INCLUSIVE,
    "LOOP": Operator.LOOP,
}


def mine_tree(variants: Variants, *, noise: float) -> Tree:
    """Discover a process tree.

    As in Leemans, Fahland and van der Aalst (2014), "Discovering block-structured process models from event logs
    containing infrequent behaviour"; with noise 0 every case of the log fits the tree.

    The library gets numbers for activities and variants in a fixed order: its own choices then depend on neither the
    order of the log nor the run's hash seed.

    Args:
        variants: At least one with an event.
        noise: 0…1; what is rarer than this share of its most frequent sibling is left out.

    Raises:
        Unavailable: ``mine.pm4py-missing``.
    """
    structures = load("pm4py.algo.discovery.inductive.dtypes.im_ds")
    # 0 is false, and a false label is taken for the silent leaf: activities are numbered from 1
    traces = Counter(
        {
            tuple((variants.codes[variants.offsets[v] : variants.offsets[v + 1]] + 1).tolist()): int(variants.counts[v])
            for v in range(len(variants))
        }
    )
    if noise == 0:
        miner = load("pm4py.algo.discovery.inductive.variants.im").IMUVCL({})
    else:
        miner = load("pm4py.algo.discovery.inductive.variants.imf").IMFUVCL({})
    found = miner.apply(structures.IMDataStructureUVCL(traces), {"noise_threshold": noise})
    return _own(found, variants.activities)


def _own(tree: Any, activities: tuple[str, ...]) -> Tree:
    """The library's tree as ours."""
    if tree.operator is None:
        return SILENT if tree.label is None else Tree(activity=activities[tree.label - 1])
    return Tree(_OPERATORS[tree.operator.name], None, tuple(_own(part, activities) for part in tree.children))
