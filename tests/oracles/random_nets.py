"""Random nets and traces for laws: weighted, with silent and duplicate transitions, loops and parallel work."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import count

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


def wild_net(rng: random.Random) -> Net:
    """A net of any kind, bounded or not: markings of one word and of several, counts that need 1, 8 or 32 bits."""
    places = [f"p{k}" for k in range(rng.choice([2, 4, 6, 10, 40, 70, 130]))]
    weights = rng.choice([[1], [1, 1, 1, 2], [1, 2, 3], [1, 1, 100, 200, 300]])
    used = rng.sample(places, min(len(places), 8))
    single = weights == [1] and rng.random() < 0.7  # one token that goes round: safe
    rules = []
    for number in range(rng.randint(1, 12)):
        before = rng.sample(used, 1 if single else rng.randint(rng.random() > 0.05, min(len(used), 2)))
        after = rng.sample(used, len(before) if single or rng.random() < 0.8 else rng.randint(0, min(len(used), 3)))
        if rng.random() < 0.2:
            after[:1] = before[:1]  # a self-loop
        rules.append(f"x{number}: {_weighted(rng, before, weights)} -> {_weighted(rng, dict.fromkeys(after), weights)}")
    initial = _weighted(rng, rng.sample(used, 1 if single else rng.randint(1, min(len(used), 3))), weights)
    idle = ", ".join(place for place in places if place not in used)
    return make_net(f"never: {places[0]}, idle -> {idle}", *rules, initial=initial, final=rng.choice(used))


def nested_net(rng: random.Random, depth: int, *, labels: int = 6) -> Net:
    """A sound net of nested sequences, choices, loops and parallel blocks, many of whose transitions are silent."""
    number = count()
    rules: list[str] = []

    def place() -> str:
        return f"q{next(number)}"

    def transition(takes: list[str], label: str, puts: list[str]) -> None:
        rules.append(f"x{next(number)} '{label}': {', '.join(takes)} -> {', '.join(puts)}")

    def block(start: str, stop: str, depth: int) -> None:
        kind = rng.choice(["sequence", "parallel", "choice", "loop"]) if depth else "step"
        begins, ends = [place() for _ in range(rng.randint(2, 3))], [place() for _ in range(3)]
        if kind == "step":
            transition([start], f"l{rng.randrange(labels)}" if rng.random() < 0.7 else "", [stop])
        elif kind == "sequence":
            block(start, begins[0], depth - 1)
            block(begins[0], stop, depth - 1)
        elif kind == "parallel":
            transition([start], "", begins)
            transition(ends[: len(begins)], "", [stop])
            for begin, end in zip(begins, ends, strict=False):
                block(begin, end, depth - 1)
        elif kind == "choice":
            for _ in begins:
                block(start, stop, depth - 1)
        else:
            transition([start], "", begins[:1])
            transition(ends[:1], "", [stop])
            transition(ends[:1], "", begins[:1])
            block(begins[0], ends[0], depth - 1)

    block("i", "o", depth)
    rng.shuffle(rules)
    return make_net(*rules)


def reading_net(rng: random.Random) -> Net:
    """A safe net of two or three machines; a step of one often only happens while another is in a certain place."""
    machines = [[f"m{m}p{k}" for k in range(rng.randint(2, 3))] for m in range(rng.randint(2, 3))]
    rules = []
    for number in range(rng.randint(4, 9)):
        moved, *others = rng.sample(machines, len(machines))
        start, stop = rng.sample(moved, 2)
        read = [rng.choice(other) for other in others if rng.random() < 0.5]
        label = rng.choice(["", "", "", "a", "b", "c"])
        rules.append(f"x{number} '{label}': {', '.join([start, *read])} -> {', '.join([stop, *read])}")
    ends = [", ".join(rng.choice(machine) for machine in machines) for _ in range(2)]
    return make_net(*rules, initial=", ".join(machine[0] for machine in machines), final=" | ".join(ends))


def random_block_net(rng: random.Random, *, most_markings: int = 60) -> Net:
    """A sound net of sequences, choices, parallel parts and loops, nested, with duplicate and silent steps.

    Nearly every net of ``random_net`` has one live marking; these have many, so that a case can stand in several.
    """
    while True:
        rules: list[str] = []
        _block(rng, rules, "i", "o", 3)
        net = make_net(*rules)
        space = explore(net, max_markings=most_markings, max_bytes=1 << 24)
        if net.labels and space.status is Exploration.COMPLETE and space.count >= 4:
            return net


def _block(rng: random.Random, rules: list[str], begin: str, end: str, depth: int) -> None:
    """Add a block between two places to the rules of a net."""
    kind = rng.choice(["step", "sequence", "sequence", "choice", "parallel", "loop"]) if depth else "step"
    name = f"n{len(rules)}"
    if kind == "step":
        rules.append(f"{name} '{rng.choice(['a', 'b', 'c', 'd', 'a', 'b', ''])}': {begin} -> {end}")
    elif kind == "sequence":
        rules.append(f"{name} '': {begin} -> {name}m")
        _block(rng, rules, f"{name}m", f"{name}k", depth - 1)
        _block(rng, rules, f"{name}k", end, depth - 1)
    elif kind == "choice":
        _block(rng, rules, begin, end, depth - 1)
        _block(rng, rules, begin, end, depth - 1)
    elif kind == "parallel":
        rules.append(f"{name} '': {begin} -> {name}p, {name}q")
        rules.append(f"{name}j '': {name}r, {name}s -> {end}")
        _block(rng, rules, f"{name}p", f"{name}r", depth - 1)
        _block(rng, rules, f"{name}q", f"{name}s", depth - 1)
    else:
        rules.append(f"{name} '{rng.choice(['', 'c', 'd'])}': {end} -> {begin}")
        _block(rng, rules, begin, end, depth - 1)


def random_trace(rng: random.Random, *, longest: int = 5) -> tuple[str, ...]:
    """A trace over the labels of random nets and one activity that none of them knows."""
    return tuple(rng.choice(["a", "b", "c", "d", "a", "b", "?"]) for _ in range(rng.randint(0, longest)))


def _marking(rng: random.Random, places: list[str], least: int, weights: Sequence[int]) -> str:
    chosen = rng.sample(places, rng.randint(least, min(len(places), 2)))
    return ", ".join(f"{rng.choice(weights)}*{place}" for place in chosen)


def _weighted(rng: random.Random, places: Iterable[str], weights: list[int]) -> str:
    return ", ".join(f"{rng.choice(weights)}*{place}" for place in places)
