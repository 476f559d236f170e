"""What somebody may not do is not offered to him, and an address that is not for him says so in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from api.accounts.roles import may
from engine.storage.tables import Role
from tests.pages.routes import action_of
from tests.pages.walk import STOPS, Stop
from tests.pages.world import World, window

OFFERED = """() => [
    ...[...document.querySelectorAll("a[href]")].map(one => ["GET", one.getAttribute("href")]),
    ...[...document.querySelectorAll("form[action]")].map(
        one => [(one.getAttribute("method") || "get").toUpperCase(), one.getAttribute("action")]),
].filter(([, address]) => address && address.startsWith("/"))"""


def seen_by(stop: Stop, role: Role) -> bool:
    ranks = list(Role)
    return ranks.index(role) >= ranks.index(Role(stop.least))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_reviewer_is_shown_what_is_for_him_and_told_what_is_not(language: str, browser: Any, world: World) -> None:
    with window(browser, world, language=language, role="reviewer") as seen:
        for stop in STOPS:
            status = seen.go(world.address + stop.address(world.numbers))
            assert status == (200 if seen_by(stop, Role.REVIEWER) else 403), stop.name
            if status == 403:
                seen.shoot(f"{stop.name}-{language}-reviewer")
                assert seen.page.locator("main h1").count() == 1
                assert "service.not-allowed" in seen.page.locator("main").inner_text()
                seen.troubles.clear()  # the console notes every status above 399
            assert seen.troubles == [], stop.name


@pytest.mark.parametrize("role", ["reviewer", "administrator"])
def test_nothing_is_offered_that_is_not_allowed(role: str, browser: Any, world: World) -> None:
    with window(browser, world, role=role) as seen:
        count = walked = 0
        for stop in STOPS:
            if not seen_by(stop, Role(role)):
                continue
            seen.go(world.address + stop.address(world.numbers))
            walked += 1
            for method, address in seen.page.evaluate(OFFERED):
                action = action_of(world.service.app, method, address)
                assert action is None or may(Role(role), action), f"{stop.name}: {method} {address}"
                count += method == "POST"
        assert count >= walked  # everywhere one can at least sign out


def test_an_administrator_finds_keys_and_audit_under_his_name(browser: Any, world: World) -> None:
    with window(browser, world) as seen:
        seen.go(world.address)
        seen.page.click(".menu > summary")
        assert seen.page.locator(".menu a").evaluate_all("all => all.map(one => one.getAttribute('href'))") == [
            "/keys",
            "/audit",
        ]
    with window(browser, world, role="reviewer") as seen:
        seen.go(world.address)
        assert seen.page.locator(".menu a").count() == 0
