"""A tall picture is cut where no shape stands, and nothing of it is lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from lxml import etree

from engine.rendering.chart_pages import PAGE_HEIGHT, PAGE_WIDTH, cut_chart
from engine.rendering.overlay import OverlayKind
from engine.rendering.report import draw_chart
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import car_flow, make_log, survey_assessment


def drawn(*, tall: bool) -> str:
    flow = replace(car_flow(), source_hash="cd" * 32) if tall else None
    log = make_log([("greet", "inquire")] * 2) if tall else None
    return str(draw_chart(survey_assessment(flow, log), OverlayKind.DEVIATIONS, language=Language.EN).drawing)


def view(svg: str) -> list[float]:
    found = re.search(r'viewBox="([^"]+)"', svg)
    assert found
    return [float(number) for number in found[1].split()]


def test_a_small_picture_is_one_page() -> None:
    svg = drawn(tall=False)
    (page,) = cut_chart(svg)
    assert page.svg == svg
    assert page.width <= PAGE_WIDTH


def test_pages_cover_the_picture_without_a_gap() -> None:
    svg = drawn(tall=True)
    pages = cut_chart(svg)
    assert len(pages) > 1
    top = view(svg)[1]
    for page in pages:
        left, first, width, height = view(page.svg)
        assert (left, width) == (view(svg)[0], view(svg)[2])
        assert first == pytest.approx(top, abs=0.01)
        assert height * page.width / width <= PAGE_HEIGHT + 1
        top = first + height
    assert top == pytest.approx(view(svg)[1] + view(svg)[3], abs=0.01)


def test_no_cut_goes_through_a_label() -> None:
    svg = drawn(tall=True)
    root = etree.fromstring(svg.encode())
    shift = float(re.findall(r"translate\(\S+ (\S+?)\)", svg)[0])
    cuts = [view(page.svg)[1] for page in cut_chart(svg)][1:]
    texts = [(float(t.get("y", 0)) + shift, float(t.get("font-size", 10))) for t in root.iter("{*}text")]
    assert [(cut, y) for cut in cuts for y, size in texts if y - size < cut < y] == []
