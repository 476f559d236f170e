"""Files that are chosen on a page: taken, refused with what is wrong, or asked about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.http.service import FLOW, service_in
from tests.pages.world import Window, World, window

AMBIGUOUS = "Ticket,What,When\n1,Greet,03.04.2026 09:00\n1,Serve,05.06.2026 09:10\n"


@pytest.fixture
def seen(browser: Any, tmp_path: Path) -> Iterator[Window]:
    """A window on an empty service."""
    with service_in(tmp_path / "data") as service:
        address = str(service.client.base_url).removesuffix("/api/v1/")
        with window(browser, World(service, address, {})) as found:
            found.page.goto(address)
            yield found


def choose(seen: Window, path: str, file: Path) -> None:
    """Open a page on which files are taken, and choose one."""
    seen.page.goto(seen.page.url.split("//", 1)[0] + "//" + seen.page.url.split("/")[2] + path)
    seen.page.set_input_files("#file", str(file))


def test_the_empty_home_leads_to_both_uploads(seen: Window) -> None:
    links = seen.page.locator("main a.button")
    assert [links.nth(at).get_attribute("href") for at in range(links.count())] == ["/flows/new", "/logs/new"]


def test_a_flow_that_is_chosen_is_shown(seen: Window, tmp_path: Path) -> None:
    file = tmp_path / "visit.yaml"
    file.write_text(FLOW, encoding="utf-8")
    choose(seen, "/flows/new", file)
    seen.page.wait_for_url("**/flows/1")
    assert seen.page.locator("h1").inner_text() == "Visit"
    assert seen.page.locator(".viewer svg text", has_text="Greet").count() == 1


def test_a_flow_that_is_wrong_says_everything_that_is_wrong_and_stays(seen: Window, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(FLOW.replace("-> serve", "-> server").replace("start: start", "start: begin"), encoding="utf-8")
    choose(seen, "/flows/new", file)
    seen.page.wait_for_selector("[role=alert]")
    assert seen.page.locator("[role=alert] li").count() >= 2
    assert seen.page.url.endswith("/flows/new")


def test_a_table_that_leaves_something_open_shows_its_rows_and_asks(seen: Window, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(AMBIGUOUS, encoding="utf-8")
    choose(seen, "/logs/new", file)
    seen.page.wait_for_selector("#column-case")
    assert seen.page.locator("[data-answer] tbody tr").count() == 2
    seen.page.select_option("#column-case", "Ticket")
    seen.page.select_option("#column-activity", "What")
    seen.page.select_option("#column-time", "When")
    seen.page.select_option("#date-order", "day-first")
    seen.page.fill("#timezone", "Asia/Shanghai")
    seen.page.click("[data-answer] button.main")
    seen.page.wait_for_url("**/logs/1")
    assert "2026-04-03" in (seen.page.locator(".lead time").first.get_attribute("datetime") or "")


def test_from_two_files_to_a_scorecard(seen: Window, tmp_path: Path) -> None:
    flow, log = tmp_path / "visit.yaml", tmp_path / "visits.csv"
    flow.write_text(FLOW, encoding="utf-8")
    log.write_text("case,activity,timestamp\na,Greet,2026-03-01T09:00:00Z\nb,Serve,2026-03-01T10:00:00Z\n", "utf-8")
    choose(seen, "/flows/new", flow)
    seen.page.wait_for_url("**/flows/1")
    choose(seen, "/logs/new", log)
    seen.page.wait_for_url("**/logs/1")
    seen.page.click(".actions .main")
    seen.page.wait_for_url("**/assessments/new?log=1")
    seen.page.click("main form button")
    seen.page.wait_for_selector(".cards .score", timeout=60_000)
    assert seen.page.locator(".cards .card").count() == 4
    assert seen.troubles == []


def test_a_drawing_is_moved_and_enlarged_by_keys(seen: Window, tmp_path: Path) -> None:
    file = tmp_path / "visit.yaml"
    file.write_text(FLOW, encoding="utf-8")
    choose(seen, "/flows/new", file)
    seen.page.wait_for_url("**/flows/1")
    drawing, viewer = seen.page.locator(".viewer > svg"), seen.page.locator(".viewer")
    whole = drawing.get_attribute("viewBox")
    viewer.focus()
    viewer.press("+")
    larger = drawing.get_attribute("viewBox")
    assert float(larger.split()[2]) < float(whole.split()[2])
    viewer.press("ArrowRight")
    assert float(drawing.get_attribute("viewBox").split()[0]) > float(larger.split()[0])
    viewer.press("0")
    assert [float(part) for part in drawing.get_attribute("viewBox").split()] == [float(part) for part in whole.split()]
