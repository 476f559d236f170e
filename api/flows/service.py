"""What can be done with flows. Nothing here knows HTTP, and nothing commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from api.composition import draw_process, picture_of
from api.shelf import Shelf
from engine.limits import Limits
from engine.nets.process import Process, read_process_bytes
from engine.rendering.picture import PictureFormat
from engine.review.check import CheckReport, check
from engine.review.difference import Difference, difference
from engine.storage.database import Session
from engine.storage.files import Files, FileStore, Incoming
from engine.storage.repository import activations, add, find, remember_file
from engine.storage.tables import NAME_CHARACTERS, ActivationRow, FlowRow
from engine.vocabulary import Language


def add_flow(
    session: Session,
    files: FileStore,
    incoming: Incoming,
    *,
    name: str,
    now: datetime,
    by: int | None = None,
    limits: Limits,
) -> FlowRow:
    """Read an uploaded flow and keep it.

    Raises:
        InputRefused: It cannot be read; nothing is kept.
    """
    process = read_process_bytes(incoming.path.read_bytes(), source=name, limits=limits)
    flow = process.flow
    stored = files.keep(incoming)
    return add(
        session,
        FlowRow(
            name=name,
            format=process.format.value,
            key=flow.id[:NAME_CHARACTERS],
            title_en=flow.title.en[:NAME_CHARACTERS],
            title_zh=flow.title.zh[:NAME_CHARACTERS],
            steps=len(flow.steps),
            content_hash=process.content_hash,
            effective=flow.effective,
            file=remember_file(session, stored, now=now),
            created=now,
            created_by=by,
        ),
    )


def flow_row(session: Session, number: int) -> FlowRow | None:
    """A flow's row, or None."""
    return find(session, FlowRow, number)


def read_kept(files: Files, row: FlowRow, *, limits: Limits) -> Process:
    """A stored flow with its net, read anew.

    Raises:
        DamagedFile: Its file is gone, or no longer what it was.
        InputRefused: A limit was lowered since it was stored.
    """
    return read_process_bytes(files.checked(row.file).read_bytes(), source=row.name, limits=limits)


def read_stored(shelf: Shelf, row: FlowRow) -> Process:
    """A stored flow with its net, read or still at hand; its file is looked at in both cases.

    Raises:
        DamagedFile: Its file is gone, or no longer what it was.
        InputRefused: A limit was lowered since it was stored.
    """
    size = shelf.files.checked(row.file).stat().st_size
    key = f"{row.file} {row.name}"
    return shelf.flow_cache.process(key, size, lambda: read_kept(shelf.files, row, limits=shelf.limits))


def check_stored(shelf: Shelf, row: FlowRow) -> CheckReport:
    """Everything that is wrong with a stored flow."""
    return check(read_stored(shelf, row), source=row.name, limits=shelf.limits)


def draw_stored(shelf: Shelf, row: FlowRow, picture: PictureFormat, *, language: Language) -> bytes:
    """A stored flow as a picture.

    Raises:
        LimitExceeded: It is too large to be drawn.
    """
    dot = draw_process(read_stored(shelf, row), language=language)
    return picture_of(dot, picture, limits=shelf.limits)


def activate(session: Session, row: FlowRow, *, effective: date, now: datetime) -> ActivationRow | None:
    """Put a flow into force as a version of its key; None where another version has that day."""
    for known in activations(session, row.key):
        if known.effective == effective:
            return known if known.flow == row.id else None
    return add(session, ActivationRow(key=row.key, effective=effective, flow=row.id or 0, created=now))


def versions_of(session: Session, row: FlowRow) -> Sequence[ActivationRow]:
    """What was put into force of a flow's key, in the order of the days."""
    return activations(session, row.key)


def compare_stored(shelf: Shelf, old: FlowRow, new: FlowRow) -> Difference:
    """How two stored flows differ."""
    return difference(read_stored(shelf, old), read_stored(shelf, new), limits=shelf.limits)
