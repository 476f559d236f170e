"""Reads the fields of a YAML mapping by what they should hold: a title, a label, an id, a flag, a number, a list.

Each function notes what is wrong and returns None, so that one mistake does not hide the next.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction

from engine.definitions.durations import days_of, is_nothing, parse_time_span
from engine.definitions.reading import Reading
from engine.definitions.standards import TimeSpan
from engine.definitions.titles import Title
from engine.definitions.yaml_document import Mapping, Scalar, Sequence, Tree

ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*\Z")
"""How ids are written: ASCII, so that conditions, addresses and file names can carry them; no hyphen before ``->``."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_SHARE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?[ ]*(%?)\Z")

COMES_LATER = frozenset(
    {
        "complex",
        "escalation",
        "compensation",
        "pool",
        "lane",
        "lanes",
        "pools",
        "data",
        "idle",
        "cost",
        "attachments",
    }
)
"""Words of the full language that this version refuses by name, instead of calling them misspelt."""


class Fields:
    """The fields of one mapping.

    Attributes:
        line: Where the mapping begins.
        path: What it is in the file, such as ``nodes.collect``; the element of its problems.
    """

    def __init__(self, reading: Reading, mapping: Mapping, path: str) -> None:
        self.reading = reading
        self.line = mapping.line
        self.path = path
        self._entries = {key.text: (key, value) for key, value in mapping.entries}

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def entries(self) -> Iterator[tuple[Scalar, Tree]]:
        """Every key with its value, for a mapping whose keys are the writer's own."""
        return iter(self._entries.values())

    def line_of(self, key: str) -> int:
        """The line of a key that is there, else of the mapping."""
        return self._entries[key][0].line if key in self._entries else self.line

    def allow(self, known: Collection[str]) -> None:
        """Refuse every key but these."""
        for text, (key, _) in self._entries.items():
            if text not in known:
                self._refuse_key(text, key.line, known)

    def _refuse_key(self, text: str, line: int, known: Collection[str]) -> None:
        if text in COMES_LATER:
            self.reading.add("flow.comes-later", line, self.path, what=text)
            return
        near = self.reading.similar(text, known)
        if near is None:
            self.reading.add("flow.unknown-key", line, self.path, key=text, known=", ".join(sorted(known)))
        else:
            self.reading.add("flow.misspelt-key", line, self.path, key=text, suggestion=near)

    def missing(self, key: str) -> None:
        """Note that a key has to be there."""
        self.reading.add("flow.missing-key", self.line, self.path, key=key)

    def tree(self, key: str, *, required: bool = False) -> Tree | None:
        """The value as it stands, or None when the key is missing."""
        if key not in self._entries:
            if required:
                self.missing(key)
            return None
        return self._entries[key][1]

    def scalar(self, key: str, *, required: bool = False) -> Scalar | None:
        """The value as one piece of text."""
        value = self.tree(key, required=required)
        return None if value is None else as_scalar(self.reading, value, self._at(key))

    def label(self, key: str, *, required: bool = False) -> str | None:
        """The value as a label."""
        value = self.tree(key, required=required)
        return None if value is None else as_label(self.reading, value, self._at(key))

    def title(self, key: str, *, required: bool = False) -> Title | None:
        """The value as a title."""
        value = self.tree(key, required=required)
        return None if value is None else as_title(self.reading, value, self._at(key))

    def items(self, key: str, *, required: bool = False) -> tuple[Tree, ...] | None:
        """The value as a list."""
        value = self.tree(key, required=required)
        return None if value is None else as_items(self.reading, value, self._at(key))

    def fields(self, key: str, *, required: bool = False) -> Fields | None:
        """The value as a mapping."""
        value = self.tree(key, required=required)
        return None if value is None else as_fields(self.reading, value, self._at(key))

    def flag(self, key: str, *, absent: bool = False) -> bool:
        """The value as ``true`` or ``false``; ``absent`` when the key is missing."""
        value = self.tree(key)
        if value is None:
            return absent
        if isinstance(value, Scalar) and value.plain and value.text in {"true", "false"}:
            return value.text == "true"
        self.reading.add("flow.not-a-flag", value.line, self.path, key=key)
        return False

    def integer(self, key: str, *, required: bool = False) -> int | None:
        """The value as a whole number."""
        scalar = self.scalar(key, required=required)
        if scalar is None:
            return None
        if scalar.plain and _INTEGER.match(scalar.text):
            return int(scalar.text)
        self.reading.add("flow.not-a-number", scalar.line, self.path, key=key, found=scalar.text)
        return None

    def choice(self, key: str, known: Iterable[str]) -> str | None:
        """The value as one of several words."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        words = list(known)
        if scalar.text in words:
            return scalar.text
        no_choice(self.reading, scalar.text, words, key=key, line=scalar.line, path=self.path)
        return None

    def time_span(self, key: str) -> TimeSpan | None:
        """The value as a time span within the limits."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        span = parse_time_span(scalar.text)
        longest = self.reading.limits.time_span_days
        if span is None:
            self.reading.add("flow.bad-time", scalar.line, self.path, key=key, found=scalar.text)
        elif is_nothing(span) or days_of(span) > longest:
            self.reading.add(
                "flow.time-out-of-range", scalar.line, self.path, key=key, found=scalar.text, allowed=longest
            )
            span = None
        return span

    def share(self, key: str) -> Fraction | None:
        """The value as an exact share of 0…1, written ``96%`` or ``0.96``."""
        scalar = self.scalar(key)
        if scalar is None:
            return None
        found = _SHARE.match(scalar.text.strip())
        if found is None:
            self.reading.add("flow.bad-share", scalar.line, self.path, key=key, found=scalar.text)
            return None
        whole, decimals, percent = found.groups()
        number = Fraction(f"{whole}.{decimals or '0'}")
        share = number / 100 if percent else number
        if share > 1:
            self.reading.add("flow.share-out-of-range", scalar.line, self.path, key=key, found=scalar.text)
            return None
        return share

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def no_choice(reading: Reading, found: str, known: Collection[str], *, key: str, line: int, path: str) -> None:
    """Note that a word is none of those that a key may have, with the one that was probably meant."""
    near = reading.similar(found, known)
    if near is None:
        reading.add("flow.unknown-choice", line, path, key=key, found=found, known=", ".join(known))
    else:
        reading.add("flow.misspelt-choice", line, path, key=key, found=found, suggestion=near)


def no_role(reading: Reading, found: str, roles: Collection[str], *, line: int, path: str) -> None:
    """Note that a role is not declared, with the one that was probably meant."""
    near = reading.similar(found, roles)
    if near is None:
        reading.add("flow.unknown-role", line, path, found=found)
    else:
        reading.add("flow.misspelt-role", line, path, found=found, suggestion=near)


def as_scalar(reading: Reading, value: Tree, path: str) -> Scalar | None:
    """A value that has to be one piece of text."""
    if isinstance(value, Scalar):
        return value
    reading.add("flow.not-a-text", value.line, path)
    return None


def as_label(reading: Reading, value: Tree, path: str) -> str | None:
    """A value that has to be a label: one line of text, not empty, within ``limits.label_characters``."""
    scalar = as_scalar(reading, value, path)
    if scalar is None:
        return None
    text = unicodedata.normalize("NFC", scalar.text).strip()
    if not text:
        reading.add("flow.empty-text", scalar.line, path)
    elif any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text):
        reading.add("flow.bad-character", scalar.line, path)
    elif len(text) > reading.limits.label_characters:
        reading.too_large("label_characters", len(text), scalar.line, path)
    else:
        return text
    return None


def as_title(reading: Reading, value: Tree, path: str) -> Title | None:
    """A value that has to be a title: one text for both languages, or ``{en: …, zh: …}`` with at least one of them."""
    if isinstance(value, Mapping):
        fields = Fields(reading, value, path)
        fields.allow(("en", "zh"))
        if "en" not in fields and "zh" not in fields:
            reading.add("flow.title-without-text", value.line, path)
            return None
        english, chinese = fields.label("en"), fields.label("zh")
        first = english or chinese
        return None if first is None else Title(english or first, chinese or first)
    text = as_label(reading, value, path)
    return None if text is None else Title(text, text)


def as_items(reading: Reading, value: Tree, path: str) -> tuple[Tree, ...] | None:
    """A value that has to be a list."""
    if not isinstance(value, Sequence):
        reading.add("flow.not-a-list", value.line, path)
        return None
    if len(value.items) > reading.limits.flow_nodes:
        reading.too_large("flow_nodes", len(value.items), value.line, path)
        return None
    return value.items


def as_fields(reading: Reading, value: Tree, path: str) -> Fields | None:
    """A value that has to be a mapping."""
    if isinstance(value, Mapping):
        return Fields(reading, value, path)
    reading.add("flow.not-a-mapping", value.line, path)
    return None


def as_id(reading: Reading, scalar: Scalar, path: str) -> str | None:
    """A text that has to be a well-formed id."""
    if not ID.match(scalar.text):
        reading.add("flow.bad-id", scalar.line, path, found=scalar.text)
    elif len(scalar.text) > reading.limits.label_characters:
        reading.too_large("label_characters", len(scalar.text), scalar.line, path)
    else:
        return scalar.text
    return None


def sections(reading: Reading, fields: Fields, key: str) -> Iterator[tuple[str, Scalar, Tree]]:
    """``(id, key, value)`` of every entry of a section whose keys are ids; none when it is missing.

    An entry whose id is not well formed is noted and read nevertheless, so that what refers to it is not reported too.

    Raises:
        LimitExceeded: When there are more than ``limits.flow_nodes``.
    """
    value = fields.tree(key)
    if value is None:
        return
    if not isinstance(value, Mapping):
        reading.add("flow.not-a-mapping", value.line, key)
        return
    if len(value.entries) > reading.limits.flow_nodes:
        reading.exceeded("flow_nodes", len(value.entries), value.line)
    for name, content in value.entries:
        as_id(reading, name, f"{key}.{name.text}")
        yield name.text, name, content
