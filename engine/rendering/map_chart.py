"""A process map as DOT: activities as boxes, paths as arrows that are wide where much goes, one overlay in colour.

The picture runs down, in the order in which activities tend to come in a case. An arrow that leads back is laid out as
if it led on, so the ranks depend on that order alone and stay where they are while the sliders move. What is drawn at
all is the map's decision; nothing is left out here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import graphviz

from engine.mining.process_map import END_ID, START_ID, Durations, MapEdge, MapNode, ProcessMap
from engine.rendering.dot import Row, Run, new_graph, table
from engine.rendering.map_frame import largest, level_of, map_legend, map_title, number_text, overlay_name
from engine.rendering.map_overlay import MapOverlay, MapShow, Number, overlay_of_map
from engine.rendering.marks import title_rows
from engine.rendering.palette import INK, MUTED, OUTLINE, PAPER, STEP
from engine.rendering.svg import Hook
from engine.rendering.text import clean
from engine.rendering.wording import Wording
from engine.vocabulary import Language

THINNEST, WIDEST = 0.9, 6.0
"""Points; the width between them grows with the square root of how often a path is gone."""

LinkKind = Literal["activity", "path"]


class Link(Protocol):
    """Where a click leads: a relative address for an activity, or for a path by its two activities."""

    def __call__(self, kind: LinkKind, *names: str) -> str:
        """The address; "" for none.

        Args:
            kind: ``activity`` with its name, or ``path`` with two names, of which the first is "" for the beginning of
                a case and the second for its end.
            names: As in the log.
        """
        ...


@dataclass(frozen=True, slots=True)
class MapChart:
    """A map ready to be drawn: ``render(chart.dot, format, hooks=chart.hooks)``.

    Attributes:
        dot: DOT source.
        hooks: What a page needs of each activity and each path.
    """

    dot: str
    hooks: Mapping[str, Hook]


def no_links(kind: LinkKind, *names: str) -> str:
    """Lead nowhere."""
    del kind, names
    return ""


def draw_map(
    drawn: ProcessMap,
    *,
    language: Language,
    overlay: MapOverlay | None = None,
    link: Link = no_links,
    titled: bool = True,
) -> MapChart:
    """Draw a process map.

    Args:
        drawn: Any map; one without activities is a start and an end.
        language: Of titles, numbers and legend.
        overlay: What is said in colour and numbers; without one, how often.
        link: Where a click on an activity or a path leads.
        titled: Whether the log's name and what is shown stand above it.
    """
    wording = Wording(language)
    said = overlay or overlay_of_map(drawn, MapShow.FREQUENCY)
    title = clean(drawn.log_name) or "-"
    graph = new_graph(title, left_to_right=False)
    graph.attr(nodesep="0.45", ranksep="0.5", outputorder="edgesfirst")
    if titled:
        graph.attr(label=map_title(drawn, said, wording), labelloc="t", labeljust="l")
    drawing = _Drawing(drawn, said, wording, link, {n.activity: place for place, n in enumerate(drawn.nodes)}, {})
    with graph.subgraph(name="cluster_body") as body:
        body.attr(peripheries="0", margin="8", label=map_legend(drawn, said, wording), labelloc="b", labeljust="l")
        drawing.add_ends(body)
        for node in drawn.nodes:
            drawing.add_node(body, node)
        for row in sorted({node.rank for node in drawn.nodes}):
            with body.subgraph() as beside:
                beside.attr(rank="same")
                for node in drawn.nodes:
                    if node.rank == row:
                        beside.node(drawing.name(node.activity))
        for edge in sorted(drawn.edges, key=drawing.place):
            drawing.add_edge(body, edge)
    return MapChart(str(graph.source), drawing.hooks)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Adds the parts of one map to a picture.

    Attributes:
        drawn: The map.
        overlay: What is said.
        wording: Its language.
        link: Where a click leads.
        places: Activity → its place in the order of the map; ``n`` and the place is its name in DOT.
        hooks: Filled while drawing.
    """

    drawn: ProcessMap
    overlay: MapOverlay
    wording: Wording
    link: Link
    places: Mapping[str, int]
    hooks: dict[str, Hook]

    def add_ends(self, graph: graphviz.Digraph) -> None:
        """Draw where cases begin and where they end, as in a flow: one thin line, one thick line."""
        for name, width in ((START_ID, "1.3"), (END_ID, "3.2")):
            cases = self.wording.number(self.drawn.cases - self.drawn.cases_beside)
            text = self.wording.text(f"map.{name}", cases=cases)
            self.hooks[f"a-{name}"] = Hook("activity", name, text)
            look = {"shape": "circle", "fixedsize": "true", "width": "0.26", "style": "filled", "fillcolor": PAPER}
            graph.node(name, label="", color=OUTLINE, penwidth=width, id=f"a-{name}", **look)

    def add_node(self, graph: graphviz.Digraph, node: MapNode) -> None:
        """Draw an activity with its number."""
        number = self.overlay.nodes.get(node.activity)
        level = level_of(number, largest(self.overlay.nodes, self.places))
        rows = title_rows(node.activity)
        if number is not None:
            rows.append((Run(number_text(number, self.overlay.unit, self.wording), 10, INK),))
        fill = self.overlay.scale.fills[level] if level else STEP
        told, href = self._told(node), self.link("activity", node.activity)
        self.hooks[f"a-{node.id}"] = Hook("activity", node.id, told, href)
        look = {"shape": "box", "style": "rounded,filled", "margin": "0.14,0.08", "fillcolor": fill}
        label = table(rows, padding=1)
        graph.node(self.name(node.activity), label=label, color=OUTLINE, penwidth="1.0", id=f"a-{node.id}", **look)

    def add_edge(self, graph: graphviz.Digraph, edge: MapEdge) -> None:
        """Draw a path with its number; its arrow points to where it leads, however it is laid out."""
        path = edge.source, edge.target
        number = self.overlay.edges.get(path)
        most = largest(self.overlay.edges, ((one.source, one.target) for one in self.drawn.edges))
        share = edge.count / max(one.count for one in self.drawn.edges)
        width = THINNEST + (WIDEST - THINNEST) * math.sqrt(share)
        look = {"color": self.overlay.scale.lines[level_of(number, most)], "penwidth": f"{width:.1f}"}
        look["arrowsize"] = f"{0.75 / math.sqrt(max(width, 1)):.2f}"
        rows: list[Row] = []
        if number is not None:
            rows.append((Run(number_text(number, self.overlay.unit, self.wording), 9, MUTED),))
        self.hooks[f"p-{edge.id}"] = Hook("path", edge.id, self._told_path(edge), self.link("path", *path))
        tail, head = self.name(edge.source) or START_ID, self.name(edge.target) or END_ID
        if edge.source and edge.target:
            look["weight"] = str(1 + round(8 * share))
            if self._stands(edge.source) > self._stands(edge.target):
                tail, head = head, tail
                look["dir"] = "back"
        # Graphviz makes no room for a label beside a path between two that stand side by side.
        where = "xlabel" if self._is_level(edge) else "label"
        label = {where: table(rows, padding=1, gutter=True)} if rows else {}
        graph.edge(tail, head, id=f"p-{edge.id}", **look, **label)

    def place(self, edge: MapEdge) -> tuple[int, int]:
        """Where a path stands among all, by the places of its ends."""
        return self.places.get(edge.source, -1), self.places.get(edge.target, len(self.places))

    def _is_level(self, edge: MapEdge) -> bool:
        if not edge.source or not edge.target or edge.source == edge.target:
            return False
        return self._stands(edge.source)[0] == self._stands(edge.target)[0]

    def _stands(self, activity: str) -> tuple[int, int]:
        place = self.places[activity]
        return self.drawn.nodes[place].rank, place

    def name(self, activity: str) -> str:
        """What an activity is called in DOT; "" for the beginning and the end of a case."""
        return f"n{self.places[activity]}" if activity else ""

    def _told(self, node: MapNode) -> str:
        """All that is known of an activity, for those who hear the picture."""
        said = self.wording.text(
            "map.node",
            activity=clean(node.activity),
            events=self.wording.number(node.events),
            cases=self.wording.number(node.cases),
            work=self._duration(node.work),
            waiting=self._duration(node.waiting),
        )
        return clean(self._with_number(said, self.overlay.nodes.get(node.activity)), limit=1_000)

    def _told_path(self, edge: MapEdge) -> str:
        between = edge.between
        if not edge.source or not edge.target:
            code = "map.path.begins" if not edge.source else "map.path.ends"
            values = {"activity": clean(edge.target or edge.source), "cases": self.wording.number(edge.cases)}
            return clean(self.wording.text(code, **values), limit=1_000)
        said = self.wording.text(
            "map.path" if between.known else "map.path.timeless",
            source=clean(edge.source),
            target=clean(edge.target),
            count=self.wording.number(edge.count),
            cases=self.wording.number(edge.cases),
            median=self._duration(between),
            mean=self.wording.duration(between.mean or 0),
            p90=self.wording.duration(between.p90 or 0),
        )
        return clean(said, limit=1_000)

    def _duration(self, found: Durations) -> str:
        return self.wording.text("map.unknown") if found.median is None else self.wording.duration(found.median)

    def _with_number(self, said: str, number: Number | None) -> str:
        """The same with the overlay's number where the sentence does not hold it already."""
        if number is None or self.overlay.code in {f"map.show.{show}" for show in MapShow}:
            return said
        shown = number_text(number, self.overlay.unit, self.wording)
        return self.wording.text(
            "map.node.also", said=said, what=overlay_name(self.overlay, self.wording), number=shown
        )
