"""Work on bytes that nobody vouches for: what may end a process, or ask for all memory of a machine, ends a child."""

from __future__ import annotations

import subprocess
import sys

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


def run_child(program: str, *arguments: str, addresses: int, data: bytes | None = None) -> bytes | None:
    """Run a program of ours on what may be damaged.

    Args:
        program: Python. It calls ``limit()`` once it has imported what it needs; its arguments are ``sys.argv[2:]``.
        arguments: Its arguments.
        addresses: Bytes of address space that it may have, where the system can limit that.
        data: Its standard input; None for this process's.

    Returns:
        What it wrote to standard output; None where it failed.
    """
    command = [sys.executable, "-P", "-c", _LIMIT + program, str(addresses), *arguments]
    child = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603 - our own interpreter
    return child.stdout if child.returncode == 0 else None
