"""From a flow to its net: the one formal meaning that checker, runtime and picture share.

A flow and each of its sub-flows is compiled to a fragment of a net (``engine.nets.compiling``), the inner ones first.
Where something can cancel several tokens at once, or an end is reached when nothing runs any more, the fragment is
unfolded into its markings. The table of what each element means is in ``docs/flow-format.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.definitions.flow import Flow, Node, NodeKind, Termination
from engine.errors import InputRefused, LimitExceeded, Place, Problem, Value
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.building import NetBuilder
from engine.nets.compiling.activities import Ranks, activity_fragment, step_fragment
from engine.nets.compiling.fragment import ENTRY, OUT, TERMINATED, Fragment, Link, thrown
from engine.nets.compiling.scope import Scope
from engine.nets.compiling.unfolding import Subject, is_safe_inside, unfold_instance
from engine.nets.inclusive import InclusivePairs, match_inclusive
from engine.nets.net import Net, TokenFlow

_INITIAL, _FINAL = "initial", "final"


def compile_flow(flow: Flow, *, limits: Limits = DEFAULT_LIMITS) -> Net:
    """The accepting Petri net that a flow means.

    Args:
        flow: A structurally valid flow: in it and in each sub-flow one start and an end, plans that stand apart from
            the edges.
        limits: ``inclusive_branches`` bounds the branches of one inclusive split, for which 2ⁿ − 1 transitions stand;
            ``instances`` the copies of what is repeated; ``cancelled_markings`` the markings of what can be cancelled
            as a whole; ``net_elements`` the net.

    Returns:
        The net. Labels are the ids of steps and logged events in file order; transitions stand in the order of the
        nodes in the file, those of a plan's step where that step is declared, which is the order that breaks the last
        ties between alignments. It has one final marking: one token in the final place or, where the flow ends
        implicitly and its branches need not join, no token anywhere.

    Raises:
        InputRefused: Inclusive gateways have no partner or too many branches; all of them at once.
        LimitExceeded: Another of the limits is passed.
    """
    pairs = match_inclusive(flow)
    problems = [*pairs.problems, *_too_many_branches(flow, limits)]
    if problems:
        raise InputRefused(sorted(problems, key=lambda problem: problem.place.line or 0))
    return _Compiler(flow, pairs, limits).compile()


def _too_many_branches(flow: Flow, limits: Limits) -> Iterator[Problem]:
    branches = Counter(edge.source for edge in flow.edges)
    for node in flow.nodes:
        if node.kind is NodeKind.INCLUSIVE and branches[node.id] > limits.inclusive_branches:
            values: dict[str, Value] = {"limit": "inclusive_branches", "allowed": limits.inclusive_branches}
            values["found"] = branches[node.id]
            yield Problem("limit.exceeded", Place(line=node.line, element=node.id), values)


def _without_ends(fragment: Fragment) -> Fragment:
    """A fragment in which a token that reaches an end is gone."""
    links = [
        replace(link, puts=tuple(place for place in link.puts if place != OUT), origin=link.arrows)
        for link in fragment.links
    ]
    return replace(fragment, links=tuple(links))


def _token_flow(links: Sequence[Link], initial: str) -> TokenFlow:
    """The arcs that the transitions had before anything was unfolded."""
    numbers: dict[str, int] = {initial: 0}

    def row(names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
        counts = Counter(numbers.setdefault(name, len(numbers)) for name in names)
        return tuple(sorted(counts.items()))

    takes, gives = (tuple(row(link.arrows[side]) for link in links) for side in (0, 1))
    return TokenFlow(takes, gives, ((0, 1),))


class _Compiler:
    """One compilation: sub-flows to fragments, inner ones first, and the whole to a net."""

    def __init__(self, flow: Flow, pairs: InclusivePairs, limits: Limits) -> None:
        self._flow = flow
        self._pairs = pairs
        self._limits = limits
        labels = {step.id: index for index, step in enumerate(flow.steps)}
        self._ranks = Ranks({node.id: position for position, node in enumerate(flow.nodes)}, labels)
        self._events: dict[str, list[Node]] = {}
        for node in flow.nodes:
            if node.boundary is not None:
                self._events.setdefault(node.boundary.at, []).append(node)

    def compile(self) -> Net:
        scope = self._scope(None)
        fragment, initial = scope.fragment(), scope.initial
        final: Mapping[str, int] = {_FINAL: 1}
        exits: dict[str, tuple[str, ...]] = {TERMINATED: (OUT,)}
        exits.update((thrown(name), (OUT,)) for name in fragment.errors)
        entered = fragment.joined({initial: (ENTRY,)}).without(initial)
        if exits.keys() & {place for link in fragment.links for place in link.puts} and not is_safe_inside(entered):
            subject = Subject(self._flow.id, None)
            termination = self._flow.termination
            fragment = unfold_instance(entered, termination, subject, limits=self._limits, is_flow=True)
            initial = ENTRY
        else:
            fragment = fragment.joined(exits)
            if self._flow.termination is Termination.IMPLICIT and not is_safe_inside(entered):
                fragment, final = _without_ends(fragment), {}
        return self._net(fragment, initial, final)

    def _net(self, fragment: Fragment, initial: str, final: Mapping[str, int]) -> Net:
        build = NetBuilder()
        names = {OUT: build.place(_FINAL)} if final else {}
        names |= {place: build.place(place) for place in fragment.places}
        if initial == ENTRY:
            names[ENTRY] = build.place(_INITIAL)
        links = sorted(fragment.links, key=lambda link: link.rank)
        for link in links:
            transition = replace(link.transition, id=build.unique(link.transition.id))
            build.transition(transition, [names[place] for place in link.takes], [names[place] for place in link.puts])
        net = build.net(
            name=self._flow.id,
            labels=tuple(step.id for step in self._flow.steps),
            initial={names[initial]: 1},
            finals=[final],
            label_of_activity={name: self._ranks.label[step] for name, step in self._flow.step_of_activity.items()},
            source_hash=self._flow.source_hash,
        )
        is_changed = any(link.origin is not None for link in links)
        return replace(net, own_flow=_token_flow(links, initial)) if is_changed else net

    def _scope(self, sub_flow: str | None) -> Scope:
        return Scope(
            self._flow,
            sub_flow,
            pairs=self._pairs,
            ranks=self._ranks,
            activity=self._activity,
            limits=self._limits,
        )

    def _activity(self, node: Node) -> Fragment:
        body = step_fragment(node, self._ranks) if node.kind is NodeKind.STEP else self._instance(node)
        events = self._events.get(node.id, ())
        return activity_fragment(node, body, self._flow, events, self._ranks, limits=self._limits)

    def _instance(self, node: Node) -> Fragment:
        """One performance of a sub-flow."""
        fragment = self._scope(node.id).fragment()
        if is_safe_inside(fragment):
            return fragment.joined({TERMINATED: (OUT,)})
        termination = self._flow.termination_of(node.id)
        try:
            return unfold_instance(fragment, termination, Subject(node.id, node.line or None), limits=self._limits)
        except LimitExceeded:
            # Without anything to cancel, a large inside is built in as it is: each token that reaches an end leaves.
            if termination is Termination.IMPLICIT or fragment.terminates:
                raise
            return fragment
