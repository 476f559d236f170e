"""``trueline serve``: opens the data folder, listens, and ends in good order."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from threading import BoundedSemaphore
from types import FrameType
from typing import Protocol

import uvicorn

from api.accounts.keys import ensure_key
from api.accounts.parts import AccountParts
from api.assessments.computing import Computer, InChild, InThisProcess, Order
from api.assessments.service import compute, compute_in_child
from api.assessments.work import AssessmentWork
from api.clock import Clock
from api.http.app import create_app
from api.live.parts import LiveParts
from api.operations.logs import logging_to
from api.running import READERS, Running
from api.schedules.ticking import Ticker
from api.settings import Settings
from api.shelf import OpenShelf
from engine.compiled import is_cold
from engine.conformance.warmup import compile_kernels
from engine.errors import InputRefused, Place, Problem, Value
from engine.jobs.durable import DurableQueue
from engine.jobs.queue import JobQueue, ThreadQueue
from engine.jobs.runner import ThreadRunner
from engine.storage.database import Database
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter

GRACE_SECONDS = 10
"""How long requests may take to end once the service is told to stop, and then all work in the background together."""

LOGGER = logging.getLogger("trueline.service")


class Say(Protocol):
    """Tells the person at the console something: a code of the catalogue and its values."""

    def __call__(self, code: str, **values: Value) -> None:
        """Say it."""


def serve(settings: Settings, *, say: Say, new_key: bool = False) -> None:
    """Run the service until it is told to stop (SIGINT or SIGTERM).

    Args:
        settings: Address, data folder, database, limits.
        say: Told the address, and the key when one was made; on this machine also a link that signs in with it once.
        new_key: Whether to make a new key of the console; its older ones open nothing any more.

    Raises:
        InputRefused: The folder, the database or the address cannot be used.
    """
    if is_cold():
        say("service.compiling")
    compile_kernels()  # else the first event would do it, in its transaction, and all others would wait for the lock
    logs = logging_to(sys.stderr, form=settings.log_format, level=settings.log_level)
    service = opened(settings, clock=_now, say=say, new_key=new_key, durable=True)
    with logs, service as running, listening(settings) as listener:
        app = create_app(running)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = Server(config, running)
        app.state.connections = lambda: len(server.server_state.connections)
        with _stopped_by_signals(server):
            host, port = listener.getsockname()[:2]
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            say("service.listening", url=f"{address}/api/v1")
            fresh = running.accounts.fresh
            if fresh is not None and ip_address(host).is_loopback:
                token = running.accounts.links.make(fresh, now=running.clock())
                say("service.sign-in-link", url=f"{address}/sign-in?token={token}")
            server.run(sockets=[listener])


class Server(uvicorn.Server):
    """A server that ends its streams when it is told to stop, instead of waiting for clients that stay for ever."""

    def __init__(self, config: uvicorn.Config, running: Running) -> None:
        super().__init__(config)
        self._waking = running.live.waking

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop in good order."""
        self._waking.end()
        await super().shutdown(sockets)


@contextmanager
def opened(
    settings: Settings, *, clock: Clock, say: Say, new_key: bool = False, durable: bool = False
) -> Iterator[Running]:
    """The parts of a service, closed in good order at the end.

    What is worked on then is broken off; at the next start it is begun again.

    Args:
        settings: Data folder, database, limits.
        clock: The time.
        say: Told the key when one was made.
        new_key: Whether to make a new key.
        durable: Whether assessments are worked on in a process of their own, from a queue that outlives this one; else
            in a thread of this process, from a queue in its memory.

    Raises:
        InputRefused: The folder or the database cannot be used.
    """
    files = FileStore(settings.data)
    try:
        database = Database(settings.database_url)
        try:
            key = ensure_key(database, now=clock(), renew=new_key, most=settings.limits.keys)
            if key is not None:
                say("service.new-key", key=key.text)
            sealer = ThreadRunner(crashed=_crashed)
            writer = GroupWriter(database, waiting=settings.limits.waiting_batches)
            live = LiveParts.of(database, files, writer, settings, clock)
            work, ticker = _work(database, files, settings, clock, durable=durable), Ticker()
            try:
                yield Running(
                    database=database,
                    files=files,
                    work=work,
                    limits=settings.limits,
                    clock=clock,
                    accounts=AccountParts.of(database, settings, fresh=key.row.id if key else None),
                    readers=BoundedSemaphore(READERS),
                    writer=writer,
                    sealer=sealer,
                    seal_events=settings.seal_events,
                    live=live,
                    ticker=ticker,
                )
            finally:
                deadline = time.monotonic() + GRACE_SECONDS
                ticker.close()
                live.close(seconds=GRACE_SECONDS / 2)
                work.close(seconds=_left(deadline))
                sealer.close(seconds=_left(deadline))
                writer.close()
        finally:
            database.close()
    finally:
        files.close()


def _work(database: Database, files: FileStore, settings: Settings, clock: Clock, *, durable: bool) -> AssessmentWork:
    limits = settings.limits
    queue: JobQueue
    computer: Computer
    if durable:
        order = Order(0, settings.data, settings.database_url, limits)
        computer = InChild(order, compute_in_child)
        computer.start()
        queue = DurableQueue(_jobs_url(settings), crashed=_crashed)
    else:
        computer = InThisProcess(OpenShelf(database, files, limits), compute)
        queue = ThreadQueue(crashed=_crashed)
    return AssessmentWork(database, files, limits, clock, queue, computer)


def _jobs_url(settings: Settings) -> str:
    """Where the queue is kept: in the same PostgreSQL database, or beside SQLite's file, which has one writer only."""
    if settings.database_url.startswith("sqlite"):
        return f"sqlite:///{settings.data / 'queue.db'}"
    return settings.database_url


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The socket that a service listens on.

    Raises:
        InputRefused: The address cannot be used.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        place = Place(f"{settings.host}:{settings.port}")
        raise InputRefused([Problem("service.address-unusable", place, {"reason": str(reason)})]) from error
    with listener:
        # Connections take this after it. asyncio sets it on sockets that say that they are TCP, which those of
        # create_server do not: each answer's body would wait 40 ms for the client to acknowledge its head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the service as a success, whenever they come.

    The server takes them while it runs. Once it has stopped in good order it raises them again for whoever was in
    charge before, which would end the process before our own parts are closed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _crashed(job: str, error: Exception) -> None:
    LOGGER.error("%s ended badly", job, exc_info=error)


def _now() -> datetime:
    return datetime.now(UTC)
