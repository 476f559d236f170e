"""What a disk or a database can fail with that is nobody's mistake, and is over again after a while."""

from __future__ import annotations

import errno
import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError

FAILURES: tuple[type[Exception], ...] = (OSError, DBAPIError)
"""As what these show themselves; most of them are something else."""

_WITHOUT_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_BESIDE = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable)
_PRIMARY_CODE = 0xFF  # an extended result code of SQLite holds its primary one in the lowest byte


def is_full_disk(error: BaseException) -> bool:
    """Whether a file or a database could not be written for want of room, or past a quota."""
    if isinstance(error, DBAPIError):
        cause = error.orig
        if isinstance(cause, sqlite3.Error):
            return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        return isinstance(cause, psycopg.errors.DiskFull)
    return isinstance(error, OSError) and error.errno in _WITHOUT_ROOM


def is_in_the_way(error: BaseException) -> bool:
    """Whether a database gave a unit of work up because of another one beside it; nothing of it is stored."""
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", 0) & _PRIMARY_CODE) == sqlite3.SQLITE_BUSY
    return isinstance(cause, _BESIDE)
