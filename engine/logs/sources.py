"""The bytes of one file: read once, hashed, unpacked when they are gzip (RFC 1952), counted against the limits."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.errors import InputRefused, LimitExceeded, Place, Problem
from engine.limits import MEBIBYTE, Limits
from engine.logs.options import Progress

GZIP_MAGIC = b"\x1f\x8b"
RATIO_FLOOR = 10 * MEBIBYTE
"""Below this size no ratio of unpacked to packed bytes is suspicious: a tiny regular log packs a thousandfold."""
HEAD_BYTES = 4096
_PIECE = 256 * 1024
_GZIP_WINDOW = 31  # zlib: gzip header and trailer, largest window


class ByteSource:
    """A file as a stream of unpacked bytes.

    Attributes:
        name: The file's name, without its folder.
        size: Its size on disk, in bytes.
        packed: Whether it is gzip; known once the first chunk was read.
    """

    def __init__(self, path: Path, *, limits: Limits, progress: Progress | None = None) -> None:
        """Look at the file.

        Raises:
            InputRefused: There is no such file, or it is a folder.
        """
        self.name = path.name
        self.packed = False
        self._path = path
        self._limits = limits
        self._progress = progress
        self._hash = hashlib.sha256()
        self._read = 0
        try:
            self.size = path.stat().st_size
        except OSError as error:
            raise self._refusal("log.file-missing") from error
        if not path.is_file():
            raise self._refusal("log.file-not-a-file")

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes on disk that were read so far, hexadecimal."""
        return self._hash.hexdigest()

    def open(self) -> tuple[bytes, Iterator[bytes]]:
        """Read from the start: the first bytes, and all chunks, these included.

        The first bytes are at least ``HEAD_BYTES`` unless the file is shorter.

        Raises:
            InputRefused: The file cannot be read, or its gzip wrapping is damaged.
            LimitExceeded: It unpacks to more than the limits allow.
        """
        self._hash = hashlib.sha256()
        self._read = 0
        chunks = self._chunks()
        head = b""
        for chunk in chunks:
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
        return head, _first_then(head, chunks)

    def _chunks(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                start = file.read(len(GZIP_MAGIC))
                self.packed = start == GZIP_MAGIC
                file.seek(0)
                raw = self._raw(file)
                yield from self._unpacked(raw) if self.packed else raw
        except OSError as error:
            raise self._refusal("log.file-unreadable") from error

    def _raw(self, file: BinaryIO) -> Iterator[bytes]:
        while piece := file.read(_PIECE):
            self._hash.update(piece)
            self._read += len(piece)
            yield piece
            if self._progress is not None:
                self._progress(self._read, self.size)

    def _unpacked(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        """Unpack one gzip member after the other; zero bytes may pad the end, as gzip itself allows."""
        member = zlib.decompressobj(_GZIP_WINDOW)
        total = 0
        for piece in raw:
            rest = piece
            while rest:
                if member.eof:
                    rest = rest.lstrip(b"\0")
                    if not rest:
                        break
                    member = zlib.decompressobj(_GZIP_WINDOW)
                try:
                    chunk = member.decompress(rest, _PIECE)
                except zlib.error as error:
                    raise self._refusal("log.gzip-damaged") from error
                total += len(chunk)
                self._check_size(total)
                if chunk:
                    yield chunk
                rest = member.unused_data if member.eof else member.unconsumed_tail
        while not member.eof and (chunk := self._flushed(member)):
            total += len(chunk)
            self._check_size(total)
            yield chunk
        if not member.eof:
            raise self._refusal("log.gzip-truncated")

    def _flushed(self, member: zlib._Decompress) -> bytes:
        try:
            return member.decompress(b"", _PIECE)
        except zlib.error as error:
            raise self._refusal("log.gzip-damaged") from error

    def _check_size(self, total: int) -> None:
        place = Place(self.name)
        if total > self._limits.unpacked_bytes:
            raise LimitExceeded(
                limit="unpacked_bytes",
                allowed=self._limits.unpacked_bytes,
                found=f"> {self._limits.unpacked_bytes}",
                place=place,
            )
        if total > RATIO_FLOOR and total > self._limits.unpacked_ratio * self.size:
            raise LimitExceeded(
                limit="unpacked_ratio", allowed=self._limits.unpacked_ratio, found=total // self.size, place=place
            )

    def _refusal(self, code: str) -> InputRefused:
        return InputRefused([Problem(code, Place(self.name))])


def _first_then(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks
