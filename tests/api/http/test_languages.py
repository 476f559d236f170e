from __future__ import annotations

import pytest

from api.http.languages import preferred
from engine.vocabulary import Language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.EN),
        ("zh", Language.ZH),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("en-GB,zh;q=0.9", Language.EN),
        ("fr, zh;q=0.2", Language.ZH),
        ("zh;q=0", Language.EN),
        ("zh;q=nan", Language.EN),
        ("zh;q=1e999", Language.EN),
        ("zh;q=x", Language.EN),
        ("ZH-Hant", Language.ZH),
        (";;;,,,=", Language.EN),
        ("de," * 10_000, Language.EN),
    ],
)
def test_best_language_of_a_header(header: str, language: Language) -> None:
    assert preferred(header) is language
