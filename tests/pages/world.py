"""A service with something on every page, and a window on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.api.http.service import LOG, Service, service_in

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
MORNING = {"at": "08:00", "timezone": "Asia/Shanghai"}
CASE = "案例/1 & <b>"
"""A case's name that has to be quoted everywhere."""


@dataclass(frozen=True)
class World:
    """A service with content.

    Attributes:
        service: The service.
        address: Where its pages are.
        numbers: What stands for the placeholders of the pages' addresses.
        sessions: By language and role, what a browser keeps of having signed in.
    """

    service: Service
    address: str
    numbers: dict[str, Any]
    sessions: dict[tuple[str, str], Any] = field(default_factory=dict)

    def key_of(self, role: str) -> str:
        """A key of a role: the first one of all is an administrator's."""
        return self.service.key if role == "administrator" else self.service.new_key(role)[1]


@dataclass
class Window:
    """A page of the browser that notes what should not happen.

    Attributes:
        page: The browser's page.
        troubles: Errors of scripts and consoles, and requests that went elsewhere.
    """

    page: Any
    troubles: list[str] = field(default_factory=list)

    def go(self, address: str) -> int:
        """Open a page and wait until it is quiet; its status."""
        answer = self.page.goto(address)
        self.page.wait_for_load_state("load")
        status: int = answer.status
        return status

    def shoot(self, name: str) -> None:
        """Keep a picture of the whole page where the environment asks for pictures."""
        folder = os.environ.get("TRUELINE_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


LOCALES = {"zh": "zh-CN", "en": "en-GB"}


@contextmanager
def window(
    browser: Any, world: World, *, language: str = "en", role: str = "administrator", script: bool = True
) -> Iterator[Window]:
    """A new window of somebody who has signed in, on the sign-in page and with a key, as people do."""
    if (language, role) not in world.sessions:
        world.sessions[language, role] = _sign_in(browser, world, language, role)
    kept = world.sessions[language, role]
    context = _context(browser, language, storage_state=kept, java_script_enabled=script)
    found = Window(context.new_page())
    host = urlsplit(world.address).netloc
    found.page.on("pageerror", lambda error: found.troubles.append(f"script: {error}"))
    found.page.on(
        "console", lambda said: found.troubles.append(f"console: {said.text}") if said.type == "error" else None
    )

    def no_dialog(dialog: Any) -> None:
        found.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    found.page.on("dialog", no_dialog)
    found.page.on(
        "request",
        lambda request: (
            None
            if urlsplit(request.url).netloc == host or request.url.startswith("data:")
            else found.troubles.append(f"elsewhere: {request.url}")
        ),
    )
    try:
        yield found
    finally:
        context.close()


def _context(browser: Any, language: str, **options: Any) -> Any:
    size = {"width": 1360, "height": 900}
    return browser.new_context(locale=LOCALES[language], timezone_id="Asia/Shanghai", viewport=size, **options)


def _sign_in(browser: Any, world: World, language: str, role: str) -> Any:
    context = _context(browser, language)
    try:
        page = context.new_page()
        page.goto(f"{world.address}/live")
        page.fill("#key", world.key_of(role))
        page.click("main form button")
        page.wait_for_url("**/live")
        return context.storage_state()
    finally:
        context.close()


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    """A service with content, on a data folder."""
    with service_in(folder / "data") as service:
        address = str(service.client.base_url).removesuffix("/api/v1/")
        yield World(service, address, _filled(service))


def _filled(service: Service) -> dict[str, Any]:
    flow_text = (EXAMPLES / "flows" / "complaint_handling.yaml").read_text(encoding="utf-8")
    flow = service.upload_flow(flow_text, name="complaint_handling.yaml")
    changed = service.upload_flow(flow_text.replace("Handling complaints", "Complaints"), name="changed.yaml")
    content = (EXAMPLES / "logs" / "complaint_handling.xes.gz").read_bytes()
    log = service.client.post("/logs", params={"name": "complaint_handling.xes.gz"}, content=content).json()["id"]
    earlier = service.client.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
    done = service.client.post("/assessments", json={"flow": changed, "log": log}).json()["id"]
    small = service.upload_flow()
    few = service.upload_log(LOG)
    alone = service.client.post("/assessments", json={"flow": small, "log": few, "closed": "idle:1d"}).json()["id"]
    cancelled = service.client.post("/assessments", json={"flow": changed, "log": log}).json()["id"]
    assert service.client.post(f"/assessments/{cancelled}/cancellation").is_success
    live = service.client.post("/logs", json={"name": "前台 desk", "flow": small}).json()["id"]
    event = {"id": "1", "case": CASE, "activity": "Serve", "time": "2026-04-01T08:00:00Z", "resource": "李"}
    assert service.client.post(f"/logs/{live}/events", json={"events": [event]}).status_code == 201
    for number in (earlier, done, alone):
        service.finished(number)
    deviations = service.client.get(f"/assessments/{done}/deviations").json()["items"]
    for one in deviations[:2]:
        body = {"key": one["key"], "reason": "Agreed with the branch", "expires": "2027-01-01T00:00:00+08:00"}
        assert service.client.post(f"/flows/{flow}/acceptances", json=body).status_code == 201
    for when in ({"monthly": {"day": 1, **MORNING}}, {"weekly": {"day": "monday", **MORNING}}, {"daily": MORNING}):
        body = {"name": "月度通报 notice", "flow": "complaint_handling", "log": "complaint*", **when}
        assert service.client.post("/schedules", json=body).status_code == 201
    assert service.client.post("/schedules/2/pause").is_success
    service.new_key("reviewer", expires="2027-01-01T00:00:00+08:00")
    service.client.delete(f"/keys/{service.new_key('operator')[0]}")
    return {
        "flow": changed,
        "earlier": flow,
        "log": log,
        "assessment": done,
        "alone": alone,
        "cancelled": cancelled,
        "live": live,
        "case": CASE,
        "judged": service.client.get(f"/assessments/{done}/cases").json()["items"][0]["case"],
        "activity": service.client.get(f"/logs/{log}").json()["report"]["activities"][1]["name"],
        "deviation": deviations[2]["key"],
    }
