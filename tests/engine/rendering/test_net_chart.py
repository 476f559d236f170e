from __future__ import annotations

from dataclasses import replace

import numpy as np
from lxml import etree

from engine.nets.compile import compile_flow
from engine.nets.net import SILENT, Arcs, Net, Purpose, Transition
from engine.rendering.net_chart import draw_net
from engine.rendering.overlay import OverlayKind, make_overlay
from engine.rendering.picture import PictureFormat, render
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import survey_assessment, survey_flow

SVG = "{http://www.w3.org/2000/svg}"


def small_net() -> Net:
    """A puts two tokens into q; a silent transition takes both."""
    return Net(
        name="small",
        places=("i", "q", "o"),
        transitions=(
            Transition("a", 0, "a", Purpose.PERFORM),
            Transition("t", SILENT, "t", Purpose.ROUTE),
        ),
        labels=("conduct",),
        before=Arcs.of([{0: 1}, {1: 2}]),
        after=Arcs.of([{1: 2}, {2: 1}]),
        initial=np.array([1, 0, 0], dtype=np.int32),
        finals=np.array([[0, 0, 1]], dtype=np.int32),
        label_of_activity={"conduct": 0},
    )


def texts(net: Net, **options: object) -> list[str]:
    overlay = options.get("overlay")
    dot = draw_net(net, language=Language.EN, overlay=overlay)  # type: ignore[arg-type]  # passed through as given
    return [text.text or "" for text in etree.fromstring(render(dot, PictureFormat.SVG)).iter(f"{SVG}text")]


def test_places_are_circles_and_transitions_boxes() -> None:
    root = etree.fromstring(render(draw_net(small_net(), language=Language.EN), PictureFormat.SVG))
    nodes = [group for group in root.iter(f"{SVG}g") if group.get("class") == "node"]
    assert {g.get("data-node"): g.find(f"{SVG}ellipse") is not None for g in nodes} == {
        "i": True,
        "q": True,
        "o": True,
        "a": False,
        "t": False,
    }


def test_tokens_and_weights_are_written() -> None:
    shown = texts(small_net())
    assert shown.count("●") == 2  # the token and its legend
    assert shown.count("2") == 2


def test_several_tokens_are_a_number() -> None:
    many = replace(small_net(), initial=np.array([7, 0, 0], dtype=np.int32))
    assert "7" in texts(many)


def test_silent_transitions_have_no_label() -> None:
    assert "t" not in texts(small_net())
    assert "silent transition" in texts(small_net())


def test_the_overlay_is_drawn_by_label() -> None:
    overlay = make_overlay(survey_assessment(), OverlayKind.FREQUENCY)
    assert f"× {overlay.steps['conduct'].performed}" in texts(small_net(), overlay=overlay)


def test_a_compiled_flow_can_be_drawn_as_a_net() -> None:
    shown = texts(compile_flow(survey_flow()))
    assert {"conduct", "collect", "analyse", "remind"} <= set(shown)
