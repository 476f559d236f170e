"""``docs/mission.md`` names every item that is asked for, and nothing that does not exist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from api.cli import app
from engine.definitions.flow import Flow
from engine.definitions.yaml_reader import read_flow
from engine.messages.catalogue import has_text
from engine.vocabulary import Language

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "mission.md"
ROWS = re.findall(r"^\| ([A-Z]\d+) \| (.+?) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
ITEMS = {"A": 8, "B": 13, "C": 25, "D": 19, "E": 9, "F": 31, "G": 15}
"""Letter → how many items are asked for."""
WHOLE = "BCDG"
"""Letters under which nothing may be missing."""
NOT_YET = re.compile(r"not yet: .{30}")
KEPT_AND_BROKEN = ROOT / "tests" / "examples" / "test_rules_kept_and_broken.py"
"""What T stands for."""
PARTS = {
    "flow": re.compile(r"([a-z]+(?:_[a-z]+)*)(?:#([\w-]+))?\Z"),
    "key": re.compile(r"([a-z]+(?:-[a-z]+)*):?\Z"),
    "code": re.compile(r"[a-z]+\.[a-z-]+\Z"),
    "command": re.compile(r"trueline ([a-z]+)((?: --[a-z-]+)*)\Z"),
    "test": re.compile(r"(tests/[\w/]+\.py)(?:::(\w+))?\Z"),
}


@cache
def shipped(name: str) -> Flow | None:
    """A shipped flow, or None."""
    path = ROOT / "examples" / "flows" / f"{name}.yaml"
    return read_flow(path) if path.exists() else None


@cache
def commands() -> dict[str, set[str]]:
    """Command → its options."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return {name: {o for p in command.params for o in p.opts} for name, command in group.commands.items()}


def names_in(flow: Flow) -> set[str]:
    """Everything in a flow that has an id."""
    parts = (flow.nodes, flow.standards, flow.plans, flow.seasons, flow.weights)
    return {one.id for part in parts for one in part}


def is_true(claim: str) -> bool:
    """Whether what stands between backticks exists."""
    if found := PARTS["test"].match(claim):
        path = ROOT / found[1]
        return path.exists() and f"def {found[2] or 'test_'}" in path.read_text("utf-8")
    if found := PARTS["command"].match(claim):
        return set(found[2].split()) <= commands().get(found[1], {"no such command"}) and found[1] in commands()
    if PARTS["code"].match(claim):
        return all(has_text(claim, language) and has_text(f"{claim}.remedy", language) for language in Language)
    if found := PARTS["flow"].match(claim):
        flow = shipped(found[1])
        if flow is not None:
            return found[2] is None or found[2] in names_in(flow)
    if found := PARTS["key"].match(claim):
        return bool(re.search(rf"`{{?{found[1]}\b", (ROOT / "docs" / "flow-format.md").read_text("utf-8")))
    return False


def test_every_item_stands_there_once() -> None:
    asked = [f"{letter}{number}" for letter, count in ITEMS.items() for number in range(1, count + 1)]
    assert [item for item, _, _ in ROWS] == asked


@pytest.mark.parametrize(("item", "answer"), [(item, answer) for item, _, answer in ROWS])
def test_what_is_claimed_exists(item: str, answer: str) -> None:
    assert [claim for claim in re.findall(r"`([^`]+)`", answer) if not is_true(claim)] == []
    assert [page for page in re.findall(r"\]\(([^)#]+)[^)]*\)", answer) if not (PAGE.parent / page).exists()] == []
    if re.search(r"\bT\b", answer):
        told = KEPT_AND_BROKEN.read_text("utf-8")
        assert re.search(rf'"{item}[ "]|def test_{item.lower()}_', told)


@pytest.mark.parametrize(("item", "answer"), [(item, answer) for item, _, answer in ROWS])
def test_an_item_is_done_or_says_why_not(item: str, answer: str) -> None:
    if "not yet" in answer:
        assert NOT_YET.match(answer)
        assert item[0] not in WHOLE
    else:
        assert "`" in answer


@pytest.mark.parametrize("item", [f"C{number}" for number in range(1, 26)] + [f"D{number}" for number in range(1, 7)])
def test_rules_and_service_standards_are_kept_and_broken_in_tests(item: str) -> None:
    (answer,) = [answer for found, _, answer in ROWS if found == item]
    assert re.search(r"\bT\Z", answer)


@pytest.mark.parametrize(
    "claim",
    [
        "no_such_flow",
        "reception#no-such-standard",
        "trueline dance",
        "trueline check --dance",
        "flow.no-such-code",
        "tests/docs/test_mission_table.py::test_that_is_not_there",
        "tests/docs/no_such_file.py",
        "no-such-key:",
        "Anything else",
    ],
)
def test_a_false_claim_is_found(claim: str) -> None:
    assert not is_true(claim)
