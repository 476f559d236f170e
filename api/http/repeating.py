"""Requests that may be sent again (draft-ietf-httpapi-idempotency-key-header): done once, answered the same each time.

The answer to a request with ``Idempotency-Key`` is kept in the unit of work of what it did (``WriteSession``), so
either both are there or neither, whatever becomes of the process. Requests in progress are known by this process
alone: there is one for a data folder, and what a killed one was at is not there. A request that was refused changed
nothing; nothing is kept of it, and it may be sent again with the same key and other content.

Routes that commit together with other requests (``committed``) keep the answer after it: they are those whose work
does nothing when it is done again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.accounts.acting import current
from api.accounts.identify import bearer
from api.accounts.sessions import COOKIE
from api.http.asked import path_of, query_of
from api.http.problems import Refusal, answer
from api.running import Running
from engine.storage.database import Session
from engine.storage.idempotency import LIFETIME, Answer, AnswerRow, held, keep_answer, kept_answer, opened_answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
API = "/api/"
KEY_CHARACTERS = 200
KEY_PATTERN = r'^(?:"(?:[ !#-\[\]-~]|\\["\\]){1,200}"|[!#-+\--~]{1,200})$'
"""A string as structured fields have it (RFC 8941, 3.3.3); without comma and space also without its quotes."""

KEPT_HEADERS = ("content-type", "content-language", "location")

_KEY = re.compile(KEY_PATTERN)


class Heard:
    """A body that is hashed as it is read.

    Attributes:
        digest: SHA-256 of what was read.
        is_complete: Whether all of it was.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.digest = hashlib.sha256()
        self.is_complete = False

    async def __call__(self) -> Message:
        """The next message, as whoever answers the request is to get it."""
        message = await self._receive()
        if message["type"] == "http.request":
            self.digest.update(message.get("body", b""))
            self.is_complete = not message.get("more_body", False)
        return message

    async def finish(self, *, limit: int) -> None:
        """Read what is left, up to a limit, and hold nothing of it.

        Raises:
            ClientDisconnect: It does not come.
        """
        found = 0
        while not self.is_complete and found <= limit:
            message = await self()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            found += len(message.get("body", b""))


@dataclass(slots=True)
class Attempt:
    """A request with an idempotency key.

    Attributes:
        name: What its answer is kept under.
        holder: Number of the key of who sends it.
        secret: What its answer is sealed with: nothing that is kept anywhere.
        asked: What is asked for, beside the body.
        heard: The body.
        response: The answer, as soon as it is known.
        is_kept: Whether a unit of work keeps the answer.
    """

    name: str
    holder: int
    secret: bytes
    asked: tuple[str, ...]
    heard: Heard
    response: Response | None = None
    is_kept: bool = False

    @classmethod
    def of(cls, request: Request, heard: Heard, *, key: str, holder: int) -> Attempt:
        """The attempt of a request by somebody who is known."""
        whose = (bearer(request.headers) or request.cookies.get(COOKIE, ""), request.method, path_of(request), key)
        asked = (query_of(request), request.headers.get("content-type", ""))
        return cls(_digest("name", *whose), holder, _digest("seal", *whose).encode(), asked, heard)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is asked; complete once the body was read."""
        return _digest(*self.asked, self.heard.digest.hexdigest())

    def keep(self, session: Session, running: Running) -> None:
        """Keep the answer in a unit of work, where there is one that succeeded."""
        response = self.response
        if response is None or not HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            return
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        keep_answer(
            session,
            self.name,
            Answer(response.status_code, headers, bytes(response.body)),
            holder=self.holder,
            fingerprint=self.fingerprint,
            secret=self.secret,
            now=running.clock(),
        )


_ATTEMPT: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def current_attempt() -> Attempt | None:
    """The attempt that is being answered; None for a request without an idempotency key."""
    return _ATTEMPT.get()


class Repeating:
    """Answers again what was answered, and lets nothing be done twice."""

    def __init__(self, app: ASGIApp, running: Running) -> None:
        self._app = app
        self._running = running
        self._lock = Lock()
        self._in_progress: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it as it was answered before, or with 409, 422 or 429."""
        acting = current()
        if scope["type"] != "http" or acting is None or acting.who is None or not _may_repeat(scope):
            await self._app(scope, receive, send)
            return
        request, heard = Request(scope, receive), Heard(receive)
        try:
            attempt = Attempt.of(request, heard, key=key_of(request), holder=acting.who.id)
            with self._claimed(attempt.name):
                known = await run_in_threadpool(self._known, attempt)
                if known is None:
                    _ATTEMPT.set(attempt)
                    await self._app(scope, heard, send)
                    return
                told = await self._again(attempt, known)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            told = answer(request, refusal.status, [refusal.problem], refusal.headers)
        with suppress(ClientDisconnect):  # a client that is still sending does not listen
            await heard.finish(limit=self._most)
            await told(scope, receive, send)

    @property
    def _most(self) -> int:
        return 2 * self._running.limits.upload_bytes

    @contextmanager
    def _claimed(self, name: str) -> Iterator[None]:
        with self._lock:
            if name in self._in_progress:
                raise Refusal(HTTPStatus.CONFLICT, "service.request-in-progress", headers={"Retry-After": "1"})
            self._in_progress.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._in_progress.discard(name)

    def _known(self, attempt: Attempt) -> AnswerRow | None:
        """What was answered before.

        Raises:
            Refusal: Nothing was, and too much is kept for its sender to keep one more answer.
        """
        now, limits = self._running.clock(), self._running.limits
        with self._running.database.reading() as session:
            row = kept_answer(session, attempt.name, now=now)
            if row is not None:
                return row
            kept = held(session, attempt.holder, now=now)
        if kept.oldest is not None and (kept.answers >= limits.kept_answers or kept.size >= limits.kept_answer_bytes):
            wait = str(max(1, int((kept.oldest + LIFETIME - now).total_seconds())))
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                "service.too-many-answers-kept",
                headers={"Retry-After": wait},
                answers=kept.answers,
                bytes=kept.size,
            )
        return None

    async def _again(self, attempt: Attempt, known: AnswerRow) -> Response:
        await attempt.heard.finish(limit=self._most)
        if attempt.fingerprint != known.fingerprint:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "service.idempotency-key-reused")
        before = opened_answer(known, secret=attempt.secret)
        return Response(before.body, before.status, {**before.headers, REPLAYED: "true"})


async def kept(request: Request, response: Response) -> Response:
    """An answer, known to the attempt that it answers; kept at once where no unit of work does that."""
    attempt = current_attempt()
    if attempt is None:
        return response
    running: Running = request.app.state.running
    await attempt.heard.finish(limit=2 * running.limits.upload_bytes)
    attempt.response = response
    if not attempt.is_kept:
        await run_in_threadpool(_keep_alone, attempt, running)
    return response


def _keep_alone(attempt: Attempt, running: Running) -> None:
    with running.database.writing() as session:
        attempt.keep(session, running)


def key_of(request: Request) -> str:
    """The idempotency key of a request.

    Raises:
        Refusal: The header holds none, or several.
    """
    given = request.headers.getlist(HEADER)
    if len(given) != 1 or not _KEY.match(given[0]):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "service.bad-idempotency-key", allowed=KEY_CHARACTERS)
    return given[0][1:-1] if given[0].startswith('"') else given[0]


def _may_repeat(scope: Scope) -> bool:
    names = (name for name, _ in scope["headers"])
    return scope["method"] == "POST" and scope["path"].startswith(API) and HEADER.lower().encode() in names


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
