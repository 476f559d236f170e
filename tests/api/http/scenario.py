"""A day at a car dealer's service desk: everything that the service answers in JSON is asked for once.

What it answers is written to ``api/http/answers.json``, and stands in the OpenAPI document as the examples of answers:
``make answers``.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx

from api.http.answers import FILE
from tests.api.accounts.things import let_wait
from tests.api.hooks.test_hooks import receiver
from tests.api.http.service import Service, service_in, until

FLOW = """\
trueline: 1
flow: car_service
title: {en: Car service, zh: 汽车保养}
effective: 2026-01-01
roles: {advisor: {en: Service advisor, zh: 服务顾问}, technician: {en: Technician, zh: 技师}}
nodes:
  start: start
  receive: {step: {en: Receive the car, zh: 接车}, role: advisor}
  inspect: {step: {en: Inspect, zh: 检查}, role: technician}
  hand_over: {step: {en: Hand over, zh: 交车}, role: advisor}
  end: end
edges:
  - start -> receive -> inspect -> hand_over -> end
standards:
  inspected-soon:
    title: {en: Inspected within half an hour, zh: 半小时内完成检查}
    response: [receive, inspect]
    within: 30m
    share: 96%
    tolerance: 4%
"""
LATER_FLOW = FLOW.replace("2026-01-01", "2026-05-01").replace("within: 30m", "within: 20m")

FEBRUARY = """\
case,activity,timestamp,resource
4701,Receive the car,2026-02-02T09:00:00+08:00,Li
4701,Inspect,2026-02-02T09:20:00+08:00,Chen
4701,Hand over,2026-02-02T10:05:00+08:00,Li
4702,Receive the car,2026-02-03T09:10:00+08:00,王芳
4702,Hand over,2026-02-03T09:55:00+08:00,王芳
"""
MARCH = """\
case,activity,timestamp,resource
4711,Receive the car,2026-03-02T09:00:00+08:00,Li
4711,Inspect,2026-03-02T09:20:00+08:00,Chen
4711,Hand over,2026-03-02T10:05:00+08:00,Li
4712,接车,2026-03-02T09:10:00+08:00,王芳
4712,交车,2026-03-02T09:55:00+08:00,王芳
4713,Receive the car,2026-03-03T09:00:00+08:00,Li
4713,Inspect,2026-03-03T09:50:00+08:00,Chen
4713,Hand over,2026-03-03T10:30:00+08:00,Li
"""
EVENTS = [
    {"id": "desk-1", "case": "4721", "activity": "Receive the car", "time": "2026-04-01T16:40:00+08:00"},
    {"id": "desk-2", "case": "4722", "activity": "Hand over", "time": "2026-04-01T16:45:00+08:00", "resource": "Li"},
]
ACCEPTED = {"kind": "skipped", "steps": ["inspect"], "reason": "The lift is being repaired"}
ACTION = {"answers": "skipped:inspect", "action": "交接时核对清单", "owner": "王芳", "due": "2026-04-30"}
MONTHLY = {"day": 1, "at": "08:00", "timezone": "Asia/Shanghai"}
KEY = {"name": "front desk", "role": "operator", "expires": "2027-01-01T00:00:00+08:00"}
TOLD = "https://desk.example/trueline"
SECRETS = {"key": "trueline_shown-this-once", "secret": "whsec_c2hvd24gdGhpcyBvbmNl"}
"""In place of what opens something, and is never the same."""


class Notes:
    """What a service answered.

    Attributes:
        answers: By method, path of the document and status.
    """

    def __init__(self, service: Service, hook: str) -> None:
        self.answers: dict[str, Any] = {}
        self._service, self._hook = service, hook

    def ask(self, method: str, path: str, address: str = "", **request: Any) -> Any:
        """Ask for something, and note the answer; ``address`` stands for the path where it has parameters."""
        answer: httpx.Response = self._service.client.request(
            method, f"{self._service.url}{address or path}", **request
        )
        assert answer.is_success, (method, path, answer.text)
        said = json.loads(answer.text.replace(self._hook, TOLD))
        hidden = said | {name: SECRETS[name] for name in SECRETS.keys() & said.keys()}
        self.answers[f"{method} {path} {answer.status_code}"] = hidden
        return said

    def get(self, path: str, **numbers: Any) -> Any:
        """Ask for what is there."""
        return self.ask("GET", path, path.format(**numbers))


def record(service: Service) -> dict[str, Any]:
    """Every answer in JSON of a service on which nothing was done yet, as the document shows it."""
    with receiver() as told:
        notes = Notes(service, told.url)
        _flows(notes)
        _logs(notes)
        service.client.post("/logs", json={"name": "service desk", "flow": 2})
        _live(notes, told.url)
        _assessments(notes, service)
        _schedules(notes)
        _accounts(notes)
        until(lambda: service.client.get(f"{service.url}/ready").is_success)
        notes.get("/ready")
        return notes.answers


def _flows(notes: Notes) -> None:
    flows, one = "/api/v1/flows", "/api/v1/flows/{flow}"
    notes.ask("POST", flows, params={"name": "保养-五月.yaml"}, content=LATER_FLOW.encode())
    notes.ask("POST", flows, params={"name": "car_service.yaml"}, content=FLOW.encode())
    for flow in (2, 1):
        notes.ask("POST", f"{one}/activations", f"{flows}/{flow}/activations", json={})
    for part in ("", "/check", "/versions"):
        notes.get(f"{one}{part}", flow=2)
    notes.get(flows)
    notes.get(f"{one}/diff/{{other}}", flow=2, other=1)
    for kind, body in (("acceptance", ACCEPTED), ("action", ACTION)):
        notes.ask("POST", f"{one}/{kind}s", f"{flows}/2/{kind}s", json=body)
        notes.get(f"{one}/{kind}s", flow=2)
        notes.get(f"{one}/{kind}s/{{{kind}}}", flow=2, **{kind: 1})
    changed = ACTION | {"state": "in-progress"}
    notes.ask("PUT", f"{one}/actions/{{action}}", f"{flows}/2/actions/1", json=changed)


def _logs(notes: Notes) -> None:
    logs = "/api/v1/logs"
    notes.ask("POST", logs, params={"name": "february.csv"}, content=FEBRUARY.encode())
    notes.ask("POST", logs, params={"name": "march.csv"}, content=MARCH.encode())
    notes.get(f"{logs}/{{log}}", log=2)
    notes.get(f"{logs}/{{log}}/quality", log=2)


def _live(notes: Notes, hook: str) -> None:
    logs = "/api/v1/logs"
    one = f"{logs}/{{log}}"
    notes.get(logs)
    notes.ask("POST", f"{one}/hooks", f"{logs}/3/hooks", json={"url": hook, "kinds": ["deviation-opened"]})
    for _ in range(2):
        notes.ask("POST", f"{one}/events", f"{logs}/3/events", json={"events": EVENTS})
    for part in ("events", "cases", "cases/{case}", "cases/{case}/events", "verdicts", "deadlines", "hooks"):
        notes.get(f"{one}/{part}", log=3, case="4722" if part == "cases/{case}" else "4721")
    notes.get(f"{one}/hooks/{{hook}}", log=3, hook=1)
    delivered = f"{one}/hooks/{{hook}}/deliveries"
    until(lambda: [entry["status"] for entry in notes.get(delivered, log=3, hook=1)["items"]] == ["delivered"])
    notes.ask("POST", f"{one}/cases/{{case}}/close", f"{logs}/3/cases/4722/close")
    notes.ask("POST", f"{one}/close", f"{logs}/3/close")


def _assessments(notes: Notes, service: Service) -> None:
    assessments, one = "/api/v1/assessments", "/api/v1/assessments/{assessment}"
    for log in (1, 2):
        number = notes.ask("POST", assessments, json={"flow": 2, "log": log, "closed": "ended"})["id"]
        service.finished(number)
    for part in ("", "/cases", "/cases/{case}", "/variants", "/deviations", "/standards", "/kpis"):
        notes.get(f"{one}{part}", assessment=2, case="4712")
    notes.get(f"{one}/comparison/{{earlier}}", assessment=2, earlier=1)
    notes.ask("GET", f"{one}/export", f"{assessments}/2/export", params={"format": "json"})
    notes.get(assessments)
    let_wait(service, "1")
    notes.ask("POST", f"{one}/cancellation", f"{assessments}/1/cancellation")


def _schedules(notes: Notes) -> None:
    schedules, one = "/api/v1/schedules", "/api/v1/schedules/{schedule}"
    body = {"name": "月度通报", "flow": "car_service", "log": 2, "monthly": MONTHLY, "period": "last-month"}
    notes.ask("POST", schedules, json=body)
    for change in ("pause", "resumption"):
        notes.ask("POST", f"{one}/{change}", f"{schedules}/1/{change}")
    notes.get(schedules)
    notes.get(one, schedule=1)


def _accounts(notes: Notes) -> None:
    notes.ask("POST", "/api/v1/keys", json=KEY)
    notes.get("/api/v1/keys")
    notes.get("/api/v1/keys/{key}", key=2)
    notes.get("/api/v1/me")
    flows = "/api/v1/flows"
    for kind in ("acceptance", "action"):
        notes.ask("DELETE", f"{flows}/{{flow}}/{kind}s/{{{kind}}}", f"{flows}/2/{kind}s/1")
    notes.ask("GET", "/api/v1/audit", params={"resource": "flow"})
    notes.get("/health")


def main() -> None:
    """Write down what the service answers."""
    with tempfile.TemporaryDirectory() as folder, service_in(Path(folder), private_hooks=True) as service:
        answers = record(service)
    FILE.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
