"""Reading OCEL 2.0 in XML as a stream: a ``log`` with types, objects and events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from xml.parsers import expat

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.collecting import ProblemCollector
from engine.logs.object_log import ObjectLog, TypeOfThings
from engine.logs.xml_declarations import require_known_encoding

_ROOT = re.compile(rb"<(?:\w+:)?log\b[^<>]*>")
_PART = re.compile(rb"<(?:\w+:)?(?:object-types|event-types|objects|events)\b")
_ASIDE = {b"<!--": b"-->", b"<?": b"?>", b"<!": b">"}
"""What may stand between elements and is none, with its end."""

_CONTAINERS = (
    "", "object-types", "object-types/object-type/attributes", "event-types", "event-types/event-type/attributes",
    "objects", "objects/object/attributes", "objects/object/objects",
    "events", "events/event/attributes", "events/event/objects",
)  # fmt: skip
_Take = Callable[[dict[str, str], int], None]


def is_ocel_xml(head: bytes) -> bool:
    """Whether a document that begins like this is OCEL 2.0, as opposed to XES, which also is a ``log``."""
    text = head.replace(b"\0", b"")
    root = _ROOT.match(text, _next_element(text, 0))
    return root is not None and _PART.match(text, _next_element(text, root.end())) is not None


def _next_element(text: bytes, at: int) -> int:
    """Where the next element begins, or the end. Step by step: a pattern for it can take for ever."""
    while (at := text.find(b"<", at)) >= 0:
        ends = next((ends for begins, ends in _ASIDE.items() if text.startswith(begins, at)), None)
        if ends is None:
            return at
        at = text.find(ends, at)
        if at < 0:
            break
    return len(text)


def read_ocel_xml(chunks: Iterable[bytes], problems: ProblemCollector, *, limits: Limits) -> ObjectLog:
    """Read one document.

    Raises:
        InputRefused: It is not well-formed, or no OCEL 2.0; every problem found, with its line.
        LimitExceeded: It is nested too deeply, or declares too many names.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reading = _Reading(lambda: parser.CurrentLineNumber, problems, limits)
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = reading.doctype
    stream = iter(chunks)
    first = next(stream, b"")
    require_known_encoding(first, problems)
    try:
        for chunk in chain([first], stream):
            parser.Parse(chunk, False)  # noqa: FBT003 - pyexpat takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003 - pyexpat takes no keywords
    except expat.ExpatError as error:
        raise problems.refusal("log.xes-malformed", error.lineno, reason=expat.ErrorString(error.code) or "") from error
    problems.refuse_if_wrong()
    return reading.log


class _Reading:
    """Handlers of one document.

    Attributes:
        log: What has been read.
    """

    def __init__(self, line: Callable[[], int], problems: ProblemCollector, limits: Limits) -> None:
        self.log = ObjectLog(problems, limits)
        self._line = line
        self._problems = problems
        self._limits = limits
        self._way: list[str] = []
        self._type = TypeOfThings()
        self._value: tuple[str, str] | None = None
        self._text: list[str] = []
        self._taken = self._handlers()

    def start(self, tag: str, values: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(":")[2]
        way = (*self._way, name)
        self._way.append(name)
        line = self._line()
        if len(way) > self._limits.nesting:
            place = Place(self._problems.source, line, name)
            raise LimitExceeded(limit="nesting", allowed=self._limits.nesting, found=len(way), place=place)
        if way[0] != "log":
            raise self._problems.refusal("log.ocel-element-unknown", line, name[:80], way="/".join(way)[:200])
        taken = self._taken.get("/".join(way[1:]))
        if taken is None:
            self._problems.error("log.ocel-element-unknown", line, name[:80], way="/".join(way)[:200])
        else:
            taken(values, line)

    def _handlers(self) -> dict[str, _Take]:
        """What is done where an element begins, by the way to it below the log."""
        handlers: dict[str, _Take] = dict.fromkeys(_CONTAINERS, _nothing)
        for part, kind, types in (
            ("object-types", "object-type", self.log.object_types),
            ("event-types", "event-type", self.log.event_types),
        ):
            handlers[f"{part}/{kind}"] = partial(self._declare, types)
            handlers[f"{part}/{kind}/attributes/attribute"] = self._attribute
        handlers["objects/object"] = self._object
        handlers["events/event"] = self._event
        handlers["objects/object/attributes/attribute"] = self._object_value
        handlers["events/event/attributes/attribute"] = self._event_value
        for spelled in ("relationship", "object"):  # the standard's name, and the one of older writers
            handlers[f"objects/object/objects/{spelled}"] = self._object_relation
            handlers[f"events/event/objects/{spelled}"] = self._relation
        return handlers

    def _declare(self, types: dict[str, TypeOfThings], values: dict[str, str], line: int) -> None:
        self._type = self.log.declare(types, self._of(values, "name"), line)

    def _attribute(self, values: dict[str, str], line: int) -> None:
        self.log.attribute(self._type, self._of(values, "name"), self._of(values, "type"), line)

    def _object(self, values: dict[str, str], line: int) -> None:
        self.log.objects.add(self._of(values, "id"), self._of(values, "type"), line)

    def _event(self, values: dict[str, str], line: int) -> None:
        self.log.events.add(self._of(values, "id"), self._of(values, "type"), self._of(values, "time"), line)

    def _object_value(self, values: dict[str, str], line: int) -> None:
        del line
        self._value = (self._of(values, "name"), self._of(values, "time"))

    def _event_value(self, values: dict[str, str], line: int) -> None:
        del line
        self._value = (self._of(values, "name"), "")

    def _object_relation(self, values: dict[str, str], line: int) -> None:
        del line
        self._of(values, "object-id")
        self.log.object_relations += 1

    def _relation(self, values: dict[str, str], line: int) -> None:
        row = self.log.events.height - 1
        self.log.relations.add(row, self._of(values, "object-id"), values.get("qualifier", ""), line)

    def end(self, tag: str) -> None:
        """An element ends; a value is complete."""
        del tag
        way = self._way
        if self._value is not None and len(way) == 5:  # log/events/event/attributes/attribute
            name, time = self._value
            value, line = "".join(self._text), self._line()
            if way[1] == "objects":
                self.log.object_values.add(self.log.objects.height - 1, name, value, time, line)
            else:
                self.log.event_values.add(self.log.events.height - 1, name, value, line)
            self._value = None
        self._text.clear()
        way.pop()

    def text(self, text: str) -> None:
        """Text within an element."""
        if self._value is not None:
            self._text.append(text)
        elif not text.isspace():
            self._problems.error("log.xes-text", self._line(), text=text.strip()[:40])

    def doctype(self, *_: object) -> None:
        """A document type declaration, which can make a small file a huge one."""
        raise self._problems.refusal("log.xes-doctype", self._line())

    def _of(self, values: dict[str, str], key: str) -> str:
        value = values.get(key, "")
        if not value.strip():
            self._problems.error("log.ocel-shape", self._line(), f"{self._way[-1]}/@{key}", expected='"…"')
        return value


def _nothing(values: dict[str, str], line: int) -> None:
    """A container says nothing itself."""
    del values, line
