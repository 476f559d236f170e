from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.http.service import Service, service_in
from tests.databases import BACKENDS, url_of


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    with service_in(tmp_path / "data", database=database_url) as running:
        yield running


@pytest.fixture(scope="module", params=BACKENDS)
def shared_service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service on each kind of database for all tests of a module; its hooks may lead to this machine."""
    folder = tmp_path_factory.mktemp("shared")
    with url_of(request, folder) as url, service_in(folder / "data", database=url, private_hooks=True) as running:
        yield running
