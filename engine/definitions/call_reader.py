"""Reads flows that a flow calls: each becomes a sub-flow whose nodes have the caller's id before theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine.definitions.fields import Fields, as_id
from engine.definitions.flow import Edge, Flow, Node, Plan, Season
from engine.definitions.renaming import (
    renamed_edge,
    renamed_intention,
    renamed_node,
    renamed_plan,
    renamed_season,
    renamed_standard,
)
from engine.definitions.standards import Intention, Standard, depends_on_calendar
from engine.definitions.titles import Title
from engine.errors import InputRefused

Called = Callable[[str], str | None]
"""From the id of a flow to the text of its file, or None when there is none."""


@dataclass(frozen=True, slots=True)
class CalledParts:
    """What a called flow adds to its caller.

    Attributes:
        flow: The flow as it stands in its own file.
        nodes: Its nodes as children of the caller's node.
        edges: Its edges.
        plans: Its plans.
        standards: Its standards, about the work inside the caller's node.
        intentions: What it wants and does not measure.
        seasons: Its seasons.
    """

    flow: Flow
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    plans: tuple[Plan, ...]
    standards: tuple[Standard, ...]
    intentions: tuple[Intention, ...]
    seasons: tuple[Season, ...]

    @property
    def roles(self) -> Mapping[str, Title]:
        """Its roles."""
        return self.flow.roles

    @property
    def counts_days(self) -> bool:
        """Whether what its standards ask for depends on a calendar."""
        return any(depends_on_calendar(standard) for standard in self.standards)


@dataclass(frozen=True, slots=True)
class Calls:
    """How the flows that a file calls are found.

    Attributes:
        called: Gives their text; None where a file stands alone.
        read: Reads a text: (text, ids of the flows that led here) → flow.
        callers: Ids of the flows that led here, the outermost first.
    """

    called: Called | None
    read: Callable[[str, tuple[str, ...]], Flow]
    callers: tuple[str, ...] = ()

    def parts(self, fields: Fields, node: str, line: int) -> CalledParts | None:
        """The flow that ``call`` names, or None after saying why not.

        Args:
            fields: The node.
            node: Its id.
            line: Its line, which stands for all nodes of the called flow.
        """
        reading = fields.reading
        written = fields.scalar("call")
        name = None if written is None else as_id(reading, written, f"{fields.path}.call")
        if name is None:
            return None
        at = fields.line_of("call")
        text = self._text(fields, name, at)
        if text is None:
            return None
        try:
            flow = self.read(text, (*self.callers, name))
        except InputRefused as refusal:
            reading.take(refusal.problems)
            return None
        if flow.id != name:
            reading.add("flow.call-mismatch", at, fields.path, called=name, found=flow.id)
            return None
        return _inside(flow, node, line)

    def _text(self, fields: Fields, name: str, line: int) -> str | None:
        """The text of a called flow, or None after saying why there is none."""
        reading = fields.reading
        if name in self.callers:
            ring = " → ".join((*self.callers[self.callers.index(name) :], name))
            reading.add("flow.call-cycle", line, fields.path, called=name, ring=ring)
            return None
        if len(self.callers) > reading.limits.call_depth:
            reading.too_large("call_depth", len(self.callers), line, fields.path)
            return None
        text = None if self.called is None else self.called(name)
        if text is None:
            reading.add("flow.call-not-found", line, fields.path, called=name)
        return text


def _inside(flow: Flow, caller: str, line: int) -> CalledParts:
    """A flow as the inside of a node; all that it says stands in the line of that node."""

    def named(identifier: str) -> str:
        return f"{caller}.{identifier}"

    def within(sub_flow: str | None) -> str:
        return caller if sub_flow is None else named(sub_flow)

    return CalledParts(
        flow=flow,
        nodes=tuple(replace(renamed_node(n, named, parent=within(n.parent)), line=line) for n in flow.nodes),
        edges=tuple(replace(renamed_edge(edge, named), line=line) for edge in flow.edges),
        plans=tuple(replace(renamed_plan(plan, named), line=line) for plan in flow.plans),
        standards=tuple(
            replace(renamed_standard(s, named, inside=within(s.inside)), line=line) for s in flow.standards
        ),
        intentions=tuple(replace(renamed_intention(i, named), line=line) for i in flow.intentions),
        seasons=tuple(replace(renamed_season(season, named), line=line) for season in flow.seasons),
    )
