"""What can be done with flows. Nothing here knows HTTP, and nothing commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from api.composition import draw_process, picture_of
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


def read_stored(files: Files, row: FlowRow, *, limits: Limits) -> Process:
    """A stored flow with its net.

    Raises:
        InputRefused: A limit was lowered since it was stored.
    """
    return read_process_bytes(files.checked(row.file).read_bytes(), source=row.name, limits=limits)


def check_stored(files: FileStore, row: FlowRow, *, limits: Limits) -> CheckReport:
    """Everything that is wrong with a stored flow."""
    return check(read_stored(files, row, limits=limits), source=row.name, limits=limits)


def draw_stored(files: FileStore, row: FlowRow, picture: PictureFormat, *, language: Language, limits: Limits) -> bytes:
    """A stored flow as a picture.

    Raises:
        LimitExceeded: It is too large to be drawn.
    """
    dot = draw_process(read_stored(files, row, limits=limits), language=language)
    return picture_of(dot, picture, limits=limits)


def activate(session: Session, row: FlowRow, *, effective: date, now: datetime) -> ActivationRow | None:
    """Put a flow into force as a version of its key; None where another version has that day."""
    for known in activations(session, row.key):
        if known.effective == effective:
            return known if known.flow == row.id else None
    return add(session, ActivationRow(key=row.key, effective=effective, flow=row.id or 0, created=now))


def versions_of(session: Session, row: FlowRow) -> Sequence[ActivationRow]:
    """What was put into force of a flow's key, in the order of the days."""
    return activations(session, row.key)


def compare_stored(files: FileStore, old: FlowRow, new: FlowRow, *, limits: Limits) -> Difference:
    """How two stored flows differ."""
    return difference(read_stored(files, old, limits=limits), read_stored(files, new, limits=limits), limits=limits)
