"""Signing in to pages, and out: the only pages that stand outside of everything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.accounts.acting import OPEN_TO_ALL, ActingDep, allows
from api.accounts.keys import KnownKey, secret_hash
from api.accounts.principal import How, Principal
from api.accounts.roles import Action
from api.accounts.sessions import COOKIE, begin, from_here
from api.http.bodies import JSON_BYTES, limited
from api.http.dependencies import LanguageDep, RunningDep
from api.http.gate import FORM, SIGN_IN, address_of, form_fields
from api.http.problems import Refusal
from api.http.writing import committed
from api.pages.shell import framed
from api.running import Running
from engine.errors import LimitExceeded
from engine.messages.catalogue import sentence
from engine.storage.accounts import sign_out
from engine.storage.database import Session
from engine.vocabulary import Language

router = APIRouter(include_in_schema=False)

HOME = "/"
"""Where somebody goes who was on the way to no other page."""

TEMPLATE = "sign_in.html.j2"
LONGEST = 2_000
NextQuery = Annotated[str, Query(alias="next", max_length=LONGEST)]
TokenQuery = Annotated[str, Query(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class SignInForm:
    """What somebody signs in with.

    Attributes:
        key: A key, or "".
        token: The token of a link that signs in once, or "".
        next: Where to go then.
    """

    key: str
    token: str
    next: str


async def receive_form(request: Request) -> SignInForm:
    """The form that a request brought.

    Raises:
        Refusal: It is no form, too large, or another site's.
    """
    if not from_here(request.headers):
        raise Refusal(HTTPStatus.FORBIDDEN, "account.other-site")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "account.not-a-form")
    try:
        body = b"".join([chunk async for chunk in limited(request, limit=JSON_BYTES, name="json")])
    except LimitExceeded:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "service.body-too-large", allowed=JSON_BYTES) from None
    fields = form_fields(body)
    return SignInForm(fields.get("key", "").strip(), fields.get("token", ""), fields.get("next", ""))


@router.get(SIGN_IN, dependencies=[OPEN_TO_ALL])
async def show_sign_in(
    *, request: Request, acting: ActingDep, language: LanguageDep, target: NextQuery = HOME, token: TokenQuery = ""
) -> Response:
    """The sign-in page. A link's token signs nobody in until its button is pressed: other pages can lead here too."""
    if acting.who is not None and acting.csrf and not token:
        role = f"account.role.{acting.who.role}"
        return _page(request, language, name=acting.who.name, role=role)
    return _page(request, language, target=target, token=token)


@router.post(SIGN_IN, dependencies=[OPEN_TO_ALL])
def enter(
    *,
    form: Annotated[SignInForm, Depends(receive_form)],
    request: Request,
    running: RunningDep,
    acting: ActingDep,
    language: LanguageDep,
) -> Response:
    """Sign in with a key or with a link's token, and go on to where somebody was on the way to."""
    now, address = running.clock(), address_of(request)
    wait = running.accounts.attempts.wait(address, now=now)
    if wait:
        wrong = sentence("account.too-many-attempts", {"seconds": wait}, language)
        headers = {"Retry-After": str(wait)}
        return _page(
            request, language, target=form.next, wrong=wrong, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers
        )
    key = _key_of(form, running)
    if key is None:
        running.accounts.attempts.failed(address, now=now)
        wrong = sentence("account.link-used" if form.token else "service.key-wrong", {}, language)
        return _page(request, language, target=form.next, wrong=wrong, status=HTTPStatus.UNAUTHORIZED)
    acting.who, acting.action = Principal(key.id, key.name, key.role, How.SESSION), Action.SIGN_IN
    acting.status = HTTPStatus.SEE_OTHER
    acting.note(key.id)
    before = request.cookies.get(COOKIE, "")

    def work(session: Session) -> str:
        sign_out(session, secret_hash(before))
        return begin(session, key=key.id, now=now, lifetimes=running.accounts.lifetimes)

    answer = RedirectResponse(local(form.next), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE, committed(running, work), httponly=True, samesite="lax", path="/", secure=_is_secure(request)
    )
    return answer


@router.post("/sign-out", dependencies=[allows(Action.SIGN_OUT)])
def leave(request: Request, running: RunningDep, acting: ActingDep) -> Response:
    """End the session of the browser that asks for it."""
    acting.note(acting.principal.id)
    acting.status = HTTPStatus.SEE_OTHER
    committed(running, partial(sign_out, digest=secret_hash(request.cookies.get(COOKIE, ""))))
    answer = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def local(target: str) -> str:
    r"""A path of ours, or the home page: nobody is led to another site.

    Browsers take ``//host``, and ``\`` for ``/``, and leave out line breaks and tabs.
    """
    is_path = target.startswith("/") and not target.startswith("//")
    return target if is_path and target.isascii() and target.isprintable() and "\\" not in target else HOME


def _key_of(form: SignInForm, running: Running) -> KnownKey | None:
    now = running.clock()
    if form.token:
        number = running.accounts.links.take(form.token, now=now)
        return None if number is None else running.accounts.keys.of(number, now=now)
    return running.accounts.keys.find(form.key, now=now)


def _is_secure(request: Request) -> bool:
    """Whether the browser speaks HTTPS: to us, or to the proxy in front of us, which says so.

    Who lies about it makes a cookie of his own that is sent less often, and nothing else.
    """
    return "https" in (request.scope["scheme"], request.headers.get("x-forwarded-proto", "").lower())


def _page(
    request: Request,
    language: Language,
    *,
    target: str = HOME,
    token: str = "",
    wrong: str = "",
    name: str = "",
    role: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> Response:
    values = {"next": local(target), "token": token, "wrong": wrong, "name": name, "role": role}
    response = framed(request, language, TEMPLATE, status=status, **values)
    response.headers.update(headers or {})
    return response
