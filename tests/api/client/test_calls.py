"""Every method is called on a real service, and asks for its own operation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, get_args, get_type_hints

import httpx
import pytest

from api.client import Client, Download, Listing, RequestRefused
from api.client.operation import Operation
from tests.api.accounts.things import let_wait
from tests.api.client.reach import METHODS, OPERATIONS, path_names, route_of
from tests.api.client.world import CALLS, FULL, World
from tests.api.http.service import Service

Asked = list[httpx.Request]


@pytest.fixture
def asked(one_service: Service) -> Iterator[tuple[Client, Asked]]:
    """A client, and every request that it sends."""
    requests: Asked = []
    with Client(one_service.url, one_service.key) as client:
        client._transport._http.event_hooks = {"request": [requests.append], "response": []}
        yield client, requests


def test_every_method_is_called() -> None:
    assert set(CALLS) == set(OPERATIONS)


@pytest.mark.parametrize("name", CALLS)
def test_method_asks_for_its_operation(
    one_service: Service, world: World, asked: tuple[Client, Asked], name: str
) -> None:
    client, requests = asked
    if name == "cancel_assessment":
        let_wait(one_service, str(world.earlier))
    answer = CALLS[name](client, world)
    hint = get_type_hints(METHODS[name])["return"]
    if isinstance(answer, Listing):
        page, item = get_args(hint)
        assert isinstance(answer.first(limit=1), page)
        found = list(answer)
        assert all(isinstance(one, item) for one in found)
        assert found or name in {"deadlines", "deliveries", "deviations", "verdicts"}
    elif isinstance(hint, type):
        assert isinstance(answer, hint)
    last = requests[-1]
    method, path = route_of(OPERATIONS[name])
    assert last.method == method
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), path_of(last))
    assert last.headers["authorization"] == f"Bearer {one_service.key}"
    sent = set(last.url.params)
    assert sent - {"limit", "after"} <= set(OPERATIONS[name].query)
    assert len(path_names(OPERATIONS[name])) == path.count("{")


def test_every_query_parameter_is_sent(world: World, asked: tuple[Client, Asked], one_service: Service) -> None:
    client, requests = asked
    let_wait(one_service, str(world.earlier))
    for call in (*CALLS.values(), *FULL.values()):
        with suppress(RequestRefused):
            answer = call(client, world)
            if isinstance(answer, Listing):
                _ = list(answer.pages(limit=1))
    assert {
        name: missing for name, one in OPERATIONS.items() if (missing := set(one.query) - sent_for(one, requests))
    } == {}


def sent_for(operation: Operation[Any], requests: Asked) -> set[str]:
    """The query parameters of every request for an operation."""
    method, template = route_of(operation)
    pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", template))
    same = [one for one in requests if one.method == method and pattern.fullmatch(path_of(one))]
    return {name for one in same for name in one.url.params}


def path_of(request: httpx.Request) -> str:
    return request.url.raw_path.decode().partition("?")[0]


def test_files_have_names_and_kinds(one_service: Service, world: World) -> None:
    client = one_service.typed
    report = client.report(world.assessment, format="pdf", lang=None)
    assert isinstance(report, Download)
    assert (report.name, report.media_type) == (f"Visit-{world.assessment}.pdf", "application/pdf")
    assert report.content.startswith(b"%PDF")
    assert client.flow_source(world.flow).name == "visit.yaml"
    assert client.export_log(world.log, format="csv").content.count(b"\n") == 4
