"""Whether what failed is a disk without room: nobody's mistake, and over once somebody makes room."""

from __future__ import annotations

import errno
import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError

FAILURES: tuple[type[Exception], ...] = (OSError, DBAPIError)
"""As what a full disk shows itself; most of them are something else."""

_WITHOUT_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full_disk(error: BaseException) -> bool:
    """Whether a file or a database could not be written for want of room, or past a quota."""
    if isinstance(error, DBAPIError):
        cause = error.orig
        if isinstance(cause, sqlite3.Error):
            return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        return isinstance(cause, psycopg.errors.DiskFull)
    return isinstance(error, OSError) and error.errno in _WITHOUT_ROOM
