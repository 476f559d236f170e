"""Who may do what: ``permissions.csv`` says it for every route, and a real service is held against it.

A new route gets one row there, or two where it matters whose the thing is (``own``, ``other``; else ``any``), and each
new parameter of an address a way to make such a thing in ``things.py``. ``yes``: anything but 403; of one's own, done.
``no``: 403 with ``service.not-allowed``.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest

from api.accounts.acting import declared
from api.accounts.roles import RULES, Action
from api.http.gate import OPEN_FOLDER, OPEN_PATHS
from engine.storage.tables import Role
from tests.api.accounts.things import ACTION, OWNED, Things, address, give, let_wait
from tests.api.http.service import Service

TABLE = list(csv.DictReader((Path(__file__).parent / "permissions.csv").read_text("utf-8").splitlines()))


@dataclass(frozen=True)
class World:
    """A service with a key for each role, and things that are there."""

    service: Service
    keys: dict[str, tuple[int, str]]
    things: Things


@pytest.fixture(scope="module")
def world(shared_service: Service) -> World:
    return World(shared_service, {role: shared_service.new_key(role) for role in Role}, {})


@pytest.fixture(scope="module")
def routes(shared_service: Service) -> dict[tuple[str, str], Action | None]:
    return declared(shared_service.app)


def ask(service: Service, method: str, path: str, key: str) -> tuple[int, str]:
    """Status and code of the answer; of a stream, as soon as it begins."""
    origin, body = {"Origin": service.url}, ACTION if method == "PUT" else None
    with (
        service.client_with(key, **origin) as client,
        client.stream(method, f"{service.url}{path}", json=body) as answer,
    ):
        if not answer.is_error:
            return answer.status_code, ""
        answer.read()
        if answer.headers["content-type"].startswith("text/html"):  # a page says it in words
            return answer.status_code, "service.not-allowed" if answer.status_code == HTTPStatus.FORBIDDEN else ""
        return answer.status_code, answer.json().get("code", "")


def test_every_route_stands_in_the_table(routes: dict[tuple[str, str], Action | None]) -> None:
    assert {(row["method"], row["path"]) for row in TABLE} == set(routes)
    assert len(TABLE) == len({(row["method"], row["path"], row["whose"]) for row in TABLE})


def test_table_says_whose_where_it_matters(routes: dict[tuple[str, str], Action | None]) -> None:
    said = Counter((row["method"], row["path"]) for row in TABLE if row["whose"] in {"own", "other"})
    own = {route for route, action in routes.items() if action is not None and RULES[action].own}
    assert said == dict.fromkeys(own, 2)


def test_strangers_pass_the_gate_where_the_table_says_so(routes: dict[tuple[str, str], Action | None]) -> None:
    public = {row["path"] for row in TABLE if row["whose"] == "public"}
    assert (
        public
        == {path for (_, path), action in routes.items() if action is None}
        == OPEN_PATHS | {f"{OPEN_FOLDER}{{name}}"}
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['method']}-{row['path']}-{row['whose']}")
def test_role_may_what_the_table_says(world: World, row: dict[str, str], role: Role) -> None:
    service, (number, key), things = world.service, world.keys[role], world.things
    if row["whose"] in {"own", "other"}:
        things = {}
        (name,) = re.findall(r"\{(\w+)\}(?:/[a-z]+)?$", row["path"])
        if name == "key":
            number, key = service.new_key(role)
            things = {"key": str(number)} if row["whose"] == "own" else {}
        path = address(service, things, row["path"])
        if name in OWNED:
            give(service, things, name, number if row["whose"] == "own" else 1)
        if row["path"].endswith("/cancellation"):
            let_wait(service, things["assessment"])
    else:
        path = address(service, things, row["path"])
    status, code = ask(service, row["method"], path, key)
    if row[role] == "no":
        assert (status, code) == (403, "service.not-allowed")
    elif row["whose"] in {"own", "other"}:
        assert status in (200, 204, 303)
    else:
        assert status != 403
        assert status < 500


def test_what_is_nobodys_is_the_administrators(world: World) -> None:
    service, things = world.service, Things()
    path = address(service, things, "/api/v1/logs/{log}/hooks/{hook}")
    with service.running.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE hook SET created_by = NULL")
    assert ask(service, "DELETE", path, world.keys[Role.DESIGNER][1])[0] == 403
    assert ask(service, "DELETE", path, world.keys[Role.ADMINISTRATOR][1])[0] == 204
