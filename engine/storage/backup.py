"""Backups: everything that a service keeps, in one file that any database can be filled from again.

A backup is a tar archive: ``tables/NAME.jsonl`` with one row a line, ``files/HASH`` with the data folder's files, and
at last ``manifest.json`` with the revision of the tables and the SHA-256 of every member, so that an archive that was
cut short has none. Rows are read in one transaction, and files never change once a row names them: so a backup is taken
while the service runs, and is the state of one moment. What it holds is in no database's own format: rows of SQLite may
go into PostgreSQL.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from alembic import command
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text
from sqlalchemy.engine import Engine

from engine.errors import InputRefused, Place, Problem
from engine.storage.database import Database, known_revisions, migrate
from engine.storage.files import FileStore

FORMAT = 1
MANIFEST = "manifest.json"
TABLES = "tables/"
FILES = "files/"
_MEMBER = re.compile(r"tables/[a-z_]+\.jsonl|files/[0-9a-f]{64}")
_ROWS_AT_ONCE = 1_000
_PIECE = 1 << 20
_REVISIONS = "alembic_version"


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in a backup.

    Attributes:
        revision: Of the tables.
        rows: Rows of each table.
        files: How many files.
        size: Bytes of the files.
    """

    revision: str
    rows: Mapping[str, int]
    files: int
    size: int


def back_up(engine: Engine, folder: Path, target: Path) -> Backup:
    """Write a backup; the service may run meanwhile.

    Args:
        engine: The database, as it is.
        folder: The data folder.
        target: The file; what was there before is replaced once the backup is whole.

    Raises:
        InputRefused: ``backup.no-service`` where the database has no tables of a service, ``backup.file-missing`` where
            a file that a row names is gone or damaged.
        OSError: The target cannot be written.
    """
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else "SERIALIZABLE"
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as made:
        path = Path(made.name)
        try:
            with (
                engine.connect().execution_options(isolation_level=level) as connection,
                connection.begin(),
                tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive,
            ):
                found = _written(connection, folder, archive)
            _sync(made)
            path.replace(target)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return found


def restore(archive: Path, *, database: Database, files: FileStore) -> Backup:
    """Fill an empty service from a backup. All of it is checked before anything is written.

    Args:
        archive: The backup.
        database: Without any row.
        files: The data folder, held by the caller.

    Raises:
        InputRefused: ``backup.unreadable``, ``backup.damaged``, ``backup.newer`` of the archive, ``backup.not-empty``
            where the service has something already.
    """
    manifest = _checked(archive)
    with database.engine.connect() as connection:
        if any(_count(connection, table) for table in _tables(connection)):
            raise _refusal("backup.not-empty")
    migrate(database.engine, step=command.downgrade, revision=manifest["revision"])
    with tarfile.open(archive, mode="r:") as opened, database.engine.begin() as connection:
        tables = _tables(connection)
        rows = {table.name: _load(connection, table, opened) for table in tables}
        _set_counters(connection, tables)
        sizes = [_keep(member, opened, files) for member in opened if member.name.startswith(FILES)]
    migrate(database.engine)
    return Backup(manifest["revision"], rows, len(sizes), sum(sizes))


def _written(connection: Connection, folder: Path, archive: tarfile.TarFile) -> Backup:
    tables = {table.name: table for table in _tables(connection)}
    revision = _revision(connection)
    if revision is None or "file" not in tables:
        raise _refusal("backup.no-service")
    members: dict[str, str] = {}
    rows: dict[str, int] = {}
    for name, table in tables.items():
        with tempfile.TemporaryFile() as lines:
            rows[name] = _dump(connection, table, lines)
            members[f"{TABLES}{name}.jsonl"] = _add(archive, f"{TABLES}{name}.jsonl", lines)
    hashes = [str(row[0]) for row in connection.execute(select(tables["file"].c.hash).order_by("hash"))]
    size = 0
    for digest in hashes:
        path = folder / "files" / digest[:2] / digest
        try:
            with path.open("rb") as content:
                found = _add(archive, f"{FILES}{digest}", content)
        except FileNotFoundError:
            found = ""
        if found != digest:
            raise _refusal("backup.file-missing", hash=digest)
        members[f"{FILES}{digest}"] = digest
        size += path.stat().st_size
    manifest = {"format": FORMAT, "revision": revision, "rows": rows, "members": members}
    _add(archive, MANIFEST, io.BytesIO(json.dumps(manifest, indent=1).encode()))
    return Backup(revision, rows, len(hashes), size)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes]) -> str:
    """Add a member; the SHA-256 of what was added."""
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    watched = _Watched(content)
    archive.addfile(member, watched)
    return watched.digest.hexdigest()


class _Watched(io.RawIOBase):
    """A stream whose bytes are hashed as they are read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read as many bytes."""
        content = self._source.read(size)
        self.digest.update(content)
        return content


def _tables(connection: Connection) -> list[Table]:
    """The tables as they are, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _REVISIONS]


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, _REVISIONS):
        return None
    return str(connection.execute(text(f"SELECT version_num FROM {_REVISIONS}")).scalar_one())  # noqa: S608 - our name


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _dump(connection: Connection, table: Table, lines: IO[bytes]) -> int:
    query = select(table).order_by(*table.primary_key.columns)
    count = 0
    for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query):
        lines.write(json.dumps([_said(value) for value in row]).encode() + b"\n")
        count += 1
    return count


def _load(connection: Connection, table: Table, archive: tarfile.TarFile) -> int:
    lines = archive.extractfile(f"{TABLES}{table.name}.jsonl")
    if lines is None:
        raise _refusal("backup.damaged", name=table.name)
    names = [column.name for column in table.columns]
    count = 0
    for rows in _batches(lines):
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        count += len(rows)
    return count


def _batches(lines: IO[bytes]) -> Iterator[list[list[Any]]]:
    while batch := [[_meant(value) for value in json.loads(line)] for line in islice(lines, _ROWS_AT_ONCE)]:
        yield batch


def _said(value: Any) -> Any:
    """A value as JSON; what JSON has no kind for is an object of one member."""
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    return value


def _meant(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, said),) = value.items()
    readers: Mapping[str, Any] = {
        "moment": datetime.fromisoformat,
        "day": date.fromisoformat,
        "bytes": base64.b64decode,
    }
    return readers[kind](said)


def _set_counters(connection: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL go on counting behind the largest id; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        counter = func.pg_get_serial_sequence(f'"{table.name}"', "id")
        if "id" in table.columns and connection.execute(select(counter)).scalar() is not None:
            largest = connection.execute(select(func.max(table.c.id))).scalar()
            connection.execute(select(func.setval(counter, largest or 1, largest is not None)))


def _keep(member: tarfile.TarInfo, archive: tarfile.TarFile, files: FileStore) -> int:
    content = archive.extractfile(member)
    if content is None:
        raise _refusal("backup.damaged", name=member.name)
    with files.incoming(limit=member.size) as incoming:
        while piece := content.read(_PIECE):
            incoming.write(piece)
        return files.keep(incoming).size


def _checked(archive: Path) -> dict[str, Any]:
    """The manifest of a whole archive.

    Raises:
        InputRefused: It is no backup, damaged, or of a newer version.
    """
    found: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    try:
        with tarfile.open(archive, mode="r:") as opened:
            for member in opened:
                content = opened.extractfile(member) if member.isreg() else None
                if content is None or member.name in found or manifest:
                    raise _refusal("backup.damaged", archive, name=member.name[:200])
                if member.name == MANIFEST:
                    manifest = json.loads(content.read())
                elif _MEMBER.fullmatch(member.name):
                    found[member.name] = _hash(content)
                else:
                    raise _refusal("backup.damaged", archive, name=member.name[:200])
    except (tarfile.TarError, OSError, ValueError) as error:
        raise _refusal("backup.unreadable", archive, reason=str(error)[:200]) from error
    if not manifest:
        raise _refusal("backup.damaged", archive, name=MANIFEST)
    if manifest.get("format") != FORMAT or manifest.get("revision") not in known_revisions():
        raise _refusal("backup.newer", archive)
    wrong = sorted(set(found.items()) ^ set(manifest["members"].items()))
    if wrong:
        raise _refusal("backup.damaged", archive, name=wrong[0][0])
    return manifest


def _hash(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _refusal(code: str, archive: Path | None = None, **values: str) -> InputRefused:
    return InputRefused([Problem(code, Place("" if archive is None else archive.name), values)])
