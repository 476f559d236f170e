"""Who sends a request. This is the one place that turns a request into a ``Principal``.

Another way to show who one is, such as a token of OpenID Connect, is another branch of ``identify``: it checks the
token's signature, issuer, audience and times, finds or makes the row of ``key`` that stands for its subject, and
answers with that row's number, name and role. Nothing else has to know: roles, owners and the audit log go by the
principal alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from api.accounts.keys import KnownKey, secret_hash
from api.accounts.principal import How, Principal
from api.accounts.sessions import COOKIE
from api.running import Running
from engine.storage.accounts import note_seen, note_use, sign_in_of
from engine.storage.database import Session
from engine.storage.group_commit import WriterBusy


def identify(
    headers: Mapping[str, str], cookies: Mapping[str, str], running: Running, *, noted: bool = True
) -> Principal | None:
    """Who sends a request.

    A request with ``Authorization`` is judged by that alone, whatever its cookies say: so a wrong key is always
    refused, and only requests that a browser cannot be tricked into are free of checks against other sites.

    Args:
        headers: The request's headers, their names in any case.
        cookies: The request's cookies.
        running: The service.
        noted: Whether it is a use of the key or the session, which ends when nobody uses it.

    Returns:
        Who it is, or None: nobody, or somebody whose key or session opens nothing.
    """
    if "authorization" in headers:
        return _by_key(bearer(headers), running, noted=noted)
    return _by_session(cookies[COOKIE], running, noted=noted) if COOKIE in cookies else None


def still_opens(headers: Mapping[str, str], cookies: Mapping[str, str], running: Running) -> bool:
    """Whether what a request that lasts was sent with still opens the service. Asking is no use of it."""
    return identify(headers, cookies, running, noted=False) is not None


def bearer(headers: Mapping[str, str]) -> str:
    """The key in the header ``Authorization``; "" where there is none."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _by_key(text: str, running: Running, *, noted: bool) -> Principal | None:
    now = running.clock()
    key = running.accounts.keys.find(text, now=now)
    if key is not None and noted and running.accounts.uses.due(key.id, now=now):
        _soon(running, partial(note_use, key=key.id, now=now))
    return None if key is None else _principal(key, How.KEY)


def _by_session(token: str, running: Running, *, noted: bool) -> Principal | None:
    now, digest = running.clock(), secret_hash(token)
    with running.database.reading() as session:
        row = sign_in_of(session, digest)
    if row is None or not running.accounts.lifetimes.lives(row, now):
        return None
    key = running.accounts.keys.of(row.key, now=now)
    if key is not None and noted and running.accounts.uses.due(digest, now=now):
        _soon(running, partial(note_seen, digest=digest, key=key.id, now=now))
    return None if key is None else _principal(key, How.SESSION)


def _principal(key: KnownKey, how: How) -> Principal:
    return Principal(key.id, key.name, key.role, how)


def _soon(running: Running, work: Callable[[Session], None]) -> None:
    """Have something noted that nobody waits for. A service with more urgent things to write notes it another time."""
    try:
        running.writer.submit(work)
    except WriterBusy:
        return
