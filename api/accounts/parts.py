"""The parts of a service that know who is who, made once at its start."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from api.accounts.attempts import Attempts
from api.accounts.keys import KeyRing, Uses
from api.accounts.links import SignInLinks
from api.accounts.sessions import Lifetimes
from api.settings import Settings
from engine.storage.database import Database


@dataclass(frozen=True, eq=False, slots=True)
class AccountParts:
    """What knows who is who.

    Attributes:
        keys: The keys in force.
        lifetimes: How long sessions last.
        fresh: The number of the key that was made at this start, if one was.
        uses: When keys and sessions were last seen.
        attempts: The attempts that failed.
        links: Links that sign in once.
    """

    keys: KeyRing
    lifetimes: Lifetimes
    fresh: int | None
    uses: Uses = field(default_factory=Uses)
    attempts: Attempts = field(default_factory=Attempts)
    links: SignInLinks = field(default_factory=SignInLinks)

    @classmethod
    def of(cls, database: Database, settings: Settings, *, fresh: int | None) -> AccountParts:
        """Make them; ``fresh`` is the number of the key that was made at this start, if one was."""
        whole, idle = timedelta(hours=settings.session_hours), timedelta(minutes=settings.idle_minutes)
        return cls(KeyRing(database), Lifetimes(whole, idle), fresh)
