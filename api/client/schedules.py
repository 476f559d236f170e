"""Assessments that are asked for again and again."""

from __future__ import annotations

from api.client import operations
from api.client.calling import Caller, Listing
from api.schedules.schemas import Daily, Monthly, Period, ScheduleAnswer, ScheduledOptions, ScheduleList, Weekly
from engine.vocabulary import Language

USUAL_OPTIONS = ScheduledOptions()


class ScheduleMethods(Caller):
    """What the client can do with schedules."""

    def add_schedule(
        self,
        *,
        name: str,
        flow: int | str,
        log: int | str,
        daily: Daily | None = None,
        weekly: Weekly | None = None,
        monthly: Monthly | None = None,
        period: Period = Period.LAST_MONTH,
        options: ScheduledOptions = USUAL_OPTIONS,
        lang: Language | None = None,
        idempotency_key: str | None = None,
    ) -> ScheduleAnswer:
        """Have an assessment asked for every day, week or month.

        Args:
            name: What people call it.
            flow: The number of a flow; or its own id, which means the version in force on that day.
            log: The number of a log; or a name, in which ``*`` stands for any text: the newest log of such a name.
            daily: Every day; one of the three is given.
            weekly: Every week.
            monthly: Every month.
            period: Which cases are assessed.
            options: How.
            lang: Language of the answer.
            idempotency_key: As for every method that makes something.
        """
        return self._make(
            operations.ADD_SCHEDULE,
            idempotency_key=idempotency_key,
            name=name,
            flow=flow,
            log=log,
            daily=daily,
            weekly=weekly,
            monthly=monthly,
            period=period,
            options=options,
            lang=lang,
        )

    def schedules(self, *, lang: Language | None = None) -> Listing[ScheduleList, ScheduleAnswer]:
        """The schedules in the order in which they were made."""
        return self._list(operations.SCHEDULES, lang=lang)

    def schedule(
        self, schedule: int, *, lang: Language | None = None, if_none_match: ScheduleAnswer | None = None
    ) -> ScheduleAnswer:
        """One schedule: when it is next due, and what came of the last time."""
        return self._read(operations.SCHEDULE, schedule, seen=if_none_match, lang=lang)

    def pause_schedule(
        self, schedule: int, *, lang: Language | None = None, if_match: ScheduleAnswer | str | None = None
    ) -> ScheduleAnswer:
        """Have a schedule ask for nothing until it is resumed."""
        return self._change(operations.PAUSE_SCHEDULE, schedule, if_match=if_match, lang=lang)

    def resume_schedule(
        self, schedule: int, *, lang: Language | None = None, if_match: ScheduleAnswer | str | None = None
    ) -> ScheduleAnswer:
        """Resume a paused schedule. What it would have asked for meanwhile stays unasked."""
        return self._change(operations.RESUME_SCHEDULE, schedule, if_match=if_match, lang=lang)

    def delete_schedule(self, schedule: int, *, if_match: ScheduleAnswer | str | None = None) -> None:
        """Delete a schedule. The assessments that it asked for stay, and those that wait are done."""
        return self._change(operations.DELETE_SCHEDULE, schedule, if_match=if_match)
