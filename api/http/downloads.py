"""Answers that are files: how they are called, and how they are sent without being held."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

CHUNK_BYTES = 256 * 1024
NAME_CHARACTERS = 120
_FORBIDDEN = frozenset('\\/:*?"<>|')
"""What no file of a common system may be called."""
_DASH, _PLAIN = "-", "_"
_NAMELESS = "trueline"


def file_name(*parts: str | int, ending: str) -> str:
    """A file's name from what it is about: without what no file may be called, and not too long."""
    texts = ("".join(_kept(character) for character in str(part)).strip(" .") for part in parts)
    *first, last = [text for text in texts if text] or [_NAMELESS]
    head = _DASH.join(first)[: NAME_CHARACTERS - len(last)].strip(" .")
    return f"{head}{_DASH if head else ''}{last[:NAME_CHARACTERS]}.{ending}"


def disposition(name: str, *, attached: bool = True) -> str:
    """The header ``Content-Disposition`` (RFC 6266): the name in UTF-8, and one for clients that know only ASCII."""
    plain = "".join(character if " " <= character <= "~" and character not in '"\\%' else _PLAIN for character in name)
    kind = "attachment" if attached else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def file_response(content: bytes, name: str, media_type: str, **headers: str) -> Response:
    """A file that is at hand."""
    return Response(content, HTTPStatus.OK, {"Content-Disposition": disposition(name), **headers}, media_type)


def stream_response(chunks: Iterator[bytes], name: str, media_type: str, **headers: str) -> StreamingResponse:
    """A file that is made, or read, while it is sent."""
    return StreamingResponse(chunks, HTTPStatus.OK, {"Content-Disposition": disposition(name), **headers}, media_type)


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    """The content of a file, which is closed at its end."""
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _kept(character: str) -> str:
    return character if character.isprintable() and character not in _FORBIDDEN else _PLAIN
