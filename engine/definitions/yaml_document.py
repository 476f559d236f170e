"""A YAML text as a tree that knows its lines.

Nothing is guessed: every scalar stays the text that was written ("no" is no Boolean, "007" no number), and whoever
reads a field says what it expects. The subset is YAML 1.2.2 without what makes a file hard to review or dangerous to
read: no anchors and aliases (clause 7.1), no tags (6.9), no second document (9.2), no key twice (3.2.1.3).

The tree is built from ruamel.yaml's event stream, not from its objects, because events carry the lines and arrive one
by one: a file that nests too deep is refused at that depth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from engine.definitions.reading import Reading


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text.

    Attributes:
        text: Its characters after YAML's own unquoting and unfolding.
        plain: Whether it was written without quotes; only then can it be a Boolean or a number.
        line: 1-based line.
    """

    text: str
    plain: bool
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file; no key twice."""

    entries: tuple[tuple[Scalar, Tree], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items in the order of the file."""

    items: tuple[Tree, ...]
    line: int


Tree = Scalar | Mapping | Sequence


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    line: int
    is_mapping: bool
    children: list[Tree] = field(default_factory=list)


def read_document(text: str, reading: Reading) -> Tree | None:
    """Read a text into a tree.

    Args:
        text: The whole file.
        reading: Where problems go: ``flow.bad-yaml``, ``flow.empty``, ``flow.alias``, ``flow.tag``,
            ``flow.many-documents``, ``flow.yaml-version``, ``flow.bad-key``, ``flow.duplicate-key``.

    Returns:
        The tree of everything readable, or None when there is none.

    Raises:
        LimitExceeded: When the text nests deeper than ``limits.nesting``.
    """
    builder = _Builder(reading)
    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1
            builder.take(event, line)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        reading.add("flow.bad-yaml", line if mark is None else mark.line + 1, reason=str(reason))
        return None
    except (ValueError, OverflowError):
        # an escape such as "\UFFFFFFFF" names no character; the parser lets Python's own error out
        reading.add("flow.bad-yaml", line, reason="not a character")
        return None
    if builder.root is None:
        reading.add("flow.empty", 1)
    return builder.root


class _Builder:
    """Puts events together into a tree."""

    def __init__(self, reading: Reading) -> None:
        self.root: Tree | None = None
        self._reading = reading
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Any, line: int) -> None:
        """Take the next event."""
        if isinstance(event, DocumentStartEvent):
            self._start_document(event, line)
        elif isinstance(event, NodeEvent):
            self._refuse_extras(event, line)
            self._take_node(event, line)
        elif isinstance(event, CollectionEndEvent | MappingEndEvent):
            self._put(self._close(self._open.pop()))

    def _start_document(self, event: Any, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            self._reading.add("flow.many-documents", line)
        if event.version is not None and tuple(event.version) != (1, 2):
            self._reading.add("flow.yaml-version", line, found=".".join(map(str, event.version)))

    def _refuse_extras(self, event: Any, line: int) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self._reading.add("flow.alias", line, name=str(event.anchor))
        elif event.tag is not None:
            self._reading.add("flow.tag", line, name=str(event.tag))

    def _take_node(self, event: Any, line: int) -> None:
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open.append(_Open(line, isinstance(event, MappingStartEvent)))
            if len(self._open) > self._reading.limits.nesting:
                self._reading.exceeded("nesting", len(self._open), line)
        elif isinstance(event, ScalarEvent):
            self._put(Scalar(event.value, event.style is None, line))
        else:
            self._put(Scalar(str(event.anchor), plain=False, line=line))

    def _put(self, tree: Tree) -> None:
        if self._open:
            self._open[-1].children.append(tree)
        elif self.root is None and not (isinstance(tree, Scalar) and tree.plain and not tree.text):
            self.root = tree

    def _close(self, done: _Open) -> Tree:
        if not done.is_mapping:
            return Sequence(tuple(done.children), done.line)
        entries: dict[str, tuple[Scalar, Tree]] = {}
        for key, value in zip(done.children[::2], done.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._reading.add("flow.bad-key", key.line)
            elif key.text in entries:
                first = entries[key.text][0].line
                self._reading.add("flow.duplicate-key", key.line, key=key.text, first=first)
            else:
                entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), done.line)
