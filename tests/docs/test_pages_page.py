"""Every page that the service has is described, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

from tests.pages.walk import STOPS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "pages.md").read_text(encoding="utf-8")


def test_each_page_has_a_row() -> None:
    described = set(re.findall(r"^\| `(/[^`]*)` \|", TEXT, flags=re.MULTILINE))
    assert described == {re.sub(r":\w+", "", stop.route) for stop in STOPS} | {"/sign-in"}
