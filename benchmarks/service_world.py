"""A service with something in it, filled over its public API: flows, logs of different sizes, live cases, assessments.

Everything is decided by seeds but the moments of the live log, which end about now. Logs repeat the cases of the
examples under new ids, some of them with two activities exchanged; of the files the second has half of the events of
the first, the third a third, and so on, so that there are a few large ones and many small ones.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import polars as pl

from api.composition import load_log, save_log
from benchmarks.live_service import LiveService
from benchmarks.made_logs import EXAMPLES, made_frame

FIRST = ("reception", "car_service_advisor", "on_site_repair", "complaint_handling", "service_evaluation")
"""The flows of the largest logs: the largest has short cases, the second long ones of many attributes."""

MIDDLE = 5
"""Which of the logs, by size, is the middle one."""
ENDINGS = (".parquet", ".xes.gz", ".csv.gz")
LIVE_SHARE = 0.05
CLOSED_SHARE = 0.9
BATCH = 500
ROLES = ("designer", "operator", "reviewer", "administrator")
SCHEDULES = 10
CLOSERS = 4
SECONDS_OF_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is.

    Attributes:
        flows: Uploads of flows, each under an id of its own.
        logs: Logs, the live one among them.
        events: Events of all logs.
        assessed: How many of the files are assessed, the largest ones.
        periods: How many parts of the middle one are assessed, one after the other.
    """

    flows: int = 100
    logs: int = 50
    events: int = 1_000_000
    assessed: int = 20
    periods: int = 12


@dataclass(frozen=True, slots=True)
class World:
    """What is asked for, by number.

    Attributes:
        key: What opens the service.
        flows: Flows.
        largest_log, middle_log, live_log: Logs.
        largest, middle: The assessments of the first two.
        earlier: An assessment of the same flow as the middle one, of an earlier period.
        live_flow: The flow that the live log follows.
        cases, events: Of all logs.
        seconds: How long filling took.
    """

    key: str
    flows: tuple[int, ...]
    largest_log: int
    middle_log: int
    live_log: int
    largest: int
    middle: int
    earlier: int
    live_flow: int
    cases: int
    events: int
    seconds: float

    @classmethod
    def kept(cls, path: Path) -> World | None:
        """The world of a folder that was filled before, or None."""
        if not path.exists():
            return None
        said = json.loads(path.read_text())
        return cls(**{**said, "flows": tuple(said["flows"])})

    def keep(self, path: Path) -> None:
        """Note it for the next run."""
        path.write_text(json.dumps(asdict(self)))


def filled(service: LiveService, size: Size, folder: Path) -> World:
    """Fill an empty service.

    Args:
        service: The service.
        size: How much comes in.
        folder: Where files are made that are uploaded; each is removed afterwards.
    """
    began = time.perf_counter()
    live_events = round(size.events * LIVE_SHARE)
    sizes = _sizes(size.logs - 1, size.events - live_events)
    middle = min(MIDDLE, len(sizes)) - 1
    with service.client() as client:
        keys = [_posted(client, "/keys", {"name": f"the {role}", "role": role})["key"] for role in ROLES]
        flows = _flows(client, size.flows, keys)
        names = [_flow_of(number, flows) for number in range(len(sizes))]
        logs = [
            _uploaded(client, number, name, events, folder)
            for number, (name, events) in enumerate(zip(names, sizes, strict=True))
        ]
        live = _live_log(service, flows[FIRST[0]], live_events)
        asked = [
            {"flow": flows[name], "log": log} for name, log in list(zip(names, logs, strict=True))[: size.assessed]
        ]
        whole = client.get(f"/logs/{logs[middle]}").raise_for_status().json()
        parts = _periods(whole, flows[names[middle]], size.periods)
        done = _assessments(client, [*parts, *asked, {"flow": flows[FIRST[0]], "log": live}])
        largest, middle_one = done[len(parts)], done[len(parts) + middle]
        for assessment, place in ((largest, 0), (middle_one, middle)):
            _decisions(client, flows[names[place]], logs[place], assessment)
        found = _page(client, "/logs")
    return World(
        key=service.key,
        flows=tuple(flows.values()),
        largest_log=logs[0],
        middle_log=logs[middle],
        live_log=live,
        largest=largest,
        middle=middle_one,
        earlier=done[len(parts) - 1],
        live_flow=flows[FIRST[0]],
        cases=sum(log["cases"] for log in found),
        events=sum(log["events"] for log in found),
        seconds=time.perf_counter() - began,
    )


def batches_of(frame: pl.DataFrame, sender: str, size: int = BATCH) -> Iterator[list[dict[str, Any]]]:
    """Batches of events as a live log takes them."""
    own = {"case_id", "activity", "time", "start", "resource", "lifecycle"}
    others = [name for name in frame.columns if name not in own]
    for number, part in enumerate(frame.iter_slices(size)):
        yield [
            {
                "id": f"{sender}-{number * size + place}",
                "case": row["case_id"],
                "activity": row["activity"],
                "time": row["time"].isoformat(),
                "start": None if row["start"] is None else row["start"].isoformat(),
                "resource": row["resource"],
                "attributes": {name: row[name] for name in others if row[name] is not None},
            }
            for place, row in enumerate(part.iter_rows(named=True))
        ]


def _flows(client: httpx.Client, count: int, keys: Sequence[str]) -> dict[str, int]:
    """Upload flows: the examples, and again under other ids; the examples' numbers by id, and of others by theirs."""
    names = [*FIRST, *sorted({path.stem for path in (EXAMPLES / "flows").glob("*.yaml")} - {*FIRST})]
    found = {}
    for number in range(count):
        name, again = names[number % len(names)], number // len(names)
        key = f"{name}_{again}" if again else name
        text = (EXAMPLES / "flows" / f"{name}.yaml").read_text().replace(f"flow: {name}\n", f"flow: {key}\n")
        sender = {"Authorization": f"Bearer {keys[0 if number % 2 else -1]}"}
        answer = client.post("/flows", params={"name": f"{key}.yaml"}, content=text.encode(), headers=sender)
        found[key] = answer.raise_for_status().json()["id"]
        if number % 4 == 0:
            _posted(client, f"/flows/{found[key]}/activations", {"effective": "2026-01-01"})
    return found


def _flow_of(number: int, flows: Mapping[str, int]) -> str:
    """The example that is played for the file of this place by size."""
    names = [name for name in flows if (EXAMPLES / "logs" / f"{name}.xes.gz").exists()]
    return names[number % len(names)]


def _sizes(files: int, events: int) -> list[int]:
    """Events of each file, the largest first."""
    whole = sum(1 / number for number in range(1, files + 1))
    return [max(1, round(events / whole / number)) for number in range(1, files + 1)]


def _uploaded(client: httpx.Client, number: int, name: str, events: int, folder: Path) -> int:
    ending = ENDINGS[number % len(ENDINGS)]
    made, path = folder / "made.parquet", folder / f"{name}-{number}{ending}"
    try:
        made_frame(name, events).write_parquet(made)
        save_log(load_log(made), path)
        answer = client.post("/logs", params={"name": path.name}, content=path.read_bytes())
    finally:
        made.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    log: int = answer.raise_for_status().json()["id"]
    return log


def _live_log(service: LiveService, flow: int, events: int) -> int:
    """A live log whose last event is a minute old; of its cases the earlier ones are closed."""
    frame = made_frame(FIRST[0], events, since=10_000)
    latest = datetime.now(UTC) - timedelta(minutes=1)
    later = latest - frame["time"][-1]
    frame = frame.with_columns(pl.col("time") + later, pl.col("start") + later)
    cases = frame["case_id"].unique(maintain_order=True).to_list()
    with service.client() as client:
        log: int = _posted(client, "/logs", {"name": "the shop", "flow": flow})["id"]
        for batch in batches_of(frame, "till"):
            _posted(client, f"/logs/{log}/events", {"events": batch})
    closed = cases[: round(CLOSED_SHARE * len(cases))]

    def close(some: Sequence[str]) -> None:
        with service.client() as own:
            for case in some:
                own.post(f"/logs/{log}/cases/{quote(case, safe='')}/close").raise_for_status()

    with ThreadPoolExecutor(CLOSERS) as pool:
        list(pool.map(close, [closed[place::CLOSERS] for place in range(CLOSERS)]))
    return log


def _assessments(client: httpx.Client, asked: Sequence[dict[str, Any]]) -> list[int]:
    """Ask for assessments, and wait until they are done."""
    numbers = [_posted(client, "/assessments", body)["id"] for body in asked]
    until = time.monotonic() + SECONDS_OF_PATIENCE
    for number in numbers:
        while (status := _page(client, "/assessments", after=number - 1)[0]["status"]) != "done":
            if status not in {"queued", "running"} or time.monotonic() > until:
                raise RuntimeError(f"assessment {number} is {status}")
            time.sleep(0.2)
    return numbers


def _periods(log: Mapping[str, Any], flow: int, count: int) -> list[dict[str, Any]]:
    """Assessments of parts of a log, one after the other."""
    first, last = (datetime.fromisoformat(log["report"][name]) for name in ("first", "last"))
    part = (last - first) / count
    return [
        {
            "flow": flow,
            "log": log["id"],
            "period": {
                "since": (first + place * part).isoformat(),
                "until": (first + (place + 1) * part).isoformat(),
            },
        }
        for place in range(count)
    ]


def _decisions(client: httpx.Client, flow: int, log: int, assessment: int) -> None:
    """What people decide: acceptances, improvement actions, schedules."""
    groups = client.get(f"/assessments/{assessment}/deviations", params={"limit": 10}).raise_for_status().json()
    for number, group in enumerate(groups["items"]):
        if number % 2:
            _posted(client, f"/flows/{flow}/acceptances", {"key": group["key"], "reason": "known"})
        else:
            action = {"answers": group["key"], "action": "talk about it", "owner": "Li", "due": "2027-01-31"}
            _posted(client, f"/flows/{flow}/actions", action)
    for number in range(SCHEDULES):
        monthly = {"day": number % 28 + 1, "at": "04:00", "timezone": "Asia/Shanghai"}
        body = {"name": f"every month {number}", "flow": flow, "log": log, "monthly": monthly}
        made = _posted(client, "/schedules", body)
        if number:
            _posted(client, f"/schedules/{made['id']}/pause", None)


def _posted(client: httpx.Client, path: str, body: Any) -> dict[str, Any]:
    answer = client.post(path) if body is None else client.post(path, json=body)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def _page(client: httpx.Client, path: str, *, after: int = 0) -> list[dict[str, Any]]:
    answer = client.get(path, params={"after": after, "limit": 100}).raise_for_status()
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
