"""Sends requests, sends again what may be sent again, and turns what goes wrong into errors.

A request is sent again a few times: where it surely was not done (nobody listened, or the service had too much to do),
and where no answer came, if doing it twice comes to the same. How long is waited in between, the service says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
from pydantic import ValidationError

from api.client.failures import ClientError, NotUnderstood, RequestRefused, Unreachable
from api.client.operation import Repeat
from api.http.shapes import ProblemDetails
from engine import VERSION
from engine.vocabulary import Language

API = "/api/v1"
KEY_HEADER = "Idempotency-Key"
PROBLEM_TYPE = "application/problem+json"
LONGEST_WAIT = 30.0
"""Seconds. Who is told to come again later than this is told so, and not kept waiting."""
FIRST_WAIT, MOST_WAIT = 0.25, 4.0
"""Seconds waited where the service does not say how long; twice as long each time, up to the second."""
IDLE_SECONDS = 4.0
"""How long a connection is kept for another request: less than the service keeps it."""
SILENCE_SECONDS = 45.0
"""After so long without anything a stream is lost: the service sends a comment every 15 seconds."""

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""What happens before anything of a request is sent to the service."""
_NOT_CERTAIN = "event.not-certain"
"""The one refusal that leaves open whether something was done."""
_IN_PROGRESS = "service.request-in-progress"
_GATEWAYS = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
"""What a proxy answers that got no answer itself."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A request.

    Attributes:
        method: HTTP method.
        path: Percent-encoded, behind the address of the service.
        query: Names and values.
        headers: Beside those that every request has.
        content: The body.
        repeat: Whether it is sent again of which it is not known what became.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    repeat: Repeat = Repeat.ALWAYS

    @property
    def may_be_lost(self) -> bool:
        """Whether it is sent again where its answer was lost."""
        return self.repeat is Repeat.ALWAYS or (self.repeat is Repeat.KEYED and KEY_HEADER in self.headers)

    def may_be_repeated(self, failure: ClientError) -> bool:
        """Whether it is sent again after a failure."""
        if self.repeat is Repeat.NEVER:
            return False
        if isinstance(failure, Unreachable):
            return self.may_be_lost or not failure.may_be_done
        if isinstance(failure, NotUnderstood):
            return self.may_be_lost and failure.status in _GATEWAYS
        if not isinstance(failure, RequestRefused):
            return False
        if failure.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return self.may_be_lost or failure.code != _NOT_CERTAIN
        return failure.code == _IN_PROGRESS and KEY_HEADER in self.headers


class Transport:
    """The way to one service. Threads may share it."""

    def __init__(self, address: str, key: str, *, language: Language | None, timeout: float, retries: int) -> None:
        self.address = address.rstrip("/").removesuffix(API)
        self.language = language or Language.EN
        self.retries = retries
        self.sleep: Callable[[float], None] = time.sleep
        headers = {"User-Agent": f"trueline-client/{VERSION}"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        if language is not None:
            headers["Accept-Language"] = language.value
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS)
        self._http = httpx.Client(base_url=self.address, headers=headers, timeout=timeout, limits=limits)
        self._silence = httpx.Timeout(timeout, read=max(timeout, SILENCE_SECONDS))

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def send(self, sending: Sending) -> httpx.Response:
        """Send a request; the answer, which is a success, or 304.

        Raises:
            RequestRefused: The service refused it.
            Unreachable: No answer came.
            NotUnderstood: The answer is none of this service's.
        """
        failures = 0
        while True:
            try:
                with self._answer(sending) as response:
                    _ = response.read()
                    return response
            except ClientError as failure:
                self.wait_again(sending, failure, failures)
            failures += 1

    @contextmanager
    def stream(self, sending: Sending) -> Iterator[Iterator[bytes]]:
        """Send a request once; its answer as it comes.

        Raises:
            RequestRefused: The service refused it.
            Unreachable: No answer came, or it broke off; also from the iterator.
            NotUnderstood: The answer is none of this service's.
        """
        with self._answer(sending, timeout=self._silence) as response:
            yield response.iter_bytes()

    def wait_again(self, sending: Sending, failure: ClientError, failures: int) -> None:
        """Wait until a request may be sent again: as long as the service says, else longer each time.

        Args:
            sending: The request.
            failure: What became of it.
            failures: How often it failed before.

        Raises:
            ClientError: The failure: it is not sent again, or not so soon.
        """
        if failures >= self.retries or not sending.may_be_repeated(failure):
            raise failure
        said = failure.retry_after if isinstance(failure, RequestRefused) else None
        wait = min(FIRST_WAIT * 2**failures, MOST_WAIT) if said is None else said
        if wait > LONGEST_WAIT:
            raise failure
        self.sleep(wait)

    def ended(self) -> Unreachable:
        """A stream ended that has no end."""
        return Unreachable(self.address, EOFError("the stream ended"), may_be_done=True, language=self.language)

    @contextmanager
    def _answer(self, sending: Sending, *, timeout: httpx.Timeout | None = None) -> Iterator[httpx.Response]:
        """One attempt; whatever fails while its answer is used fails as one of the client's errors."""
        response: httpx.Response | None = None
        try:
            with self._http.stream(
                sending.method,
                sending.path,
                params=list(sending.query) or None,
                headers=sending.headers,
                content=sending.content,
                timeout=self._http.timeout if timeout is None else timeout,
            ) as response:
                if not response.is_success and response.status_code != HTTPStatus.NOT_MODIFIED:
                    _ = response.read()
                    raise self._failure(response)
                yield response
        except httpx.RequestError as error:
            may_be_done = not isinstance(error, _UNSENT)
            raise Unreachable(self.address, error, may_be_done=may_be_done, language=self.language) from error
        except ValueError:
            if response is None:
                raise
            raise self.not_understood(response) from None

    def not_understood(self, response: httpx.Response) -> NotUnderstood:
        """An answer that is none of the service's."""
        kind = response.headers.get("content-type", "")[:80]
        return NotUnderstood(self.address, response.status_code, kind, language=self.language)

    def _failure(self, response: httpx.Response) -> ClientError:
        if response.headers.get("content-type", "").partition(";")[0] != PROBLEM_TYPE:
            return self.not_understood(response)
        try:
            details = ProblemDetails.model_validate_json(response.content)
        except ValidationError:
            return self.not_understood(response)
        return RequestRefused(details, retry_after=_seconds(response.headers.get("retry-after", "")))


def _seconds(text: str) -> float | None:
    """What ``Retry-After`` says in seconds. The service never says a moment; a proxy's is not waited for."""
    return float(text) if text.isascii() and text.isdigit() else None
