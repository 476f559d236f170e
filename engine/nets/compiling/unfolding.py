"""Cancelling, exactly: a part of a net in which several tokens may lie becomes one in which there is only one.

An interrupting event, an error or a terminating end takes away whatever lies inside an activity. A Petri net cannot
take tokens that may or may not be there. So the inside is played through: each marking that it can reach becomes a
place, each firing a transition, and cancelling leaves from each of those places. The transitions keep their labels and
their nodes, so the language stays what it was. The same turns "nothing runs any more" into a place that can be seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.definitions.flow import Termination
from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.nets.building import NetBuilder
from engine.nets.compiling.fragment import (
    ENTRY,
    OUT,
    TERMINATED,
    Arrows,
    Fragment,
    Link,
    is_port,
    left,
    thrown_name,
)
from engine.nets.net import Transition
from engine.nets.reduction import Reduction
from engine.nets.workflow import workflow_ends

Tokens = tuple[tuple[str, int], ...]
"""Places with tokens and how many, sorted."""
_State = tuple[Tokens, frozenset[str]]  # what lies inside, and which events have happened once
Settled = tuple[Tokens, tuple[str, ...]]
"""What stays inside after a firing, and the ports that get a token."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """Something that may happen as long as an activity is under way: a boundary event, or the entry of a plan.

    Attributes:
        rank: As of a link.
        transition: What happens; it leads to the port ``left(key)``.
        key: Id of the event or the plan.
        ends: Whether it ends the activity. Otherwise it happens once at most.
    """

    rank: int
    transition: Transition
    key: str
    ends: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What is unfolded, for names and messages.

    Attributes:
        name: Id of the step, sub-flow or flow.
        line: Its line in the file, or None.
    """

    name: str
    line: int | None


def unfold_instance(
    fragment: Fragment, termination: Termination, subject: Subject, *, limits: Limits, is_flow: bool = False
) -> Fragment:
    """One performance of a sub-flow, or of the whole flow, with its rule for when it is over.

    Args:
        fragment: What runs inside.
        termination: ``explicit``: over when one token is on ``OUT`` and no other anywhere. ``implicit``: over when no
            token is left but on ``OUT``.
        subject: What it is.
        limits: ``cancelled_markings`` bounds its markings.
        is_flow: Whether an error that arrives here was caught by nobody; it then ends the flow.

    Returns:
        A fragment in which exactly one token moves from ``ENTRY`` to ``OUT``, or to the port of an error.

    Raises:
        LimitExceeded: Past ``cancelled_markings``.
    """

    def settle(marking: Counter[str]) -> Settled:
        errors = [name for name in marking if thrown_name(name) is not None]
        if errors and not is_flow:
            return (), (errors[0],)
        if errors or marking[TERMINATED]:
            return (), (OUT,)
        if termination is Termination.IMPLICIT:
            del marking[OUT]
            over = not marking
        else:
            over = marking == Counter({OUT: 1})
        return ((), (OUT,)) if over else (_tokens(marking), ())

    stay = is_flow or termination is Termination.EXPLICIT
    return _unfold(fragment, settle, (), _States(fragment, subject, limits, ended_stay=stay))


def unfold_activity(
    fragment: Fragment,
    interruptions: Sequence[Interruption],
    subject: Subject,
    *,
    limits: Limits,
) -> Fragment:
    """An activity together with what sits on its border.

    Args:
        fragment: All performances of the activity.
        interruptions: What may happen while it is under way.
        subject: What it is.
        limits: ``cancelled_markings`` bounds its markings.

    Returns:
        A fragment in which exactly one token moves from ``ENTRY`` to ``OUT`` or to a port that leads away.

    Raises:
        LimitExceeded: Past ``cancelled_markings``.
    """

    def settle(marking: Counter[str]) -> Settled:
        errors = [place for place in marking if thrown_name(place) is not None]
        if errors:
            return (), (errors[0],)
        done = marking.pop(OUT, 0)
        return _tokens(marking), (OUT,) * done

    return _unfold(fragment, settle, interruptions, _States(fragment, subject, limits))


def is_safe_inside(fragment: Fragment) -> bool:
    """Whether structure shows that, whichever way a fragment is left, exactly one token leaves and none stays.

    Then nothing is ever left to cancel, and there is no difference between explicit and implicit termination. False
    says nothing.
    """
    build = NetBuilder()
    build.place(ENTRY)
    build.place(OUT)
    for place in fragment.places:
        build.place(place)
    exits = {place: OUT for link in fragment.links for place in link.puts if is_port(place)}
    for link in fragment.links:
        puts = [exits.get(place, place) for place in link.puts]
        build.transition(replace(link.transition, id=build.unique(link.transition.id)), link.takes, puts)
    net = build.net(name="", labels=(), initial={ENTRY: 1}, finals=[{OUT: 1}], label_of_activity={})
    ends = workflow_ends(len(net.places), net.before, net.after)
    return ends is not None and Reduction(net).is_evidently_sound(ends)


def _tokens(marking: Counter[str]) -> Tokens:
    return tuple(sorted((place, count) for place, count in marking.items() if count))


def _unfold(
    fragment: Fragment,
    settle: Callable[[Counter[str]], Settled],
    interruptions: Sequence[Interruption],
    states: _States,
) -> Fragment:
    """Play a fragment from one token on ``ENTRY``; what was played is the result."""
    found: list[tuple[int, Link]] = []
    takers = _takers(fragment)
    for tokens, used in states.order:  # grows as it is walked
        here = states.names[tokens, used]
        marking = Counter(dict(tokens))
        for index in sorted({index for place, _ in tokens for index in takers.get(place, ())}):
            link = fragment.links[index]
            needed = Counter(link.takes)
            if needed <= marking:
                rest = marking - needed
                inside, ports = settle(rest + Counter(link.puts))
                origin = states.origin(link, rest, inside, ports)
                puts = (*states.put(inside, used), *ports)
                found.append((index, Link(link.rank, link.transition, (here,), puts, origin)))
        for index, it in enumerate(interruptions, start=len(fragment.links)):
            away = left(it.key)
            if it.ends:
                origin = (states.held(marking), (away,))
                found.append((index, Link(it.rank, it.transition, (here,), (away,), origin)))
            elif it.key not in used:
                puts = (*states.put(tokens, used | {it.key}), away)
                found.append((index, Link(it.rank, it.transition, (here,), puts, ((), (away,)))))
    found.sort(key=lambda pair: pair[0])
    return states.fragment(tuple(link for _, link in found))


class _States:
    """The states that were met, each with its place; the first one is ``ENTRY``.

    Args of the constructor:
        fragment: What is played.
        subject: What it is.
        limits: ``cancelled_markings``.
        ended_stay: Whether tokens at an end are followed until all is over.

    Attributes:
        names: State → place.
        order: The states as they were met.
    """

    def __init__(self, fragment: Fragment, subject: Subject, limits: Limits, *, ended_stay: bool = False) -> None:
        self._ended_stay = ended_stay
        first: _State = (((ENTRY, 1),), frozenset())
        self.names = {first: ENTRY}
        self.order = [first]
        self._fragment = fragment
        self._stem = subject.name
        taken = (*fragment.places, *fragment.origins)
        while any(name.startswith(f"{self._stem}.marking.") or name == f"{self._stem}.ended" for name in taken):
            self._stem += ".whole"  # its inside was unfolded under the same name
        self._ended = f"{self._stem}.ended"
        self._subject = subject
        self._allowed = limits.cancelled_markings

    def fragment(self, links: tuple[Link, ...]) -> Fragment:
        """The states and what leads from one to the other."""
        held = {name: self.held(Counter(dict(tokens))) for (tokens, _), name in self.names.items() if name != ENTRY}
        origins = (*self._fragment.places, *self._fragment.origins, self._ended)
        return Fragment(tuple(held), links, origins, held)

    def held(self, marking: Counter[str]) -> tuple[str, ...]:
        """Where the tokens of a marking lie, those within what was unfolded before included."""
        inner = {**self._fragment.held, OUT: (self._ended,)}
        return tuple(name for place in marking.elements() for name in inner.get(place, (place,)))

    def origin(self, link: Link, rest: Counter[str], inside: Tokens, ports: tuple[str, ...]) -> Arrows:
        """What a firing takes and puts when tokens are followed one by one.

        Args:
            link: What fires.
            rest: What else lies inside.
            inside: What lies inside afterwards.
            ports: Where tokens go out.
        """
        takes, puts = link.arrows
        if rest and not inside:  # all that was there is gone: cancelled, or at its ends
            takes = (*takes, *self.held(rest))
        kept = tuple(name for name in puts if not is_port(name)) if inside else ()
        ended = link.puts.count(OUT) if inside and self._ended_stay else 0
        return takes, (*kept, *[self._ended] * ended, *ports)

    def put(self, inside: Tokens, used: frozenset[str]) -> tuple[str, ...]:
        """The place of a state; none where nothing is left inside."""
        if not inside:
            return ()
        key = (inside, used)
        if key not in self.names:
            self.names[key] = f"{self._stem}.marking.{len(self.names) + 1}"
            self.order.append(key)
            if len(self.names) > self._allowed:
                place = Place(line=self._subject.line, element=self._subject.name)
                found = len(self.names)
                raise LimitExceeded(limit="cancelled_markings", allowed=self._allowed, found=found, place=place)
        return (self.names[key],)


def _takers(fragment: Fragment) -> Mapping[str, list[int]]:
    takers: dict[str, list[int]] = {}
    for index, link in enumerate(fragment.links):
        for place in dict.fromkeys(link.takes):
            takers.setdefault(place, []).append(index)
    return takers
