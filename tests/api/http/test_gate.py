from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from engine.storage.accounts import all_keys
from tests.api.http.service import Service, service_in


def addresses(service: Service) -> list[tuple[str, str]]:
    """Every method and address that the application answers, its parameters filled."""
    found = [
        (method, route.path) for route in iter_route_contexts(service.app.routes) for method in route.methods or ()
    ]
    return [(method, path.replace("{", "1").replace("}", "")) for method, path in found if path is not None]


def without_key(service: Service, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=str(service.client.base_url).removesuffix("/api/v1/"), headers=headers)


def test_every_address_but_the_health_check_and_the_sign_in_page_needs_a_key(shared_service: Service) -> None:
    with without_key(shared_service) as stranger:
        answers = {path: stranger.request(method, path) for method, path in addresses(shared_service)}
    assert {path for path, answer in answers.items() if answer.status_code != 401} == {
        "/health",
        "/ready",
        "/sign-in",
        "/static/1name",
    }
    assert len(answers) > 10


def test_refusal_of_a_stranger_says_how_to_come_in(shared_service: Service) -> None:
    with without_key(shared_service) as stranger:
        answer = stranger.get("/api/v1/flows")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "service.key-missing"


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Basic dTpw", "wrong", "Bearer \xe9\xff"])
def test_wrong_keys_open_nothing(shared_service: Service, header: str) -> None:
    address = f"{shared_service.client.base_url}flows"
    answer = httpx.get(address, headers={b"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401


def test_address_that_is_not_there_is_no_news_for_strangers(shared_service: Service) -> None:
    with without_key(shared_service) as stranger:
        assert stranger.get("/nothing/here").status_code == 401


def test_key_is_shown_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as first:
        key = first.key
        with first.running.database.reading() as session:
            assert [row.hash for row in all_keys(session)] == [hashlib.sha256(key.encode()).hexdigest()]
    assert all(key.encode() not in path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    with service_in(tmp_path / "data", key=key) as second:
        assert second.client.get("/flows").status_code == 200


def test_answers_keep_browsers_careful(shared_service: Service) -> None:
    headers = shared_service.client.get("/flows").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-cache"
    assert "server" not in headers
