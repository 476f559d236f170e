"""Event logs, as files and as they grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Literal

from pydantic_core import to_json

from api.client import operations
from api.client.answers import Download
from api.client.calling import Caller, Listing
from api.client.files import File, content_of, name_of
from api.events.schemas import BatchAnswer, CaseShape, ClosedLogAnswer, EventRequest, StoredEventShape
from api.http.shapes import Page
from api.live.schemas import LiveCaseShape
from api.logs.schemas import LogAnswer, LogSummary
from api.schemas.log import LogShape
from engine.logs.filter_query import to_query
from engine.logs.filtering import LogFilter
from engine.logs.options import ReadOptions
from engine.vocabulary import Language

AS_FOUND = ReadOptions()
EVERY_CASE = LogFilter()


class LogMethods(Caller):
    """What the client can do with logs."""

    def upload_log(
        self,
        file: File,
        *,
        name: str | None = None,
        options: ReadOptions = AS_FOUND,
        lang: Language | None = None,
        idempotency_key: str | None = None,
    ) -> LogAnswer:
        """Upload an event log (XES, CSV, xlsx, Parquet, JSON Lines, OCEL 2.0, each also gzipped).

        Args:
            file: Where it lies, or its bytes.
            name: As it is shown; without it, that of the file. Bytes need one.
            options: How it is to be read: names of columns, the order of dates, the zone of times.
            lang: Language of what is odd about it.
            idempotency_key: As for every method that makes something.
        """
        return self._make(
            operations.UPLOAD_LOG,
            idempotency_key=idempotency_key,
            file=content_of(file),
            name=name_of(file) if name is None else name,
            lang=lang,
            **asdict(options),
        )

    def make_live_log(
        self,
        *,
        name: str,
        flow: int | None = None,
        lifecycle: Literal["all", "complete", "pair"] | None = None,
        lang: Language | None = None,
        idempotency_key: str | None = None,
    ) -> LogAnswer:
        """Make a live log, which grows event by event.

        Args:
            name: How it is called.
            flow: The number of the flow that it follows, if it is known.
            lifecycle: Which of its events count; without it, starts and completions of an activity that has both are
                paired, and all others count.
            lang: Language of the answer.
            idempotency_key: As for every method that makes something.
        """
        return self._make(
            operations.MAKE_LIVE_LOG,
            idempotency_key=idempotency_key,
            name=name,
            flow=flow,
            lifecycle=lifecycle,
            lang=lang,
        )

    def logs(self) -> Listing[Page[LogSummary], LogSummary]:
        """The logs in the order in which they came."""
        return self._list(operations.LOGS)

    def log(self, log: int, *, lang: Language | None = None, if_none_match: LogAnswer | None = None) -> LogAnswer:
        """One log: what is in it and what is odd about it; of a live log, what is in it now."""
        return self._read(operations.LOG, log, seen=if_none_match, lang=lang)

    def log_quality(self, log: int, *, lang: Language | None = None, if_none_match: LogShape | None = None) -> LogShape:
        """What is in a log and what is odd about it, alone."""
        return self._read(operations.LOG_QUALITY, log, seen=if_none_match, lang=lang)

    def export_log(
        self, log: int, *, format: Literal["csv", "xes", "parquet"], chosen: LogFilter = EVERY_CASE
    ) -> Download:
        """The log as a file. XES holds everything, tables one row for each event.

        Args:
            log: Its number.
            format: Kind of file.
            chosen: Which cases.

        Raises:
            LimitExceeded: The filter holds more values than an address may.
        """
        pairs = to_query(chosen)
        query = {name: [value for one, value in pairs if one == name] for name, _ in pairs}
        return self.ask(operations.EXPORT_LOG, [log], {"format": format, **query})

    def append_events(
        self,
        log: int,
        events: Iterable[EventRequest],
        *,
        lang: Language | None = None,
        if_match: LogAnswer | str | None = None,
    ) -> BatchAnswer:
        """Store a batch of events: all of them, or none.

        Events have ids of their own, so a batch is sent again where no answer came, and may be sent again by anybody:
        nothing is stored twice.

        Args:
            log: Number of a live log.
            events: At least one, and as many as a batch may hold.
            lang: Language of what is said of them.
            if_match: The log as it was seen.
        """
        content = to_json({"events": list(events)}, exclude_none=True, inf_nan_mode="constants")
        return self._change(operations.APPEND_EVENTS, log, if_match=if_match, content=content, lang=lang)

    def events(self, log: int) -> Listing[Page[StoredEventShape], StoredEventShape]:
        """The events of a live log in the order in which they were stored."""
        return self._list(operations.EVENTS, log)

    def live_cases(self, log: int) -> Listing[Page[CaseShape], CaseShape]:
        """The cases of a live log in the order in which their first events were stored."""
        return self._list(operations.LIVE_CASES, log)

    def live_case(
        self, log: int, case: str, *, lang: Language | None = None, if_none_match: LiveCaseShape | None = None
    ) -> LiveCaseShape:
        """One case of a live log: where it stands, what may come next, and what is due."""
        return self._read(operations.LIVE_CASE, log, case, seen=if_none_match, lang=lang)

    def case_events(self, log: int, case: str) -> Listing[Page[StoredEventShape], StoredEventShape]:
        """The events of one case of a live log in the order in which they were stored."""
        return self._list(operations.CASE_EVENTS, log, case)

    def close_case(self, log: int, case: str, *, if_match: LiveCaseShape | str | None = None) -> CaseShape:
        """Close a case: it takes no more events. Closing it again answers as before."""
        return self._change(operations.CLOSE_CASE, log, case, if_match=if_match)

    def close_log(self, log: int, *, if_match: LogAnswer | str | None = None) -> ClosedLogAnswer:
        """Close a live log and every open case of it: from now on it takes no more events."""
        return self._change(operations.CLOSE_LOG, log, if_match=if_match)
