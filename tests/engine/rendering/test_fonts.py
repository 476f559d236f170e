from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.rendering.fonts import FONTS
from engine.rendering.palette import DEVIATION_MARKS, MOVE_MARKS
from engine.vocabulary import Language

ROOT = Path(__file__).resolve().parents[3]


def characters(font: str) -> set[int]:
    tools = pytest.importorskip("fontTools.ttLib")
    with tools.TTFont(FONTS / font, lazy=True) as opened:
        return set(opened.getBestCmap())


def simplified(rows: range) -> set[int]:
    """The characters of some rows of GB 2312."""
    found = set()
    for row in rows:
        for cell in range(0xA1, 0xFF):
            found |= {ord(c) for c in bytes([row, cell]).decode("gb2312", errors="ignore")}
    return found


def test_the_regular_weight_has_every_character_of_gb2312() -> None:
    assert simplified(range(0xA1, 0xF8)) <= characters("NotoSansSC-Regular.otf")


def test_the_bold_weight_has_the_common_hanzi() -> None:
    assert simplified(range(0xB0, 0xD8)) <= characters("NotoSansSC-Bold.otf")


def test_both_weights_have_every_mark() -> None:
    marks = {ord(c) for mark in (*DEVIATION_MARKS.values(), *MOVE_MARKS.values(), "×+○●⚠…") for c in mark}
    assert marks <= characters("NotoSansSC-Regular.otf") & characters("NotoSansSC-Bold.otf")


@pytest.mark.parametrize("language", list(Language))
def test_the_font_has_every_character_of_our_own_texts(language: Language) -> None:
    folder = ROOT / "engine" / "messages" / "catalogues" / language.value
    text = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.po"))
    assert {ord(c) for c in text if c.isprintable()} <= characters("NotoSansSC-Regular.otf")


def test_the_licence_stands_beside_the_font() -> None:
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name" not in licence.split("PREAMBLE")[0]


def test_the_fonts_are_the_ones_whose_making_is_written_down() -> None:
    page = next((ROOT / "docs" / "decisions").glob("*-vendored-font.md")).read_text(encoding="utf-8")
    for font in FONTS.glob("*.otf"):
        assert hashlib.sha256(font.read_bytes()).hexdigest() in page
    assert sum(font.stat().st_size for font in FONTS.iterdir()) < 6_000_000
