"""The client covers the service: every operation with its parameters, its body and its answer, and no other."""

from __future__ import annotations

import inspect
import types
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from api.client import Client, Download, Listing, Notice, operations
from api.client.operation import ListOperation, Operation, Repeat
from api.http.documentation import document
from api.http.routes import _asks_for_tag
from api.reading import READ_OPTIONS
from engine.logs.filter_query import NAMES
from tests.api.client.reach import HELPERS, METHODS, OPERATIONS, path_names, queries_of, route_of, routes_of
from tests.api.http.service import Service

STANDS_FOR: dict[tuple[str, str], set[str]] = {
    ("upload_flow", "file"): set(),
    ("upload_log", "file"): set(),
    ("upload_log", "options"): {option.spelled for option in READ_OPTIONS},
    ("export_log", "chosen"): set(NAMES),
}
"""A method and its parameter → what it stands for: the file is the body itself."""

SENT_BESIDE = {"if_match", "if_none_match", "idempotency_key"}
"""Parameters that become headers."""

NAMED_OTHERWISE = {"acceptance", "action"}
"""Parameters of a path that are called ``number``: a member of a body has the name already."""


@pytest.fixture(scope="module")
def described(one_service: Service) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document(one_service.app)["paths"].items()
        for method, operation in methods.items()
    }


def of_route(route: tuple[str, str]) -> list[Operation[Any]]:
    return [operation for operation in OPERATIONS.values() if route_of(operation) == route]


def parameters(name: str) -> dict[str, inspect.Parameter]:
    found = dict(inspect.signature(METHODS[name]).parameters)
    del found["self"]
    return found


def test_every_operation_has_a_method_of_its_name() -> None:
    assert set(METHODS) - HELPERS == set(OPERATIONS)
    assert len(OPERATIONS) == 68  # two methods for POST /logs: a file, and a log that grows


def test_client_covers_every_operation_and_no_other(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert {route_of(operation) for operation in OPERATIONS.values()} == set(described)


def test_every_query_parameter_is_covered_and_no_other(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    for route, operation in described.items():
        asked = {one["name"] for one in operation.get("parameters", ()) if one.get("in") == "query"}
        assert set().union(*(queries_of(one) for one in of_route(route))) == asked, route


def test_every_body_is_covered_and_no_other(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    for route, operation in described.items():
        content = operation.get("requestBody", {}).get("content", {})
        bodies = [one.body for one in of_route(route) if one.body is not None]
        assert [set(body.model_fields) for body in bodies] == [
            set(one["schema"]["properties"]) for kind, one in content.items() if kind == "application/json"
        ], route
        takes_file = any("file" in parameters(name) for name, one in OPERATIONS.items() if route_of(one) == route)
        assert takes_file == ("application/octet-stream" in content), route


def test_every_answer_is_the_route_s(one_service: Service) -> None:
    for route, one in routes_of(one_service.app).items():
        for operation in of_route(route):
            shape = operation.answer if operation.answer not in (bytes, str, Notice) else None
            assert route == route_of(operation)
            assert one.response_model == shape, route
            assert (operation.answer is None) == (one.status_code == 204), route


@pytest.mark.parametrize("name", OPERATIONS)
def test_method_answers_what_its_operation_does(name: str) -> None:
    operation, answer = OPERATIONS[name], get_type_hints(METHODS[name])["return"]
    if isinstance(operation, ListOperation):
        assert answer == Listing[operation.answer, operation.item]  # type: ignore[name-defined]
    elif operation is operations.FOLLOW:
        assert get_args(answer)[0] is Notice
    else:
        others: dict[object, object] = {None: type(None), bytes: Download}
        assert answer is others.get(operation.answer, operation.answer)


@pytest.mark.parametrize("name", OPERATIONS)
def test_method_has_the_parameters_of_its_operation(name: str) -> None:
    operation, taken = OPERATIONS[name], parameters(name)
    path = path_names(operation)
    assert list(taken)[: len(path)] == ["number" if one in NAMED_OTHERWISE else one for one in path]
    rest = list(taken)[len(path) :]
    sent = [STANDS_FOR.get((name, one), {one.replace("_", "-")}) for one in rest if one not in SENT_BESIDE]
    members = set() if operation.body is None else {member.replace("_", "-") for member in operation.body.model_fields}
    parts = {"after", "limit"} if isinstance(operation, ListOperation) else set()
    assert set().union(*sent) == (queries_of(operation) - parts) | members
    assert all(one in ("flow", "log", "events", "file") or taken[one].kind is taken[one].KEYWORD_ONLY for one in rest)


def test_choices_are_those_of_the_service(
    described: dict[tuple[str, str], dict[str, Any]], one_service: Service
) -> None:
    schemas, held = document(one_service.app)["components"]["schemas"], 0
    for name, operation in OPERATIONS.items():
        hints = get_type_hints(METHODS[name])
        for one in described[route_of(operation)].get("parameters", ()):
            spelled = str(one.get("name", "")).replace("-", "_")
            if one.get("in") == "query" and spelled in hints:
                assert choices(hints[spelled]) == enumerated(one["schema"], schemas), (name, spelled)
                held += bool(choices(hints[spelled]))
    assert held > 30


def choices(hint: Any) -> set[str]:
    """The values that a parameter may have; empty where it may have any."""
    if get_origin(hint) in (Union, types.UnionType):
        return set().union(*(choices(part) for part in get_args(hint)))
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {one.value for one in hint} if isinstance(hint, type) and issubclass(hint, StrEnum) else set()


def enumerated(schema: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    parts = [schema, *schema.get("anyOf", ()), *schema.get("allOf", ())]
    named = [schemas[part["$ref"].rsplit("/", 1)[-1]] for part in parts if "$ref" in part]
    return {value for part in (*parts, *named) for value in part.get("enum", ())}


def test_what_depends_on_what_was_seen_can_be_asked_so(one_service: Service) -> None:
    routes = routes_of(one_service.app)
    for name, operation in OPERATIONS.items():
        taken, has_tag = parameters(name), _asks_for_tag(routes[route_of(operation)].dependant)
        is_change = operation.method != "GET"
        assert ("if_match" in taken) == (is_change and has_tag), name
        assert ("idempotency_key" in taken) == (is_change and not has_tag) == (operation.repeat is Repeat.KEYED), name


def test_what_is_not_sent_twice_can_be_asked_so(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    for name, operation in OPERATIONS.items():
        headers = {
            one.get("$ref", "").rpartition("/")[2] for one in described[route_of(operation)].get("parameters", ())
        }
        is_one = not isinstance(operation, ListOperation)
        assert ("if_none_match" in parameters(name)) == ("IfNoneMatch" in headers and is_one), name


def test_lists_have_items_and_say_what_comes_next() -> None:
    for name, operation in OPERATIONS.items():
        if isinstance(operation, ListOperation):
            assert isinstance(operation.answer, type)
            assert issubclass(operation.answer, BaseModel)
            fields = operation.answer.model_fields
            assert fields["items"].annotation == list[operation.item], name  # type: ignore[name-defined]
            assert ("next" in fields) == operation.has_parts, name


def test_every_method_is_documented() -> None:
    assert [name for name, method in METHODS.items() if not inspect.getdoc(method)] == []
    assert inspect.getdoc(Client)
