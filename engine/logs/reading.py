"""Reading a log from a file, told by its content and never by its name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from engine.errors import InputRefused, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs.log import Log
from engine.logs.options import DateOrder, Progress, ReadOptions
from engine.logs.sources import GZIP_MAGIC, ByteSource
from engine.logs.tables import read_csv, read_parquet
from engine.logs.xes import read_xes

__all__ = ["DateOrder", "Progress", "ReadOptions", "read_log"]

_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xfe\xff\x00<", b"\xff\xfe<\x00")
"""How an XML document may begin: in UTF-8 and its like, with a byte order mark, or in UTF-16."""
_PARQUET_MAGIC = b"PAR1"
_FLOW_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|#[^\n]*\n|---)*trueline[ \t]*:")
"""How a flow file begins: its format version, perhaps behind comments."""


def read_log(
    path: Path,
    *,
    options: ReadOptions | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Log:
    """Read an event log: XES (IEEE 1849), CSV or Parquet, each also gzipped.

    The file is read wholly or refused wholly. What is odd about it but has one meaning is counted in
    ``Log.warnings``.

    Args:
        path: The file.
        options: Names of columns that are not well known, and the order of dates where a column allows several.
        limits: Sizes past which the file is refused.
        progress: Told, every so often, how many of the file's bytes have been read.

    Raises:
        InputRefused: The file cannot be read; every problem found, each with its line.
        LimitExceeded: It is larger than a limit.
    """
    chosen = options or ReadOptions()
    source = ByteSource(path, limits=limits, progress=progress)
    head, chunks = source.open()
    _refuse_other_formats(head, source.name)
    if head.startswith(_XML_STARTS) or head.lstrip().startswith(b"<"):
        log = read_xes(chunks, name=source.name, options=chosen, limits=limits)
    else:
        reader = read_parquet if head.startswith(_PARQUET_MAGIC) else read_csv
        log = reader(b"".join(chunks), name=source.name, options=chosen, limits=limits)
    return replace(log, source_hash=source.digest)


def _refuse_other_formats(head: bytes, name: str) -> None:
    """Name what a file is when it is not a log.

    Raises:
        InputRefused: It is empty, a flow, a web page, a spreadsheet or archive, packed twice, or binary.
    """
    code = ""
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head.strip():
        code = "log.file-empty"
    elif start.startswith((b"<!doctype html", b"<html")):
        code = "log.web-page"
    elif head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        code = "log.spreadsheet"
    elif head.startswith(GZIP_MAGIC):
        code = "log.packed-twice"
    elif _FLOW_START.match(head):
        code = "log.is-a-flow"
    elif start.startswith((b"{", b"[")):
        code = "log.is-json"
    elif b"\0" in head and not head.startswith((_PARQUET_MAGIC, b"\xfe\xff", b"\xff\xfe")):
        code = "log.binary"
    if code:
        raise InputRefused([Problem(code, Place(name))])
