"""The gate: nothing but what is open to all gets past it without a key or a session, whatever its address."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs, quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.accounts.acting import SAFE_METHODS, Acting, begin
from api.accounts.identify import bearer, identify
from api.accounts.principal import How
from api.accounts.sessions import COOKIE, csrf_of, from_here, is_csrf
from api.http.asked import path_of, query_of
from api.http.languages import language_of
from api.http.problems import answer as say
from api.http.problems import problem_response
from api.operations.records import current_record
from api.running import Running
from engine.errors import Problem

SIGN_IN = "/sign-in"
PROBES = frozenset({"/health", "/ready"})
"""What whoever watches the service asks for: answered without a look at who it is, which could take a while."""

OPEN_PATHS = PROBES | {SIGN_IN}
"""What strangers may use: the paths of the routes that are ``OPEN_TO_ALL``."""

OPEN_FOLDER = "/static/"
"""Styles and scripts are the same for everybody; the page that asks for a key needs them too."""

API = "/api/"
FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 64 * 1024
FORM_FIELDS = 100

SAFETY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"private, no-cache"),
)


class Gate:
    """Asks who sends a request before anything of it is used, and adds headers that keep browsers careful.

    It also holds that a browser's session changes nothing but from our own pages, and that no change is left out of the
    audit log.
    """

    def __init__(self, app: ASGIApp, running: Running) -> None:
        self._app = app
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with 401, 403 or 429, or a page's with the way to the sign-in page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        acting = await self._acting(request)
        begin(acting)

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._note(acting, message["status"])
                sent = {name.lower() for name, _ in message.get("headers", ())}
                extra = [header for header in SAFETY_HEADERS if header[0] not in sent]
                message = {**message, "headers": [*message.get("headers", ()), *extra]}
            await send(message)

        answer = None
        if scope["path"] not in OPEN_PATHS and not scope["path"].startswith(OPEN_FOLDER):
            if acting.who is None:
                answer = self._refusal(request)
            elif acting.who.how is How.SESSION and acting.is_unsafe:
                receive, given = await _csrf_given(request, receive)
                if not from_here(request.headers) or not is_csrf(request.cookies[COOKIE], given):
                    answer = say(request, HTTPStatus.FORBIDDEN, [Problem("account.csrf")])
        await (answer or self._app)(scope, receive, careful)

    async def _acting(self, request: Request) -> Acting:
        who = None
        if request.scope["path"] not in PROBES and ("authorization" in request.headers or COOKIE in request.cookies):
            who = await run_in_threadpool(identify, request.headers, request.cookies, self._running)
        record = current_record()
        if record is not None and who is not None:
            record.key = who.id
        by_session = who is not None and who.how is How.SESSION
        return Acting(request.method, who, csrf_of(request.cookies[COOKIE]) if by_session else "")

    def _refusal(self, request: Request) -> Response:
        """The answer to a stranger."""
        if _is_page(request):
            query = query_of(request)
            target = quote(f"{path_of(request)}?{query}" if query else path_of(request), safe="/")
            return RedirectResponse(f"{SIGN_IN}?next={target}", HTTPStatus.SEE_OTHER)
        language, key = language_of(request), bearer(request.headers)
        if key:
            now, address = self._running.clock(), address_of(request)
            wait = self._running.accounts.attempts.wait(address, now=now)
            if wait:
                problem = Problem("account.too-many-attempts", values={"seconds": wait})
                headers = {"Retry-After": str(wait)}
                return problem_response(HTTPStatus.TOO_MANY_REQUESTS, [problem], language, headers)
            self._running.accounts.attempts.failed(address, now=now)
        problem = Problem("service.key-wrong" if key else "service.key-missing")
        headers = {"WWW-Authenticate": 'Bearer realm="trueline"'}
        return problem_response(HTTPStatus.UNAUTHORIZED, [problem], language, headers)

    async def _note(self, acting: Acting, status: int) -> None:
        """Write a change down that was not written down with itself."""
        if acting.is_unsafe and not acting.audited and acting.action is not None and status < HTTPStatus.BAD_REQUEST:
            acting.status = status
            await run_in_threadpool(self._write, acting)

    def _write(self, acting: Acting) -> None:
        with self._running.database.writing() as session:
            acting.write(session, now=self._running.clock())


def address_of(request: Request) -> str:
    """From which address a request comes: of many, where all come through one proxy."""
    return request.client.host if request.client else ""


def _is_page(request: Request) -> bool:
    """Whether a browser asks for a page, which is answered better by a page than by a problem."""
    wants_page = "text/html" in request.headers.get("accept", "").lower()
    shows_key = "authorization" in request.headers
    return request.method in SAFE_METHODS and wants_page and not shows_key and not request.scope["path"].startswith(API)


async def _csrf_given(request: Request, receive: Receive) -> tuple[Receive, str]:
    """The token that a request brought, in its header or a form; and where its body is to be read from now."""
    given = request.headers.get("x-csrf-token")
    if given is not None:
        return receive, given
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return receive, ""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > FORM_BYTES:
                return receive, ""
    except ClientDisconnect:
        return receive, ""
    fields = form_fields(body)
    return _again(body, receive), fields.get("csrf", "")


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a form, the first of each name; none where it cannot be read."""
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=FORM_FIELDS, errors="replace")
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, to be read as if it had not been; then whatever comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
