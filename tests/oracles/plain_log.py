"""Events as the plain twins read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PlainEvent:
    """An event; ``values`` are its further attributes."""

    activity: str
    start: datetime | None
    time: datetime | None
    resource: str | None = None
    values: tuple[tuple[str, bool | int | float | str | datetime | None], ...] = ()

    def value(self, name: str) -> bool | int | float | str | datetime | None:
        """One of its attributes, None without it."""
        return dict(self.values).get(name)
