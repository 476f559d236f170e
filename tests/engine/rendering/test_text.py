from __future__ import annotations

import pytest

from engine.rendering.text import LABEL_CHARACTERS, clean, escape, width, wrap


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("two  words\n\there", "two words here"),
        ("nul\x00 bell\x07", "nul bell"),
        ("\ud800lone", "lone"),
        ("left\u202eright", "leftright"),
        ("接车\u3000问诊", "接车 问诊"),
        ("", ""),
    ],
)
def test_clean_keeps_only_what_can_be_seen(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 16_384) == "x" * (LABEL_CHARACTERS - 1) + "…"
    assert clean("x" * LABEL_CHARACTERS) == "x" * LABEL_CHARACTERS


def test_text_hidden_behind_invisible_characters_is_cut_too() -> None:
    assert clean("\x00" * 5_000 + "x").endswith("…")


def test_escape_leaves_no_character_with_a_meaning() -> None:
    assert not set(escape("<b>&\"'\\[x]")) & set("<>\"'\\[]")


def test_chinese_counts_two_columns() -> None:
    assert width("接车a") == 5


def test_wrap_breaks_between_words_and_between_hanzi() -> None:
    assert wrap("Explain the bill", columns=11) == ("Explain the", "bill")
    assert wrap("讲解结算预览单", columns=8) == ("讲解结算", "预览单")


def test_wrap_keeps_chinese_signs_off_the_start_of_a_line() -> None:
    assert wrap("讲解结算，再付款", columns=8) == ("讲解结算，", "再付款")


def test_wrap_cuts_words_longer_than_a_line() -> None:
    assert all(width(line) <= 10 for line in wrap("x" * 45, columns=10))


def test_wrap_says_when_lines_are_left_out() -> None:
    lines = wrap("one two three four five six", columns=5, lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
