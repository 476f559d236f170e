"""Process trees: block-structured models, and the flow that says the same.

As in Leemans, Fahland and van der Aalst (2013), "Discovering block-structured process models from event logs". This
file knows nothing of the library that found the tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.definitions.flow import Flow, NodeKind
from engine.limits import DEFAULT_LIMITS, Limits
from engine.mining.draft import END, START, Draft, chain

Fragment = tuple[str, str]
"""A piece of flow: its first and its last node."""


class Operator(StrEnum):
    """How the parts of a tree stand to each other.

    ``loop``: the first part, then any number of times the second and the first again.
    """

    SEQUENCE = "sequence"
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Tree:
    """A process tree.

    Attributes:
        operator: How its parts stand to each other, or None for a leaf.
        activity: A leaf's activity, or None for the silent leaf.
        parts: Empty for a leaf, two for a loop, at least one otherwise.
    """

    operator: Operator | None = None
    activity: str | None = None
    parts: tuple[Tree, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether it is the leaf that does nothing."""
        return self.operator is None and self.activity is None


SILENT = Tree()

_GATEWAYS = {
    Operator.EXCLUSIVE: NodeKind.EXCLUSIVE,
    Operator.PARALLEL: NodeKind.PARALLEL,
    Operator.INCLUSIVE: NodeKind.INCLUSIVE,
}


def activities_of(tree: Tree) -> tuple[str, ...]:
    """The activities of the leaves, from left to right."""
    if tree.operator is None:
        return () if tree.activity is None else (tree.activity,)
    return tuple(name for part in tree.parts for name in activities_of(part))


def simplified(tree: Tree) -> Tree:
    """The same language with fewer parts.

    Operators of one part vanish. Equal operators inside each other become one, but for loops. Silent parts of
    sequences and parallels vanish; those of a choice become one, which stands last. Parts whose order means nothing
    are sorted by their activities, so that equal logs give equal flows.
    """
    if tree.operator is None:
        return tree
    parts = tuple(simplified(part) for part in tree.parts)
    if tree.operator is Operator.LOOP:
        body, again = parts
        return SILENT if body.is_silent and again.is_silent else Tree(Operator.LOOP, None, parts)
    flat = [inner for part in parts for inner in (part.parts if part.operator is tree.operator else (part,))]
    kept = [part for part in flat if not part.is_silent]
    if tree.operator is not Operator.SEQUENCE:
        kept.sort(key=activities_of)
    if tree.operator in (Operator.EXCLUSIVE, Operator.INCLUSIVE) and len(kept) < len(flat):
        kept.append(SILENT)
    if len(kept) < 2:
        return kept[0] if kept else SILENT
    return Tree(tree.operator, None, tuple(kept))


def flow_of_tree(log_name: str, tree: Tree, *, limits: Limits = DEFAULT_LIMITS) -> Flow:
    """The flow with the tree's language.

    A choice between one step and nothing becomes an optional step; a loop becomes a join in front of its body and a
    split behind it.

    Args:
        log_name: The log's file name.
        tree: Each activity in one leaf only.
        limits: ``flow_nodes`` applies.

    Raises:
        ValueError: An activity stands in two leaves.
    """
    names = activities_of(tree)
    if len(set(names)) < len(names):
        raise ValueError("an activity may stand in one leaf of the tree only")
    draft = Draft(log_name, names, limits=limits)
    _join(draft, START, _build(simplified(tree), draft), END)
    return draft.flow()


def _build(tree: Tree, draft: Draft) -> Fragment | None:
    """Add a tree to the draft; None for the silent leaf."""
    if tree.operator is None:
        return None if tree.activity is None else _single(draft.step(tree.activity))
    if tree.operator is Operator.SEQUENCE:
        return chain(draft, [piece for part in tree.parts if (piece := _build(part, draft))])
    if tree.operator is Operator.LOOP:
        return _loop(tree, draft)
    first, *others = tree.parts
    if tree.operator is Operator.EXCLUSIVE and others == [SILENT] and first.activity is not None:
        return _single(draft.step(first.activity, optional=True))
    return _block(tree, _GATEWAYS[tree.operator], draft)


def _block(tree: Tree, kind: NodeKind, draft: Draft) -> Fragment:
    """A split, a branch for each part, a join."""
    split = draft.gateway(kind, f"{kind}_split")
    branches = [_build(part, draft) for part in tree.parts]
    join = draft.gateway(kind, f"{kind}_join")
    for branch in branches:
        _join(draft, split, branch, join)
    return split, join


def _loop(tree: Tree, draft: Draft) -> Fragment:
    body, again = tree.parts
    join = draft.gateway(NodeKind.EXCLUSIVE, "repeat_join")
    inner = _build(body, draft)
    split = draft.gateway(NodeKind.EXCLUSIVE, "repeat_split")
    _join(draft, join, inner, split)
    _join(draft, split, _build(again, draft), join)
    return join, split


def _join(draft: Draft, before: str, fragment: Fragment | None, after: str) -> None:
    """Connect a fragment, or nothing, between two nodes."""
    if fragment is None:
        draft.connect(before, after)
    else:
        draft.connect(before, fragment[0])
        draft.connect(fragment[1], after)


def _single(node: str) -> Fragment:
    return node, node
