"""What ``benchmarks.service`` asks of a service: its pages, and what programs ask it for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from benchmarks.made_logs import made_frame
from benchmarks.service_world import FIRST, World, batches_of

API = "/api/v1"
CASES_LOOKED_AT = 20
FLOWS_LOOKED_AT = 10
APPENDED = 100
"""Events of a batch."""
NEW = 1_000_000
"""From which repetition of an example on no case of it is in the log."""


@dataclass(frozen=True, slots=True)
class Call:
    """Something that is asked for.

    Attributes:
        name: What it is called in the table.
        paths: Addresses that are asked for in turn: several where people do not look at one thing again and again.
        body: Makes a body to be sent by POST, another one each time; None to GET.
    """

    name: str
    paths: tuple[str, ...]
    body: Callable[[], dict[str, Any]] | None = None

    def request(self, client: httpx.Client, number: int) -> httpx.Request:
        """What asks for it once more; at an address of its own each time, as far as there are several."""
        path = self.paths[number % len(self.paths)]
        if self.body is None:
            return client.build_request("GET", path)
        return client.build_request("POST", path, json=self.body())


def calls_of(world: World, client: httpx.Client) -> tuple[Call, ...]:
    """Everything that is measured, in the order in which it is asked for."""
    return (*_pages(world, client), *_api(world, client))


def _pages(world: World, client: httpx.Client) -> Iterator[Call]:
    def one(name: str, path: str) -> Call:
        return Call(f"page: {name}", (path,))

    flows = [f"/flows/{number}" for number in world.flows[:FLOWS_LOOKED_AT]]
    yield one("home", "/")
    yield one("flows", "/flows")
    yield Call("page: a flow", tuple(flows))
    yield one("logs", "/logs")
    yield one("a log, the largest", f"/logs/{world.largest_log}")
    yield one("a log, live", f"/logs/{world.live_log}")
    yield one("process map of the middle log", f"/logs/{world.middle_log}/map")
    yield one("process map of the largest log", f"/logs/{world.largest_log}/map")
    yield one("assessments", "/assessments")
    yield one("a new assessment", "/assessments/new")
    for which, number in (("middle", world.middle), ("largest", world.largest)):
        here = f"/assessments/{number}"
        cases = _cases(client, number)
        step = _step(client, number)
        yield one(f"scorecard, {which}", here)
        yield one(f"assessed map, {which}", f"{here}/map")
        yield one(f"assessed map of some cases, {which}", f"{here}/map?{urlencode({'min-cost': 2, 'step': step})}")
        yield one(f"variants, {which}", f"{here}/variants")
        yield one(f"cases, {which}", f"{here}/cases")
        yield one(f"cases with a deviation, {which}", f"{here}/cases?{urlencode({'step': step})}")
        yield Call(f"page: a case, {which}", tuple(f"{here}/cases/{quote(case, safe='')}" for case in cases))
        yield one(f"deviations, {which}", f"{here}/deviations")
        yield one(f"standards, {which}", f"{here}/standards")
        yield one(f"report, {which}", f"{here}/report")
    yield one("comparison", f"/assessments/{world.middle}/comparison?before={world.earlier}")
    yield one("schedules", "/schedules")
    yield one("live logs", "/live")
    yield one("live board", f"/live/{world.live_log}")
    known = _items(client, f"/logs/{world.live_log}/verdicts?limit=20")  # of few cases none may deviate
    running = [one["case"] for one in known or _items(client, f"/logs/{world.live_log}/cases?limit=20")]
    yield Call("page: a live case", tuple(f"/live/{world.live_log}/cases/{quote(case, safe='')}" for case in running))
    yield one("keys", "/keys")
    yield one("audit", "/audit")


def _api(world: World, client: httpx.Client) -> Iterator[Call]:
    def one(name: str, path: str) -> Call:
        return Call(name, (f"{API}{path}",))

    live, assessed = f"/logs/{world.live_log}", f"/assessments/{world.largest}"
    yield Call("health", ("/health",))
    yield Call("metrics", ("/metrics",))
    for kind in ("flows", "logs", "assessments", "schedules", "audit", "keys"):
        yield one(f"list of {kind}", f"/{kind}?limit=100")
    yield Call("a flow", tuple(f"{API}/flows/{number}" for number in world.flows[:FLOWS_LOOKED_AT]))
    yield Call("check of a flow", tuple(f"{API}/flows/{number}/check" for number in world.flows[:FLOWS_LOOKED_AT]))
    yield Call("chart of a flow", tuple(f"{API}/flows/{number}/chart" for number in world.flows[:FLOWS_LOOKED_AT]))
    yield one("a log", f"/logs/{world.largest_log}")
    yield one("a live log", live)
    yield one("export of the middle log, CSV", f"/logs/{world.middle_log}/export?format=csv")
    yield one("an assessment", assessed)
    yield one("cases, a page", f"{assessed}/cases?limit=100")
    yield one("cases, the longest first", f"{assessed}/cases?limit=100&sort=longest")
    yield one("variants, a page", f"{assessed}/variants?limit=100")
    cases = _cases(client, world.largest)
    yield Call("a case", tuple(f"{API}{assessed}/cases/{quote(case, safe='')}" for case in cases))
    yield one("deviations", f"{assessed}/deviations?limit=100")
    yield one("standards", f"{assessed}/standards")
    yield one("key figures", f"{assessed}/kpis")
    yield one("comparison", f"/assessments/{world.middle}/comparison/{world.earlier}")
    yield one("chart of an assessment", f"{assessed}/chart")
    for form in ("html", "pdf", "xlsx"):
        yield one(f"report, {form}", f"{assessed}/report?format={form}")
    for form in ("json", "csv"):
        yield one(f"export, {form}", f"{assessed}/export?format={form}")
    yield one("events of a live log", f"{live}/events?limit=100")
    last = client.get(f"{API}{live}").raise_for_status().json()["events"]
    yield one("the last events of a live log", f"{live}/events?limit=100&after={max(0, last - 100)}")
    yield one("cases of a live log", f"{live}/cases?limit=100")
    yield one("verdicts", f"{live}/verdicts?limit=100")
    yield one("deadlines", f"{live}/deadlines?limit=100")
    yield Call(f"append {APPENDED} events", (f"{API}{live}/events",), _fresh_batches(last))


def _fresh_batches(known: int) -> Callable[[], dict[str, Any]]:
    """Batches of cases that nobody has seen yet, also not in a run before.

    Args:
        known: How many events the log has: more with each run.
    """
    batches = (
        found
        for sender in count(known)
        for found in batches_of(made_frame(FIRST[0], 50 * APPENDED, since=NEW + 10 * sender), f"new{sender}", APPENDED)
    )
    lock = threading.Lock()  # clients that ask together share the batches

    def batch() -> dict[str, Any]:
        with lock:
            return {"events": next(batches)}

    return batch


def _items(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{API}{path}").raise_for_status().json()["items"]
    return items


def _cases(client: httpx.Client, assessment: int) -> list[str]:
    """Some cases of an assessment: those that lost most."""
    return [one["case"] for one in _items(client, f"/assessments/{assessment}/cases?limit={CASES_LOOKED_AT}")]


def _step(client: httpx.Client, assessment: int) -> str:
    """A step that the most frequent deviation of an assessment with a step names."""
    groups = _items(client, f"/assessments/{assessment}/deviations?limit=100")
    step: str = max((one for one in groups if one["steps"]), key=lambda one: one["cases"])["steps"][0]
    return step
