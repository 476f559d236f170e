"""Random flows built from blocks, so that they are sound by construction."""

from __future__ import annotations

import random

from engine.definitions.flow import Flow
from tests.making import make_flow

_GATEWAYS = ("exclusive", "parallel", "inclusive")


def structured_flow(rng: random.Random, steps: int) -> Flow:
    """A flow of sequences, choices, loops and parallel blocks over the given number of steps, perhaps with plans."""
    growing = _Growing(rng)
    first, last = growing.block(steps)
    growing.edges += [f"start -> {first}", f"{last} -> end"]
    plans = []
    if rng.random() < 0.4:
        at = rng.choice(growing.steps)
        plans.append(("plan", at, "r1 r2" if rng.random() < 0.5 else "r1", growing.rejoin.get(at, at)))
    optional = [step for step in [*growing.steps, "r2"] if rng.random() < 0.25]
    return make_flow(*growing.edges, kinds=growing.kinds, optional=optional, plans=plans)


class _Growing:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.edges: list[str] = []
        self.kinds: dict[str, str] = {}
        self.steps: list[str] = []
        self.rejoin: dict[str, str] = {}  # step → the step or exclusive gateway that directly follows it

    def block(self, steps: int) -> tuple[str, str]:
        """A block with so many steps: its first and its last node."""
        if steps == 1:
            self.steps.append(f"s{len(self.steps)}")
            return self.steps[-1], self.steps[-1]
        kind = self.rng.choice(["sequence", "sequence", "loop", *_GATEWAYS])
        return self.loop(steps) if kind == "loop" else self.several(kind, steps)

    def several(self, kind: str, steps: int) -> tuple[str, str]:
        cut = self.rng.randint(1, steps - 1)
        blocks = [self.block(cut), self.block(steps - cut)]
        if kind == "sequence":
            (first, end), (begin, last) = blocks
            self.edges.append(f"{end} -> {begin}")
            if end in self.steps and (begin in self.steps or self.kinds.get(begin) == "exclusive"):
                self.rejoin[end] = begin
            return first, last
        split, join = self.gateway(kind), self.gateway(kind)
        self.edges += [text for first, last in blocks for text in (f"{split} -> {first}", f"{last} -> {join}")]
        if kind != "parallel" and self.rng.random() < 0.3:
            self.edges.append(f"{split} -> {join}")
        return split, join

    def loop(self, steps: int) -> tuple[str, str]:
        first, last = self.block(steps)
        merge, split = self.gateway("exclusive"), self.gateway("exclusive")
        self.edges += [f"{merge} -> {first}", f"{last} -> {split}", f"{split} -> {merge}"]
        return merge, split

    def gateway(self, kind: str) -> str:
        name = f"g{len(self.kinds)}"
        self.kinds[name] = kind
        return name
