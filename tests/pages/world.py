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
CASE = "案例/1 & <b>"
"""A case's name that has to be quoted everywhere."""


@dataclass(frozen=True)
class World:
    """A service with content.

    Attributes:
        service: The service.
        address: Where its pages are.
        numbers: What stands for the placeholders of the pages' addresses.
    """

    service: Service
    address: str
    numbers: dict[str, Any]


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


@contextmanager
def window(browser: Any, world: World, *, language: str = "en") -> Iterator[Window]:
    """A new window that is signed in."""
    context = browser.new_context(
        extra_http_headers={"Authorization": f"Bearer {world.service.key}"},
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        viewport={"width": 1360, "height": 900},
    )
    found = Window(context.new_page())
    host = urlsplit(world.address).netloc
    found.page.on("pageerror", lambda error: found.troubles.append(f"script: {error}"))
    found.page.on(
        "console", lambda said: found.troubles.append(f"console: {said.text}") if said.type == "error" else None
    )
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
    done = service.client.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
    small = service.upload_flow()
    few = service.upload_log(LOG)
    failed = service.client.post("/assessments", json={"flow": small, "log": few, "closed": "idle:1d"}).json()["id"]
    live = service.client.post("/logs", json={"name": "前台 desk", "flow": small}).json()["id"]
    event = {"id": "1", "case": CASE, "activity": "Serve", "time": "2026-04-01T08:00:00Z", "resource": "李"}
    assert service.client.post(f"/logs/{live}/events", json={"events": [event]}).status_code == 201
    for number in (done, failed):
        service.finished(number)
    judged = service.client.get(f"/assessments/{done}/cases").json()["items"][0]["case"]
    return {
        "flow": changed,
        "earlier": flow,
        "log": log,
        "assessment": done,
        "live": live,
        "case": CASE,
        "judged": judged,
    }
