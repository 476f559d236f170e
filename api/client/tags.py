"""Entity tags of answers, kept for as long as the answers are."""

from __future__ import annotations

import weakref
from typing import TypeVar

from pydantic import BaseModel

from api.client.answers import Download

Seen = BaseModel | Download | str
"""An answer that has a tag, or a tag as the service wrote it."""

Answer = TypeVar("Answer")


class Tags:
    """The tags of the answers of one client. Threads may share it.

    Shapes have no member for a tag, because the command line writes the same shapes. So the tag stands beside the
    object, under its identity, and goes with it.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[BaseModel], str]] = {}

    def keep(self, answer: object, tag: str) -> None:
        """Remember the tag of an answer; a file knows its own."""
        if not tag or not isinstance(answer, BaseModel):
            return
        number, known = id(answer), self._known
        known[number] = weakref.ref(answer, lambda _: known.pop(number, None)), tag

    def of(self, seen: Seen) -> str:
        """The tag of an answer.

        Raises:
            ValueError: It has none: it was part of a list or of the answer to a change, is a copy, or was not read by
                this client.
        """
        if isinstance(seen, str):
            return seen
        if isinstance(seen, Download):
            found = seen.etag
        else:
            _, found = self._known.get(id(seen), (None, ""))
        if not found:
            raise ValueError("only what a method of this client read by itself has a tag; read it again, on its own")
        return found
