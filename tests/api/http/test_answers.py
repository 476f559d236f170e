"""Each operation that answers in JSON has an example of it, which is true: it is what a service answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from api.http.answers import FILE, answer_of
from tests.api.http.scenario import record
from tests.api.http.service import Service, service_in
from tests.databases import BACKENDS, url_of


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with service_in(tmp_path_factory.mktemp("document")) as service:
        yield service.client.get("/openapi.json").json()


def shown(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each answer in JSON that is no refusal."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, said in operation["responses"].items():
                if status.startswith("2") and "application/json" in said.get("content", {}):
                    yield f"{method.upper()} {path} {status}", said["content"]["application/json"]


def test_every_answer_has_an_example_and_every_example_an_answer(document: dict[str, Any]) -> None:
    answers = dict(shown(document))
    assert len(answers) >= 58
    assert [name for name, content in answers.items() if "example" not in content] == []
    assert set(json.loads(FILE.read_text(encoding="utf-8"))) == set(answers)


def test_every_example_fits_its_shape(document: dict[str, Any]) -> None:
    for name, content in shown(document):
        schema = {**content.get("schema", {}), "components": document["components"]}
        validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        assert [error.message for error in validator.iter_errors(content["example"])] == [], name


def test_no_example_lacks_a_member_that_its_shape_has(shared_service: Service) -> None:
    """Read as the shape and written again, it is the same: nothing is left out, and nothing was filled in."""
    held = 0
    for known in iter_route_contexts(shared_service.app.routes):
        route = known.original_route
        if not isinstance(route, APIRoute) or route.response_model is None:
            continue
        for method in known.methods or ():
            answer = answer_of(method, known.path_format or "", str(int(route.status_code or 200)))
            if answer is not None:
                adapter = TypeAdapter[Any](route.response_model)
                read = adapter.validate_json(json.dumps(answer))
                assert json.loads(adapter.dump_json(read)) == answer, (method, known.path)
                held += 1
    assert held >= 55


@pytest.fixture(params=BACKENDS)
def untouched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A service on which nothing was done yet."""
    with url_of(request, tmp_path) as url, service_in(tmp_path / "d", database=url, private_hooks=True) as running:
        yield running


def test_examples_are_what_a_service_answers(untouched: Service) -> None:
    assert record(untouched) == json.loads(FILE.read_text(encoding="utf-8")), "run: make answers"


def test_examples_have_both_languages(document: dict[str, Any]) -> None:
    answers = dict(shown(document))
    assert answers["GET /api/v1/flows/{flow} 200"]["example"]["title"] == {"en": "Car service", "zh": "汽车保养"}
