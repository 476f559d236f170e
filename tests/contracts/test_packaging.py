"""What the package says of itself is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from engine import VERSION

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line)


def _name(requirement: str) -> str:
    return re.split(r"[<>=\[; ]", requirement, maxsplit=1)[0]


def test_the_version_is_the_package_s() -> None:
    assert PROJECT["version"] == VERSION


def test_constraints_hold_names_and_versions_alone() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []


def test_every_direct_dependency_is_pinned() -> None:
    wanted = [*PROJECT["dependencies"], *(r for extra in PROJECT["optional-dependencies"].values() for r in extra)]
    pinned = {name.lower() for name in PINNED}
    assert [r for r in wanted if _name(r).lower() not in pinned] == []
