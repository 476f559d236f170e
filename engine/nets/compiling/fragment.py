"""Parts of a net on their way into the whole: transitions with their arcs by name, and ports where parts are joined.

A fragment is what one sub-flow, or one step with what sits on its border, means. Its arcs name its own places and
*ports*, which whoever embeds it replaces by places, or by ports of its own. So the same fragment can stand in a net
several times, and be played before it is built in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from engine.errors import LimitExceeded
from engine.limits import Limits
from engine.nets.net import Transition

ENTRY = "<in>"
"""Where the token of whoever enters comes in; no arc of the fragment leads to it."""
OUT = "<out>"
"""What an end, or a step that was done, puts its token on."""
TERMINATED = "<terminated>"
"""What an end that terminates puts its token on."""
_THROWN = "<error> "
_LEFT = "<left> "


def thrown(name: str) -> str:
    """The port of an error that nobody has caught yet."""
    return _THROWN + name


def thrown_name(port: str) -> str | None:
    """The name of the error whose port it is, or None for anything else."""
    return port.removeprefix(_THROWN) if port.startswith(_THROWN) else None


def left(event_or_plan: str) -> str:
    """The port by which a boundary event or a plan leads away."""
    return _LEFT + event_or_plan


def is_port(place: str) -> bool:
    """Whether a name is a port's; no place is called so."""
    return place.startswith("<")


Arrows = tuple[tuple[str, ...], tuple[str, ...]]
"""Names that a transition takes from, and names that it puts on."""


@dataclass(frozen=True, slots=True)
class Link:
    """A transition with its arcs.

    Attributes:
        rank: Position of its node in the flow file; transitions are sorted by it.
        transition: Its id is the one it would like to have.
        takes: Places or ports it takes a token from; one that is named k times gives k.
        puts: Places or ports it puts a token on.
        origin: What it took and put before something around it was unfolded; None where that is the same.
    """

    rank: int
    transition: Transition
    takes: tuple[str, ...]
    puts: tuple[str, ...]
    origin: Arrows | None = None

    @property
    def arrows(self) -> Arrows:
        """What it took and put before anything was unfolded."""
        return self.origin or (self.takes, self.puts)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a net.

    Attributes:
        places: Its own places.
        links: Its transitions.
        origins: Places that only origins of links name: those that were there before something was unfolded.
        held: For each place that stands for a marking, where its tokens lay before.
    """

    places: tuple[str, ...]
    links: tuple[Link, ...]
    origins: tuple[str, ...] = ()
    held: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def errors(self) -> tuple[str, ...]:
        """Names of the errors that leave it."""
        names = (thrown_name(place) for link in self.links for place in link.puts)
        return tuple(dict.fromkeys(name for name in names if name is not None))

    @property
    def terminates(self) -> bool:
        """Whether one of its ends terminates it."""
        return any(TERMINATED in link.puts for link in self.links)

    def joined(self, ports: Mapping[str, Sequence[str]]) -> Fragment:
        """The fragment with some of its ports replaced, each by any number of places or ports."""

        def replaced(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(place for name in names for place in ports.get(name, (name,)))

        links = []
        for link in self.links:
            origin = None if link.origin is None else (replaced(link.origin[0]), replaced(link.origin[1]))
            links.append(replace(link, takes=replaced(link.takes), puts=replaced(link.puts), origin=origin))
        held = {place: replaced(names) for place, names in self.held.items()}
        return replace(self, links=tuple(links), held=held)

    def without(self, place: str) -> Fragment:
        """The fragment without a place that no arc leads from or to any more."""
        return replace(self, places=tuple(name for name in self.places if name != place))


class Sketch:
    """A fragment in the making.

    Args of the constructor:
        limits: ``net_elements`` bounds its places and transitions together.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._places: dict[str, None] = {}  # origins included
        self._origins: dict[str, None] = {}
        self._held: dict[str, tuple[str, ...]] = {}
        self._links: list[Link] = []

    def place(self, name: str) -> str:
        """Add a place; its name has a number behind it when another place has it."""
        candidate, number = name, 2
        while candidate in self._places:
            candidate, number = f"{name}.{number}", number + 1
        self._places[candidate] = None
        self._check_size()
        return candidate

    def link(self, rank: int, transition: Transition, takes: Iterable[str], puts: Iterable[str]) -> None:
        """Add a transition with its arcs."""
        self._add(Link(rank, transition, tuple(takes), tuple(puts)))

    def embed(self, fragment: Fragment, ports: Mapping[str, Sequence[str]], *, prefix: str = "") -> None:
        """Add a fragment.

        Args:
            fragment: What to add.
            ports: What to join its ports with; one that is not named stays a port.
            prefix: Goes before the names of its places and transitions.
        """
        names = {place: self.place(prefix + place) for place in (*fragment.places, *fragment.origins)}
        self._origins |= dict.fromkeys(names[place] for place in fragment.origins)
        joined = fragment.joined({**{place: (name,) for place, name in names.items()}, **ports})
        self._held |= {names[place]: held for place, held in joined.held.items()}
        for link in joined.links:
            transition = replace(link.transition, id=prefix + link.transition.id) if prefix else link.transition
            self._add(replace(link, transition=transition))

    def _add(self, link: Link) -> None:
        self._links.append(link)
        self._check_size()

    def fragment(self) -> Fragment:
        """What was added so far."""
        places = tuple(place for place in self._places if place not in self._origins)
        return Fragment(places, tuple(self._links), tuple(self._origins), dict(self._held))

    def _check_size(self) -> None:
        found, allowed = len(self._places) + len(self._links), self._limits.net_elements
        if found > allowed:
            raise LimitExceeded(limit="net_elements", allowed=allowed, found=found)
