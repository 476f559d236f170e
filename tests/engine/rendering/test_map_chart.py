"""Pictures of process maps: what they say, the hooks of their SVG, and what is never let through."""

from __future__ import annotations

import random
from dataclasses import replace
from urllib.parse import parse_qsl, quote

import pytest
from lxml import etree

from engine.logs.filter_query import from_query
from engine.logs.filtering import LogFilter
from engine.logs.log import Log
from engine.mining.process_map import activity_id, process_map
from engine.rendering.map_chart import MapChart, draw_map
from engine.rendering.map_overlay import MapOverlay, MapShow, Scale, Unit, overlay_of_map
from engine.rendering.palette import BLUE_LINES, BLUES
from engine.rendering.picture import PictureFormat, render
from engine.rendering.svg import FINISHED, UnsafePicture, check_svg
from engine.vocabulary import Language
from tests.engine.rendering.test_picture import HOSTILE
from tests.oracles.small_logs import log

SVG = "{http://www.w3.org/2000/svg}"
LOG = log("a@0-1 b@30 c@100", "a@0-2 c@31", "a@1 b@2 a@4 c@5")
MAP = process_map(LOG, activities=1, paths=1)


def svg_of(chart: MapChart) -> etree._Element:
    return etree.fromstring(render(chart.dot, PictureFormat.SVG, hooks=chart.hooks))


def texts(root: etree._Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def link(kind: str, *names: str) -> str:
    return "?" + ("with=" + quote(names[0]) if kind == "activity" else "follows=" + quote("->".join(names)))


def test_every_activity_and_path_has_its_hook_and_its_title() -> None:
    root = svg_of(draw_map(MAP, language=Language.EN))
    hooks = {group.get("data-activity"): group for group in root.iter(f"{SVG}g") if group.get("data-activity")}
    assert set(hooks) == {"start", "end", *(node.id for node in MAP.nodes)}
    assert {group.get("data-path") for group in root.iter(f"{SVG}g")} - {None} == {edge.id for edge in MAP.edges}
    title = hooks[activity_id("a")].find(f"{SVG}title")
    assert title is not None
    assert title.text == "a: 4 events in 3 cases; median work: 1.5 h; median wait before it: 2 h"
    assert hooks[activity_id("a")].get("tabindex") == "0"
    assert root.get("role") == "group"


def test_links_lead_to_a_filter_that_reads_back() -> None:
    root = svg_of(draw_map(MAP, language=Language.EN, link=link))
    found = [anchor.get("href", "") for anchor in root.iter(f"{SVG}a")]
    assert len(found) == len(MAP.nodes) + len(MAP.edges)
    read = {from_query(parse_qsl(href.removeprefix("?"))) for href in found}
    assert LogFilter(with_activities=frozenset("b")) in read
    assert LogFilter(paths=frozenset({("", "a")})) in read
    assert LogFilter(paths=frozenset({("c", "")})) in read
    assert all(anchor.find(f"{SVG}title") is not None for anchor in root.iter(f"{SVG}a"))


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "\\\\example.org",
        " ?a=b",
        "?a=b c",
        "?a=\x00",
        "?a=é",
        "?" + "x" * 20_000,
    ],
)
def test_a_link_to_anywhere_else_is_never_drawn(href: str) -> None:
    chart = draw_map(MAP, language=Language.EN, link=lambda *_: href)
    with pytest.raises(UnsafePicture):
        render(chart.dot, PictureFormat.SVG, hooks=chart.hooks)


@pytest.mark.parametrize("href", ["?with=a%20b", "#top", "map?x=1&y=2", "../maps/3/", "/logs/1/map?a=b:c"])
def test_a_relative_link_is_drawn(href: str) -> None:
    root = svg_of(draw_map(MAP, language=Language.EN, link=lambda *_: href))
    assert {anchor.get("href") for anchor in root.iter(f"{SVG}a")} == {href}


def test_a_hook_that_is_no_id_is_refused() -> None:
    chart = draw_map(MAP, language=Language.EN)
    spoilt = {name: replace(hook, value='"><script>') for name, hook in chart.hooks.items()}
    with pytest.raises(UnsafePicture):
        render(chart.dot, PictureFormat.SVG, hooks=spoilt)


@pytest.mark.parametrize(
    "inside",
    ['<a href="?x" onclick="y()"/>', '<a href="?x" target="_blank"/>', "<script/>", '<g tabindex="5"/>', "<use/>"],
)
def test_what_leaves_is_held_against_a_list_too(inside: str) -> None:
    with pytest.raises(UnsafePicture):
        check_svg(etree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'), FINISHED)


def hostile(text: str) -> Log:
    return replace(LOG, activities=(text, "b", "c"), name=text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_only_text(text: str) -> None:
    chart = draw_map(process_map(hostile(text), activities=1, paths=1), language=Language.ZH, link=lambda *_: "?x")
    root = svg_of(chart)
    assert {etree.QName(e).localname for e in root.iter()} <= {*FINISHED}
    assert len([group for group in root.iter(f"{SVG}g") if group.get("class") == "node"]) == 5
    assert render(chart.dot, PictureFormat.PNG).startswith(b"\x89PNG")


def test_long_names_are_wrapped_and_cut() -> None:
    name = "An activity whose name goes on and on " * 10
    root = svg_of(draw_map(process_map(hostile(name)), language=Language.EN))
    assert max(map(len, texts(root))) <= 84
    assert any(text.endswith("…") for text in texts(root))


@pytest.mark.parametrize("language", list(Language))
def test_times_are_in_units_that_a_person_would_say(language: Language) -> None:
    chart = draw_map(MAP, language=language, overlay=overlay_of_map(MAP, MapShow.TIME))
    said = {"en": {"1.5 h", "15 h"}, "zh": {"1.5 小时", "15 小时"}}[language]
    assert said <= set(texts(svg_of(chart)))


def test_the_legend_gives_the_bounds_in_the_unit_of_the_numbers() -> None:
    found = texts(svg_of(draw_map(MAP, language=Language.EN)))
    assert {"≤ 1", "≤ 2", "≤ 3", "≤ 4", "Activities", "Paths"} <= set(found)
    assert "3 cases · 3 of 3 activities · 6 of 6 paths between them" in found


def test_an_overlay_of_ones_own_is_drawn_in_its_colours() -> None:
    own = MapOverlay(
        "map.show.cases", Unit.COUNT, Scale(BLUES, BLUE_LINES), {"a": 8, "b": 0, "gone": 3}, {("a", "b"): 2}
    )
    svg = render(draw_map(MAP, language=Language.EN, overlay=own).dot, PictureFormat.SVG).decode()
    assert BLUES[4] in svg
    assert BLUE_LINES[4] in svg
    assert "Not on the map: gone 3" in svg


def test_frequent_paths_are_wide_and_none_is_too_thin_to_see() -> None:
    root = svg_of(draw_map(MAP, language=Language.EN))
    widths = {
        group.get("data-path", ""): float(path.get("stroke-width", "1"))
        for group in root.iter(f"{SVG}g")
        if group.get("data-path")
        for path in group.iter(f"{SVG}path")
    }
    counts = {edge.id: edge.count for edge in MAP.edges}
    assert max(widths, key=lambda path: widths[path]) in [path for path, n in counts.items() if n == 3]
    assert min(widths.values()) >= 0.9
    assert len({widths[path] for path in widths if counts[path] == 1}) == 1


def test_the_same_log_in_another_order_gives_the_same_bytes() -> None:
    other = log("a@1 b@2 a@4 c@5", "a@0-1 b@30 c@100", "a@0-2 c@31")
    one, two = (draw_map(process_map(found), language=Language.EN, link=link) for found in (LOG, other))
    assert one == two


def heights(root: etree._Element) -> dict[str, float]:
    """How far down each activity stands."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        text = next(group.iter(f"{SVG}text"), None) if group.get("data-activity") else None
        if text is not None:
            found[group.get("data-activity", "")] = float(text.get("y", "0"))
    return found


def test_activities_keep_their_order_from_top_to_bottom_while_the_slider_of_paths_moves() -> None:
    crossing = log("a b c d", "a c b d", "a b c b d", "d c b a", "b d a c", "c a d b", "a b c d")
    maps = [process_map(crossing, activities=1, paths=share) for share in (0, 0.3, 0.6, 1)]
    assert [len(drawn.edges) for drawn in maps] == sorted({len(drawn.edges) for drawn in maps})
    orders = []
    for drawn in maps:
        found = heights(svg_of(draw_map(drawn, language=Language.EN)))
        orders.append({(one, other): found[one] < found[other] - 1 for one in found for other in found})
    assert all(order == orders[0] for order in orders)


def test_graphviz_has_nothing_to_say_about_paths_between_neighbours(capfd: pytest.CaptureFixture[str]) -> None:
    """With room for their labels it complains of this log's, past Python, on standard error."""
    rng = random.Random(16)
    names = "abcdefghijkl"[: rng.randint(5, 11)]
    level = log(*(" ".join(rng.choices(names, k=rng.randint(3, 7))) for _ in range(rng.randint(4, 14))))
    svg_of(draw_map(process_map(level, activities=1, paths=1), language=Language.EN))
    assert capfd.readouterr().err == ""


def test_an_empty_map_is_a_picture_too() -> None:
    root = svg_of(draw_map(process_map(log()), language=Language.EN))
    assert {group.get("data-activity") for group in root.iter(f"{SVG}g")} - {None} == {"start", "end"}


def test_a_hook_without_a_link_can_be_reached_and_is_read_out() -> None:
    root = svg_of(draw_map(MAP, language=Language.ZH))
    assert not list(root.iter(f"{SVG}a"))
    assert {group.get("role") for group in root.iter(f"{SVG}g") if group.get("data-path")} == {"img"}
