"""The JSON shape of titles."""

from __future__ import annotations

from pydantic import BaseModel

from engine.definitions.titles import Title


class TitleShape(BaseModel):
    """A name in both languages."""

    en: str
    zh: str

    @classmethod
    def of(cls, title: Title) -> TitleShape:
        """The shape of a title."""
        return cls(en=title.en, zh=title.zh)
