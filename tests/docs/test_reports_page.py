"""``docs/reports.md`` names every field, state, code and limit of improvement actions and reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

from engine.assessment.actions import FIELDS, read_actions
from engine.limits import DEFAULT_LIMITS
from engine.vocabulary import ActionState

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reports.md").read_text("utf-8")
SOURCES = "\n".join((ROOT / name).read_text("utf-8") for name in ("engine/assessment/actions.py", "api/reporting.py"))


def test_every_field_and_state_is_on_the_page() -> None:
    assert re.findall(r"^\| `([a-z]+)` \| ", PAGE, re.MULTILINE)[: len(FIELDS)] == list(FIELDS)
    row = re.search(r"^\| `state` \| (.+) \|$", PAGE, re.MULTILINE)
    assert row
    assert re.findall(r"`([a-z-]+)`", row[1]) == [state.value for state in ActionState]


def test_every_code_is_on_the_page_and_no_other() -> None:
    listed = re.findall(r"^\| `(action\.[a-z-]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(set(re.findall(r'"(action\.[a-z-]+)"', SOURCES)))


def test_every_limit_on_the_page_exists() -> None:
    named = re.findall(r"`([a-z_]+)`", PAGE[PAGE.index("## Limits") :])
    assert named
    assert [name for name in named if not hasattr(DEFAULT_LIMITS, name)] == []


def test_the_example_is_read() -> None:
    block = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert block
    assert read_actions(json.loads(block[1])["actions"])[0].owner == "Wang Fang"
