"""What the OpenAPI document says beyond the types: bodies, pictures, problems."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.http.gate import OPEN_PATHS
from api.http.problems import MEDIA_TYPE
from api.http.shapes import ProblemDetails

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
    return {"$ref": "#/components/schemas/ProblemDetails"}


PROBLEMS = problems(401, 403, 404, 413, 415, 422, 429, 503, 507)
PICTURES: Responses = {
    200: {"content": {kind: {} for kind in ("image/svg+xml", "image/png", "application/pdf")}, "description": "It."}
}


def files_of(*kinds: str) -> Responses:
    """The documentation of an answer that is a file, of one of some media types."""
    return {200: {"content": {kind: {} for kind in kinds}, "description": "The file."}}


FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, not a form.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def json_body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The documentation of a JSON body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


def together(*bodies: dict[str, Any]) -> dict[str, Any]:
    """The documentation of a body that may be of several kinds."""
    first = bodies[0]["requestBody"]
    content = {kind: shape for body in bodies for kind, shape in body["requestBody"]["content"].items()}
    return {"requestBody": {**first, "content": content}}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    schema = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=app.openapi_tags
    )
    components = schema.setdefault("components", {})
    shapes = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    components.setdefault("schemas", {}).update(shapes.pop("$defs", {}), ProblemDetails=shapes)
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            operation["security"] = [] if path in OPEN_PATHS else [{"key": []}]
    return schema
