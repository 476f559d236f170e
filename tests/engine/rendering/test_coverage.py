"""Which characters the font has is read as fonttools reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from engine.rendering.coverage import LACKING, characters, covered, read_characters
from engine.rendering.fonts import FONTS
from engine.rendering.palette import DEVIATION_MARKS, MOVE_MARKS


@pytest.mark.parametrize("font", sorted(FONTS.glob("*.otf")), ids=lambda path: path.stem)
def test_characters_are_those_of_the_font(font: Path) -> None:
    assert read_characters(font) == set(TTFont(font).getBestCmap())


def test_what_is_lacking_is_a_box_that_is_not() -> None:
    assert covered("客户 A ⊘ 𠮷😀") == f"客户 A ⊘ {LACKING}{LACKING}"
    assert ord(LACKING) in characters()


def test_every_mark_is_there() -> None:
    marks = "".join((*DEVIATION_MARKS.values(), *MOVE_MARKS.values(), "■→▲▼=?✓×¿±−\u00a0"))
    assert covered(marks) == marks


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.otf"
    path.write_bytes(bytes(12))
    with pytest.raises(ValueError, match=r"none\.otf"):
        read_characters(path)
