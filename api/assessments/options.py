"""The options of an assessment: checked when it is asked for, so that no job fails for a misspelt word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from api.assessing import Asked
from api.assessments.schemas import AssessmentRequest, PeriodRequest
from engine.assessment.closing import ClosedRule
from engine.calendars import CALENDAR_NAMES, FIRST_YEAR, LAST_YEAR
from engine.errors import InputRefused, Place, Problem, Value


@dataclass(frozen=True, slots=True)
class Options:
    """How a log is assessed.

    Attributes:
        now: The moment at which open cases are judged, or None for the log's latest.
        closed: When a case counts as closed.
        calendar: Name of the working calendar, or None for the flow's.
        lifecycle: Which events count, or None.
        period: Its first moment, and the first one after it: only cases that started in it are assessed; None for all.
        versions: Number and first day of each version that judges; empty when one flow judges all.
        against: The number of the assessment that it is compared with, "last" for that of the last period, or None.
    """

    now: datetime | None
    closed: str | None
    calendar: str | None
    lifecycle: str | None
    period: tuple[datetime, datetime] | None = None
    versions: tuple[tuple[int, date], ...] = ()
    against: int | Literal["last"] | None = None

    @classmethod
    def of(cls, request: AssessmentRequest) -> Options:
        """The options of a request.

        Raises:
            InputRefused: With every option that means nothing.
        """
        problems: list[Problem] = []
        now = _moment(request.now, "now", problems)
        period = _period(request.period, problems)
        try:
            if request.closed is not None:
                ClosedRule.parse(request.closed)
        except InputRefused as refusal:
            problems += refusal.problems
        if request.calendar is not None and request.calendar not in CALENDAR_NAMES:
            values = {"name": "calendar", "known": ", ".join(CALENDAR_NAMES)}
            problems.append(Problem("service.not-a-choice", Place(element="calendar"), values))
        if problems:
            raise InputRefused(problems)
        return cls(now, request.closed, request.calendar, request.lifecycle, period, against=request.against)

    def asked(self, lifecycle: str | None) -> Asked:
        """How a log is assessed whose own reading of lifecycles is the one given, or none."""
        chosen = self.lifecycle or lifecycle or None
        return Asked(now=self.now, closed=self.closed, calendar=self.calendar, lifecycle=chosen)

    def to_json(self) -> str:
        """The options as they are stored."""
        now = None if self.now is None else self.now.isoformat()
        versions = [{"flow": flow, "effective": day.isoformat()} for flow, day in self.versions]
        stored = {"now": now, "closed": self.closed, "calendar": self.calendar, "lifecycle": self.lifecycle}
        period = None
        if self.period is not None:
            period = {"since": self.period[0].isoformat(), "until": self.period[1].isoformat()}
        return json.dumps({**stored, "period": period, "versions": versions, "against": self.against})

    @classmethod
    def from_json(cls, text: str) -> Options:
        """The options as they were stored."""
        stored = json.loads(text)
        now = None if stored["now"] is None else datetime.fromisoformat(stored["now"])
        chosen = stored.get("versions", [])  # older rows have none
        versions = tuple((one["flow"], date.fromisoformat(one["effective"])) for one in chosen)
        period = None
        if stored.get("period") is not None:
            kept = stored["period"]
            period = datetime.fromisoformat(kept["since"]), datetime.fromisoformat(kept["until"])
        against = stored.get("against")
        return cls(now, stored["closed"], stored["calendar"], stored["lifecycle"], period, versions, against)


def _moment(text: str | None, name: str, problems: list[Problem]) -> datetime | None:
    try:
        return None if text is None else parse_moment(text, element=name)
    except InputRefused as refusal:
        problems += refusal.problems
        return None


def _period(asked: PeriodRequest | None, problems: list[Problem]) -> tuple[datetime, datetime] | None:
    if asked is None:
        return None
    since, until = _moment(asked.since, "period.since", problems), _moment(asked.until, "period.until", problems)
    if since is None or until is None:
        return None
    if since >= until:
        problems.append(Problem("service.empty-period", Place(element="period")))
    return since, until


def parse_moment(text: str, *, element: str = "now") -> datetime:
    """A moment as RFC 3339 writes it, in UTC.

    Args:
        text: What somebody wrote.
        element: Where, for the refusal.

    Raises:
        InputRefused: It is none, has no zone, or lies outside the years that calendars know.
    """
    place = Place(element=element)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputRefused([Problem("service.not-a-moment", place, {"found": text[:80]})]) from None
    if moment.tzinfo is None:
        raise InputRefused([Problem("service.moment-without-zone", place, {"found": text[:80]})])
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        values: dict[str, Value] = {"found": text[:80], "first": FIRST_YEAR, "last": LAST_YEAR}
        raise InputRefused([Problem("service.moment-out-of-range", place, values)])
    return moment.astimezone(UTC)
