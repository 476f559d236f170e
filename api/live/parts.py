"""The parts of a service that follow live logs, made once at its start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from api.clock import Clock
from api.hooks.sending import HookSender, Retries
from api.live.due import DueLooker
from api.live.idling import IdleCloser
from api.live.judges import Judges
from api.live.listening import LiveListener
from api.live.streaming import Places
from api.live.telling import DeadlineTeller
from api.live.waking import Waking
from api.settings import Settings
from engine.storage.database import Database
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter


@dataclass(frozen=True, eq=False, slots=True)
class LiveParts:
    """What follows live logs.

    Attributes:
        listener: Judges all that happens to them, within the unit of work in which it happens.
        due: Looks up what is due in them.
        waking: Wakes who waits for news of them.
        idle: Closes cases in which nothing happens.
        teller: Says when deadlines come near or pass.
        sender: Delivers what hooks are to be told.
        streams: Held by each stream of server-sent events.
        near: How long before its time is used up a deadline is near.
        private_hooks: Whether hooks may lead to this machine and to private networks.
    """

    listener: LiveListener
    due: DueLooker
    waking: Waking
    idle: IdleCloser
    teller: DeadlineTeller
    sender: HookSender
    streams: Places
    near: timedelta
    private_hooks: bool

    @property
    def near_minutes(self) -> int:
        """The same in minutes."""
        return self.near // timedelta(minutes=1)

    @classmethod
    def of(
        cls, database: Database, files: FileStore, writer: GroupWriter, settings: Settings, clock: Clock
    ) -> LiveParts:
        """Make them; nothing of them runs before ``start``."""
        limits, private = settings.limits, settings.private_hooks
        judges, waking = Judges(files, limits), Waking()
        listener = LiveListener(judges, limits, clock, waking)
        idle = IdleCloser(database, writer, judges, listener, clock=clock)
        due, near = DueLooker(files, judges, limits), timedelta(minutes=settings.near_minutes)
        retries = Retries(limits.hook_attempts)
        return cls(
            listener=listener,
            due=due,
            waking=waking,
            idle=idle,
            teller=DeadlineTeller(database, writer, due, waking, clock=clock, near=near, idle=idle),
            sender=HookSender(database, writer, clock=clock, private=private, retries=retries),
            streams=Places(limits.live_streams),
            near=near,
            private_hooks=private,
        )

    def start(self) -> None:
        """Begin to work in the background."""
        self.teller.start()
        self.sender.start()

    def close(self, *, seconds: float) -> None:
        """End in good order, before who writes does; what hooks are told may take so many seconds."""
        self.waking.end()
        self.teller.close()
        self.sender.close(seconds=seconds)
