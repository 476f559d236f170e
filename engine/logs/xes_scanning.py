"""Reading XES fast: the head of a document with expat, what it holds with compiled kernels, columns at the end.

A document is read wholly, with the very log that ``parse_xes`` makes of it, or it is left. Left is whatever is wrong or
rare: another encoding than UTF-8, namespace prefixes, processing instructions and CDATA, values that do
not read, limits that are passed. So nothing here reports an error, and a mistake in the rules of what is left costs
time only. While a piece is scanned the next one is unpacked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

import numpy as np

from engine.errors import InputRefused
from engine.limits import MEBIBYTE, Limits
from engine.logs.assembly import Rows, assemble
from engine.logs.collecting import ProblemCollector
from engine.logs.kernels.common import Bytes
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.xes_gathering import XesGathering
from engine.logs.xes_handlers import ATTRIBUTES
from engine.logs.xes_parsing import XesParser
from engine.logs.xes_pieces import FRONT, PIECE, PieceScanner, new_piece
from engine.logs.xes_records import Left

_MOST_HEAD = 16 * MEBIBYTE
_AFTER_NAME = b" \t\r\n/>"


def scan_xes(chunks: Iterable[bytes], *, name: str, options: ReadOptions, limits: Limits) -> Log | None:
    """Read one XES document, or leave it; the log's ``source_hash`` is left to the caller.

    Args:
        chunks: The document's bytes in order.
        name: The file's name, for the log and for every place.
        options: Other attribute keys than the standard's for case, activity, time, start and resource; the zone of
            times without an offset.
        limits: Nesting, keys, sizes of values and labels.

    Returns:
        The log, or None when ``parse_xes`` has to say what comes of the document.

    Raises:
        InputRefused: The chunks end in an error of their own.
    """
    problems = ProblemCollector(name, limit=limits.problems)
    stream = iter(chunks)
    try:
        head = _Head(problems, limits)
        if not any(map(head.ends_in, stream)):
            return None
        scanner = PieceScanner(head.line, limits)
        _scan(head.rest, stream, scanner)
        scanner.report(problems, options.timezone)
        return _assembled(scanner, problems, options, limits)
    except Left:
        return None


def _assembled(scanner: PieceScanner, problems: ProblemCollector, options: ReadOptions, limits: Limits) -> Log:
    try:
        columns = scanner.columns(options, problems)
        events = columns.events()
        case_ids, case_attributes = columns.cases()
        rows = Rows(case_ids, case_attributes, events, columns.event_lines, columns.case_lines)
        del columns, events  # so that what has been found does not stand beside the columns made of it
        return assemble(rows, problems, limits=limits)
    except InputRefused as refused:
        raise Left from refused


class _HeadEnds(Exception):  # noqa: N818 - no error, but the only way out of expat
    """The kernels begin here."""


class _Head:
    """The parser of a head: up to the log's own attributes, where nothing but traces follows them, else to a trace.

    Attributes:
        line: Where the kernels begin.
        rest: The bytes read so far from there on.
    """

    def __init__(self, problems: ProblemCollector, limits: Limits) -> None:
        """Stand before the document."""
        self.line = 0
        self.rest = b""
        self._problems = problems
        self._gathering = XesGathering(problems, limits=limits)
        self._parser = XesParser(self._gathering, problems, limits=limits)
        self._parser.expat.StartElementHandler = self._start
        self._parser.expat.XmlDeclHandler = self._declaration
        self._seen = bytearray()
        self._root = self._end = -1
        self._goes_on = -1  # where something is known to follow that the kernels do not read

    def ends_in(self, chunk: bytes) -> bool:
        """Take the next bytes; whether the head ends in them.

        Raises:
            Left: It is not in order, or written in a way that the kernels do not know.
        """
        self._seen += chunk
        try:
            self._parser.feed(chunk)
        except _HeadEnds:
            self._settle()
            return True
        except InputRefused as refused:
            raise Left from refused
        if len(self._seen) > _MOST_HEAD:
            raise Left
        return False

    def _settle(self) -> None:
        """Check what the parser has gathered, and that the head is in UTF-8 and without a prefix."""
        seen, end = self._seen, self._end
        plain = seen.startswith(b"<log", self._root) and seen[self._root + 4 : self._root + 5] in _AFTER_NAME
        if not plain or not seen.startswith(b"<", end) or self._parser.has_text():
            raise Left
        try:
            self._gathering.pack()
            self._problems.refuse_if_wrong()
        except InputRefused as refused:
            raise Left from refused
        self.rest = bytes(seen[end:])

    def _start(self, tag: str, attributes: Sequence[str]) -> None:
        handlers, at = self._parser.handlers, self._parser.expat.CurrentByteIndex
        if self._root < 0:
            self._root = at
        child = handlers.begins(tag)
        if child in ATTRIBUTES and at > self._goes_on:
            self._goes_on = _goes_on(self._seen, at)
        if child == "trace" or (child in ATTRIBUTES and self._goes_on < 0):
            self._end, self.line = at, self._parser.expat.CurrentLineNumber
            raise _HeadEnds
        handlers.start(tag, attributes)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise Left


def _goes_on(document: bytearray, at: int) -> int:
    """Where the first element that only a head has seems to stand between here and the first trace, or −1."""
    traces = document.find(b"<trace", at)
    found = [document.find(tag, at, traces) for tag in (b"<extension", b"<global", b"<classifier")]
    return min((place for place in found if place >= 0), default=-1)


def _scan(rest: bytes, stream: Iterator[bytes], scanner: PieceScanner) -> None:
    """Scan the traces, piece by piece, in a thread of its own.

    Raises:
        Left: The kernels do not know what to make of a piece, or the document is not complete.
        InputRefused: The stream ends in an error.
    """
    texts = new_piece(), new_piece()
    pending: Future[None] | None = None
    turn = 0
    pieces = _pieces(rest, stream)
    with ThreadPoolExecutor(1) as thread:
        try:
            for piece in pieces:
                end = _copied(piece, texts[turn])
                if pending is not None:
                    pending.result()
                pending = thread.submit(scanner.take, texts[turn], end)
                turn = 1 - turn
        except InputRefused:
            if pending is not None:
                pending.result()  # what came before decides first
            raise
        if pending is not None:
            pending.result()
    scanner.finish()


def _pieces(rest: bytes, stream: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The bytes in lists that come to ``PIECE`` bytes at most."""
    room, piece = PIECE, list[bytes]()
    for chunk in chain([rest], stream):
        for at in range(0, len(chunk), PIECE):
            part = chunk[at : at + PIECE]
            if len(part) > room:
                yield piece
                room, piece = PIECE, []
            piece.append(part)
            room -= len(part)
    if piece:
        yield piece


def _copied(piece: list[bytes], text: Bytes) -> int:
    """Copy a piece behind the room for what the one before left over; the position of its end."""
    end = FRONT
    for part in piece:
        text[end : end + len(part)] = np.frombuffer(part, dtype=np.uint8)
        end += len(part)
    return end
