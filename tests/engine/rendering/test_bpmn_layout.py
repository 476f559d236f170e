"""The layout of BPMN diagrams: nothing overlaps, everything lies where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.bpmn.drawing import Box, Drawing, DrawnEdge, DrawnNode, Layout, drawing_of
from engine.definitions.flow import NodeKind
from engine.definitions.yaml_reader import read_flow
from engine.errors import LimitExceeded
from engine.limits import Limits
from engine.rendering.bpmn_layout import layout_drawing
from engine.vocabulary import Language
from tests.engine.rendering.geometry import contains, faults, overlap

FLOWS = sorted((Path(__file__).resolve().parents[3] / "examples" / "flows").glob("*.yaml"))


def laid_out(drawing: Drawing) -> Layout:
    return layout_drawing(drawing, language=Language.ZH)


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


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_an_example_is_drawn_without_a_fault(path: Path, language: Language) -> None:
    drawing = drawing_of(read_flow(path))
    assert faults(drawing, layout_drawing(drawing, language=language)) == []


def test_nested_shapes_are_drawn_without_a_fault() -> None:
    assert faults(NESTED, laid_out(NESTED)) == []


def test_two_lines_that_change_rows_do_not_run_on_each_other() -> None:
    nodes = tuple(DrawnNode(name, NodeKind.STEP, None) for name in "abcd")
    swap = Drawing(nodes, tuple(DrawnEdge(a + b, a, b) for a, b in ("ad", "bc", "ac", "bd")))
    assert faults(swap, laid_out(swap)) == []


def test_a_sub_flow_holds_what_is_in_it() -> None:
    layout = laid_out(NESTED)
    assert all(contains(layout.boxes["sub"], layout.boxes[key]) for key in ("i", "x", "y", "j"))
    outside = [layout.boxes[key] for key in ("s", "z", "e")]
    assert not [box for box in outside if overlap(box, layout.boxes["sub"])]


def test_events_sit_on_the_border_beside_each_other() -> None:
    layout = laid_out(NESTED)
    host, late, bad = (layout.boxes[key] for key in ("sub", "late", "bad"))
    assert late.centre.y == bad.centre.y == host.y + host.height
    assert contains(Box(host.x, 0, host.width, 10**6), late)
    assert contains(Box(host.x, 0, host.width, 10**6), bad)
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
