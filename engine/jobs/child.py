"""A process that does one thing at a time for this one, and can be ended at any moment.

It is spawned, so it shares nothing with this process; it is kept for the next thing to do, because starting takes a
second or two, unless it has grown large: only the end of a process gives all memory back to the system. When this
process ends, however it ends, so does the child.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import engine.jobs.packing  # noqa: F401 - so that read-only views travel
from engine.errors import TruelineError

_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")
_Told = TypeVar("_Told")

Tell = Callable[[_Told], None]

LARGE_BYTES = 1024 * 1024 * 1024
"""Memory at its highest after which a child is not kept."""
NICE = 5
"""How much a child gives way to this process, which answers requests."""


_TOLD, _DONE, _RAISED = "told", "done", "raised"


class ChildDied(Exception):  # noqa: N818 - the name says what happened
    """The child ended before it was done: by ``end``, by itself, or because the system ended it."""


class ChildFailed(Exception):  # noqa: N818
    """What the child did raised something unexpected; the text is its traceback."""


class Child:
    """A process for one thing at a time. Threads may share it; calls come one after the other."""

    def __init__(self, prepare: Callable[[], object]) -> None:
        """Start nothing yet.

        Args:
            prepare: Function of a module that loads what is needed; called once in each new child.
        """
        self._prepare = prepare
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False

    def start(self) -> None:
        """Have a child ready, without waiting for it."""
        with self._lock:
            self._started()

    def call(
        self, function: Callable[[_Argument, Tell[_Told]], _Result], argument: _Argument, *, tell: Tell[_Told]
    ) -> _Result:
        """Do something in the child.

        Args:
            function: Function of a module; called with the argument, and with what tells this process something.
            argument: Travels there.
            tell: Called in this thread with what it tells.

        Raises:
            ChildDied: It ended before it was done.
            ChildFailed: It raised something that is not ours.
            TruelineError: It raised so.
        """
        with self._turn:
            with self._lock:
                pipe = self._started()
            try:
                kind, value, stays = self._answered(pipe, (function, argument), tell)
            except (EOFError, OSError) as error:
                self._renew()
                raise ChildDied from error
            except BaseException:  # nobody listens to the child any more
                self._renew()
                raise
            if not stays:
                self._renew()
            if kind == _RAISED:
                raise value
            result: _Result = value
            return result

    @staticmethod
    def _answered(pipe: Connection, asked: tuple[Any, Any], tell: Tell[_Told]) -> tuple[str, Any, bool]:
        pipe.send(asked)
        while True:
            kind, value, stays = pipe.recv()
            if kind != _TOLD:
                return kind, value, stays
            tell(value)

    def end(self) -> None:
        """End the child at once, whatever it does; the next call starts another."""
        with self._lock:
            process, self._process = self._process, None
            self._pipe = None  # whoever waits at its end is told by the end of the process
        if process is not None:
            process.kill()
            process.join()
            process.close()

    def close(self) -> None:
        """End the child for good: calls raise ``ChildDied`` from now on."""
        with self._lock:
            self._closed = True
        self.end()

    def _renew(self) -> None:
        """Have another child ready for the next call, which need not wait for all of its start then."""
        self.end()
        with self._lock:
            if not self._closed:
                self._started()

    def _started(self) -> Connection:
        if self._closed:
            raise ChildDied
        if self._process is not None and self._pipe is not None and self._process.is_alive():
            return self._pipe
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._prepare), name="trueline-child", daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        return ours


def _serve(pipe: Connection, prepare: Callable[[], object]) -> None:
    """Do what is asked, until nobody asks any more or the memory has grown."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interrupt key is for the process that waits
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if sys.platform != "win32":
        os.nice(NICE)
    prepare()
    stays = True
    while stays:
        try:
            function, argument = pipe.recv()
        except EOFError:
            return
        kind, value = _tried(function, argument, lambda told: pipe.send((_TOLD, told, True)))
        stays = not _is_large()
        pipe.send((kind, value, stays))


def _tried(function: Callable[[Any, Tell[Any]], Any], argument: Any, tell: Tell[Any]) -> tuple[str, Any]:
    try:
        return _DONE, function(argument, tell)
    except TruelineError as error:
        return _RAISED, error
    except Exception:  # noqa: BLE001 - it may hold what cannot travel
        return _RAISED, ChildFailed(traceback.format_exc())


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _is_large() -> bool:
    if sys.platform == "win32":
        return False
    return _highest_bytes() > LARGE_BYTES


def _highest_bytes() -> int:
    """Memory of this process at its highest.

    Where the system says it in ``/proc``, not by ``getrusage``: a process begins with the highest of the one that
    started it, and a child of a large service would never be kept.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"), re.MULTILINE)
        if found is not None:
            return int(found[1]) * 1024
    import resource  # noqa: PLC0415 - not there on every platform

    highest: Any = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(highest) * (1 if sys.platform == "darwin" else 1024)
