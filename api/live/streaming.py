"""What is said of a log's cases, as server-sent events (HTML Living Standard, section 9.2), read from what is stored.

The id of an event is the number of its notice. Whoever comes again with the last one that it saw goes on behind it, and
misses nothing and sees nothing twice, whatever happened in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from threading import Lock
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.live.waking import Waking
from engine.storage.database import Database
from engine.storage.live_store import notices_after
from engine.storage.live_tables import NoticeRow

HEARTBEAT_SECONDS = 15.0
"""After so long without news a comment is sent, so that proxies keep the connection and a lost one is noticed."""
AT_ONCE = 100
COMMENT = ":\n\n"


class Places:
    """Places for streams, of which there are only so many. Threads may share them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._lock = Lock()

    @property
    def taken(self) -> int:
        """How many are taken."""
        return self._taken

    def take(self) -> bool:
        """Take one, if there is any."""
        with self._lock:
            free = self._taken < self._most
            self._taken += free
        return free

    def give_back(self) -> None:
        """Give one back."""
        with self._lock:
            self._taken -= 1


class Stream(StreamingResponse):
    """A stream of server-sent events that gives its place back when it ends, however it ends."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[str], places: Places) -> None:
        super().__init__(content, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it until the client leaves or the service ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._places.give_back()


async def notices(
    database: Database,
    waking: Waking,
    log: int,
    *,
    after: int,
    welcome: Callable[[], bool],
    heartbeat: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[str]:
    """What is said of a log after a notice, as it is said, until the service ends or its reader is welcome no more."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def sleeper(number: int, _cases: Collection[str]) -> None:
        if number == log or waking.ended:
            loop.call_soon_threadsafe(news.set)

    waking.add(sleeper)
    try:
        yield begin_of(after)
        while not waking.ended:
            news.clear()
            if not await run_in_threadpool(welcome):
                return
            found = await run_in_threadpool(_read, database, log, after)
            for row in found:
                after = row.number
                yield text_of(row)
            if len(found) == AT_ONCE or waking.ended:
                continue
            try:
                await asyncio.wait_for(news.wait(), heartbeat)
            except TimeoutError:
                yield COMMENT
    finally:
        waking.remove(sleeper)


def begin_of(after: int) -> str:
    """What a stream says first: the number behind which it begins, as an id without an event.

    So whoever loses it before anything was said goes on where it began, and misses nothing either.
    """
    return f":\nid: {after}\n\n"


def text_of(row: NoticeRow) -> str:
    """A notice as a server-sent event; its body is JSON in one line."""
    return f"id: {row.number}\nevent: {row.kind}\ndata: {row.body}\n\n"


def _read(database: Database, log: int, after: int) -> Any:
    with database.reading() as session:
        return notices_after(session, log, after, limit=AT_ONCE)
