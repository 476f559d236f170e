"""Small flows and nets for tests, written in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise

import numpy as np

from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan, Trigger, TriggerKind
from engine.definitions.titles import Title
from engine.nets.building import NetBuilder
from engine.nets.net import SILENT, Net, Purpose, Transition


def make_flow(
    *chains: str,
    kinds: Mapping[str, str] | None = None,
    optional: Iterable[str] = (),
    plans: Iterable[tuple[str, str, str, str]] = (),
    roles: Mapping[str, str] | None = None,
) -> Flow:
    """A flow from chains like ``"start -> a -> end"``.

    Nodes are steps but for ``start``, ``end…`` and those named in ``kinds``; their lines are 10, 11, … in the order of
    first mention. A plan is ``(id, at, "x y", rejoin)``.
    """
    split = [re.split(r"\s*->\s*", text) for text in chains]
    pairs = [pair for names in split for pair in pairwise(names)]
    plans = list(plans)
    names = dict.fromkeys([name for names in split for name in names])
    names |= dict.fromkeys(step for _, _, path, _ in plans for step in path.split())
    given = dict(kinds or {})
    nodes = tuple(
        Node(
            id=name,
            kind=NodeKind(given.get(name) or _usual_kind(name)),
            title=Title(name, name),
            role=(roles or {}).get(name),
            optional=name in set(optional),
            line=line,
        )
        for line, name in enumerate(names, start=10)
    )
    made = tuple(
        Plan(name, Title(name, name), at, Trigger(TriggerKind.TIMER, "1d"), tuple(path.split()), rejoin, line=90)
        for name, at, path, rejoin in plans
    )
    edges = tuple(Edge(source, target) for source, target in pairs)
    titles = {role: Title(role, role) for role in (roles or {}).values()}
    return Flow("flow", Title("flow", "flow"), None, None, titles, nodes, edges, plans=made)


def _usual_kind(name: str) -> str:
    return "start" if name == "start" else "end" if name.startswith("end") else "step"


def make_net(*rules: str, initial: str = "i", final: str = "o") -> Net:
    """A net from rules like ``"a: i -> p, 2*q"``.

    Transitions named t…, s or with a quoted label (``z 'a': …``, ``z '': …``) follow that label; t… and s are silent.
    Markings and arcs are lists of places, ``2*p`` for two tokens. Several final markings are separated by ``|``.
    """
    build = NetBuilder()
    parsed = [_rule(rule) for rule in rules]
    markings = [_tokens(text) for text in final.split("|")]
    for place in dict.fromkeys(
        [*_tokens(initial), *(p for _, _, takes, puts in parsed for p in (*takes, *puts)), *chain(*markings)]
    ):
        build.place(place)
    labels = dict.fromkeys(label for _, label, _, _ in parsed if label)
    index = {label: number for number, label in enumerate(labels)}
    for name, label, takes, puts in parsed:
        code, purpose = (index[label], Purpose.PERFORM) if label else (SILENT, Purpose.ROUTE)
        build.transition(Transition(build.unique(name), code, name, purpose), takes, puts)
    return build.net(
        name="net",
        labels=tuple(labels),
        initial=_counted(_tokens(initial)),
        finals=[_counted(marking) for marking in markings],
        label_of_activity=index,
    )


def _rule(text: str) -> tuple[str, str, list[str], list[str]]:
    head, arcs = text.split(":")
    name, _, quoted = head.strip().partition(" ")
    silent = re.fullmatch(r"s|t\d*", name) is not None
    label = quoted.strip("'") if quoted else "" if silent else name
    takes, puts = arcs.split("->")
    return name, label, _tokens(takes), _tokens(puts)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        count, _, place = part.rpartition("*")
        tokens += [place] * int(count or 1)
    return tokens


def _counted(tokens: list[str]) -> dict[str, int]:
    return {place: tokens.count(place) for place in tokens}


def same_net(one: Net, other: Net) -> bool:
    """Whether two nets are equal in all but their name and the hash of their source."""
    arrays = [
        (getattr(getattr(one, side), part), getattr(getattr(other, side), part))
        for side in ("before", "after")
        for part in ("offsets", "places", "weights")
    ]
    arrays += [(one.initial, other.initial), (one.finals, other.finals)]
    fields = ("places", "transitions", "labels", "label_of_activity")
    return all(np.array_equal(a, b) for a, b in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in fields
    )
