"""A Petri net as DOT: places as circles, transitions as boxes, silent ones as bars. For processes read from PNML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import graphviz

from engine.nets.net import SILENT, Net, Transition
from engine.rendering.dot import Run, new_graph, picture_id, table
from engine.rendering.frame import LegendItem, legend_label, set_title
from engine.rendering.marks import overlay_rows, step_style, title_rows
from engine.rendering.overlay import Overlay
from engine.rendering.palette import INK, LINE, OUTLINE, PAPER
from engine.rendering.wording import Wording
from engine.vocabulary import Language

LARGEST_ROW = 12
"""A net with more transitions than this runs from top to bottom, so that it fits a page."""


def draw_net(net: Net, *, language: Language, overlay: Overlay | None = None, titled: bool = True) -> str:
    """Draw a net.

    A place holds a dot when the initial marking puts one token there, or the number of tokens; a place that a final
    marking marks has a thick border. An arc with a weight above 1 says it. The overlay is drawn on the transitions,
    by label; a label that several transitions share is marked on each of them.

    Args:
        net: Any net.
        language: Of the legend.
        overlay: What happened.
        titled: Whether the net's name and the log's stand above it.

    Returns:
        DOT source, for ``engine.rendering.picture.render``.
    """
    wording = Wording(language)
    to_right = len(net.transitions) <= LARGEST_ROW
    graph = new_graph(net.name, left_to_right=to_right)
    if titled:
        set_title(graph, net.name, overlay, wording)
    drawing = _Drawing(net, wording, overlay, to_right)
    with graph.subgraph(name="cluster_body") as body:
        label = legend_label(_structure(net, wording), overlay, wording)
        body.attr(peripheries="0", margin="8", label=label, labelloc="b", labeljust="l")
        for place, name in enumerate(net.places):
            drawing.add_place(body, place, name)
        for index, transition in enumerate(net.transitions):
            drawing.add_transition(body, index, transition)
    return str(graph.source)


def _structure(net: Net, wording: Wording) -> list[LegendItem]:
    items = [
        LegendItem(wording.text("chart.place.initial"), sign="●", colour=INK),
        LegendItem(wording.text("chart.place.final"), sign="○", colour=INK),
    ]
    if any(transition.label == SILENT for transition in net.transitions):
        items.append(LegendItem(wording.text("chart.silent"), fill=INK))
    return items


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Adds the parts of one net to a picture; places are called p0, p1 and so on, transitions t0, t1."""

    net: Net
    wording: Wording
    overlay: Overlay | None
    to_right: bool

    def add_place(self, graph: graphviz.Digraph, place: int, name: str) -> None:
        """Draw a place with its tokens."""
        tokens = int(self.net.initial[place])
        final = bool((self.net.finals[:, place] > 0).any())
        sign = "●" if tokens == 1 else self.wording.number(tokens) if tokens else ""
        attributes: dict[str, str] = {"shape": "circle", "width": "0.28", "fixedsize": "true", "style": "filled"}
        attributes |= {"fillcolor": PAPER, "color": OUTLINE, "penwidth": "3" if final else "1.1"}
        attributes["label"] = table([(Run(sign, 9, INK),)], padding=0) if sign else ""
        graph.node(f"p{place}", **attributes, **picture_id(name))

    def add_transition(self, graph: graphviz.Digraph, index: int, transition: Transition) -> None:
        """Draw a transition and its arcs."""
        attributes: dict[str, str] = {}
        if transition.label == SILENT:
            width, height = ("0.07", "0.34") if self.to_right else ("0.34", "0.07")
            attributes |= {"shape": "box", "style": "filled", "fillcolor": INK, "color": INK, "label": ""}
            attributes |= {"width": width, "height": height, "fixedsize": "true"}
        else:
            label = self.net.labels[transition.label]
            rows = title_rows(label) + overlay_rows(self.overlay, label, self.wording)
            attributes |= {"shape": "box", "style": "filled", "margin": "0.1,0.05", "label": table(rows)}
            attributes |= step_style(self.overlay, label)
        graph.node(f"t{index}", **attributes, **picture_id(transition.id))
        for place, weight in self.net.before.row(index):
            graph.edge(f"p{place}", f"t{index}", color=LINE, **self._weight(weight))
        for place, weight in self.net.after.row(index):
            graph.edge(f"t{index}", f"p{place}", color=LINE, **self._weight(weight))

    def _weight(self, weight: int) -> Mapping[str, str]:
        return {"label": table([(Run(self.wording.number(weight), 9, INK),)], padding=0)} if weight > 1 else {}
