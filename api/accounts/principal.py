"""Who sends a request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.storage.tables import Role


class How(StrEnum):
    """How somebody showed who they are."""

    KEY = "key"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a request.

    Attributes:
        id: The number of the key.
        name: Whose key it is: a person or a program.
        role: What they may do.
        how: How they showed it.
    """

    id: int
    name: str
    role: Role
    how: How
