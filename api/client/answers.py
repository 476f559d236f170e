"""What methods of the client answer beside the service's own shapes: files, and what a stream tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpx

from api.schemas.deadlines import DeadlineNotice
from api.schemas.watching import SeenShape
from engine.storage.live_store import NoticeKind

_NAMELESS = "download"
_NAMES = (re.compile(r"filename\*=utf-8''([^;\s]+)\s*\Z", re.IGNORECASE), re.compile(r'filename="([^"\\]+)"'))
"""Where ``Content-Disposition`` says a name (RFC 6266): that in UTF-8 stands last, and goes before the other."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file.

    Attributes:
        name: As the service calls it; without folders. ``download`` where it does not say.
        media_type: What kind of file it is, without parameters.
        content: Its bytes.
        etag: Names this answer; "" for what is made while it is sent.
        warnings: What its format could not hold, as ``code;count=n``; "" for nothing.
    """

    name: str
    media_type: str
    content: bytes
    etag: str = ""
    warnings: str = ""

    @classmethod
    def of(cls, response: httpx.Response) -> Download:
        """The file in a response."""
        return cls(
            name=_name(response.headers.get("content-disposition", "")),
            media_type=response.headers.get("content-type", "").partition(";")[0].strip(),
            content=response.content,
            etag=response.headers.get("etag", ""),
            warnings=response.headers.get("trueline-warnings", ""),
        )

    def save(self, target: Path) -> Path:
        """Write it; where it was written.

        Args:
            target: A folder that is there, in which it gets its name; or the file's own path, which is overwritten.
        """
        path = target / self.name if target.is_dir() else target
        path.write_bytes(self.content)
        return path


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was said of a case of a live log.

    Attributes:
        number: Counts what was said of the log, from 1, without gaps.
        kind: What it says.
        said: For ``verdict`` and ``closed`` what is said of the case, else the deadline.
    """

    number: int
    kind: NoticeKind
    said: SeenShape | DeadlineNotice

    @classmethod
    def of(cls, fields: dict[str, str]) -> Notice:
        """The notice of a server-sent event.

        Raises:
            ValueError: It is none.
        """
        number, kind = int(fields.get("id", "")), NoticeKind(fields.get("event", ""))
        shape = SeenShape if kind in (NoticeKind.VERDICT, NoticeKind.CLOSED) else DeadlineNotice
        return cls(number, kind, shape.model_validate_json(fields.get("data", "")))


def notices(chunks: Iterable[bytes]) -> Iterator[tuple[int, Notice | None]]:
    """What a stream of server-sent events says (HTML Living Standard, 9.2); comments are passed over.

    Each is its number and the notice; None for the first, which says behind which number the stream begins.

    Lines end where the service ends them, at a line feed alone: a name in the data may hold U+2028 and its like.

    Raises:
        ValueError: What comes is no notice.
    """
    fields: dict[str, str] = {}
    for line in _lines(chunks):
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif not line:
            if "id" in fields:
                yield int(fields["id"]), Notice.of(fields) if "data" in fields else None
            fields = {}


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines that are complete; what breaks off in the middle of one was not said yet."""
    rest = b""
    for chunk in chunks:
        *complete, rest = (rest + chunk).split(b"\n")
        yield from (line.decode() for line in complete)


def _name(disposition: str) -> str:
    """The name in ``Content-Disposition``: never a path, whoever sent it."""
    found = next((match for pattern in _NAMES if (match := pattern.search(disposition))), None)
    name = "" if found is None else unquote(found[1]).replace("\\", "/").rpartition("/")[2]
    return _NAMELESS if name in ("", ".", "..") else name
