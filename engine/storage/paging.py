"""Parts: of what is too long for one answer, each beginning after a key of the one before; of values for one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlmodel import SQLModel
from sqlmodel.sql.expression import SelectOfScalar

from engine.storage.database import Session

AT_ONCE = 1_000
"""Values of one ``IN``: SQLite takes 32,766 at most."""

Item = TypeVar("Item")
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


def in_parts(values: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Values in the parts that one ``IN`` takes."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))
