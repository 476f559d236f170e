"""Pages can be read without a script, by keys alone, in every light, and on paper."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.rendering import palette
from tests.pages.walk import STOPS
from tests.pages.world import ROOT, World, window

LEVELS = "() => [...document.querySelectorAll('h1, h2, h3, h4')].map(one => Number(one.tagName[1]))"
UNSCOPED = "() => [...document.querySelectorAll('main th:not([scope])')].map(one => one.outerHTML.slice(0, 80))"
STYLES = ROOT / "api" / "pages" / "static" / "trueline.css"
MAPS = [stop for stop in STOPS if stop.name in {"map", "log-map"}]


def test_every_page_can_be_read_without_a_script(browser: Any, world: World) -> None:
    with window(browser, world, script=False) as seen:
        for stop in STOPS:
            assert seen.go(world.address + stop.address(world.numbers)) == 200, stop.name
            main = seen.page.locator("main")
            assert main.locator("h1").count() == 1, stop.name
            assert len(main.inner_text()) > 40, stop.name
            assert seen.page.locator("main [hx-get]:not(:has(form, a, noscript)):not(form)").count() == 0, stop.name


def test_headings_leave_no_level_out_and_columns_say_what_they_head(browser: Any, world: World) -> None:
    with window(browser, world) as seen:
        for stop in STOPS:
            seen.go(world.address + stop.address(world.numbers))
            levels = seen.page.evaluate(LEVELS)
            assert levels[0] == 1, stop.name
            assert all(after <= before + 1 for before, after in pairwise(levels)), f"{stop.name}: {levels}"
            assert seen.page.evaluate(UNSCOPED) == [], stop.name


@pytest.mark.parametrize("stop", MAPS, ids=lambda stop: stop.name)
def test_a_map_is_walked_and_followed_by_keys(stop: Any, browser: Any, world: World) -> None:
    with window(browser, world) as seen:
        seen.go(world.address + stop.address(world.numbers))
        seen.page.locator(".viewer").focus()
        names, inside = [], []
        for _ in range(12):
            seen.page.keyboard.press("Tab")
            found = seen.page.evaluate(
                """() => { const one = document.activeElement, at = one.getBoundingClientRect();
                const frame = document.querySelector(".viewer").getBoundingClientRect();
                return one.closest("svg") ? [one.textContent.trim(), at.bottom > frame.top && at.top < frame.bottom
                    && at.right > frame.left && at.left < frame.right] : null }"""
            )
            assert found, "the drawing has more links than this"
            names.append(found[0])
            inside.append(found[1])
        assert all(inside)
        assert all(names)
        address = seen.page.url
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url(lambda url: url != address)
        assert re.search(r"(with|follows)=", seen.page.url)
        assert seen.page.locator("main h1").count() == 1
        assert seen.troubles == []


def test_back_shows_the_map_as_it_was(browser: Any, world: World) -> None:
    with window(browser, world) as seen:
        seen.go(f"{world.address}/logs/{world.numbers['log']}/map")
        before = seen.page.locator(".legend").inner_text(), seen.page.input_value("#activities")
        seen.page.evaluate(
            """() => { const slider = document.querySelector("#activities"); slider.value = 10;
            slider.dispatchEvent(new Event("change", { bubbles: true })) }"""
        )
        seen.page.wait_for_url("**activities=10**")
        assert seen.page.locator(".legend").inner_text() != before[0]
        seen.page.go_back()
        seen.page.wait_for_function("said => document.querySelector('.legend')?.innerText === said", arg=before[0])
        assert "activities" not in seen.page.url
        assert seen.page.input_value("#activities") == before[1]
        assert seen.troubles == []


@pytest.mark.parametrize("name", ["scorecard", "case", "deviations", "comparison"])
def test_a_page_goes_on_paper_without_what_paper_cannot_do(name: str, browser: Any, world: World) -> None:
    stop = next(one for one in STOPS if one.name == name)
    with window(browser, world) as seen:
        seen.go(world.address + stop.address(world.numbers))
        content = seen.page.pdf(prefer_css_page_size=True)
        assert content.startswith(b"%PDF")
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 12
        seen.page.emulate_media(media="print")
        for hidden in (".top", ".tabs", ".actions", "form", ".zoom"):
            assert seen.page.locator(hidden).locator("visible=true").count() == 0, hidden
        assert seen.page.locator("main h1").is_visible()


def test_nothing_moves_for_who_wants_no_motion(browser: Any, world: World) -> None:
    with window(browser, world) as seen:
        seen.page.emulate_media(reduced_motion="reduce")
        seen.go(world.address)
        moving = """() => [...document.querySelectorAll("*")].map(one => getComputedStyle(one)).filter(
            style => style.animationName !== "none" || parseFloat(style.transitionDuration) > 0).length"""
        assert seen.page.evaluate(moving) == 0


def test_words_stand_out_from_what_they_stand_on() -> None:
    grounds = (palette.PAPER, palette.STEP)
    inks = (palette.INK, palette.MUTED, palette.ALERT, palette.GOOD, palette.ACCENT, *_text_colours())
    low = {(ink, ground) for ink in inks for ground in grounds if contrast(ink, ground) < 4.5}
    assert low == set()
    assert contrast("#ffffff", palette.ACCENT) >= 4.5  # buttons
    assert contrast(palette.INK, "#eaf1f8") >= 4.5  # chips
    assert all(contrast(palette.INK, fill) >= 4.5 for fill in (*palette.ORANGES, *palette.BLUES, *palette.GREENS))


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _css() -> str:
    return Path(STYLES).read_text(encoding="utf-8")


def _text_colours() -> list[str]:
    """Colours of words that the pages' own style sheet adds to the palette; white stands on buttons, which are dark."""
    found = re.findall(r"(?<![-\w])color: (#[0-9a-f]{3,6})", _css())
    return [colour for colour in found if colour not in {"#fff", "#9aa7b4"}]  # the grey is that of a drawing
