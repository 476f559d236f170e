"""``docs/cli.md`` names every command, argument, option, setting and limit, with its default."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from typer.core import TyperArgument, TyperGroup

from api.cli import app
from api.settings import Settings
from engine.limits import DEFAULT_LIMITS, Limits

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "cli.md").read_text("utf-8")
GROUP = typer.main.get_command(app)
assert isinstance(GROUP, TyperGroup)
COMMANDS = GROUP.commands


def section(command: str) -> str:
    found = re.search(rf"^## trueline {command}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/cli.md has no section on {command}"
    return found[1]


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_argument_and_option_is_described(command: str) -> None:
    text = section(command)
    for parameter in COMMANDS[command].params:
        argument = isinstance(parameter, TyperArgument)
        names = [str(getattr(parameter, "metavar", ""))] if argument else parameter.opts
        assert [name for name in names if not re.search(rf"{re.escape(name)}\b", text)] == []


@pytest.mark.parametrize("command", list(COMMANDS))
def test_no_option_is_described_that_does_not_exist(command: str) -> None:
    known = {name for parameter in COMMANDS[command].params for name in parameter.opts}
    assert set(re.findall(r"--[a-z][a-z-]+", section(command))) - known == set()


def test_every_section_is_a_command() -> None:
    assert set(re.findall(r"^## trueline ([a-z]+)$", PAGE, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("limit", [field.name for field in fields(Limits)])
def test_every_limit_is_listed_with_its_default(limit: str) -> None:
    row = re.search(rf"^\| `TRUELINE_{limit.upper()}` \|.*\| ([0-9,]+) \|$", PAGE, re.MULTILINE)
    assert row, f"docs/cli.md does not list TRUELINE_{limit.upper()}"
    assert int(row[1].replace(",", "")) == getattr(DEFAULT_LIMITS, limit)


@pytest.mark.parametrize("setting", [name for name in Settings.model_fields if name != "limits"])
def test_every_setting_is_listed(setting: str) -> None:
    assert f"| `TRUELINE_{setting.upper()}` |" in PAGE
