"""The data folder: files under their SHA-256, put in place in one step, and never changed.

::

    DATA/files/ab/abcd…   the files
    DATA/incoming/…       what is still arriving; emptied at every start
    DATA/lock             held by the service that uses the folder
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from engine.errors import InputRefused, LimitExceeded, Place, Problem, TruelineError

if sys.platform != "win32":
    import fcntl


MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the data folder.

    Attributes:
        hash: SHA-256 of its bytes, hexadecimal.
        size: Bytes.
    """

    hash: str
    size: int


class DamagedFile(TruelineError):  # noqa: N818 - it says what was found
    """A file of the data folder is gone, or no longer what it was when it was stored.

    Attributes:
        problem: Which one.
    """

    def __init__(self, digest: str) -> None:
        self.problem = Problem("service.file-damaged", values={"file": f"files/{digest[:2]}/{digest}"})
        super().__init__(self.problem.code)


class Incoming:
    """A file that is arriving, chunk by chunk. Without ``FileStore.keep`` it is gone when the block ends.

    Attributes:
        path: Where it lies until it is kept.
    """

    def __init__(self, folder: Path, *, limit: int) -> None:
        handle, name = tempfile.mkstemp(dir=folder)
        self.path = Path(name)
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self._size = 0
        self._limit = limit

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            LimitExceeded: The file is now larger than its limit; what came is still on disk until the block ends.
        """
        self._size += len(chunk)
        if self._size > self._limit:
            raise LimitExceeded(limit="upload_bytes", allowed=self._limit, found=self._size)
        self._digest.update(chunk)
        self._file.write(chunk)

    def finish(self) -> Stored:
        """Put everything on the disk; nothing can be written any more."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return Stored(self._digest.hexdigest(), self._size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):  # what could not be written is not wanted any more, and takes the room of others
            self._file.close()
        self.path.unlink(missing_ok=True)


class Files:
    """The files of a data folder, for whoever only reads them."""

    def __init__(self, folder: Path) -> None:
        """Look at the folder; nothing is made."""
        self._files = folder / "files"
        self._looked_at: dict[str, tuple[int, int]] = {}

    def path(self, digest: str) -> Path:
        """Where the file of a hash lies."""
        return self._files / digest[:2] / digest

    def checked(self, digest: str) -> Path:
        """Where the file of a hash lies, once all its bytes were found to be what they were.

        Raises:
            DamagedFile: They are not, or it is gone.
        """
        path = self.path(digest)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise DamagedFile(digest) from error
        if found != digest:
            raise DamagedFile(digest)
        return path

    def known(self, digest: str) -> Path:
        """The same for what is asked for with every click: its bytes are looked at once, and when it was touched.

        Raises:
            DamagedFile: As ``checked``.
        """
        try:
            found = self.path(digest).stat()
        except OSError as error:
            raise DamagedFile(digest) from error
        state = found.st_size, found.st_mtime_ns
        if self._looked_at.get(digest) != state:
            self.checked(digest)
            if len(self._looked_at) >= MOST_REMEMBERED:
                self._looked_at.clear()
            self._looked_at[digest] = state
        return self.path(digest)


class FileStore(Files):
    """The data folder of one running service."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, making it if need be.

        Raises:
            InputRefused: ``service.data-unusable`` where it cannot be written, ``service.data-in-use`` where another
                service holds it.
        """
        super().__init__(folder)
        self._incoming = folder / "incoming"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # logs tell of people
            self._lock = _lock(folder / "lock")
            shutil.rmtree(self._incoming, ignore_errors=True)
            self._incoming.mkdir(mode=0o700)
            self._files.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            values = {"reason": error.strerror or type(error).__name__}
            raise InputRefused([Problem("service.data-unusable", Place(str(folder)), values)]) from error

    def incoming(self, *, limit: int) -> Incoming:
        """A new file that is arriving.

        Args:
            limit: Bytes past which it is refused.
        """
        return Incoming(self._incoming, limit=limit)

    def keep(self, incoming: Incoming) -> Stored:
        """Put an arrived file in its place; where one with the same bytes lies already, that one stays."""
        stored = incoming.finish()
        try:
            self.checked(stored.hash)
        except DamagedFile:
            target = self.path(stored.hash)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            incoming.path.replace(target)
            for folder in (target.parent, self._files):
                _sync_folder(folder)
        return stored

    def add(self, content: bytes) -> Stored:
        """Put bytes of our own making in their place."""
        with self.incoming(limit=len(content)) as incoming:
            incoming.write(content)
            return self.keep(incoming)

    def remove(self, digest: str) -> None:
        """Remove a file that nothing names; one that is not there is no mistake."""
        self.path(digest).unlink(missing_ok=True)

    def close(self) -> None:
        """Let the folder go."""
        os.close(self._lock)


def _lock(path: Path) -> int:
    """Hold the folder's lock; the system lets go of it when the process ends, however it ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise InputRefused([Problem("service.data-in-use", Place(str(path.parent)))]) from error
    return handle


def _sync_folder(folder: Path) -> None:
    """A renamed file is only safe once its folder is on the disk too."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
