"""What the OpenAPI document says is true: examples of bodies are taken, and each operation says who may use it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.accounts.things import Things, address
from tests.api.http.service import FLOW, LOG, Service

BODILESS = ("/close", "/cancellation", "/pause", "/resumption")


@pytest.fixture
def document(shared_service: Service) -> dict[str, Any]:
    found: dict[str, Any] = shared_service.client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_example_of_a_body_is_taken(shared_service: Service, document: dict[str, Any]) -> None:
    service, taken = shared_service, 0
    service.upload_log(LOG)
    service.upload_flow(FLOW.replace("greet", "inspect"))
    for method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        assert content["examples"], path
        for example in content["examples"].values():
            flow = str(service.upload_flow(FLOW.replace("greet", "inspect")))
            target = address(service, Things(flow=flow), path)
            answer = service.client.request(method, f"{service.url}{target}", json=example["value"])
            assert answer.is_success, (path, example, answer.text)
            assert str(answer.status_code) in operation["responses"], path
            taken += 1
    assert taken >= 8


def test_every_example_of_a_file_is_taken(shared_service: Service, document: dict[str, Any]) -> None:
    taken = []
    for path in ("/api/v1/flows", "/api/v1/logs"):
        examples = document["paths"][path]["post"]["requestBody"]["content"]["application/octet-stream"]["examples"]
        for example in examples.values():
            content = example["value"].encode()
            answer = shared_service.client.post(f"{shared_service.url}{path}", params={"name": "x"}, content=content)
            assert answer.status_code == 201, answer.text
            taken.append(answer.json())
    flow, log = taken
    assert flow["title"] == {"en": "Car service", "zh": "汽车保养"}
    assert (log["cases"], log["events"]) == (2, 5)


@pytest.mark.parametrize(("written", "status"), [("1", 202), ("1.0", 202), ("1.5", 422), ('"1"', 422), ("true", 422)])
def test_whole_number_is_told_by_its_value(shared_service: Service, written: str, status: int) -> None:
    flow, log = shared_service.upload_flow(), shared_service.upload_log()
    body = f'{{"flow": {written.replace("1", str(flow), 1)}, "log": {log}.0}}'
    headers = {"Content-Type": "application/json"}
    answer = shared_service.client.post("/assessments", content=body.encode(), headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.is_error or (answer.json()["flow"], answer.json()["log"]) == (flow, log)


def test_document_says_what_else_is_asked_of_texts(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["EventRequest"]["properties"]["case"]["pattern"] == r"\S"
    assert [one["required"] for one in _body(document)["oneOf"]] == [["daily"], ["weekly"], ["monthly"]]
    said = _body(document, "/api/v1/flows/{flow}/actions")["properties"]
    assert said["state"]["enum"] == ["open", "in-progress", "done", "dropped"]
    assert said["due"]["format"] == "date"


def _body(document: dict[str, Any], path: str = "/api/v1/schedules") -> dict[str, Any]:
    schema: dict[str, Any] = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return schema


def test_every_body_is_described(document: dict[str, Any]) -> None:
    described = {path for method, path, operation in operations(document) if "requestBody" in operation}
    posts = {path for method, path, _ in operations(document) if method in {"post", "put"}}
    assert described == {path for path in posts if not path.endswith(BODILESS)}
    assert "$defs" not in json.dumps(document)


def test_every_operation_says_how_its_sender_is_known(document: dict[str, Any]) -> None:
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}
    for _, path, operation in operations(document):
        if path in {"/health", "/ready"}:
            assert operation["security"] == []
            assert set(operation["responses"]) <= {"200", "503"}
        else:
            assert operation["security"] == [{"key": []}, {"session": []}]
            assert {"401", "403", "429"} <= set(operation["responses"])


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    shape = {"$ref": "#/components/schemas/ProblemDetails"}
    for _, path, operation in operations(document):
        refusals = {status: said for status, said in operation["responses"].items() if status >= "400"}
        contents = [said["content"] for said in refusals.values()]
        assert all(content == {"application/problem+json": {"schema": shape}} for content in contents), path


def test_no_status_is_promised_that_cannot_be(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        statuses = set(operation["responses"])
        assert ("415" in statuses) == ("requestBody" in operation), path
        assert ("304" in statuses) == (
            method == "get" and path.startswith("/api/") and not path.endswith(("/stream", "/export"))
        ), path
        assert "404" in statuses or "{" not in path
