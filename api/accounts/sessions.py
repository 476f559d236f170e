"""Sessions of browsers: a random id in a cookie, kept as a hash, and a token against requests from other sites."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from api.accounts.keys import KEY_BYTES, secret_hash
from engine.storage.account_tables import SignInRow
from engine.storage.accounts import tidy
from engine.storage.database import Session
from engine.storage.repository import add

COOKIE = "trueline_session"
MOST_SESSIONS = 20
"""Sessions of one key; one more ends the oldest."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long sessions last.

    Attributes:
        whole: Whatever happens.
        idle: Without a request.
    """

    whole: timedelta
    idle: timedelta

    def lives(self, row: SignInRow, now: datetime) -> bool:
        """Whether a session has not ended."""
        return now < row.expires and now < row.seen + self.idle


def begin(session: Session, *, key: int, now: datetime, lifetimes: Lifetimes) -> str:
    """Begin a session of a key; what the cookie is to hold."""
    token = secrets.token_urlsafe(KEY_BYTES)
    add(session, SignInRow(hash=secret_hash(token), key=key, created=now, expires=now + lifetimes.whole, seen=now))
    tidy(session, key=key, most=MOST_SESSIONS, now=now, idle=lifetimes.idle)
    return token


def csrf_of(token: str) -> str:
    """The token that goes with a session: only who knows the session's own, or was given this by a page, has it."""
    return hmac.new(token.encode("utf-8", errors="surrogatepass"), b"csrf", hashlib.sha256).hexdigest()


def is_csrf(token: str, given: str) -> bool:
    """Whether a token is the one that goes with a session."""
    return hmac.compare_digest(csrf_of(token).encode(), given.encode("utf-8", errors="surrogatepass"))


def from_here(headers: Mapping[str, str]) -> bool:
    """Whether a browser sent a request from a page of ours, by the headers that pages cannot change.

    ``Sec-Fetch-Site`` says it where a browser sends it; else the host of ``Origin`` has to be that of ``Host``.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    try:
        origin = urlsplit(headers.get("origin", ""))
    except ValueError:
        return False
    return origin.scheme in {"http", "https"} and origin.netloc.lower() == headers.get("host", "").lower() != ""
