"""Reading XES (IEEE 1849-2016 and 1849-2023), strictly and as a stream.

Peers disagree on what a damaged or doubtful file says: some stop in its middle without a word, some drop what they do
not understand. Here a file is read wholly or refused with every problem found, each with its line:

- The order of elements is the standard's: extensions, globals, classifiers, attributes, traces; in a trace attributes,
  then events. No DOCTYPE, no text between elements, no element or XML attribute that the standard does not know.
- A key stands once in an element. Readers differ on which of two values counts, so neither is taken: refused.
- Every value reads as its type says; every event has an activity (``concept:name``; classifiers do not change it).
- Kept and counted: traces without events, ids that two traces bear, dates without an offset (UTC), finer than a
  microsecond (cut), and events out of time order (the order of the document counts).
- Not kept, and counted: attributes of the log itself, attributes of attributes, lists and containers.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from xml.parsers import expat

import polars as pl

from engine.errors import InputRefused
from engine.limits import Limits
from engine.logs.assembly import Rows, assemble
from engine.logs.collecting import ProblemCollector
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.xes_columns import XesColumns
from engine.logs.xes_handlers import XesHandlers

_PACK_AT = 200_000
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_OWN_ENCODINGS = {"utf-8", "utf-16", "iso8859-1", "ascii"}  # expat's own, as Python's codecs call them
_NAMESPACE_SEPARATOR = " "
_TEXT_SHOWN = 40


def read_xes(chunks: Iterable[bytes], *, name: str, options: ReadOptions, limits: Limits) -> Log:
    """Read one XES document; its ``source_hash`` is left empty.

    Args:
        chunks: The document's bytes in order, in pieces of any size.
        name: The file's name, for the log and for every place.
        options: Other attribute keys than the standard's for case, activity, time, start and resource.
        limits: Nesting, keys, sizes of values and labels, and how many problems are reported.

    Raises:
        InputRefused: The document is no XES, is damaged or says something that has no one reading.
        LimitExceeded: It is nested too deeply or has too many attribute keys.
    """
    problems = ProblemCollector(name, limit=limits.problems)
    columns = XesColumns(problems, options=options, limits=limits)
    _parse(chunks, columns, problems, limits)
    return assemble(_rows(columns), problems, digest="", limits=limits)


def _rows(columns: XesColumns) -> Rows:
    columns.pack()
    events = columns.event_frame()
    case_ids, case_attributes = columns.case_frame()
    return Rows(case_ids, case_attributes, events, columns.event_lines(), columns.case_lines())


def _parse(chunks: Iterable[bytes], columns: XesColumns, problems: ProblemCollector, limits: Limits) -> None:
    encoding, pieces = _decoded(chunks, problems)
    parser = expat.ParserCreate(encoding, _NAMESPACE_SEPARATOR)
    parser.ordered_attributes = True
    parser.buffer_text = True
    handlers = XesHandlers(parser, columns, problems, limits=limits)
    texts: set[str] = set()
    parser.StartElementHandler = handlers.start
    parser.EndElementHandler = handlers.end
    parser.StartDoctypeDeclHandler = handlers.doctype
    parser.CharacterDataHandler = texts.add
    for chunk in pieces:
        line = parser.CurrentLineNumber
        offset = parser.CurrentByteIndex
        try:
            parser.Parse(chunk, False)  # noqa: FBT003 - pyexpat takes no keywords
        except expat.ExpatError as error:
            raise _malformed(error, parser, chunk, problems) from error
        if any(not text.isspace() for text in texts):
            _report_text(texts, chunk, max(line, 1), problems)
        texts.clear()
        if columns.gathered() > _PACK_AT or offset < 0:
            columns.pack()
    try:
        parser.Parse(b"", True)  # noqa: FBT003 - pyexpat takes no keywords
    except expat.ExpatError as error:
        raise problems.refuse("log.xes-truncated", error.lineno) from error


def _decoded(chunks: Iterable[bytes], problems: ProblemCollector) -> tuple[str | None, Iterator[bytes]]:
    """The chunks in an encoding that expat reads, and its name where it is not the declared one.

    Raises:
        InputRefused: The declared encoding has no name that is known.
    """
    stream = iter(chunks)
    first = next(stream, b"")
    declared = _DECLARED.match(first)
    if declared is None:
        return None, _chained(first, stream)
    label = declared[1].decode("ascii")
    try:
        codec = codecs.lookup(label)
        codecs.getincrementaldecoder(label)("strict").decode(b"")
        "".encode(label)
    except (LookupError, ValueError, TypeError) as error:
        raise problems.refuse("log.encoding-unknown", 1, encoding=label) from error
    if codec.name in _OWN_ENCODINGS or codec.name.startswith("utf-16"):
        return None, _chained(first, stream)
    return "utf-8", _transcoded(_chained(first, stream), label, problems)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _transcoded(chunks: Iterator[bytes], label: str, problems: ProblemCollector) -> Iterator[bytes]:
    """Decode as the document declares (GB18030, Big5, Windows code pages …), which expat itself cannot."""
    decoder = codecs.getincrementaldecoder(label)("strict")
    lines = 1
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            lines += text.count("\n")
            yield text.encode()
        yield decoder.decode(b"", True).encode()  # noqa: FBT003 - codecs take no keywords
    except UnicodeError as error:
        raise problems.refuse("log.encoding-wrong", lines, encoding=label) from error


def _malformed(
    error: expat.ExpatError, parser: expat.XMLParserType, chunk: bytes, problems: ProblemCollector
) -> InputRefused:
    """Say what is wrong with a document that is not well-formed."""
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]:
        return problems.refuse("log.xes-goes-on", error.lineno)
    # The parser keeps what it has not finished, so the wrong byte is looked for from the end of what it was given.
    unread = parser.ErrorByteIndex - parser.CurrentByteIndex
    at = parser.ErrorByteIndex - unread
    del at
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN] and not _is_utf8(chunk):
        return problems.refuse("log.encoding-wrong", error.lineno, encoding="UTF-8")
    return problems.refuse("log.xes-malformed", error.lineno, reason=expat.ErrorString(error.code) or "")


def _is_utf8(chunk: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    for skipped in range(4):  # a chunk may begin within a character
        decoder.reset()
        try:
            decoder.decode(chunk[skipped:])
        except UnicodeDecodeError:
            continue
        return True
    return False


def _report_text(texts: set[str], chunk: bytes, line: int, problems: ProblemCollector) -> None:
    """Report text between elements, which XES has no place for."""
    for text in sorted(texts):
        if text.isspace():
            continue
        shown = text.strip().splitlines()[0][:_TEXT_SHOWN]
        place = re.search(rb"(?:\A|>)[^<]*?" + re.escape(shown.encode()), chunk)
        ahead = chunk.count(b"\n", 0, place.end()) if place else 0
        problems.error("log.xes-text", line + ahead, text=shown)


def empty_series(kind: pl.DataType, height: int) -> pl.Series:
    """A column without a value."""
    return pl.Series([None], dtype=kind).new_from_index(0, height)
