"""The gate: nothing but what is open to all gets past it without a key or a session, whatever its address."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs, quote, urlsplit

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
PART_REDIRECT = "HX-Redirect"
"""Tells the scripts of a page where to go instead of showing an answer."""
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
            target = f"{path_of(request)}?{query}" if query else path_of(request)
            return RedirectResponse(_way_in(target), HTTPStatus.SEE_OTHER)
        if _is_form(request):  # of a page that was open when its session ended
            return RedirectResponse(_way_in(_page_before(request)), HTTPStatus.SEE_OTHER)
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
        if _is_part(request):
            headers[PART_REDIRECT] = _way_in(_page_before(request))
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


def _is_form(request: Request) -> bool:
    """Whether a browser sends a form of a page: it shows what is answered in the page's place."""
    wants_page = "text/html" in request.headers.get("accept", "").lower()
    of_page = "authorization" not in request.headers and not request.scope["path"].startswith(API)
    return of_page and wants_page and not _is_part(request) and _media_type(request) == FORM


def _is_part(request: Request) -> bool:
    """Whether a page's script asks, which follows no redirect but by its own header."""
    by_script = request.headers.get("hx-request") == "true" or "x-csrf-token" in request.headers
    return by_script and not request.scope["path"].startswith(API)


def _page_before(request: Request) -> str:
    """The page of ours that a request was sent from, as far as it says; else the home page."""
    try:
        page = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if page.netloc.lower() != request.headers.get("host", "").lower() or page.path == SIGN_IN:
        return "/"
    return f"{page.path}?{page.query}" if page.query else page.path or "/"


def _way_in(target: str) -> str:
    """The sign-in page, which leads on to a page of ours."""
    return f"{SIGN_IN}?next={quote(target, safe='/')}"


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _csrf_given(request: Request, receive: Receive) -> tuple[Receive, str]:
    """The token that a request brought, in its header or a form; and where its body is to be read from now."""
    given = request.headers.get("x-csrf-token")
    if given is not None:
        return receive, given
    if _media_type(request) != FORM:
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
