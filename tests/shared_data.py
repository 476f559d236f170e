"""Finds the real logs and models that lie beside a developer's checkout, and skips a test visibly without them."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(name: str) -> Path:
    """The path of one shared file, or a visible skip of the calling test."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {name} of the shared data, which is not beside this checkout")
    return path
