"""A net under construction: places and transitions by name, frozen at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from engine.nets.net import Arcs, Net, Transition


class NetBuilder:
    """Collects places, transitions and arcs. Ids are unique over places and transitions, as PNML wants them."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._transitions: list[Transition] = []
        self._before: list[Mapping[int, int]] = []
        self._after: list[Mapping[int, int]] = []
        self._taken: set[str] = set()

    def unique(self, name: str) -> str:
        """Reserve a name: the one asked for, or with the first free number behind it."""
        candidate, number = name, 2
        while candidate in self._taken:
            candidate, number = f"{name}.{number}", number + 1
        self._taken.add(candidate)
        return candidate

    def place(self, name: str) -> str:
        """Add a place and return its id."""
        name = self.unique(name)
        self._places[name] = len(self._places)
        return name

    def transition(self, transition: Transition, takes: Iterable[str], puts: Iterable[str]) -> None:
        """Add a transition whose id was reserved; a place that is named k times has an arc of weight k."""
        self._transitions.append(transition)
        self._before.append({self._places[place]: weight for place, weight in Counter(takes).items()})
        self._after.append({self._places[place]: weight for place, weight in Counter(puts).items()})

    def net(
        self,
        *,
        name: str,
        labels: tuple[str, ...],
        initial: Mapping[str, int],
        finals: Iterable[Mapping[str, int]],
        label_of_activity: Mapping[str, int],
        source_hash: str = "",
    ) -> Net:
        """The finished net.

        Args:
            name: For people.
            labels: The visible labels.
            initial: Place id → tokens.
            finals: One such mapping for each final marking.
            label_of_activity: Activity name → label index.
            source_hash: Of the file it came from.
        """
        return Net(
            name=name,
            places=tuple(self._places),
            transitions=tuple(self._transitions),
            labels=labels,
            before=Arcs.of(self._before),
            after=Arcs.of(self._after),
            initial=np.array([initial.get(place, 0) for place in self._places], dtype=np.int32),
            finals=np.array([[final.get(place, 0) for place in self._places] for final in finals], dtype=np.int32),
            label_of_activity=label_of_activity,
            source_hash=source_hash,
        )
