"""Sealing: the oldest events of a live log move from the database into a file of the data folder, for good.

A database is good at taking events one by one, and Parquet at holding millions of them as columns. So once enough have
gathered, a closed range of numbers is written to a file, and in one transaction the manifest (``SealRow``) gains a row
and the events lose theirs. Whoever reads in one unit of work sees them in one place, never in both or neither.

The file must be there before the row that names it, so a crash between the two leaves an orphan. Its address is noted
before it is written (``SealingRow``), and ``remove_orphans`` removes at the start what was noted and never named: no
other file of the folder is looked at, whatever database it is opened with.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from engine.storage.database import Session
from engine.storage.event_columns import columns_of
from engine.storage.event_store import locked
from engine.storage.event_tables import EventRow, SealingRow, SealRow
from engine.storage.files import FileStore, Stored
from engine.storage.group_commit import GroupWriter
from engine.storage.repository import add, remember_file
from engine.storage.tables import FileRow, LogRow


def seal(
    session: Session, writer: GroupWriter, files: FileStore, log: int, *, most: int, now: datetime
) -> SealRow | None:
    """Seal the oldest events of a live log that are not sealed yet.

    Args:
        session: A unit of work that reads; nothing else may hold the database in this thread.
        writer: What commits.
        files: The data folder.
        log: The log's number.
        most: How many events go into the file at most.
        now: When this happens.

    Returns:
        The seal, or None where there is nothing to seal, or somebody else has sealed it meanwhile.
    """
    row = session.get_one(LogRow, log)
    query = select(EventRow.sequence, EventRow.body).where(
        col(EventRow.log) == log, col(EventRow.sequence) > row.sealed
    )
    rows = session.exec(query.order_by(col(EventRow.sequence)).limit(most)).all()
    session.rollback()  # lets go of the snapshot: the file takes a while
    if not rows:
        return None
    first, last = rows[0][0], rows[-1][0]
    buffer = io.BytesIO()
    columns_of((sequence, body) for sequence, body in rows).write_parquet(buffer)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    writer.submit(lambda session: _note(session, digest)).result()
    stored = files.add(content)
    made = SealRow(log=log, first=first, last=last, file=digest)
    return writer.submit(lambda session: _name(session, made, stored, now=now)).result()


def remove_orphans(session: Session, files: FileStore) -> int:
    """Remove the files of seals that a crash cut short; how many notes of them there were.

    To be called before anything is sealed, in a unit of work that writes.
    """
    notes = session.exec(select(SealingRow)).all()
    for note in notes:
        if session.get(FileRow, note.hash) is None:
            files.remove(note.hash)
        session.delete(note)
    return len(notes)


def _note(session: Session, digest: str) -> None:
    if session.get(SealingRow, digest) is None:
        add(session, SealingRow(hash=digest))


def _name(session: Session, made: SealRow, stored: Stored, *, now: datetime) -> SealRow | None:
    row = locked(session, made.log)
    if row.sealed != made.first - 1:
        return None
    remember_file(session, stored, now=now)
    add(session, made)
    row.sealed = made.last
    session.add(row)
    note = session.get(SealingRow, stored.hash)
    if note is not None:
        session.delete(note)
    session.flush()
    gone = delete(EventRow).where(col(EventRow.log) == made.log, col(EventRow.sequence) <= made.last)
    session.connection().execute(gone)
    return made
