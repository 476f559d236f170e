"""The options of reading a log are the same on the command line, in requests, in answers and in the documentation."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from fastapi.routing import APIRoute
from typer.core import TyperGroup

from api.cli import app
from api.logs.columns import read_options
from api.logs.endpoints import router
from api.logs.schemas import ColumnsShape
from api.reading import READ_OPTIONS, options_from_json, options_to_json
from engine.logs.options import DateOrder, ReadOptions

FIELDS = [field.name for field in fields(ReadOptions)]
SPELLED = {name.replace("_", "-") for name in FIELDS}
PAGES = Path(__file__).resolve().parents[2] / "docs"
GROUP = typer.main.get_command(app)
READERS = ["assess", "align", "measure", "watch", "check", "chart", "log", "discover", "convert"]


@pytest.mark.parametrize("command", READERS)
def test_every_command_that_reads_a_log_has_them_all(command: str) -> None:
    assert isinstance(GROUP, TyperGroup)
    found = {name for parameter in GROUP.commands[command].params for name in parameter.opts}
    assert {f"--{name}" for name in SPELLED} - found == set()


def test_a_request_has_them_all_and_no_other() -> None:
    (route,) = [r for r in router.routes if isinstance(r, APIRoute) and r.path == "/logs" and r.methods == {"POST"}]
    found = {p.alias for dependant in route.dependant.dependencies for p in dependant.query_params}
    assert SPELLED - found == set()
    named = {p.alias for d in route.dependant.dependencies if d.call is read_options for p in d.query_params}
    assert named == SPELLED


def test_an_answer_tells_them_all() -> None:
    assert list(ColumnsShape.model_fields) == FIELDS


def test_what_is_stored_is_read_back() -> None:
    full = ReadOptions(**{o.field: o.kind("day-first" if o.field == "date_order" else "x") for o in READ_OPTIONS})  # type: ignore[arg-type]  # each value has its field's type
    assert all(getattr(full, name) is not None for name in FIELDS)
    assert options_from_json(options_to_json(full)) == full
    assert options_from_json(options_to_json(ReadOptions())) == ReadOptions()


def test_what_was_stored_before_an_option_was_known_is_read() -> None:
    assert options_from_json('{"case": "c", "date_order": "day-first"}') == ReadOptions(
        case="c", date_order=DateOrder.DAY_FIRST
    )


@pytest.mark.parametrize("page", ["cli.md", "logs.md"])
def test_the_pages_list_them_all_in_a_table(page: str) -> None:
    rows = set(re.findall(r"^\| `--([a-z-]+)", (PAGES / page).read_text("utf-8"), re.MULTILINE))
    assert SPELLED - rows == set()


def test_the_page_of_the_service_names_them_all() -> None:
    line = next(row for row in (PAGES / "service.md").read_text("utf-8").splitlines() if "`POST /logs?" in row)
    assert SPELLED - set(re.findall(r"`([a-z-]+)`", line)) == set()
