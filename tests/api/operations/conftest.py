from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.http.service import Service, service_in


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    with service_in(tmp_path / "data", database=database_url) as running:
        yield running
