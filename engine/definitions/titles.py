"""Titles: what things are called, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from engine.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Title:
    """A text in both languages. A designer may leave one out; it then reads like the other.

    Attributes:
        en: English text.
        zh: Chinese text.
    """

    en: str
    zh: str

    def text(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language is Language.ZH else self.en
