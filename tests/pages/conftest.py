from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.pages.world import World, world_in

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Without a screen, as any user, and without asking anybody outside for anything."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium, where the machine has one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium to run the pages' tests")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service with flows, logs, assessments and a live log."""
    with world_in(tmp_path_factory.mktemp("world")) as made:
        yield made
