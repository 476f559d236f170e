"""The catalogues: every sentence and every term of Trueline, under its code, in both languages.

A catalogue is a gettext PO file, so that translators can use their own tools: ``msgid`` is the code, ``msgstr`` the
text with ``{name}`` placeholders. One file for each domain and language stands in ``catalogues/LANGUAGE/DOMAIN.po``.
They are read once for each language. This file knows nothing of terminals, of HTML or of the locale.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from babel.messages.pofile import read_po

from engine.definitions.standards import Domain
from engine.errors import Place, Problem, Severity, Value
from engine.vocabulary import (
    ActionState,
    AlignmentStatus,
    Answer,
    Change,
    DeviationKind,
    Dimension,
    Language,
    MoveKind,
    Outcome,
    Phase,
    Requirement,
    RiseKind,
    Trend,
)

FAMILIES: Mapping[type[StrEnum], str] = MappingProxyType(
    {
        ActionState: "action-state",
        AlignmentStatus: "status",
        Answer: "answer",
        Change: "change",
        DeviationKind: "deviation",
        Dimension: "dimension",
        Domain: "domain",
        Language: "language",
        MoveKind: "move",
        Outcome: "outcome",
        Phase: "phase",
        Requirement: "requirement",
        RiseKind: "rise",
        Severity: "severity",
        Trend: "trend",
    }
)
"""Under which prefix the words of a vocabulary stand: ``Dimension.ORDERING`` is ``dimension.ordering``."""

SETTING_PREFIX = "TRUELINE_"
"""A limit's setting is the environment variable of the same name behind this prefix."""


@dataclass(frozen=True, slots=True)
class ProblemText:
    """A problem in words.

    Attributes:
        sentence: What is wrong.
        remedy: What to do about it.
        place: ``file:line (element)``, as much of it as is known; may be empty.
        count: How many times it occurred.
    """

    sentence: str
    remedy: str
    place: str
    count: int = 1

    @property
    def line(self) -> str:
        """All of it on one line: ``place: sentence (×count) — remedy``."""
        front = f"{self.place}: " if self.place else ""
        times = f" (×{self.count})" if self.count > 1 else ""
        return f"{front}{self.sentence}{times} — {self.remedy}"


def sentence(code: str, values: Mapping[str, Value], language: Language) -> str:
    """The text of a code, its placeholders filled.

    Values are data: braces in them stay braces, and control characters are shown as escapes, so that a name taken
    from a user's file can neither break the line nor steer a terminal.

    Args:
        code: Dotted name, as in ``Problem.code``.
        values: One for each placeholder; more do no harm.
        language: English or Chinese.

    Raises:
        KeyError: The catalogue lacks the code, or ``values`` lacks a placeholder; it names the code.
    """
    template = _texts(language).get(code)
    if template is None:
        raise KeyError(f"no text for {code!r} in {language.value}")
    shown = {name: printable(value) for name, value in values.items()}
    try:
        return template.format_map(shown)
    except KeyError as missing:
        raise KeyError(f"{code!r} needs a value for {missing}") from None


def problem_text(problem: Problem, language: Language) -> ProblemText:
    """A problem in words: what is wrong, what to do about it and where it is.

    A limit is named in words, and its setting is added. Sentence and remedy begin with a capital.

    Raises:
        KeyError: The catalogue lacks the problem's code or its remedy.
    """
    values = dict(problem.values)
    if problem.code == "limit.exceeded":
        limit = str(values["limit"])
        values["name"] = term(f"limit.{limit}", language)
        values["setting"] = SETTING_PREFIX + limit.upper()
        values = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    return ProblemText(
        _begun(problem.code, values, language),
        _begun(f"{problem.code}.remedy", values, language),
        _place_text(problem.place),
        problem.count,
    )


def term(code: str, language: Language) -> str:
    """The name of a thing: of a dimension, a kind of deviation, a limit, a column.

    Args:
        code: Dotted name (``dimension.ordering``), or a member of the vocabulary, which brings its own prefix.
        language: English or Chinese.

    Raises:
        KeyError: The catalogue lacks the term; it names the code.
    """
    family = FAMILIES.get(type(code)) if isinstance(code, StrEnum) else None
    return sentence(f"{family}.{code}" if family else str(code), {}, language)


def has_text(code: str, language: Language) -> bool:
    """Whether the catalogue has a text for the code."""
    return code in _texts(language)


def printable(value: Value) -> str:
    """A value as it may be shown: control characters and lone surrogates as escapes."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or unicodedata.category(character) == "Zs" else _escaped(character)
        for character in text
    )


def _begun(code: str, values: Mapping[str, Value], language: Language) -> str:
    """A sentence with a capital, unless it begins with a value, which stays as it is."""
    text = sentence(code, values, language)
    return text if _texts(language)[code].startswith("{") else text[:1].upper() + text[1:]


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _place_text(place: Place) -> str:
    """``file:line (element)``; the parts that are missing leave no trace."""
    front = printable(place.source)
    if place.line is not None:
        front = f"{front}:{place.line}" if front else str(place.line)
    if not place.element:
        return front
    element = printable(place.element)
    return f"{front} ({element})" if front else element


@cache
def _texts(language: Language) -> Mapping[str, str]:
    """Code → text of one language, from all of its files."""
    texts: dict[str, str] = {}
    folder = files("engine.messages") / "catalogues" / language.value
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".po"):
            for message in read_po(io.BytesIO(file.read_bytes()), abort_invalid=True):
                if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string:
                    texts[message.id] = message.string
    return MappingProxyType(texts)
