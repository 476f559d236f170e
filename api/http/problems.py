"""Everything that goes wrong, as RFC 9457 problem details in the reader's language."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.languages import language_of
from api.operations.records import current_record
from api.schemas.problem import ProblemShape
from engine.errors import Conflict, InputRefused, Place, Problem, Unavailable, Value
from engine.storage.failures import FAILURES, is_full_disk, is_in_the_way
from engine.storage.files import DamagedFile
from engine.vocabulary import Language

LOGGER = logging.getLogger("trueline.service")

MEDIA_TYPE = "application/problem+json"
SHOWN_CHARACTERS = 200
SOON = {"Retry-After": "1"}
"""Sent with what is over in a moment."""

SIZES = frozenset(
    {"upload_bytes", "unpacked_bytes", "unpacked_ratio", "flow_bytes", "bpmn_bytes", "net_bytes", "batch_bytes"}
)
"""Limits whose breach is answered with 413; the others are 422, because a smaller body would not help."""

ROUTE_CODES = {
    HTTPStatus.NOT_FOUND: "service.no-such-address",
    HTTPStatus.METHOD_NOT_ALLOWED: "service.method-not-allowed",
}

FIELD_CODES = {
    "missing": "service.missing-field",
    "extra_forbidden": "service.unknown-field",
    "enum": "service.not-a-choice",
    "literal_error": "service.not-a-choice",
    "less_than": "service.out-of-range",
    "greater_than": "service.out-of-range",
    "int": "service.not-a-whole-number",
    "string_too": "service.text-length",
    "date": "service.not-a-day",
}
"""How pydantic's types of errors begin, and what we say."""

BOUNDS = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "min_length": "≥", "max_length": "≤"}


class Refusal(Exception):  # noqa: N818 - the name says what happened
    """A request that is answered with one problem.

    Attributes:
        status: HTTP status.
        problem: What is wrong.
        headers: Sent along.
    """

    def __init__(
        self, status: HTTPStatus, code: str, *, headers: Mapping[str, str] | None = None, **values: Value
    ) -> None:
        self.status = status
        self.problem = Problem(code, values=values)
        self.headers = dict(headers or {})
        super().__init__(code)


def problem_response(
    status: HTTPStatus, problems: Sequence[Problem], language: Language, headers: Mapping[str, str] | None = None
) -> Response:
    """Problems as a response: the first one's sentence is the title, all of them are listed."""
    shapes = [ProblemShape.of(problem, language) for problem in problems]
    body = {
        "type": "about:blank",
        "title": shapes[0].sentence,
        "status": status.value,
        "code": shapes[0].code,
        "detail": shapes[0].remedy,
        "problems": [shape.model_dump() for shape in shapes],
    }
    record = current_record()
    if record is not None:
        body["request"] = record.id
    extra = {"Content-Language": language.value, **(headers or {})}
    # ASCII only: whatever a user sent, the answer can be encoded
    return Response(json.dumps(body), status.value, extra, MEDIA_TYPE)


Say = Callable[[Request, HTTPStatus, Sequence[Problem], Mapping[str, str]], Response | None]
"""Says what is wrong in another way than by problem details; None where it has none for such a request."""


def install(app: FastAPI, *, say: Say | None = None) -> None:
    """Teach an application to answer with problem details only.

    Args:
        app: The application.
        say: Asked first, so that people who look at pages are answered with pages.
    """
    app.state.say = say
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(InputRefused, _input_refused)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(RequestValidationError, _invalid_parameters)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(ClientDisconnect, _client_left)
    app.add_exception_handler(DamagedFile, _damaged)
    for kind in FAILURES:
        app.add_exception_handler(kind, _perhaps_over_soon)
    app.add_exception_handler(Exception, _our_fault)


def answer(
    request: Request, status: HTTPStatus, problems: Sequence[Problem], headers: Mapping[str, str] | None = None
) -> Response:
    """Problems as the kind of response that whoever asked can read."""
    say: Say | None = getattr(request.app.state, "say", None)
    said = None if say is None else say(request, status, problems, headers or {})
    return said or problem_response(status, problems, language_of(request), headers)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for it alone, as are the others below
    return answer(request, error.status, [error.problem], error.headers)


def _input_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputRefused)  # noqa: S101
    too_large = any(p.code == "limit.exceeded" and p.values.get("limit") in SIZES for p in error.problems)
    status = HTTPStatus.CONFLICT if isinstance(error, Conflict) else HTTPStatus.UNPROCESSABLE_ENTITY
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else status
    return answer(request, status, error.problems)


def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)  # noqa: S101
    return answer(request, HTTPStatus.NOT_IMPLEMENTED, [error.problem])


def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = HTTPStatus(error.status_code)
    code = ROUTE_CODES.get(status, "service.bad-request")
    values: dict[str, Value] = {"method": request.method[:20], "path": request.scope["path"][:SHOWN_CHARACTERS]}
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    return answer(request, status, [Problem(code, values=values)], headers)


def _methods_at(request: Request) -> set[str]:
    """What is possible at an address: the first routes that match it are all of one path, one for each method."""
    path: str = request.scope["path"]
    here = [route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(path)]
    return {method for route in here if route.path == here[0].path for method in route.methods or ()}


def _invalid_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    problems = [parameter_problem(entry) for entry in error.errors()]
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, problems)


def parameter_problem(entry: Mapping[str, Any]) -> Problem:
    """What is wrong with one parameter or field, from pydantic's own finding."""
    kind = str(entry["type"])
    name = ".".join(str(part)[:SHOWN_CHARACTERS] for part in entry["loc"] if part not in ("query", "path", "header"))
    context = entry.get("ctx") or {}
    known = str(context.get("expected", ""))
    bound = next((f"{sign} {context[key]}" for key, sign in BOUNDS.items() if key in context), "")
    code = next((code for start, code in FIELD_CODES.items() if kind.startswith(start)), "service.bad-field")
    return Problem(code, Place(element=name), {"name": name, "known": known, "bound": bound})


def _client_left(_request: Request, _error: Exception) -> Response:
    return Response(status_code=HTTPStatus.BAD_REQUEST.value)  # nobody is there to read it


def _damaged(request: Request, error: Exception) -> Response:
    assert isinstance(error, DamagedFile)  # noqa: S101
    LOGGER.error("%s is gone or damaged", error.problem.values["file"])
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, [error.problem])


def _perhaps_over_soon(request: Request, error: Exception) -> Response:
    if is_in_the_way(error):
        LOGGER.warning("a request was in the way of another: %s", error)
        return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, [Problem("service.in-the-way")], SOON)
    if not is_full_disk(error):
        raise error
    LOGGER.error("the disk is full: %s", error)
    return answer(request, HTTPStatus.INSUFFICIENT_STORAGE, [Problem("service.disk-full")])


def _our_fault(request: Request, _error: Exception) -> Response:
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, [Problem("service.our-fault")])
