from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from lxml import etree

from engine.definitions.flow import Flow
from engine.definitions.titles import Title
from engine.rendering.flowchart import Orientation, draw_flow
from engine.rendering.overlay import OverlayKind, make_overlay
from engine.rendering.picture import PictureFormat, render
from engine.vocabulary import Language
from tests.engine.nets.constructs import CONSTRUCTS, construct
from tests.engine.rendering.fixtures import END, START, car_flow, chain, step, survey_assessment, survey_flow

SVG = "{http://www.w3.org/2000/svg}"


def drawn(dot: str) -> etree._Element:
    return etree.fromstring(render(dot, PictureFormat.SVG))


def texts(dot: str) -> Sequence[str]:
    return [text.text or "" for text in drawn(dot).iter(f"{SVG}text")]


def node(dot: str, node_id: str) -> etree._Element:
    return next(group for group in drawn(dot).iter(f"{SVG}g") if group.get("data-node") == node_id)


def size(dot: str) -> tuple[float, float]:
    width, height = (drawn(dot).get(side, "").removesuffix("pt") for side in ("width", "height"))
    return float(width), float(height)


def test_titles_and_roles_are_in_the_language_asked_for() -> None:
    assert {"Conduct the survey", "Caller"} <= set(texts(draw_flow(survey_flow(), language=Language.EN)))
    assert {"开展调查活动", "回访员"} <= set(texts(draw_flow(survey_flow(), language=Language.ZH)))


def test_every_node_is_drawn_once() -> None:
    found = [group.get("data-node") for group in drawn(draw_flow(car_flow(), language=Language.EN)).iter(f"{SVG}g")]
    assert sorted(name for name in found if name) == sorted(n.id for n in car_flow().nodes)


def test_gateways_carry_the_signs_of_bpmn() -> None:
    shown = texts(draw_flow(car_flow(), language=Language.EN))
    # one sign for each gateway and one in the legend
    assert [shown.count(sign) for sign in "×+○"] == [4, 3, 3]


def test_conditions_and_defaults_stand_on_edges() -> None:
    shown = texts(draw_flow(survey_flow(), language=Language.ZH))
    assert "case.answers >= 30" in shown
    assert "否则" in shown


def test_a_plan_says_its_risk_and_its_trigger() -> None:
    shown = texts(draw_flow(survey_flow(), language=Language.EN))
    assert "⚠ Too few answers" in shown
    assert "after 7 d" in shown


def test_optional_steps_are_dashed_and_required_ones_solid() -> None:
    flow = car_flow()
    dashed = node(draw_flow(flow, language=Language.EN), "ask_support").find(f"{SVG}path")
    solid = node(draw_flow(flow, language=Language.EN), "inquire").find(f"{SVG}path")
    assert dashed is not None
    assert dashed.get("stroke-dasharray")
    assert solid is not None
    assert not solid.get("stroke-dasharray")


def test_an_end_has_a_thicker_border_than_a_start() -> None:
    dot = draw_flow(survey_flow(), language=Language.EN)
    widths = [node(dot, name).find(f"{SVG}ellipse") for name in ("start", "end")]
    start, end = (float(shape.get("stroke-width", "1")) for shape in widths if shape is not None)
    assert end > start


def shape(dot: str, name: str, of: str) -> etree._Element:
    found = node(dot, name).find(f"{SVG}{of}")
    assert found is not None
    return found


def test_an_event_has_two_lines_dashed_where_it_runs_beside() -> None:
    beside = draw_flow(construct("an event beside a step"), language=Language.EN)
    within = draw_flow(construct("a step interrupted"), language=Language.EN)
    assert len(list(node(beside, "t").iter(f"{SVG}ellipse"))) == 2
    assert shape(beside, "t", "ellipse").get("stroke-dasharray")
    assert not shape(within, "t", "ellipse").get("stroke-dasharray")


def test_an_event_says_what_it_is_about_and_the_legend_explains_its_sign() -> None:
    shown = texts(draw_flow(construct("a step interrupted"), language=Language.ZH))
    assert {"Late", "超过 1 天", "⊙", "定时"} <= set(shown)
    assert shown.count("⊙") == 2


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_every_construct_is_drawn_with_all_its_nodes(name: str) -> None:
    flow = construct(name)
    found = [group.get("data-node") for group in drawn(draw_flow(flow, language=Language.ZH)).iter(f"{SVG}g")]
    assert sorted(filter(None, found)) == sorted(node.id for node in flow.nodes)


def box(element: etree._Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of everything that is drawn of a node."""
    numbers: list[tuple[float, float]] = []
    for part in element.iter():
        if part.tag == f"{SVG}ellipse":
            numbers.append((float(part.get("cx", "0")), float(part.get("cy", "0"))))
        found = re.findall(r"(-?[\d.]+),(-?[\d.]+)", part.get("points", "") + part.get("d", ""))
        numbers += [(float(x), float(y)) for x, y in found]
    across, down = zip(*numbers, strict=True)
    return min(across), min(down), max(across), max(down)


def test_a_sub_flow_is_a_frame_around_its_nodes() -> None:
    dot = draw_flow(construct("a sub-flow in a sub-flow"), language=Language.EN)
    left, top, right, bottom = box(node(dot, "sub"))
    for inner in ("s", "in", "x", "y", "e"):
        x1, y1, x2, y2 = box(node(dot, inner))
        assert left < x1
        assert x2 < right
        assert top < y1
        assert y2 < bottom
    assert not left < box(node(dot, "z"))[0] < right or not top < box(node(dot, "z"))[1] < bottom


def test_repetition_risks_and_calls_stand_below_the_title() -> None:
    flow = construct("instances of a sub-flow")
    risky = [replace(n, calls="other", risk=Title("Dear", "太贵")) if n.id == "sub" else n for n in flow.nodes]
    shown = set(texts(draw_flow(replace(flow, nodes=tuple(risky)), language=Language.ZH)))
    assert {"∥ 同时 1–2 份", "调用 other", "⚠ 太贵"} <= shown


def test_an_end_that_terminates_and_an_event_based_gateway_have_their_signs() -> None:
    assert texts(draw_flow(construct("a terminating end"), language=Language.EN)).count("●") == 2
    assert texts(draw_flow(construct("an event-based gateway"), language=Language.EN)).count("◎") == 2


def test_short_flows_run_right_and_long_ones_down() -> None:
    width, height = size(draw_flow(survey_flow(), language=Language.EN))
    assert width > height
    width, height = size(draw_flow(car_flow(), language=Language.EN))
    assert height > width


def test_orientation_can_be_chosen() -> None:
    width, height = size(draw_flow(survey_flow(), language=Language.EN, orientation=Orientation.DOWN))
    assert height > width


def test_a_loop_counts_its_nodes_towards_the_length() -> None:
    names = [f"s{n}" for n in range(10)]
    nodes = (START, *(step(name, name, name) for name in names), END)
    edges = (*chain("start", *names, "end"), *chain("s9", "s0"))
    flow = replace(survey_flow(), nodes=nodes, edges=edges, plans=())
    width, height = size(draw_flow(flow, language=Language.EN))
    assert height > width


def test_the_title_names_the_flow_the_log_and_its_cases() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.DEVIATIONS)
    shown = texts(draw_flow(survey_flow(), language=Language.EN, overlay=overlay))
    assert {"Customer satisfaction survey", "Deviations", "survey.xes · 13 cases"} <= set(shown)


def test_a_picture_in_a_page_has_no_title_of_its_own() -> None:
    shown = texts(draw_flow(survey_flow(), language=Language.EN, titled=False))
    assert "Customer satisfaction survey" not in shown


def test_deviations_are_signs_with_numbers_that_the_legend_explains() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.DEVIATIONS)
    shown = texts(draw_flow(survey_flow(), language=Language.ZH, overlay=overlay))
    assert {"⊘ 1", "⇄ 1", "⊘", "漏做", "⇄", "顺序错位"} <= set(shown)
    assert "※ 流程外活动：tea × 1" in shown


def test_a_kind_that_did_not_occur_is_not_in_the_legend() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.DEVIATIONS)
    assert "Too short" not in texts(draw_flow(survey_flow(), language=Language.EN, overlay=overlay))


def test_frequent_edges_are_wide_and_counted() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.FREQUENCY)
    dot = draw_flow(survey_flow(), language=Language.EN, overlay=overlay)
    edges = [group for group in drawn(dot).iter(f"{SVG}g") if group.get("class") == "edge"]
    widths = {path.get("stroke-width") for edge in edges for path in edge.findall(f"{SVG}path")}
    assert len(widths) > 2
    assert str(overlay.edges["conduct", "collect"].count) in texts(dot)


def test_times_are_written_in_human_units() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.TIME)
    shown = texts(draw_flow(survey_flow(), language=Language.ZH, overlay=overlay))
    assert {"用时 5 分钟", "等待 15 分钟", "15 分钟"} <= set(shown)


def test_a_step_that_deviates_more_has_a_thicker_border() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.DEVIATIONS)
    dot = draw_flow(survey_flow(), language=Language.EN, overlay=overlay)
    borders = [node(dot, name).find(f"{SVG}path") for name in ("conduct", "analyse")]
    quiet, loud = (float(path.get("stroke-width", "1")) for path in borders if path is not None)
    assert loud > quiet


def test_a_flow_without_a_start_or_edges_is_drawn_all_the_same() -> None:
    flow = Flow("f", survey_flow().title, None, None, {}, (step("a", "A", "甲"),), ())
    assert "A" in texts(draw_flow(flow, language=Language.EN))
