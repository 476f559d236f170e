"""What the OpenAPI document says beyond the types: bodies, pictures, problems."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.accounts.sessions import COOKIE
from api.http.answers import answer_of
from api.http.gate import API, OPEN_PATHS
from api.http.problems import MEDIA_TYPE
from api.http.repeating import HEADER as IDEMPOTENCY_KEY
from api.http.repeating import KEY_PATTERN
from api.http.shapes import ProblemDetails

REFERENCE = "#/components/schemas/{model}"
Responses = dict[int | str, dict[str, Any]]

DESCRIPTION = """\
Trueline compares what happened with what was meant to happen. Upload a **flow** and an event **log**, ask for an
**assessment**, and fetch its result, its report and its charts.

Every request but `GET /health` and `GET /ready` carries a key: `Authorization: Bearer KEY`. `GET /api/v1/me` says what
it may do.
Errors are problem details (RFC 9457) in English or Chinese, as `Accept-Language` asks.
"""

_WHEN = {
    401: "The key is missing, wrong, revoked or has expired.",
    403: "The key's role may not do this, or not to what is others'.",
    404: "There is no such resource.",
    409: "The request contradicts what is there: an assessment that is not done, a day that is taken, a known event.",
    412: "What is there is not what ``If-Match`` or ``If-None-Match`` says it has to be.",
    413: "The body is too large.",
    415: "The body is of a kind that is not taken.",
    422: "The input cannot be used; every problem is listed.",
    429: "Too many attempts with wrong keys, or too many answers kept for idempotency keys.",
    503: "Too much work is waiting.",
    507: "The disk of the service is full.",
}


def problems(*statuses: int) -> Responses:
    """The documentation of errors."""
    return {
        status: {"description": _WHEN[status], "content": {MEDIA_TYPE: {"schema": _reference()}}} for status in statuses
    }


def _reference() -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=ProblemDetails.__name__)}


PROBLEMS = problems(401, 403, 404, 413, 415, 422, 429, 503, 507)
SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key, for programs."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A browser that is signed in. Requests that change something need the header X-CSRF-Token too.",
    },
}
HEADERS: dict[str, Any] = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "Only if the ETag of what is asked for, or changed, is one of these; else 412.",
        "schema": {"type": "string"},
        "example": "*",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "Only if its ETag is none of these; else 304.",
        "schema": {"type": "string"},
        "example": '"0123456789abcdef0123456789abcdef"',
    },
    "IdempotencyKey": {
        "name": IDEMPOTENCY_KEY,
        "in": "header",
        "description": "Under the same key the same request is done once and answered the same, for 24 hours.",
        "schema": {"type": "string", "pattern": KEY_PATTERN},
    },
}
PICTURES: Responses = {
    200: {"content": {kind: {} for kind in ("image/svg+xml", "image/png", "application/pdf")}, "description": "It."}
}


def files_of(*kinds: str) -> Responses:
    """The documentation of an answer that is a file, of one of some media types."""
    return {200: {"content": {kind: {} for kind in kinds}, "description": "The file."}}


def file_body_of(*examples: str) -> dict[str, Any]:
    """The documentation of a body that is a file, with files that could be sent."""
    content = {
        "schema": {"type": "string", "format": "binary"},
        "examples": {str(number): {"value": value} for number, value in enumerate(examples, start=1)},
    }
    described = {"required": True, "description": "The file itself, not a form."}
    return {"requestBody": {**described, "content": {"application/octet-stream": content}}}


def json_body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The documentation of a JSON body, with the examples of its shape."""
    schema = model.model_json_schema(ref_template=REFERENCE)
    examples = {str(number): {"value": value} for number, value in enumerate(schema.pop("examples", ()), start=1)}
    content = {"schema": schema, **({"examples": examples} if examples else {})}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def together(*bodies: dict[str, Any]) -> dict[str, Any]:
    """The documentation of a body that may be of several kinds."""
    first = bodies[0]["requestBody"]
    content = {kind: shape for body in bodies for kind, shape in body["requestBody"]["content"].items()}
    return {"requestBody": {**first, "content": content}}


MADE_WHILE_SENT = ("/stream", "/export")
"""How addresses end whose answers are made while they are sent, so that nothing can be said of them before."""


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    schema = deepcopy(
        get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=app.openapi_tags
        )
    )
    components = schema.setdefault("components", {})
    shapes = ProblemDetails.model_json_schema(ref_template=REFERENCE)
    components.setdefault("schemas", {}).update(shapes.pop("$defs", {}), ProblemDetails=shapes)
    components["securitySchemes"] = SECURITY
    components["parameters"] = HEADERS
    components["headers"] = {"ETag": {"description": "Names this answer.", "schema": {"type": "string"}}}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            for body in operation.get("requestBody", {}).get("content", {}).values():
                for name, part in body["schema"].pop("$defs", {}).items():
                    components["schemas"].setdefault(name, part)
            if path in OPEN_PATHS:
                operation["security"] = []
                kept = {status: said for status, said in operation["responses"].items() if status in {"200", "503"}}
                operation["responses"] = kept
            else:
                operation["security"] = [{"key": []}, {"session": []}]
                if path.startswith(API) and not path.endswith(MADE_WHILE_SENT):
                    _add_habits(method, operation)
                _remove_impossible(path, operation)
            _show_answers(method, path, operation)
    return schema


def _show_answers(method: str, path: str, operation: dict[str, Any]) -> None:
    """Put beside the shape of each answer in JSON what was answered once."""
    for status, said in operation["responses"].items():
        shown = said.get("content", {}).get("application/json")
        answer = answer_of(method, path, status)
        if shown is not None and answer is not None:
            shown["example"] = answer


def _add_habits(method: str, operation: dict[str, Any]) -> None:
    """Say what all operations have in common: entity tags, preconditions, idempotency keys."""
    answers, names = operation["responses"], ["IfMatch"]
    shown = answers.get("200", {})
    if method == "get":
        shown.setdefault("headers", {})["ETag"] = {"$ref": "#/components/headers/ETag"}
        answers["304"] = {"description": "Who asks has it already."}
        names.append("IfNoneMatch")
    elif method == "post":
        names.append("IdempotencyKey")
        answers |= problems(409)
    operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in names)
    answers |= problems(412)
    operation["responses"] = {str(status): answers[status] for status in sorted(answers, key=str)}


def _remove_impossible(path: str, operation: dict[str, Any]) -> None:
    """Leave out what cannot be wrong with a request that has no body, or an address that always is there."""
    impossible = set() if "requestBody" in operation else {"413", "415"}
    if "{" not in path and "requestBody" not in operation:
        impossible |= {"404"}
    operation["responses"] = {key: said for key, said in operation["responses"].items() if key not in impossible}
