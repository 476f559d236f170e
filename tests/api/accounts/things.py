"""Things for tests of who may do what: whatever stands in an address as ``{name}`` can be made, as anybody's."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import SQLModel

from engine.storage.acceptances import AcceptanceRow
from engine.storage.actions import ActionRow
from engine.storage.live_tables import HookRow
from engine.storage.tables import AssessmentRow, FlowRow, LogRow, ScheduleRow, Status
from tests.api.http.service import Service

Things = dict[str, str]
"""Name of a parameter → number or id of a thing that is there."""

ACTION = {"answers": "skipped:greet", "action": "核对清单", "owner": "王芳", "due": "2026-04-30"}

OWNED: dict[str, type[SQLModel]] = {
    "flow": FlowRow,
    "log": LogRow,
    "assessment": AssessmentRow,
    "hook": HookRow,
    "acceptance": AcceptanceRow,
    "action": ActionRow,
    "schedule": ScheduleRow,
}
"""Things whose row says by which key they were made. A key is its own owner."""


def _log(service: Service, made: Things) -> str:
    body = {"name": "desk", "flow": int(thing(service, made, "flow"))}
    return str(service.client.post("/logs", json=body).json()["id"])


def _case(service: Service, made: Things) -> str:
    event = {"id": "1", "case": "a", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}
    assert service.client.post(f"/logs/{thing(service, made, 'log')}/events", json={"events": [event]}).is_success
    return "a"


def _hook(service: Service, made: Things) -> str:
    answer = service.client.post(f"/logs/{thing(service, made, 'log')}/hooks", json={"url": "http://127.0.0.1:9/"})
    return str(answer.json()["id"])


def _acceptance(service: Service, made: Things) -> str:
    body = {"kind": "skipped", "steps": ["greet"], "reason": "the lift is being repaired"}
    answer = service.client.post(f"/flows/{thing(service, made, 'flow')}/acceptances", json=body)
    return str(answer.json()["id"])


def _action(service: Service, made: Things) -> str:
    answer = service.client.post(f"/flows/{thing(service, made, 'flow')}/actions", json=ACTION)
    return str(answer.json()["id"])


def _schedule(service: Service, made: Things) -> str:
    flow, log = int(thing(service, made, "flow")), int(thing(service, made, "log"))
    body = {"name": "notice", "flow": flow, "log": log, "daily": {"at": "08:00", "timezone": "Asia/Shanghai"}}
    return str(service.client.post("/schedules", json=body).json()["id"])


def _assessment(service: Service, _: Things) -> str:
    number = service.assess()
    service.finished(number)
    return str(number)


MAKERS: dict[str, Callable[[Service, Things], str]] = {
    "flow": lambda service, _: str(service.upload_flow()),
    "other": lambda service, _: str(service.upload_flow()),
    "log": _log,
    "case": _case,
    "hook": _hook,
    "assessment": _assessment,
    "acceptance": _acceptance,
    "action": _action,
    "earlier": _assessment,
    "schedule": _schedule,
    "name": lambda _service, _made: "trueline.css",
    "key": lambda service, _: str(service.new_key("reviewer")[0]),
}
"""How a thing is made. A new parameter of an address gets a line here."""


def thing(service: Service, made: Things, name: str) -> str:
    """A thing of a kind; made by the administrator where there is none yet."""
    if name not in made:
        made[name] = MAKERS[name](service, made)
    return made[name]


def address(service: Service, made: Things, path: str) -> str:
    """A route's path with things in place of its parameters."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: thing(service, made, found[1]), path)


def let_wait(service: Service, number: str) -> None:
    """Let an assessment that is done wait again, for whoever cancels it."""
    with service.running.database.writing() as session:
        session.get_one(AssessmentRow, int(number)).status = Status.QUEUED.value


def give(service: Service, made: Things, name: str, key: int) -> None:
    """Let a thing be somebody's."""
    row = OWNED[name]
    with service.running.database.writing() as session:
        table = row.__table__  # type: ignore[attr-defined]  # every row has one
        session.connection().execute(update(table).where(table.c.id == int(made[name])).values(created_by=key))
