"""The client: every operation of the service as a typed method."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from api.client.accounts import AccountMethods
from api.client.assessments import AssessmentMethods
from api.client.flows import FlowMethods
from api.client.live import LiveMethods
from api.client.logs import LogMethods
from api.client.schedules import ScheduleMethods
from api.client.tags import Seen
from api.client.transport import Transport
from engine.vocabulary import Language


class Client(FlowMethods, LogMethods, LiveMethods, AssessmentMethods, ScheduleMethods, AccountMethods):
    """Talks to one service with one key. Threads may share it; ``with`` closes its connections.

    What every method has in common:

    - It answers the service's own shapes, files as ``Download``, lists as ``Listing``: going through one goes through
      all of its items, and asks for each part of it when its turn comes.
    - ``lang`` is the language of this answer; without it, that of the client.
    - ``if_none_match`` is an answer that one has: it is answered again, the same object, while it would be the same.
    - ``if_match`` is an answer, or its tag, on which a change depends: where the thing has changed since,
      ``RequestRefused`` is raised with status 412, and nothing is done.
    - ``idempotency_key`` is what a method that makes something is known by: under the same key it makes it once, also
      from another process. Without it, each call has a key of its own.
    - A request is sent again, a few times, where it surely was not done, or doing it twice comes to the same.

    Raises:
        RequestRefused: The service answered that it will not, or cannot now. Every method raises it.
        Unreachable: No answer came. Every method raises it.
        NotUnderstood: The answer is none of this service's. Every method raises it.
    """

    def __init__(
        self, address: str, key: str, *, language: Language | None = None, timeout: float = 60.0, retries: int = 3
    ) -> None:
        """Prepare it; nothing is sent yet.

        Args:
            address: Where the service listens, as ``http://127.0.0.1:8000``; with or without ``/api/v1``.
            key: What opens it; "" for ``health`` and ``ready`` alone.
            language: In which it answers; English where nothing is said.
            timeout: How many seconds the service may be silent until a request counts as lost.
            retries: How often a request is sent again, at most.
        """
        super().__init__(Transport(address, key, language=language, timeout=timeout, retries=retries))

    @property
    def address(self) -> str:
        """Where the service listens, without ``/api/v1``."""
        return self._transport.address

    def etag(self, seen: Seen) -> str:
        """The entity tag of an answer that a method read by itself, to be kept longer than the answer.

        Raises:
            ValueError: It has none: it was part of a list or of the answer to a change, is a copy, or was not read by
                this client.
        """
        return self._tags.of(seen)

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self.close()

    def __repr__(self) -> str:
        """Where to; never the key."""
        return f"Client({self.address!r})"
