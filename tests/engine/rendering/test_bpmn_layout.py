"""The layout of BPMN diagrams: nothing overlaps, everything lies where it belongs."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from engine.definitions.bpmn.drawing import Box, Drawing, DrawnEdge, DrawnNode, Layout, drawing_of
from engine.definitions.flow import NodeKind
from engine.definitions.yaml_reader import read_flow
from engine.errors import LimitExceeded
from engine.limits import Limits
from engine.rendering.bpmn_layout import layout_drawing
from engine.vocabulary import Language

FLOWS = sorted((Path(__file__).resolve().parents[3] / "examples" / "flows").glob("*.yaml"))


def laid_out(drawing: Drawing) -> Layout:
    return layout_drawing(drawing, language=Language.ZH)


def overlap(first: Box, second: Box) -> bool:
    return (
        first.x < second.x + second.width
        and second.x < first.x + first.width
        and first.y < second.y + second.height
        and second.y < first.y + first.height
    )


def contains(outer: Box, inner: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


NESTED = Drawing(
    nodes=(
        DrawnNode("s", NodeKind.START, None),
        DrawnNode("sub", NodeKind.SUB_FLOW, None),
        DrawnNode("i", NodeKind.START, "sub"),
        DrawnNode("x", NodeKind.STEP, "sub"),
        DrawnNode("y", NodeKind.STEP, "sub"),
        DrawnNode("j", NodeKind.END, "sub"),
        DrawnNode("late", NodeKind.EVENT, None, host="sub"),
        DrawnNode("bad", NodeKind.EVENT, None, host="sub"),
        DrawnNode("z", NodeKind.STEP, None),
        DrawnNode("e", NodeKind.END, None),
    ),
    edges=tuple(
        DrawnEdge(f"{a}.{b}", a, b)
        for a, b in (
            pair.split() for pair in ("s sub", "i x", "x y", "y x", "y j", "sub e", "late z", "bad e", "z z", "z e")
        )
    ),
)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_shapes_do_not_overlap(path: Path) -> None:
    drawing = drawing_of(read_flow(path))
    layout = laid_out(drawing)
    for parent in {node.parent for node in drawing.nodes}:
        beside = [layout.boxes[node.id] for node in drawing.nodes if node.host is None and node.parent == parent]
        assert not [pair for pair in combinations(beside, 2) if overlap(*pair)]
    assert layout.boxes.keys() == {node.id for node in drawing.nodes}
    assert layout.lines.keys() == {edge.id for edge in drawing.edges}


def test_a_sub_flow_holds_what_is_in_it() -> None:
    layout = laid_out(NESTED)
    assert all(contains(layout.boxes["sub"], layout.boxes[key]) for key in ("i", "x", "y", "j"))
    outside = [layout.boxes[key] for key in ("s", "z", "e")]
    assert not [box for box in outside if overlap(box, layout.boxes["sub"])]


def test_events_sit_on_the_border_beside_each_other() -> None:
    layout = laid_out(NESTED)
    host, late, bad = (layout.boxes[key] for key in ("sub", "late", "bad"))
    assert late.centre.y == bad.centre.y == host.y + host.height
    assert not overlap(late, bad)
    assert layout.lines["late.z"][0].y == late.y + late.height


def test_lines_begin_and_end_on_the_borders_of_their_shapes() -> None:
    layout = laid_out(NESTED)
    for edge in NESTED.edges:
        line = layout.lines[edge.id]
        assert len(line) >= 2
        for point, box in ((line[0], layout.boxes[edge.source]), (line[-1], layout.boxes[edge.target])):
            near = Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2)
            assert contains(near, Box(point.x, point.y, 0, 0))


def test_the_layout_is_the_same_every_time() -> None:
    assert laid_out(NESTED) == laid_out(NESTED)


def test_a_drawing_beyond_the_limit_is_refused_by_its_name() -> None:
    with pytest.raises(LimitExceeded) as refusal:
        layout_drawing(NESTED, language=Language.EN, limits=Limits(chart_elements=5))
    assert refusal.value.problems[0].values["limit"] == "chart_elements"
