"""Reading a log from a file, told by its content and never by its name."""

from __future__ import annotations

import codecs
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from engine.errors import InputRefused, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.collecting import ProblemCollector
from engine.logs.csv_text import read_text_table
from engine.logs.json_lines import is_json_lines, read_json_lines
from engine.logs.log import Log
from engine.logs.ocel import flattened
from engine.logs.ocel_json import read_ocel_json
from engine.logs.ocel_sqlite import read_ocel_sqlite
from engine.logs.ocel_xml import is_ocel_xml, read_ocel_xml
from engine.logs.options import DateOrder, Progress, ReadOptions
from engine.logs.parquet import read_parquet
from engine.logs.parquet_parts import parquet_parts
from engine.logs.parts import LogParts, WholeLog
from engine.logs.sources import GZIP_MAGIC, ByteSource
from engine.logs.tables import log_of_text
from engine.logs.workbooks import ZIP_MAGIC, read_workbook
from engine.logs.xes import read_xes
from engine.logs.xml_declarations import require_known_encoding
from engine.logs.zones import require_zone

__all__ = ["DateOrder", "LogFormat", "Progress", "ReadOptions", "open_log", "read_log"]


class LogFormat(StrEnum):
    """What a log's file may be; each also gzipped."""

    XES = "XES"
    CSV = "CSV"
    PARQUET = "Parquet"
    XLSX = "xlsx"
    JSON_LINES = "JSON Lines"
    OCEL_JSON = "OCEL 2.0 JSON"
    OCEL_XML = "OCEL 2.0 XML"
    OCEL_SQLITE = "OCEL 2.0 SQLite"


_OCEL = (LogFormat.OCEL_JSON, LogFormat.OCEL_XML, LogFormat.OCEL_SQLITE)
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xfe\xff\x00<", b"\xff\xfe<\x00")
"""How an XML document may begin: in UTF-8 and its like, with a byte order mark, or in UTF-16."""
_PARQUET_MAGIC = b"PAR1"
_SQLITE_MAGIC = b"SQLite format 3\0"
_HOLD_ZEROS = (_PARQUET_MAGIC, _SQLITE_MAGIC, ZIP_MAGIC, b"\xfe\xff", b"\xff\xfe")
_FLOW_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|#[^\n]*\n|---)*trueline[ \t]*:")
"""How a flow file begins: its format version, perhaps behind comments."""


def read_log(
    path: Path,
    *,
    options: ReadOptions | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Log:
    """Read an event log: XES (IEEE 1849), CSV, Parquet, xlsx, JSON Lines or OCEL 2.0, each also gzipped.

    The file is read wholly or refused wholly. What is odd about it but has one meaning is counted in
    ``Log.warnings``.

    Args:
        path: The file.
        options: Names of columns that are not well known, and whatever else the file leaves open.
        limits: Sizes past which the file is refused.
        progress: Told, every so often, how many of the file's bytes have been read.

    Raises:
        InputRefused: The file cannot be read; every problem found, each with its line.
        LimitExceeded: It is larger than a limit.
    """
    chosen = options or ReadOptions()
    source = ByteSource(path, limits=limits, progress=progress)
    require_zone(chosen.timezone, source.name)
    head, chunks = source.open()
    _refuse_other_formats(head, source.name)
    form = _format(head)
    _refuse_idle_options(chosen, form, source.name)
    problems = ProblemCollector(source.name, limit=limits.problems)
    if form is LogFormat.XES:
        if head.startswith(codecs.BOM_UTF8):
            require_known_encoding(head, problems)
        log = read_xes(chunks, again=lambda: source.open()[1], name=source.name, options=chosen, limits=limits)
    else:
        if source.packed and form is not LogFormat.OCEL_XML:
            # These are held whole: what is too large is refused before any of it is.
            for _ in ByteSource(path, limits=limits).open()[1]:
                pass
        log = _read(form, chunks, problems, chosen, limits=limits)
    return replace(log, source_hash=source.digest)


@contextmanager
def open_log(
    path: Path,
    *,
    options: ReadOptions | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Iterator[LogParts]:
    """Read an event log, in parts if it is a Parquet file past ``part_cells``, else as a whole.

    Takes and raises what ``read_log`` does. The parts can be read as long as the context is open: where the rows of
    cases are scattered over the file, they are kept sorted in the system's folder for temporary files until then.
    """
    chosen = options or ReadOptions()
    source = ByteSource(path, limits=limits, progress=progress)
    require_zone(chosen.timezone, source.name)
    head, chunks = source.open()
    with tempfile.TemporaryDirectory(prefix="trueline-parts-") as folder:
        parts: LogParts | None = None
        if head.startswith(_PARQUET_MAGIC) and not source.packed:
            _refuse_idle_options(chosen, LogFormat.PARQUET, source.name)
            for _ in chunks:  # all bytes go into the hash
                pass
            parts = parquet_parts(path, source_hash=source.digest, options=chosen, limits=limits, folder=Path(folder))
        if parts is None:
            parts = WholeLog.of(read_log(path, options=chosen, limits=limits, progress=progress))
        yield parts


def _format(head: bytes) -> LogFormat:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(_XML_STARTS) or head.lstrip().startswith(b"<"):
        return LogFormat.OCEL_XML if is_ocel_xml(head) else LogFormat.XES
    if head.startswith(_PARQUET_MAGIC):
        return LogFormat.PARQUET
    if head.startswith(ZIP_MAGIC):
        return LogFormat.XLSX
    if head.startswith(_SQLITE_MAGIC):
        return LogFormat.OCEL_SQLITE
    if start.startswith(b"{"):
        return LogFormat.JSON_LINES if is_json_lines(head) else LogFormat.OCEL_JSON
    return LogFormat.CSV


def _read(
    form: LogFormat, chunks: Iterator[bytes], problems: ProblemCollector, options: ReadOptions, *, limits: Limits
) -> Log:
    if form is LogFormat.OCEL_XML:
        return flattened(read_ocel_xml(chunks, problems, limits=limits), problems, options, limits=limits)
    data = _joined(chunks)
    if form is LogFormat.OCEL_JSON:
        return flattened(read_ocel_json(data, problems, limits=limits), problems, options, limits=limits)
    if form is LogFormat.OCEL_SQLITE:
        return flattened(read_ocel_sqlite(data, problems, limits=limits), problems, options, limits=limits)
    if form is LogFormat.PARQUET:
        return read_parquet(data, problems, options=options, limits=limits)
    if form is LogFormat.JSON_LINES:
        return read_json_lines(data, problems, options=options, limits=limits)
    if form is LogFormat.XLSX:
        text = read_workbook(data, problems, sheet=options.sheet, limits=limits)
    else:
        text = read_text_table(data, problems, options=options, limits=limits)
    return log_of_text(text, problems, options=options, limits=limits)


def _joined(chunks: Iterator[bytes]) -> bytes:
    """All chunks as one, without holding them twice."""
    buffer = io.BytesIO()
    buffer.writelines(chunks)
    return buffer.getvalue()


def _refuse_idle_options(options: ReadOptions, form: LogFormat, name: str) -> None:
    """Refuse an option that this format has no use for: its user takes the file for something else.

    Raises:
        InputRefused: A sheet is named and it is no workbook, or a type of object and it is no OCEL.
    """
    idle = [
        Problem("log.option-idle", Place(name), {"option": option, "format": form.value})
        for option, given, has_use in (
            ("--sheet", options.sheet, form is LogFormat.XLSX),
            ("--object-type", options.object_type, form in _OCEL),
            ("--case", options.case, form not in _OCEL),
        )
        if given is not None and not has_use
    ]
    if idle:
        raise InputRefused(idle)


def _refuse_other_formats(head: bytes, name: str) -> None:
    """Name what a file is when it is not a log.

    Raises:
        InputRefused: It is empty, a flow, a web page, an old workbook, an array in JSON, a PDF, packed twice or binary.
    """
    code = ""
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head.strip():
        code = "log.file-empty"
    elif start.startswith((b"<!doctype html", b"<html")):
        code = "log.web-page"
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        code = "log.spreadsheet"
    elif head.startswith(GZIP_MAGIC):
        code = "log.packed-twice"
    elif _FLOW_START.match(head):
        code = "log.is-a-flow"
    elif start.startswith(b"["):
        code = "log.is-json"
    elif start.startswith(b"%pdf-") or (b"\0" in head and not head.startswith(_HOLD_ZEROS)):
        code = "log.binary"
    if code:
        raise InputRefused([Problem(code, Place(name))])
