"""Files that are uploaded."""

from __future__ import annotations

from pathlib import Path

File = Path | bytes
"""Where a file lies, or what is in it."""


def content_of(file: File) -> bytes:
    """The bytes of a file, which are held while they are sent: the service takes 50 MB unless it is told otherwise.

    Raises:
        OSError: It cannot be read.
    """
    return file.read_bytes() if isinstance(file, Path) else file


def name_of(file: File) -> str | None:
    """A file's name; None for bytes."""
    return file.name if isinstance(file, Path) else None
