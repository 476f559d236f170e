"""What went wrong, as a page for people, or as a part of the page that they look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import Request, Response

from api.http.languages import language_of
from api.pages.shell import framed
from api.schemas.problem import ProblemShape
from engine.errors import Problem

MACHINES = ("/api/", "/health", "/ready", "/metrics")
"""What programs ask for; they are answered with problem details."""


def problem_page(
    request: Request, status: HTTPStatus, problems: Sequence[Problem], headers: Mapping[str, str]
) -> Response | None:
    """Problems as HTML; None for what programs ask for."""
    if request.scope["path"].startswith(MACHINES):
        return None
    language = language_of(request)
    shapes = [ProblemShape.of(problem, language) for problem in problems]
    # A script that sends a file, and htmx, show the answer inside the page that is there.
    part = request.headers.get("hx-request") == "true" or "x-csrf-token" in request.headers
    template = "problem_part.html.j2" if part else "problem.html.j2"
    response = framed(request, language, template, status=status, problems=shapes, code=status.value)
    response.headers.update(headers)
    return response
