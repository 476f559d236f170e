from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api.http.service import Service

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "service.md"


@pytest.fixture
def document(shared_service: Service) -> dict[str, Any]:
    answer: dict[str, Any] = shared_service.client.get("/openapi.json").json()
    return answer


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path.removeprefix("/api/v1"), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len(found) == 67
    assert all(operation["summary"] and operation["description"] and operation["tags"] for _, _, operation in found)


def test_every_operation_but_the_probes_says_that_it_needs_the_key(document: dict[str, Any]) -> None:
    open_to_all = [path for _, path, operation in operations(document) if operation["security"] == []]
    assert open_to_all == ["/health", "/ready"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert "ProblemDetails" in names
    assert names <= set(document["components"]["schemas"])


def test_bodies_are_described(document: dict[str, Any]) -> None:
    bodies = {
        path: operation["requestBody"]["content"]
        for method, path, operation in operations(document)
        if method == "POST" and not path.endswith(("/close", "/cancellation", "/pause", "/resumption"))
    }
    assert set(bodies["/flows"]) == {"application/octet-stream"}
    assert set(bodies["/logs"]) == {"application/octet-stream", "application/json"}
    assert bodies["/assessments"]["application/json"]["examples"]


def test_guide_names_every_address(document: dict[str, Any]) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    missing = [
        f"{method} {path}"
        for method, path, _ in operations(document)
        if f"`{method} {path}`" not in guide and f"`{method} {path}?name=FILE`" not in guide
    ]
    assert missing == []


def test_no_page_loads_scripts_from_elsewhere(shared_service: Service) -> None:
    assert [shared_service.client.get(f"/../..{page}").status_code for page in ("/docs", "/redoc")] == [404, 404]
