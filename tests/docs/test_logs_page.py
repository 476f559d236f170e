"""``docs/logs.md`` names every format, well-known name, option, limit and code of reading logs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.limits import DEFAULT_LIMITS
from engine.logs.columns import _STRONG, _WEAK
from engine.logs.reading import LogFormat

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "logs.md").read_text("utf-8")
# The reader of XES has a page of its own in its module; its codes begin with its name.
SOURCES = "\n".join(
    path.read_text("utf-8") for path in (ROOT / "engine" / "logs").glob("*.py") if not path.name.startswith("xes")
)
CODES = set(re.findall(r'"(log\.[a-z0-9-]+)"', SOURCES))


@pytest.mark.parametrize("form", LogFormat)
def test_every_format_is_on_the_page(form: LogFormat) -> None:
    assert f"| {form.value} |" in PAGE


def test_every_code_is_on_the_page_once_and_no_other() -> None:
    listed = re.findall(r"^\| `(log\.[a-z0-9-]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(CODES)


@pytest.mark.parametrize("role", _STRONG)
def test_every_well_known_name_is_on_the_page(role: str) -> None:
    row = re.search(rf"^\| {role} \| .*? \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert row
    for names, listed in ((_STRONG[role], row[1]), (_WEAK.get(role, "–"), row[2])):
        assert [name.strip() for name in names.split(",")] == [name.strip() for name in listed.split(",")]


def test_every_limit_on_the_page_exists() -> None:
    named = set(
        re.findall(
            r"`([a-z]+(?:_[a-z]+)*)`(?:, `([a-z_]+)`)? \|", PAGE[PAGE.index("## Limits") :].split("## Warnings")[0]
        )
    )
    limits = {name for pair in named for name in pair if name}
    assert limits
    assert [name for name in limits if not hasattr(DEFAULT_LIMITS, name)] == []
