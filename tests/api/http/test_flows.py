from __future__ import annotations

import hashlib

import httpx
import pytest

from api.composition import bpmn_of
from engine.definitions.bpmn.vocabulary import MODEL
from engine.definitions.yaml_reader import read_flow_text
from engine.nets.compile import compile_flow
from engine.nets.pnml import write_pnml
from engine.nets.process import read_process_bytes
from engine.vocabulary import Language
from tests.api.http.service import FLOW, Service


def test_uploaded_flow_is_listed_with_its_titles(service: Service) -> None:
    number = service.upload_flow()
    [listed] = service.client.get("/flows").json()["items"]
    assert listed["title"] == {"en": "Visit", "zh": "到店"}
    assert (listed["id"], listed["name"], listed["format"], listed["steps"]) == (number, "visit.yaml", "yaml", 2)
    assert listed["sha256"] == hashlib.sha256(FLOW.encode()).hexdigest()
    assert service.client.get(f"/flows/{number}").json() == listed


def test_source_comes_back_byte_for_byte(service: Service) -> None:
    number = service.upload_flow(name="到店.yaml")
    answer = service.client.get(f"/flows/{number}/source")
    assert answer.content == FLOW.encode()
    assert answer.headers["content-type"] == "application/yaml"
    assert "%E5%88%B0%E5%BA%97.yaml" in answer.headers["content-disposition"]


def test_net_is_a_flow_too(service: Service) -> None:
    pnml = write_pnml(compile_flow(read_process_bytes(FLOW.encode()).flow))
    number = service.upload_flow(pnml, name="visit.pnml")
    assert service.client.get(f"/flows/{number}").json()["format"] == "pnml"


def test_created_flow_says_where_it_is(service: Service) -> None:
    answer = service.client.post("/flows", params={"name": "x.yaml"}, content=FLOW.encode())
    assert answer.status_code == 201
    assert service.client.get(answer.headers["location"].removeprefix("/api/v1")).json() == answer.json()


def test_flow_with_problems_is_refused_with_all_of_them(service: Service) -> None:
    text = FLOW.replace("  - start -> greet -> serve -> end", "  - start -> gret -> serv -> end")
    answer = service.client.post("/flows", params={"name": "bad.yaml"}, content=text.encode())
    problems = answer.json()["problems"]
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert len(problems) >= 2
    assert all(problem["line"] and problem["sentence"] and problem["remedy"] for problem in problems)
    assert problems[0]["place"].startswith("bad.yaml:")
    assert service.client.get("/flows").json()["items"] == []


def test_flow_may_come_as_bpmn(service: Service) -> None:
    flow = service.client.post("/flows", params={"name": "flow.yaml"}, content=FLOW.encode()).json()
    text = bpmn_of(read_flow_text(FLOW), language=Language.ZH)
    answer = service.client.post("/flows", params={"name": "flow.bpmn"}, content=text.encode())
    assert (answer.status_code, answer.json()["format"]) == (201, "bpmn")
    kept = ("flow", "title", "steps")
    assert [answer.json()[key] for key in kept] == [flow[key] for key in kept]
    source = service.client.get(f"/flows/{answer.json()['id']}/source")
    assert (source.text, source.headers["content-type"]) == (text, "application/xml")
    assert service.client.get(f"/flows/{answer.json()['id']}/check").json()["clean"]


def test_bpmn_that_a_flow_cannot_say_is_refused_by_its_elements(service: Service) -> None:
    process = '<process id="p"><task id="a"/><complexGateway id="g" name="G"/></process>'
    text = f'<definitions xmlns="{MODEL}">{process}</definitions>'
    answer = service.client.post("/flows", params={"name": "bad.bpmn"}, content=text.encode())
    assert answer.status_code == 422
    assert [p["code"] for p in answer.json()["problems"]] == ["bpmn.complex-gateway"]


@pytest.mark.parametrize(
    ("picture", "start", "kind"),
    [("svg", b"<svg", "image/svg+xml"), ("png", b"\x89PNG", "image/png"), ("pdf", b"%PDF", "application/pdf")],
)
def test_chart_comes_in_three_formats(service: Service, picture: str, start: bytes, kind: str) -> None:
    answer = service.client.get(f"/flows/{service.upload_flow()}/chart", params={"format": picture})
    assert answer.content.startswith(start)
    assert answer.headers["content-type"] == kind


def test_chart_speaks_the_language_asked_for(service: Service) -> None:
    address = f"/flows/{service.upload_flow()}/chart"
    assert "接待" in service.client.get(address, params={"lang": "zh"}).text
    assert "接待" in service.client.get(address, headers={"Accept-Language": "zh-CN"}).text
    assert "Greet" in service.client.get(address).text


def test_check_of_a_sound_flow_is_clean(service: Service) -> None:
    answer = service.client.get(f"/flows/{service.upload_flow()}/check").json()
    assert (answer["clean"], answer["soundness"]) == (True, "sound")


def test_check_of_a_flow_that_gets_stuck_says_so(service: Service) -> None:
    stuck = FLOW.replace("nodes:\n", "nodes:\n  fork: exclusive\n  join: parallel\n").replace(
        "start -> greet -> serve -> end", "start -> fork -> greet -> join -> end\n  - fork -> serve -> join"
    )
    answer = service.client.get(f"/flows/{service.upload_flow(stuck)}/check").json()
    assert (answer["clean"], answer["soundness"]) == (False, "unsound")
    assert any(problem["severity"] == "error" and problem["values"].get("run") for problem in answer["problems"])


def test_pages_follow_each_other(service: Service) -> None:
    numbers = [service.upload_flow(name=f"{index}.yaml") for index in range(3)]
    pages = service.typed.flows().pages(limit=2)
    assert [[flow.id for flow in page.items] for page in pages] == [numbers[:2], numbers[2:]]


LONGER = FLOW.replace("  end: end\n", "  part: {step: {en: Part, zh: 送别}}\n  end: end\n").replace(
    "serve -> end", "serve -> part -> end"
)


def activated(service: Service, flow: int, body: str) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return service.client.post(f"/flows/{flow}/activations", content=body.encode(), headers=headers)


def test_a_flow_has_the_hash_of_its_meaning(service: Service) -> None:
    numbers = [service.upload_flow(), service.upload_flow("# a comment\n" + FLOW), service.upload_flow(LONGER)]
    one, other, longer = (service.client.get(f"/flows/{number}").json() for number in numbers)
    assert one["content_hash"] == other["content_hash"] != longer["content_hash"]
    assert one["sha256"] != other["sha256"]
    assert one["effective"] is None


def test_two_flows_are_compared(service: Service) -> None:
    old, new = service.upload_flow(), service.upload_flow(LONGER)
    found = service.client.get(f"/flows/{old}/diff/{new}").json()
    assert (found["steps"]["added"], found["allowed"]["trace"]) == (["part"], ["greet", "serve", "part"])
    assert service.client.get(f"/flows/{new}/diff/{old}").json()["steps"]["removed"] == ["part"]
    assert service.client.get(f"/flows/{old}/diff/99").status_code == 404


def test_versions_are_put_into_force_one_after_the_other(service: Service) -> None:
    old, new = service.upload_flow(), service.upload_flow(LONGER)
    assert activated(service, new, '{"effective": "2026-04-01"}').status_code == 201
    assert activated(service, old, '{"effective": "2026-01-01"}').status_code == 201
    found = service.client.get(f"/flows/{old}/versions").json()
    assert found["key"] == "visit"
    assert [(v["flow"], v["effective"]) for v in found["versions"]] == [(old, "2026-01-01"), (new, "2026-04-01")]


def test_what_is_in_force_is_never_changed(service: Service) -> None:
    old, new = service.upload_flow(), service.upload_flow(LONGER)
    first = activated(service, old, '{"effective": "2026-01-01"}')
    assert activated(service, old, '{"effective": "2026-01-01"}').json() == first.json()
    taken = activated(service, new, '{"effective": "2026-01-01"}')
    assert (taken.status_code, taken.json()["code"]) == (409, "service.day-taken")
    for method in ("PUT", "PATCH", "DELETE"):
        assert service.client.request(method, f"/flows/{old}").status_code == 405
    assert [v["flow"] for v in service.client.get(f"/flows/{new}/versions").json()["versions"]] == [old]


def test_an_activation_needs_a_day(service: Service) -> None:
    flow = service.upload_flow()
    assert activated(service, flow, "{}").json()["code"] == "service.no-effective-day"
    for day in ('"soon"', "7", '"2026-02-30"', '"2026-04-01T09:00:00Z"'):
        answer = activated(service, flow, f'{{"effective": {day}}}')
        assert (answer.status_code, answer.json()["code"]) == (422, "service.not-a-day")
    assert service.client.get(f"/flows/{flow}/versions").json()["versions"] == []


def test_the_day_of_the_file_is_used_when_none_is_given(service: Service) -> None:
    flow = service.upload_flow(FLOW.replace("flow: visit\n", "flow: visit\neffective: 2026-05-01\n"))
    assert service.client.get(f"/flows/{flow}").json()["effective"] == "2026-05-01"
    assert activated(service, flow, "{}").json()["effective"] == "2026-05-01"
