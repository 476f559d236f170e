from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.http.service import Service, service_in


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with service_in(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a module that leave it as it was."""
    with service_in(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running
