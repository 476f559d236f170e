from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from engine.definitions.flow import Flow
from engine.rendering.flowchart import Orientation, draw_flow
from engine.rendering.overlay import OverlayKind, make_overlay
from engine.rendering.picture import PictureFormat, render
from engine.vocabulary import Language
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
    assert "after 7d" in shown


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
