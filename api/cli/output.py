"""Files that commands write: whole or not at all, or standard output for ``-``."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from engine.errors import InputRefused, Place, Problem

_Result = TypeVar("_Result")

STANDARD_OUTPUT = Path("-")


def is_standard_output(path: Path | None) -> bool:
    """Whether a path means standard output."""
    return path == STANDARD_OUTPUT


def write_output(path: Path, content: str | bytes) -> None:
    """Write a file in one step, over an older one if there is one; ``-`` is standard output.

    Raises:
        InputRefused: It cannot be written there.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if is_standard_output(path):
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    write_with(path, lambda temporary: _fill(temporary, data))


def write_with(path: Path, write: Callable[[Path], _Result]) -> _Result:
    """Let ``write`` fill a temporary file beside ``path``, then put it in its place in one step.

    The temporary file has the same ending, for writers that look at it. What is not a plain file (a device, a pipe)
    is written to directly.

    Returns:
        What ``write`` returns.

    Raises:
        InputRefused: It cannot be written there.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            return write(target)
        handle, name = tempfile.mkstemp(prefix=".", suffix=path.name[-100:], dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            result = write(temporary)
            temporary.chmod(_mode_of(target))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return result  # noqa: TRY300 - an else would part it from what it belongs to
    except OSError as error:
        problem = Problem("cli.cannot-write", Place(str(path)), {"reason": error.strerror or type(error).__name__})
        raise InputRefused([problem]) from error


def _fill(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _mode_of(path: Path) -> int:
    """The permissions a file at this path has or would get."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
