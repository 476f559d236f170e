"""What is said of running cases, what is due in them, and who is told."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from api.client import operations
from api.client.answers import Notice, notices
from api.client.calling import Caller, Listing, sending_of
from api.client.failures import ClientError
from api.hooks.schemas import DeliveryShape, HookAnswer, HookList, HookShape
from api.http.shapes import Page
from api.live.schemas import DeadlinePage, DeadlineShape, StandingShape
from engine.storage.outbox import HookKind
from engine.vocabulary import Language

EVERYTHING = tuple(HookKind)


class LiveMethods(Caller):
    """What the client can ask about running cases."""

    def verdicts(self, log: int) -> Listing[Page[StandingShape], StandingShape]:
        """The open cases that show deviations, in the order of their first events, each with its last verdict."""
        return self._list(operations.VERDICTS, log)

    def deadlines(
        self, log: int, *, within: int | None = None, lang: Language | None = None
    ) -> Listing[DeadlinePage, DeadlineShape]:
        """What is due in open cases, and what has passed and was not done, by when the time allowed is used up.

        Args:
            log: Number of a live log.
            within: Only what is due within so many minutes or has passed.
            lang: Language of the sentences.
        """
        return self._list(operations.DEADLINES, log, within=within, lang=lang)

    def follow(self, log: int, *, after: int | None = None) -> Generator[Notice, None, None]:
        """What is said of a log's cases, as it is said.

        A stream that breaks off is asked for again, behind the last notice that was seen: none is lost and none comes
        twice. It never ends by itself: leave the loop, or ``close()`` it.

        Args:
            log: Number of a live log.
            after: Begin behind this notice; 0 for all that was ever said, None for what is said from now on.

        Raises:
            RequestRefused: There is no such log, the key opens nothing any more, or too many streams are open.
            Unreachable: The service is gone, and does not come back within the attempts that the client makes.
        """
        seen, failures = after, 0
        while True:
            sending = sending_of(operations.FOLLOW, [log], {"after": seen})
            try:
                with self._transport.stream(sending) as chunks:
                    for number, notice in notices(chunks):
                        seen = number
                        if notice is not None:
                            failures = 0
                            yield notice
                raise self._transport.ended()
            except ClientError as failure:
                self._transport.wait_again(sending, failure, failures)
            failures += 1

    def add_hook(
        self, log: int, *, url: str, kinds: Sequence[HookKind] = EVERYTHING, idempotency_key: str | None = None
    ) -> HookAnswer:
        """Register an address that is told what is said from now on. The secret is in this answer and nowhere else.

        Args:
            log: Number of a live log.
            url: Where it is told, by POST: ``http`` or ``https``.
            kinds: What it is told.
            idempotency_key: As for every method that makes something.
        """
        return self._make(operations.ADD_HOOK, log, idempotency_key=idempotency_key, url=url, kinds=kinds)

    def hooks(self, log: int) -> Listing[HookList, HookShape]:
        """The hooks of a log, in the order in which they were registered."""
        return self._list(operations.HOOKS, log)

    def hook(self, log: int, hook: int, *, if_none_match: HookShape | None = None) -> HookShape:
        """One hook of a log."""
        return self._read(operations.HOOK, log, hook, seen=if_none_match)

    def deliveries(self, log: int, hook: int) -> Listing[Page[DeliveryShape], DeliveryShape]:
        """What a hook was told and is to be told, in order."""
        return self._list(operations.DELIVERIES, log, hook)

    def remove_hook(self, log: int, hook: int, *, if_match: HookShape | str | None = None) -> None:
        """Remove a hook: it is told nothing any more, not even what waits."""
        return self._change(operations.REMOVE_HOOK, log, hook, if_match=if_match)
