"""Tags of every answer that shows one thing, and changes that depend on what was seen."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from api.accounts.acting import declared
from tests.api.accounts.test_audit import BODIES
from tests.api.accounts.things import Things, address, let_wait
from tests.api.http.service import LOG, Service

STREAM = "/api/v1/logs/{log}/stream"

SHOWN_BY = {
    "/api/v1/flows/{flow}/activations": "/api/v1/flows/{flow}/versions",
    "/api/v1/logs/{log}/events": "/api/v1/logs/{log}",
    "/api/v1/logs/{log}/close": "/api/v1/logs/{log}",
    "/api/v1/logs/{log}/cases/{case:text}/close": "/api/v1/logs/{log}/cases/{case:text}",
    "/api/v1/assessments/{assessment}/cancellation": "/api/v1/assessments/{assessment}",
    "/api/v1/schedules/{schedule}/pause": "/api/v1/schedules/{schedule}",
    "/api/v1/schedules/{schedule}/resumption": "/api/v1/schedules/{schedule}",
}
"""What shows the thing that a request changes, where that is not its own address."""

MAKERS = {
    "/api/v1/flows",
    "/api/v1/logs",
    "/api/v1/assessments",
    "/api/v1/schedules",
    "/api/v1/keys",
    "/api/v1/flows/{flow}/acceptances",
    "/api/v1/flows/{flow}/actions",
    "/api/v1/logs/{log}/hooks",
}
"""Requests that make something new: nothing is there yet that could be what it has to be."""


def of_api(service: Service, *methods: str) -> list[tuple[str, str]]:
    return [route for route in declared(service.app) if route[0] in methods and route[1].startswith("/api/")]


def get(service: Service, path: str, **headers: str) -> httpx.Response:
    return service.client.get(f"{service.url}{path}", headers=headers)


def test_every_get_has_a_strong_tag_and_is_not_sent_twice(shared_service: Service) -> None:
    made = Things()
    paths = [path for _, path in of_api(shared_service, "GET") if path != STREAM and not path.endswith("/export")]
    assert len(paths) > 30
    for path in paths:
        target = address(shared_service, made, path)
        first = get(shared_service, target)
        assert first.status_code == 200, target
        tag = first.headers.get("etag", "")
        assert tag.startswith('"'), target
        assert tag.endswith('"'), target
        again = get(shared_service, target, **{"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), target
        assert again.headers["vary"] == first.headers["vary"]
        assert get(shared_service, target, **{"If-None-Match": f'W/{tag}, "other"'}).status_code == 304
        assert get(shared_service, target, **{"If-None-Match": '"other"'}).content == first.content
        refused = get(shared_service, target, **{"If-Match": '"other"'})
        assert (refused.status_code, refused.json()["code"]) == (412, "service.precondition-failed")
        assert get(shared_service, target, **{"If-Match": tag}).status_code == 200


def test_tag_of_a_file_is_that_of_its_bytes(shared_service: Service) -> None:
    number = shared_service.upload_flow()
    source = shared_service.client.get(f"/flows/{number}/source")
    assert source.headers["etag"] == f'"{hashlib.sha256(source.content).hexdigest()[:32]}"'
    assessment = shared_service.assess()
    shared_service.finished(assessment)
    report = shared_service.client.get(f"/assessments/{assessment}/report")
    assert report.headers["etag"] == f'"{hashlib.sha256(report.content).hexdigest()[:32]}"'


def test_every_change_makes_something_or_says_what_shows_it(shared_service: Service) -> None:
    changes = {path for _, path in of_api(shared_service, "POST", "DELETE")}
    gets = {path for _, path in of_api(shared_service, "GET")}
    assert {path for path in changes if SHOWN_BY.get(path, path) not in gets} == set()
    assert changes - MAKERS - set(SHOWN_BY) == {path for method, path in of_api(shared_service, "DELETE")}


@pytest.mark.parametrize("route", [route for route in BODIES if route[1].startswith("/api/")], ids=" ".join)
def test_change_depends_on_what_was_seen(shared_service: Service, route: tuple[str, str]) -> None:
    service, (method, path) = shared_service, route
    service.upload_flow()
    service.upload_log(LOG)
    made = Things()
    target = address(service, made, path)
    if path.endswith("/cancellation"):
        let_wait(service, made["assessment"])
    request: dict[str, Any] = {**BODIES[route]}

    def send(**headers: str) -> httpx.Response:
        sent = {**request, "headers": {**request.get("headers", {}), **headers}}
        return service.client.request(method, f"{service.url}{target}", **sent)

    refused = send(**{"If-Match": '"0123456789abcdef-0123"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "service.precondition-failed")
    if path in MAKERS:
        assert send(**{"If-Match": "*"}).is_success
        return
    shown = address(service, made, SHOWN_BY.get(path, path))
    seen = get(service, shown, **{"Accept-Language": "zh"}).headers["etag"]
    assert get(service, shown).headers["etag"].partition("-")[0] == seen.partition("-")[0]
    assert send(**{"If-None-Match": "*"}).status_code == 412
    assert send(**{"If-Match": f"W/{seen}"}).status_code == 412
    assert get(service, shown, **{"Accept-Language": "zh"}).headers["etag"] == seen  # nothing of all that was done
    assert send(**{"If-Match": f'"other", {seen}'}).is_success
    late = send(**{"If-Match": seen})
    assert late.status_code in {412, 404, 401} or path.endswith("/resumption")
