"""A flow with standards and a log that breaks it, assessed by a service."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.api.http.service import Service

FLOW = """\
trueline: 1
flow: repair
title: {en: Repair visit, zh: 维修到店}
nodes:
  start: start
  greet: {step: {en: Greet, zh: 接待}}
  choose: exclusive
  repair: {step: {en: Repair, zh: 维修}}
  wash: {step: {en: Wash, zh: 洗车}}
  meet: exclusive
  deliver: {step: {en: Deliver, zh: 交车}}
  end: end
edges:
  - start -> greet -> choose
  - {from: choose, to: repair, when: "case.broken == true"}
  - {from: choose, to: wash, otherwise: true}
  - repair -> meet
  - wash -> meet
  - meet -> deliver -> end
standards:
  quick: {title: {en: Quick, zh: 快速}, cycle-time: {at-most: 2h}}
  soon: {title: {en: Delivered soon, zh: 及时交车}, response: [repair, deliver], within: 30m, share: 90%}
"""

LOG = """\
case,activity,timestamp,start,resource,case:broken,note
工单 1,Greet,2026-03-02T09:00:00Z,2026-03-02T08:50:00Z,李,true,早
工单 1,Repair,2026-03-02T10:00:00Z,2026-03-02T09:20:00Z,王,true,
工单 1,Deliver,2026-03-02T10:20:00Z,,李,true,
a/b,Greet,2026-03-03T09:00:00Z,,李,true,
a/b,Survey,2026-03-03T09:30:00Z,,李,true,
a/b,Repair,2026-03-03T10:00:00Z,,王,true,
a/b,Repair,2026-03-03T11:00:00Z,,王,true,
a/b,Deliver,2026-03-03T13:00:00Z,,李,true,
c,Repair,2026-03-04T09:00:00Z,,王,true,
c,Deliver,2026-03-04T09:10:00Z,,李,true,
d,Greet,2026-03-05T09:00:00Z,,李,true,
d,Wash,2026-03-05T09:10:00Z,,王,true,
d,Deliver,2026-03-05T09:20:00Z,,李,true,
e,Repair,2026-03-06T09:00:00Z,,王,true,
e,Deliver,2026-03-06T09:10:00Z,,李,true,
"""

PNML = """\
<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml"><net id="visit">
<place id="p1"><initialMarking><text>1</text></initialMarking></place><place id="p2"/><place id="p3"/>
<transition id="t1"><name><text>Greet</text></name></transition>
<transition id="t2"><name><text>Serve</text></name></transition>
<arc id="a1" source="p1" target="t1"/><arc id="a2" source="t1" target="p2"/>
<arc id="a3" source="p2" target="t2"/><arc id="a4" source="t2" target="p3"/>
<finalmarkings><marking><place idref="p3"><text>1</text></place></marking></finalmarkings>
</net></pnml>
"""


def judged(service: Service, *, flow: str = FLOW, log: str = LOG, name: str = "repair.yaml", **options: Any) -> int:
    """Number of an assessment that is done."""
    body = {"flow": service.upload_flow(flow, name=name), "log": service.upload_log(log), **options}
    found = service.finished(service.client.post("/assessments", json=body).json()["id"])
    assert found["status"] == "done", found["problems"]
    number: int = found["id"]
    return number


def read(service: Service, number: int, what: str, **query: Any) -> Any:
    """The answer to a question about an assessment, which is there."""
    asked = {name.replace("_", "-"): value for name, value in query.items()}
    answer = service.client.get(f"/assessments/{number}/{what}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def case(service: Service, number: int, name: str) -> Any:
    """One case closely."""
    return read(service, number, f"cases/{quote(name, safe='')}")


def every(service: Service, number: int, what: str, *, limit: int, **query: Any) -> list[Any]:
    """All items of a list, page by page."""
    items: list[Any] = []
    after: int | None = 0
    while after is not None:
        page = read(service, number, what, after=after, limit=limit, **query)
        assert len(page["items"]) <= limit
        items, after = items + page["items"], page["next"]
    return items
