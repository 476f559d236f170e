"""``docs/review.md`` names every figure, form and note of a check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.assessment.history import MOST_PERIODS
from engine.review.design import MOST_APPROVAL_LEVELS, MOST_NODES, FlowForm

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "review.md").read_text("utf-8")
SOURCE = (ROOT / "engine" / "review" / "design.py").read_text("utf-8")


def test_every_note_is_on_the_page_and_none_besides() -> None:
    assert set(re.findall(r"`(design\.[a-z-]+)`", PAGE)) == set(re.findall(r'"(design\.[a-z-]+)"', SOURCE))


@pytest.mark.parametrize("form", FlowForm)
def test_every_form_is_on_the_page(form: FlowForm) -> None:
    assert re.search(rf"^\| {form.value} ", PAGE, re.MULTILINE)


def test_the_numbers_on_the_page_are_those_in_force() -> None:
    assert f"more than {MOST_NODES} nodes" in PAGE
    assert f"more than {MOST_APPROVAL_LEVELS} roles" in PAGE
    assert f"the latest {MOST_PERIODS}." in PAGE
