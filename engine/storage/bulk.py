"""Many rows in one statement, and statements whose answers are awaited together.

What a batch costs on PostgreSQL is how often its writer waits for the server: each wait lets go of the interpreter, and
the threads that read other batches keep it for milliseconds. psycopg's ``executemany`` waits at every row. So the rows
go to PostgreSQL as columns, an array each, in a statement whose text never changes. SQLite knows no arrays and has no
server to wait for: it is given rows. Both go past SQLAlchemy, whose work on a row costs as much as storing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, String, any_, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel

from engine.storage.database import Session

Columns = Mapping[str, Sequence[Any]]
"""The values of some rows by column: numbers, texts or bytes, as drivers take them; all of one length."""


def insert_columns(session: Session, kind: type[SQLModel], columns: Columns, *, otherwise: str = "") -> None:
    """Insert rows that are given column by column, at least one; columns that are not named are null.

    Args:
        session: A unit of work that writes.
        kind: The rows' class.
        columns: The values.
        otherwise: What becomes of a row whose key is there: an ``ON CONFLICT`` clause that both databases understand.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        arrays = tuple(list(own) for own in columns.values())
        connection.exec_driver_sql(_of_arrays(kind, tuple(columns), otherwise), arrays)
    else:
        rows = list(zip(*columns.values(), strict=True))
        connection.exec_driver_sql(_of_rows(kind, tuple(columns), otherwise), rows)


@cache
def _of_arrays(kind: type[SQLModel], names: tuple[str, ...], otherwise: str) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    table = kind.metadata.tables[str(kind.__tablename__)]
    quoted = dialect.identifier_preparer.quote
    arrays = ", ".join(f"%b::{table.c[name].type.compile(dialect)}[]" for name in names)
    into = f"INSERT INTO {quoted(table.name)} ({', '.join(map(quoted, names))})"
    return f"{into} SELECT * FROM unnest({arrays}) {otherwise}"  # noqa: S608 - names of our own


@cache
def _of_rows(kind: type[SQLModel], names: tuple[str, ...], otherwise: str) -> str:
    quoted = sqlite.dialect().identifier_preparer.quote
    into = f"INSERT INTO {quoted(str(kind.__tablename__))} ({', '.join(map(quoted, names))})"
    return f"{into} VALUES ({', '.join('?' * len(names))}) {otherwise}"


def among(session: Session, column: Mapped[str], values: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column is one of some texts; on PostgreSQL one array, whatever their number."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(bindparam("among", list(values), type_=postgresql.ARRAY(String())))
    return column.in_(values)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Statements that are sent without waiting for each other's answers. None of them may be asked for one.

    Raises:
        DBAPIError: One of them failed, which is known only at the end.
    """
    connection = session.connection()
    driver = connection.connection.driver_connection
    try:
        with driver.pipeline() if isinstance(driver, psycopg.Connection) else nullcontext():
            yield
    except psycopg.Error as error:  # from the pipeline itself, where SQLAlchemy does not see it
        what = "statements sent together"
        raise DBAPIError.instance(what, None, error, psycopg.Error, dialect=connection.dialect) from error
