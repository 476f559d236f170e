"""Each page in both languages in a real browser: no error, nothing from elsewhere, everything in its place."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from tests.pages.walk import STOPS, Stop
from tests.pages.world import World, window

NO_PAGES = ("/api/", "/static/", "/health", "/ready", "/metrics")
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")]
    .filter(one => !(one.labels && one.labels.length) && !one.getAttribute("aria-label")
        && !one.textContent.trim() && !one.getAttribute("title"))
    .map(one => one.outerHTML.slice(0, 120))"""
"""Whatever can be used, and has no name that can be read out."""
TWICE = """() => { const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at) }"""
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.name)
def test_a_page_works_in_both_languages(stop: Stop, language: str, browser: Any, world: World) -> None:
    with window(browser, world, language=language) as seen:
        assert seen.go(world.address + stop.address(world.numbers)) == 200
        seen.shoot(f"{stop.name}-{language}")
        assert seen.troubles == []
        assert seen.page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")
        assert seen.page.locator("h1").count() == 1
        assert (seen.page.locator("main h1").inner_text() or "").strip()
        assert seen.page.evaluate(UNNAMED) == []
        assert seen.page.evaluate(TWICE) == []
        assert not seen.page.evaluate(TOO_WIDE)


def test_every_page_is_walked(world: World) -> None:
    served = {
        route.path
        for route in iter_route_contexts(world.service.app.routes)
        if "GET" in (route.methods or ()) and not str(route.path).startswith(NO_PAGES)
    }
    assert served == {stop.route for stop in STOPS}


@pytest.mark.parametrize("width", [390, 820])
def test_a_narrow_window_shows_everything_without_scrolling_sideways(width: int, browser: Any, world: World) -> None:
    with window(browser, world) as seen:
        seen.page.set_viewport_size({"width": width, "height": 800})
        wide = []
        for stop in STOPS:
            seen.go(world.address + stop.address(world.numbers))
            seen.shoot(f"{stop.name}-{width}")
            if seen.page.evaluate(TOO_WIDE):
                wide.append(stop.name)
        assert wide == []
