"""Forms under a session: what is wrong stands beside its field, and what is right is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.assessments.options import Options
from api.assessments.progress import Stage
from engine.storage.repository import add
from engine.storage.tables import AssessmentRow, Status
from engine.vocabulary import Phase
from tests.api.http.service import NOW, service_in
from tests.pages.world import Window, World, window


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service with one small assessment, which these tests change."""
    with service_in(tmp_path_factory.mktemp("forms") / "data") as service:
        number = service.assess()
        service.finished(number)
        yield World(service, service.url, {"assessment": number})


@pytest.fixture
def seen(browser: Any, filled: World) -> Iterator[Window]:
    with window(browser, filled) as found:
        yield found
        assert [one for one in found.troubles if "422" not in one] == []


def test_a_deviation_is_accepted_and_withdrawn(seen: Window, filled: World) -> None:
    seen.go(f"{filled.address}/assessments/1/deviations")
    seen.page.click("tbody tr:first-child >> text=Accept")
    seen.page.fill("#reason", "The lift is being repaired")
    seen.page.fill("#until", "2020-01-01")
    seen.page.click(".accepting button.main")
    wrong = seen.page.locator("#wrong-until")
    assert "passed" in wrong.inner_text()
    assert seen.page.locator("#until").get_attribute("aria-describedby") == "wrong-until"
    assert seen.page.input_value("#reason") == "The lift is being repaired"
    seen.page.fill("#until", "2027-01-31")
    seen.page.click(".accepting button.main")
    told = seen.page.locator(".told")
    told.wait_for()
    assert "The lift is being repaired" in told.inner_text()
    # the last day counts, in the reader's own zone
    assert told.locator("time").get_attribute("datetime") == "2027-01-31T16:00:00+00:00"
    told.locator("button").click()
    seen.page.wait_for_load_state()
    assert seen.page.locator(".told").count() == 0


def test_a_case_that_is_not_there_is_not_accepted(seen: Window, filled: World) -> None:
    seen.go(f"{filled.address}/assessments/1/deviations")
    seen.page.click("tbody tr:first-child >> text=Accept")
    seen.page.fill("#reason", "agreed")
    assert not seen.page.locator("#case").is_visible()
    seen.page.select_option("#scope", "one")
    seen.page.fill("#case", "nobody")
    seen.page.click(".accepting button.main")
    assert "nobody" in seen.page.locator("#wrong-case").inner_text()
    assert filled.service.client.get("/flows/1/acceptances").json()["items"][-1]["case"] is None


def test_a_deviation_is_accepted_in_one_case_from_its_page(seen: Window, filled: World) -> None:
    seen.go(f"{filled.address}/assessments/1/cases/b")
    seen.page.click("details.accept > summary")
    seen.page.fill("details.accept textarea", "only here")
    seen.page.click("details.accept button.main")
    seen.page.wait_for_url("**/cases/b")
    assert "only here" in seen.page.locator(".told").inner_text()
    kept = filled.service.client.get("/flows/1/acceptances").json()["items"][-1]
    assert (kept["case"], kept["reason"]) == ("b", "only here")


def test_a_schedule_is_made_paused_resumed_and_deleted(seen: Window, filled: World) -> None:
    seen.go(f"{filled.address}/schedules/new")
    seen.page.fill("#name", "notice")
    seen.page.fill("#timezone", "Nowhere/Land")
    seen.page.click("label[for=every-week]")
    assert not seen.page.locator("#day").is_visible()
    seen.page.select_option("#weekday", "friday")
    seen.page.click("main button.main")
    assert "Nowhere/Land" in seen.page.locator("#wrong-timezone").inner_text()
    assert seen.page.input_value("#name") == "notice"
    assert seen.page.input_value("#weekday") == "friday"
    seen.page.fill("#timezone", "Asia/Shanghai")
    seen.page.click("main button.main")
    seen.page.wait_for_url("**/schedules")
    [made] = filled.service.client.get("/schedules").json()["items"]
    assert made["weekly"] == {"at": "08:00", "timezone": "Asia/Shanghai", "day": "friday"}
    assert (made["name"], made["flow"]) == ("notice", "visit")
    for label, paused in (("Pause", True), ("Resume", False)):
        seen.page.click(f"text={label}")
        seen.page.wait_for_load_state()
        assert filled.service.client.get(f"/schedules/{made['id']}").json()["paused"] is paused
    seen.page.click(".sure > summary")
    seen.page.click(".sure button")
    seen.page.wait_for_selector(".blank")
    assert filled.service.client.get("/schedules").json()["items"] == []


def test_a_key_is_shown_once_and_revoked(seen: Window, filled: World) -> None:
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=filled.address)
    seen.go(f"{filled.address}/keys")
    seen.page.fill("#name", "李")
    seen.page.check("input[value=operator]")
    seen.page.fill("#until", "2020-01-01")
    seen.page.click("#new button.main")
    assert seen.page.locator("#wrong-until").count() == 1
    seen.page.fill("#until", "2027-12-31")
    seen.page.click("#new button.main")
    secret = seen.page.locator("#secret").inner_text()
    seen.page.click("[data-copy]")
    seen.page.wait_for_selector("[data-copy]:has-text('Copied')")
    assert seen.page.evaluate("() => navigator.clipboard.readText()") == secret
    with filled.service.client_with(secret) as client:
        assert client.get("/me").json()["role"] == "operator"
        seen.go(f"{filled.address}/keys")
        assert secret not in seen.page.content()
        seen.page.click("tr:has-text('李') .sure > summary")
        seen.page.click("tr:has-text('李') .sure button")
        seen.page.wait_for_selector("tr.over:has-text('李')")
        assert client.get("/me").status_code == 401
    seen.go(f"{filled.address}/audit?action=revoke-key")
    assert seen.page.locator("tbody tr").count() == 1
    assert "signed in" in seen.page.locator("tbody tr").inner_text()


def test_a_live_log_is_made_and_closed(seen: Window, filled: World) -> None:
    seen.go(f"{filled.address}/live/new")
    seen.page.fill("#name", "..")
    seen.page.click("main button.main")
    assert seen.page.locator("[role=alert]").count() == 1
    seen.page.fill("#name", "desk")
    seen.page.select_option("#flow", label="Visit")
    seen.page.click("main button.main")
    seen.page.wait_for_selector("h1:has-text('desk')")
    number = int(seen.page.url.rsplit("/", 1)[1])
    seen.page.click(".sure > summary")
    seen.page.click(".sure button")
    seen.page.wait_for_load_state()
    assert filled.service.client.get(f"/logs/{number}").json()["closed"] is not None
    assert seen.page.locator(".sure").count() == 0


def test_how_far_an_assessment_is_is_shown_and_it_is_cancelled(
    seen: Window, filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = filled.service
    row = AssessmentRow(
        flow=1, log=1, options=Options(None, None, None, None).to_json(), status=Status.RUNNING.value, created=NOW
    )
    with service.running.database.writing() as session:
        number = add(session, row).id
    monkeypatch.setattr(type(service.running.work), "stage", lambda _self, _number: Stage(Phase.ALIGNING, 1, 2))
    seen.go(f"{filled.address}/assessments/{number}")
    assert seen.page.locator("progress").get_attribute("value") == "0.25"
    assert "25 %" in seen.page.locator("#progress").inner_text()
    seen.page.click("text=Cancel this assessment")
    seen.page.wait_for_selector("h2:has-text('It was cancelled')")
    assert service.client.get(f"/assessments/{number}").json()["status"] == "cancelled"


def test_a_form_of_another_session_changes_nothing(seen: Window, filled: World) -> None:
    seen.go(f"{filled.address}/live/new")
    seen.page.fill("#name", "stolen")
    seen.page.evaluate("() => { document.querySelector('main input[name=csrf]').value = 'made-up' }")
    seen.page.click("main button.main")
    seen.page.wait_for_selector("main h1")
    assert "account.csrf" in seen.page.locator("main").inner_text()
    assert all(one["name"] != "stolen" for one in filled.service.client.get("/logs").json()["items"])
    seen.troubles.clear()
