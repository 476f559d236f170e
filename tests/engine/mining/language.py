"""The language of a small flow, by playing its net in plain Python."""

from __future__ import annotations

from engine.definitions.flow import Flow
from engine.nets.compile import compile_flow
from engine.nets.net import Net

State = tuple[tuple[int, ...], tuple[int, ...]]
"""A marking, and the labels so far."""


def language(flow: Flow, *, longest: int = 6) -> set[str]:
    """Every accepted sequence of up to ``longest`` activities, their titles joined."""
    net = compile_flow(flow)
    titles = [flow.by_id[label].title.en for label in net.labels]
    return {"".join(titles[label] for label in run) for run in runs(net, longest=longest)}


def runs(net: Net, *, longest: int) -> set[tuple[int, ...]]:
    """Every accepted sequence of up to ``longest`` labels."""
    first: State = (tuple(net.initial.tolist()), ())
    seen = {first}
    waiting = [first]
    accepted: set[tuple[int, ...]] = set()
    while waiting:
        marking, done = waiting.pop()
        if net.is_final(marking):
            accepted.add(done)
        for number, transition in enumerate(net.transitions):
            if net.enabled(marking, number):
                after = done if transition.label < 0 else (*done, transition.label)
                state: State = (net.fire(marking, number), after)
                if len(after) <= longest and state not in seen:
                    seen.add(state)
                    waiting.append(state)
    return accepted
