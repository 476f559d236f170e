"""Where compiled kernels are kept."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from engine.compiled import _cache_folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a kernel, and nothing of ours outside of the test's folder."""
    kernels = tmp_path / "package" / "x" / "kernels"
    kernels.mkdir(parents=True)
    (kernels / "k.py").write_text("1", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / "package"


def refuse(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Have folders that cannot be written, whoever runs the tests."""
    plain = os.access

    def access(path: Path, mode: int) -> bool:
        return plain(path, mode) and not (mode & os.W_OK and any(path.is_relative_to(one) for one in folders))

    monkeypatch.setattr(os, "access", access)


def test_they_are_beside_the_package_where_that_can_be_written(package: Path) -> None:
    assert _cache_folder(package).parent == package / "__pycache__"


def test_they_are_elsewhere_for_another_state_of_the_kernels(package: Path) -> None:
    before = _cache_folder(package)
    (package / "x" / "kernels" / "k.py").write_text("22", encoding="utf-8")
    assert _cache_folder(package) != before


def test_what_a_read_only_package_holds_is_copied_to_where_it_can_be_used(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = _cache_folder(package)
    (shipped / "x").mkdir(parents=True)
    (shipped / "x" / "k.nbi").write_bytes(b"compiled")
    refuse(monkeypatch, package)
    assert _cache_folder(package).parent == tmp_path / "home" / ".cache" / "trueline"
    refuse(monkeypatch, package, tmp_path / "home")
    for _ in range(2):
        folder = _cache_folder(package)
        assert folder.is_relative_to(tmp_path)
        assert (folder / "x" / "k.nbi").read_bytes() == b"compiled"
        assert [path.name for path in folder.parent.iterdir()] == [shipped.name]


def test_nothing_is_made_where_nothing_was_compiled(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, package)
    assert not _cache_folder(package).exists()
