"""A flow under construction: gives activities their ids, adds gateways and edges, and ends in a frozen ``Flow``."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Sequence

from engine.definitions.flow import Edge, Flow, Node, NodeKind
from engine.definitions.titles import Title
from engine.errors import LimitExceeded
from engine.limits import Limits

START = "start"
END = "end"

SLUG_CHARACTERS = 40
RESERVED = frozenset({START, END, "true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Ids that would hide the start or the end, or that YAML readers take for something else than text."""

EXTENSIONS = (".gz", ".xes", ".csv", ".parquet", ".xml")


def slug(text: str, *, fallback: str) -> str:
    """An id from a name: lower-case ASCII letters, digits and ``_``, beginning with a letter, at most 40 characters.

    Accents are dropped; what has no ASCII form (Chinese) is left out. A name without any usable letter or digit gives
    the fallback, and one that begins with a digit gets the fallback in front.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:SLUG_CHARACTERS].strip("_")
    if not words:
        return fallback
    return f"{fallback}_{words}" if words[0].isdigit() or words in RESERVED else words


def clean(name: str) -> str:
    """A name without control characters and lone surrogates, composed (NFC), without blanks at its ends."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(c for c in composed if unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"}).strip()


class Draft:
    """Collects the nodes and edges of a discovered flow.

    Ids are unique, and no id is the name of another step's activity, so that an activity matches its own step only.
    Nodes and edges keep the order in which they were added, start first and end last.
    """

    def __init__(self, name: str, activities: Collection[str], *, limits: Limits) -> None:
        """Begin a flow.

        Args:
            name: The log's file name; the flow's title, without its endings.
            activities: Every activity that may become a step.
            limits: ``flow_nodes`` bounds the steps and gateways.
        """
        self._name = name
        self._limits = limits
        self._names = frozenset(activities)
        self._ids: set[str] = {START, END}
        self._titles: set[str] = set()
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []

    def step(self, activity: str, *, optional: bool = False) -> str:
        """Add the step of an activity; its title is the activity's name in both languages.

        A name that a flow file cannot carry (control characters, blanks at its ends, nothing at all) is cleaned; the
        step then matches the clean name only.
        """
        node_id = self._unique(slug(activity, fallback="step"), self._names - {activity})
        title = self._title(activity)
        return self._add(Node(node_id, NodeKind.STEP, Title(title, title), optional=optional))

    def gateway(self, kind: NodeKind, name: str) -> str:
        """Add a gateway whose id is the name, or the name with a number behind it."""
        return self._add(Node(self._unique(name, self._names), kind, Title("", "")))

    def connect(self, *path: str) -> None:
        """Add edges along a path of node ids."""
        self._edges.extend(Edge(source, target) for source, target in itertools.pairwise(path))

    def flow(self) -> Flow:
        """The finished flow. Steps come before gateways, so that a reader sees the work first."""
        first = Node(START, NodeKind.START, Title("", ""))
        last = Node(END, NodeKind.END, Title("", ""))
        steps = [node for node in self._nodes if node.kind is NodeKind.STEP]
        gateways = [node for node in self._nodes if node.kind is not NodeKind.STEP]
        title = clean(_without_endings(self._name)) or "log"
        return Flow(
            id=slug(title, fallback="flow"),
            title=Title(title, title),
            stage=None,
            calendar=None,
            roles={},
            nodes=(first, *steps, *gateways, last),
            edges=tuple(self._edges),
        )

    def _add(self, node: Node) -> str:
        if len(self._nodes) + 3 > self._limits.flow_nodes:
            raise LimitExceeded(
                limit="flow_nodes", allowed=self._limits.flow_nodes, found=f">{self._limits.flow_nodes}"
            )
        self._nodes.append(node)
        self._ids.add(node.id)
        return node.id

    def _title(self, activity: str) -> str:
        """The activity's name as a flow file can carry it, unlike every other step's."""
        plain = clean(activity) or "?"
        taken = self._titles if plain == activity else self._titles | (self._names - {activity})
        number, title = 1, plain
        while title in taken:
            number += 1
            title = f"{plain} ({number})"
        self._titles.add(title)
        return title

    def _unique(self, wanted: str, taken: Collection[str]) -> str:
        number, found = 1, wanted
        while found in self._ids or found in taken:
            number += 1
            found = f"{wanted}_{number}"
        return found


def chain(draft: Draft, ends: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Connect fragments one behind the other; a fragment is its first and its last node."""
    for (_, last), (first, _) in itertools.pairwise(ends):
        draft.connect(last, first)
    return ends[0][0], ends[-1][1]


def _without_endings(name: str) -> str:
    while name.lower().endswith(EXTENSIONS):
        name = name[: name.rindex(".")]
    return name
