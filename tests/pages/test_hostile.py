"""Names that are not as names should be: they are shown as they are, nothing of them runs, and every link leads on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest

from api.pages.environment import case_path
from engine.logs.filter_query import to_query
from engine.logs.filtering import LogFilter
from tests.api.http.service import service_in
from tests.pages.world import World, window

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"'><img src=x onerror=alert(2)>"
TURNED = "\u202eevil\u202c\u200f"
LONG = "长" * 100 + "x" * 100
PATH = "a/b/../c?d#e%2F"
EMOJI = "😀 {{ 7 * 7 }} ${alert(3)}"
NAMES = (SCRIPT, QUOTES, TURNED, LONG, PATH, EMOJI, "..", ".")
"""What people and programs may call things."""

FLOW = """\
trueline: 1
flow: hostile
title: {{en: {title}, zh: {title}}}
nodes:
  start: start
  greet: {{step: {{en: {step}, zh: {step}}}}}
  serve: {{step: {{en: Serve, zh: Serve}}}}
  end: end
edges:
  - start -> greet -> serve -> end
"""
LINKS = """() => [...document.querySelectorAll("main a")].map(one => one.href.baseVal ?? one.getAttribute("href"))
    .filter(one => one && one.startsWith("/"))"""


def quoted(text: str) -> str:
    """A text as YAML takes it."""
    escaped = "".join(c if c.isascii() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{escaped}"'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with service_in(tmp_path_factory.mktemp("hostile") / "data") as service:
        flow = service.upload_flow(FLOW.format(title=quoted(QUOTES), step=quoted(SCRIPT)), name=f"{SCRIPT[:30]}.yaml")
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(["case", "activity", "timestamp", "resource", QUOTES])
        for number, name in enumerate(NAMES):
            rows.writerow([name, name, f"2026-03-0{number + 1}T09:00:00Z", name, name])
            rows.writerow([name, "Serve", f"2026-03-0{number + 1}T09:10:00Z", name, name])
        log = service.upload_log(text.getvalue(), name=f"{QUOTES}.csv")
        done = service.client.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
        assert service.finished(done)["status"] == "done"
        live = service.client.post("/logs", json={"name": QUOTES, "flow": flow}).json()["id"]
        events = [
            {"id": str(n), "case": name, "activity": name, "time": "2026-04-01T08:00:00Z", "resource": name}
            for n, name in enumerate(NAMES)
        ]
        sent = [service.client.post(f"/logs/{live}/events", json={"events": [one]}) for one in events]
        taken = [one["case"] for one, answer in zip(events, sent, strict=True) if answer.is_success]
        assert len(taken) >= 6
        body = {"name": SCRIPT, "flow": "hostile", "log": f"*{QUOTES}*", "daily": {"at": "08:00", "timezone": "UTC"}}
        assert service.client.post("/schedules", json=body).is_success
        service.client.post("/keys", json={"name": QUOTES, "role": "reviewer"})
        cases = [one["case"] for one in service.client.get(f"/assessments/{done}/cases").json()["items"]]
        yield World(service, service.url, {"cases": cases, "taken": taken, "live": live})


def test_no_name_breaks_a_page(browser: Any, hostile: World) -> None:
    fixed = (
        "/",
        "/flows",
        "/flows/1",
        "/logs",
        "/logs/1",
        "/logs/1/map",
        "/assessments",
        "/assessments/new",
        "/assessments/1",
        "/assessments/1/map",
        "/assessments/1/variants",
        "/assessments/1/cases",
        "/assessments/1/deviations",
        "/assessments/1/standards",
        "/assessments/1/comparison",
        "/assessments/1/report",
        "/schedules",
        "/schedules/new",
        "/live",
        f"/live/{hostile.numbers['live']}",
        "/keys",
        "/audit",
    )
    with window(browser, hostile) as seen:
        found: set[str] = set()
        for path in fixed:
            assert seen.go(hostile.address + path) == 200, path
            assert seen.troubles == [], path
            assert seen.page.locator("main img, main script").count() == 0, path
            found |= set(seen.page.evaluate(LINKS))
            assert not seen.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"), path
        of_cases = {one for one in found if re.search("/cases?[/?]", one)}
        assert len(of_cases) >= len(hostile.numbers["cases"])
        for path in sorted(found - set(fixed)):
            answer = seen.page.request.get(hostile.address + path)
            assert answer.status == 200, path


def test_every_case_is_found_by_its_name(browser: Any, hostile: World) -> None:
    live = hostile.numbers["live"]
    asked = [(f"/assessments/1/{case_path(name)}", name) for name in hostile.numbers["cases"]]
    asked += [(f"/live/{live}/{case_path(name)}", name) for name in hostile.numbers["taken"]]
    assert {name for _, name in asked} >= set(NAMES)
    with window(browser, hostile) as seen:
        for path, name in asked:
            assert seen.go(hostile.address + path) == 200, path
            assert name in seen.page.locator("main").text_content(), path
            assert seen.troubles == [], path


PAGES = ("logs/1/map", "assessments/1/map", "assessments/1/cases", "assessments/1/variants", "logs/1/map")
"""Five, so that each is asked by filters of every kind."""


def test_filters_by_hostile_names_find_their_cases_and_stand_above_as_they_are(browser: Any, hostile: World) -> None:
    asked = [LogFilter(attributes=frozenset({(QUOTES, name)})) for name in NAMES]
    asked += [LogFilter(with_activities=frozenset({name}), resources=frozenset({name})) for name in NAMES]
    asked += [LogFilter(paths=frozenset({(name, "Serve")}), cases=frozenset({name})) for name in NAMES]
    with window(browser, hostile) as seen:
        for chosen, name, page in zip(asked, NAMES * 3, cycle(PAGES), strict=False):
            query = urlencode(to_query(chosen))
            assert seen.go(f"{hostile.address}/{page}?{query}") == 200, (page, chosen)
            chips = seen.page.locator(".chips").text_content()
            assert "Cases: 1" in chips, (page, chosen)
            assert name in chips.replace("\\>", ">").replace("\\=", "=").replace("\\\\", "\\"), (page, chosen)
            assert seen.troubles == [], (page, chosen)
            assert seen.page.locator("main img, main script").count() == 0, (page, chosen)
            dropped = seen.page.locator(".chip a").first.get_attribute("href")
            assert seen.page.request.get(hostile.address + dropped).status == 200
