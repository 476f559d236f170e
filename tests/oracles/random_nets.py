"""Random nets and traces for laws: weighted, with silent and duplicate transitions, loops and parallel work."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.nets.net import Net
from engine.nets.state_space import Exploration, explore
from tests.making import make_net


def random_net(rng: random.Random, *, most_markings: int = 40, weights: Sequence[int] = (1, 1, 1, 1, 2)) -> Net:
    """A bounded net with a final marking that can be reached; weights of arcs are drawn from those given."""
    while True:
        places = [f"p{k}" for k in range(rng.randint(1, 5))]
        rules = []
        for number in range(rng.randint(1, 6)):
            label = rng.choice(["", "", "a", "b", "c", "d"])
            rules.append(
                f"x{number} '{label}': {_marking(rng, places, 1, weights)} -> {_marking(rng, places, 0, weights)}"
            )
        initial = ", ".join(rng.sample(places, rng.randint(1, min(2, len(places)))))
        draft = make_net(*rules, initial=initial, final=initial)
        space = explore(draft, max_markings=most_markings, max_bytes=1 << 24)
        if space.status is not Exploration.COMPLETE:
            continue
        final = space.marking(rng.randrange(space.count))
        named = [f"{tokens}*{place}" for place, tokens in zip(draft.places, final, strict=True) if tokens]
        return make_net(*rules, initial=initial, final=", ".join(named))


def random_word_net(rng: random.Random) -> Net:
    """A net that accepts a few random words, some steps of which may be left out or done in parallel with the rest.

    Words over few labels differ by swaps, so the optimal alignments of a trace differ in what they call misplaced.
    """
    rules = []
    for word in range(rng.randint(1, 3)):
        place = "i"
        length = rng.randint(2, 5)
        for step in range(length):
            after = "o" if step == length - 1 else f"w{word}s{step}"
            rules.append(f"x{word}{step} '{rng.choice('abcd')}': {place} -> {after}")
            if rng.random() < 0.2:
                rules.append(f"t{word}{step} '': {place} -> {after}")
            place = after
    if rng.random() < 0.3:
        rules.append(f"aside '{rng.choice('abcd')}': j -> k")
        return make_net(*rules, initial="i, j", final="o, k")
    return make_net(*rules, initial="i", final="o")


def random_trace(rng: random.Random, *, longest: int = 5) -> tuple[str, ...]:
    """A trace over the labels of random nets and one activity that none of them knows."""
    return tuple(rng.choice(["a", "b", "c", "d", "a", "b", "?"]) for _ in range(rng.randint(0, longest)))


def _marking(rng: random.Random, places: list[str], least: int, weights: Sequence[int]) -> str:
    chosen = rng.sample(places, rng.randint(least, min(len(places), 2)))
    return ", ".join(f"{rng.choice(weights)}*{place}" for place in chosen)
