"""Work on bytes that nobody vouches for: what may end a process, or ask for all memory of a machine, ends a child."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LIMIT = """
import sys
def limit():
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
    except (ImportError, ValueError, OSError):
        pass
"""


def run_child(
    program: str, *arguments: str, addresses: int, data: bytes | None = None, bare: bool = False
) -> bytes | None:
    """Run a program of ours on what may be damaged.

    Args:
        program: Python. It calls ``limit()`` once it has imported what it needs; its arguments are ``sys.argv[2:]``.
        arguments: Its arguments.
        addresses: Bytes of address space that it may have, where the system can limit that.
        data: Its standard input, a file where the system has files in memory; None for this process's.
        bare: Whether it needs nothing but the standard library, which starts in a third of the time.

    Returns:
        What it wrote to standard output; None where it failed.
    """
    command = [sys.executable, *(("-I", "-S") if bare else ("-P",)), "-c", _LIMIT + program, str(addresses), *arguments]
    with _as_file(data) as file:
        child = subprocess.run(  # noqa: S603 - our own interpreter
            command, stdin=file, input=data if file is None else None, capture_output=True, check=False
        )
    return child.stdout if child.returncode == 0 else None


@contextmanager
def _as_file(data: bytes | None) -> Iterator[int | None]:
    """Bytes as a file without a name, at its beginning; None for none, or where the system has no such files."""
    if data is None or not hasattr(os, "memfd_create"):
        yield None
        return
    file = os.memfd_create("data")
    try:
        with os.fdopen(os.dup(file), "wb") as writer:
            writer.write(data)
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)
