"""Reading XES with expat, a tag at a time: every problem of every document is found and told here.

It is what the scanner of ``xes_scanning`` is held to, and what reads the documents that the scanner leaves.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from xml.parsers import expat

from engine.errors import InputRefused
from engine.limits import Limits
from engine.logs.assembly import Rows, assemble
from engine.logs.collecting import ProblemCollector
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.xes_gathering import XesGathering
from engine.logs.xes_handlers import NAMESPACE_SEPARATOR, XesHandlers

_PACK_AT = 200_000
"""Attribute values that gather as text before they are typed and packed: about 50 MB of Python strings at most."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_OWN_ENCODINGS = {"utf-8", "utf-16", "iso8859-1", "ascii"}  # what expat decodes itself, as Python names them
_TEXT_SHOWN = 40


def parse_xes(chunks: Iterable[bytes], *, name: str, options: ReadOptions, limits: Limits) -> Log:
    """Read one XES document; the log's ``source_hash`` is left to the caller.

    Args:
        chunks: The document's bytes in order; the first piece holds the XML declaration.
        name: The file's name, for the log and for every place.
        options: Other attribute keys than the standard's for case, activity, time, start and resource; the zone of
            times without an offset.
        limits: Nesting, keys, sizes of values and labels, and how many problems are reported.

    Raises:
        InputRefused: The document is no XES, is damaged, or says something that has no one reading.
        LimitExceeded: It is nested too deeply or has too many attribute keys.
    """
    problems = ProblemCollector(name, limit=limits.problems)
    gathering = XesGathering(problems, limits=limits, zone=options.timezone)
    encoding, pieces = _readable(chunks, problems)
    parser = XesParser(gathering, problems, limits=limits, encoding=encoding)
    for chunk in pieces:
        parser.feed(chunk)
        if gathering.gathered() > _PACK_AT:
            gathering.pack()
    parser.finish()
    gathering.pack()
    columns = gathering.columns(options)
    events = columns.events()
    case_ids, case_attributes = columns.cases()
    gathering.audit.report(problems)
    rows = Rows(case_ids, case_attributes, events, columns.event_lines, columns.case_lines)
    return assemble(rows, problems, limits=limits)


class XesParser:
    """The parser of one document.

    Attributes:
        handlers: What it calls.
        expat: The parser below it.
    """

    __slots__ = ("_fed", "_problems", "_texts", "expat", "handlers")

    def __init__(
        self, gathering: XesGathering, problems: ProblemCollector, *, limits: Limits, encoding: str | None = None
    ) -> None:
        """Stand before the document; ``encoding`` overrides what it declares."""
        self._problems = problems
        self._fed = 0
        self._texts: set[str] = set()  # a bound `set.add` is the cheapest handler there is: the layout repeats itself
        self.expat = parser = expat.ParserCreate(encoding, NAMESPACE_SEPARATOR)
        parser.ordered_attributes = True
        parser.buffer_text = True
        self.handlers = handlers = XesHandlers(parser, gathering, problems, limits=limits)
        parser.StartElementHandler = handlers.start
        parser.EndElementHandler = handlers.end
        parser.StartDoctypeDeclHandler = handlers.doctype
        parser.CharacterDataHandler = self._texts.add

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            InputRefused: They are not well-formed.
        """
        line = self.expat.CurrentLineNumber
        try:
            self.expat.Parse(chunk, False)  # noqa: FBT003 - pyexpat takes no keywords
        except expat.ExpatError as error:
            raise _malformed(error, chunk, self.expat.ErrorByteIndex - self._fed, self._problems) from error
        self._fed += len(chunk)
        if self.has_text():
            _report_text(self._texts, chunk, line, self._problems)
        self._texts.clear()

    def has_text(self) -> bool:
        """Whether anything but white space stood between the elements of the last bytes."""
        return not all(map(str.isspace, self._texts))

    def finish(self) -> None:
        """Take the end.

        Raises:
            InputRefused: The document is not complete.
        """
        try:
            self.expat.Parse(b"", True)  # noqa: FBT003 - pyexpat takes no keywords
        except expat.ExpatError as error:
            raise self._problems.refusal("log.xes-truncated", error.lineno) from error


def _readable(chunks: Iterable[bytes], problems: ProblemCollector) -> tuple[str | None, Iterator[bytes]]:
    """The chunks in an encoding that expat reads, and its name where it is not the declared one."""
    stream = iter(chunks)
    first = next(stream, b"")
    whole = chain([first], stream)
    declared = _DECLARED.match(first)
    if declared is None:
        return None, whole
    label = declared[1].decode("ascii")
    try:
        codec = codecs.lookup(label)
        "".encode(label)  # refuses Python's own codecs that are no text encodings
    except LookupError as error:
        raise problems.refusal("log.encoding-unknown", 1, encoding=label) from error
    if codec.name in _OWN_ENCODINGS:
        return None, whole
    return "utf-8", _transcoded(whole, label, problems)


def _transcoded(chunks: Iterable[bytes], label: str, problems: ProblemCollector) -> Iterator[bytes]:
    """Decode as the document declares (GB18030, Big5, a Windows code page), which expat itself cannot."""
    decoder = codecs.getincrementaldecoder(label)("strict")
    line = 1
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            yield text.encode()
            line += text.count("\n")
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        before = error.object[: error.start].count(b"\n") if isinstance(error, UnicodeDecodeError) else 0
        raise problems.refusal("log.encoding-wrong", line + before, encoding=label) from error


def _malformed(error: expat.ExpatError, chunk: bytes, at: int, problems: ProblemCollector) -> InputRefused:
    """Say what is wrong with a document that is not well-formed; ``at`` is the place in the chunk."""
    reason = expat.ErrorString(error.code) or ""
    if reason == expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        return problems.refusal("log.xes-goes-on", error.lineno)
    if reason == expat.errors.XML_ERROR_INVALID_TOKEN and 0 <= at < len(chunk) and not _begins_utf8(chunk[at : at + 4]):
        return problems.refusal("log.encoding-wrong", error.lineno, encoding="UTF-8")
    return problems.refusal("log.xes-malformed", error.lineno, reason=reason)


def _begins_utf8(start: bytes) -> bool:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > 0 or error.reason == "unexpected end of data"
    return True


def _report_text(texts: Iterable[str], chunk: bytes, line: int, problems: ProblemCollector) -> None:
    """Report text between elements, which XES has no place for."""
    for text in sorted(text for text in texts if not text.isspace()):
        shown = text.strip().splitlines()[0][:_TEXT_SHOWN]
        problems.error("log.xes-text", line + _lines_before(shown.encode(), chunk), text=shown)


def _lines_before(text: bytes, chunk: bytes) -> int:
    """How many lines end before a text that stands between elements; 0 where it is spelt otherwise there."""
    at = 0
    for number, piece in enumerate(chunk.split(b"<")):
        begin = piece.find(b">") if number else 0
        found = piece.find(text, begin) if begin >= 0 else -1
        if found >= 0:
            return chunk.count(b"\n", 0, at + found + len(text))
        at += len(piece) + 1
    return 0
