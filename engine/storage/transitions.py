"""What kinds of transitions the activities of a live log have had: rows written with the events that have them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import insert
from sqlmodel import col, select

from engine.logs.counting import TransitionKind
from engine.logs.lifecycle import Transitions
from engine.storage.database import Session
from engine.storage.event_tables import TransitionRow
from engine.storage.paging import in_parts
from engine.storage.tables import LogRow


def kinds_of(session: Session, log: int, activities: Collection[str]) -> dict[str, frozenset[TransitionKind]]:
    """The kinds of transitions that some activities have had; of none, nothing is known."""
    found: dict[str, frozenset[TransitionKind]] = dict.fromkeys(activities, frozenset())
    for some in in_parts(sorted(activities)):
        query = select(TransitionRow.activity, TransitionRow.kind).where(
            col(TransitionRow.log) == log, col(TransitionRow.activity).in_(some)
        )
        for activity, kind in session.exec(query):
            found[activity] |= {TransitionKind(kind)}
    return found


def note_kinds(session: Session, log: LogRow, new: Collection[tuple[str, TransitionKind]], *, recounts: int) -> None:
    """Note that activities have had kinds of transitions for the first time.

    Args:
        session: A unit of work that writes.
        log: The log's row, which the unit of work holds.
        new: Activity and kind, each at most once and never before.
        recounts: How many of them may change which other events count.
    """
    if new:
        rows = [{"log": log.id, "activity": activity, "kind": kind.value} for activity, kind in new]
        session.connection().execute(insert(TransitionRow), rows)
    if recounts:
        log.recounts += recounts
        session.add(log)
        session.flush()


def transitions_of(session: Session, log: int, activities: Iterable[str]) -> Transitions:
    """Which of some activities have starts in a live log, and which have completions."""
    found = kinds_of(session, log, set(activities))
    having = ((name for name, kinds in found.items() if kind in kinds) for kind in TransitionKind)
    starts, completes, _ = map(frozenset, having)
    return Transitions(starts, completes)
