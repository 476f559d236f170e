from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.client.world import World, made
from tests.api.http.service import Service, service_in


@pytest.fixture(scope="module")
def one_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a module: on which database it stands is nothing to a client."""
    with service_in(tmp_path_factory.mktemp("client") / "data", private_hooks=True) as running:
        yield running


@pytest.fixture(scope="module")
def world(one_service: Service) -> World:
    """One thing of each kind in it."""
    return made(one_service.typed)
