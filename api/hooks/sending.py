"""Deliveries: each hook is told in order, signed, and again until it has answered or has failed for good.

The form is that of Standard Webhooks (standardwebhooks.com, version 1.0.0): the headers ``webhook-id``,
``webhook-timestamp`` and ``webhook-signature``, the last one HMAC-SHA-256 of the id, the timestamp and the body, joined
by dots. A delivery is tried again when nobody knows whether it arrived, always with the same id: whoever receives it
drops what it knows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

from api.clock import Clock
from api.hooks.addresses import connection_to, target_of
from engine.storage.database import Database, Session
from engine.storage.group_commit import GroupWriter, NotCertain, WriterBusy
from engine.storage.outbox import DeliveryStatus, Outgoing, due_deliveries, mark

LOGGER = logging.getLogger("trueline.service")

AT_ONCE = 4
TIMEOUT_SECONDS = 10.0
LONGEST_SECONDS = 20.0
"""For a whole attempt, however often something of the answer comes within the other."""
LOOK_SECONDS = 0.5
"""Looking at every commit would slow down those who commit."""
LONGEST_WAIT = timedelta(hours=1)
SECRET_PREFIX = "whsec_"  # noqa: S105 - of every secret
FAILURE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a delivery is tried.

    Attributes:
        attempts: So often, then it has failed.
        first: How long to wait after the first failure; twice as long after each further one, an hour at most.
    """

    attempts: int
    first: timedelta = timedelta(seconds=5)

    def wait_after(self, attempts: int) -> timedelta:
        """How long to wait after so many failures, at least one."""
        return min(LONGEST_WAIT, self.first * (1 << min(attempts - 1, 30)))


class HookSender:
    """Delivers what is in the outbox, in the background."""

    def __init__(
        self, database: Database, writer: GroupWriter, *, clock: Clock, private: bool, retries: Retries
    ) -> None:
        """Prepare it; ``start`` begins the work.

        Args:
            database: Where the outbox is.
            writer: Notes what attempts came to.
            clock: The time.
            private: Whether hooks may lead to this machine and to private networks.
            retries: How often a delivery is tried.
        """
        self._database, self._writer = database, writer
        self._clock, self._private, self._retries = clock, private, retries
        self._news, self._ended = threading.Event(), threading.Event()
        self._busy: set[int] = set()
        self._attempts: set[Future[None]] = set()
        self._connections: dict[int, tuple[http.client.HTTPConnection, float]] = {}
        self._broken_off = False
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="trueline-hooks")
        self._thread = threading.Thread(target=self._run, name="trueline-outbox", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier process left."""
        self._thread.start()

    def close(self, *, seconds: float = TIMEOUT_SECONDS) -> None:
        """End, once the attempts under way have ended; what waits is told after the next start.

        Args:
            seconds: How long they may take. Then they are broken off, and made again after the next start: a receiver
                that answers byte by byte would keep the service from ending for as long as it likes.
        """
        self._ended.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(tuple(self._attempts), timeout=seconds)
        with self._lock:
            self._broken_off = True
            for connection, _ in self._connections.values():
                _break_off(connection)
        self._pool.shutdown()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._news.clear()
            try:
                self._end_slow()
                self._look()
            except Exception:
                LOGGER.exception("the outbox")
            self._news.wait(LOOK_SECONDS)

    def _end_slow(self) -> None:
        """Break off what takes too long: a receiver that answers byte by byte would keep others from being told."""
        with self._lock:
            for connection, since in self._connections.values():
                if time.monotonic() - since > LONGEST_SECONDS:
                    _break_off(connection)

    def _look(self) -> None:
        with self._lock:
            busy = set(self._busy)  # before reading: what is read of one that ends meanwhile may be old
        with self._database.reading() as session:
            found = due_deliveries(session, now=self._clock())
        for one in found:
            if one.hook not in busy and not self._ended.is_set():
                with self._lock:
                    self._busy.add(one.hook)
                attempt = self._pool.submit(self._deliver, one)
                self._attempts.add(attempt)
                attempt.add_done_callback(self._attempts.discard)

    def _deliver(self, one: Outgoing) -> None:
        try:
            failure = send(one, now=self._clock(), private=self._private, connected=partial(self._connected, one.hook))
            if failure and self._broken_off:
                return
            self._writer.submit(partial(self._note, one, failure)).result()
        except (WriterBusy, NotCertain):
            LOGGER.warning("it could not be noted what delivery %d of hook %d came to", one.number, one.hook)
        except Exception:
            LOGGER.exception("delivery %d of hook %d", one.number, one.hook)
        finally:
            with self._lock:
                self._busy.discard(one.hook)
                self._connections.pop(one.hook, None)
            self._news.set()

    def _connected(self, hook: int, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._connections[hook] = connection, time.monotonic()
            if self._broken_off:
                _break_off(connection)

    def _note(self, one: Outgoing, failure: str, session: Session) -> None:
        now, attempts = self._clock(), one.attempts + 1
        if not failure:
            mark(session, one, DeliveryStatus.DELIVERED, due=now)
        elif attempts >= self._retries.attempts:
            mark(session, one, DeliveryStatus.FAILED, due=now, failure=failure)
        else:
            due = now + self._retries.wait_after(attempts)
            mark(session, one, DeliveryStatus.WAITING, due=due, failure=failure)


def send(
    one: Outgoing, *, now: datetime, private: bool, connected: Callable[[http.client.HTTPConnection], object]
) -> str:
    """Try to deliver once; "" where it was taken (any status 2xx), else what it came to.

    Args:
        one: What is sent.
        now: The time.
        private: Whether it may lead to this machine and to private networks.
        connected: Told the connection once it is there.
    """
    target = target_of(one.url)
    if target is None:
        return "url"
    body = body_of(one)
    headers = {"Content-Type": "application/json", "User-Agent": "trueline", **signed(one, body, now=now)}
    try:
        connection = connection_to(target, private=private, seconds=TIMEOUT_SECONDS)
        connected(connection)
        try:
            connection.request("POST", target.path, body=body, headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"[:FAILURE_CHARACTERS]
    return "" if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else f"HTTP {status}"


def _break_off(connection: http.client.HTTPConnection) -> None:
    """Have whoever waits at a connection see its end; TLS is not asked, it belongs to the thread that waits."""
    if connection.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def body_of(one: Outgoing) -> bytes:
    """What is sent: the same bytes at every attempt."""
    said = {"type": one.kind.value, "timestamp": one.created.isoformat(), "data": json.loads(one.body)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signed(one: Outgoing, body: bytes, *, now: datetime) -> dict[str, str]:
    """The headers by which the receiver tells that a message is ours, is whole, and is no old one sent again."""
    identity, moment = f"trueline-{one.log}-{one.hook}-{one.number}", str(int(now.timestamp()))
    key = base64.b64decode(one.secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, b".".join((identity.encode(), moment.encode(), body)), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode('ascii')}"
    return {"webhook-id": identity, "webhook-timestamp": moment, "webhook-signature": signature}
