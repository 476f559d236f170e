"""Parts of what is too long for one answer, each beginning after a key of the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlmodel import SQLModel
from sqlmodel.sql.expression import SelectOfScalar

from engine.storage.database import Session

Row = TypeVar("Row", bound=SQLModel)


def part_of(
    session: Session, query: SelectOfScalar[Row], *, limit: int, key: Callable[[Row], int | None]
) -> tuple[Sequence[Row], int | None]:
    """The first rows of a query, and the key of the last of them where more follow.

    Args:
        session: The unit of work.
        query: In the order of its keys, from where this part begins.
        limit: At most so many.
        key: By which the next part is asked for.
    """
    rows = session.exec(query.limit(limit + 1)).all()
    return rows[:limit], key(rows[limit - 1]) if len(rows) > limit else None
