"""What each event means, found and written in the unit of work in which the event is stored."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from api.clock import Clock
from api.live.counting import CountingOfLog, KnownKinds, counting_of, event_of
from api.live.judges import Judge, Judges
from api.live.waking import Waking
from api.schemas.watching import SeenShape
from api.watching import LiveEvent, Seen
from engine.conformance.live_cases import LiveCase, account_of, events_of, opened, packed, replayed, unpacked
from engine.conformance.live_counting import count, recounted
from engine.errors import Problem
from engine.limits import Limits
from engine.storage.database import Database, Session, after_commit, after_rollback
from engine.storage.event_tables import CaseRow
from engine.storage.events import StoredEvent
from engine.storage.live_store import (
    Notice,
    NoticeKind,
    Standing,
    forget_told,
    keep_standings,
    standings,
    tell,
)
from engine.storage.repository import find, problems_to_json
from engine.storage.tables import LogRow

MOST_REMEMBERED = 10_000
"""Cases kept in memory; the others are read again when their next event comes."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A case of a live log: where it stands, without its state, and the state as the checker takes it."""

    standing: Standing
    live: LiveCase | None


class LiveListener:
    """Judges every event of logs that follow a flow. A ``Listener`` of the event store.

    What it remembers of a case is forgotten when a unit of work leaves nothing, and read again from what is stored.
    """

    def __init__(self, judges: Judges, limits: Limits, clock: Clock, waking: Waking) -> None:
        self._judges = judges
        self._limits = limits
        self._clock = clock
        self._waking = waking
        self._prepared: set[int] = set()
        self._remembered: OrderedDict[tuple[int, str], _Known] = OrderedDict()
        self._kinds = KnownKinds()

    def prepare(self, database: Database, log: int) -> None:
        """Make ready what judges a log, so that the thread that writes need not wait for it."""
        if log in self._prepared:
            return
        with database.reading() as session:
            row = find(session, LogRow, log)
            if row is not None and row.flow is not None:
                self._judges.in_force(session, row.flow, self._clock())
        if row is not None:
            self._prepared.add(log)

    def appended(self, session: Session, log: LogRow, events: Sequence[StoredEvent]) -> None:
        """Judge new events, each after those before it."""
        if log.flow is None or log.id is None:
            return
        known = self._known(session, log.id, {one.event.case for one in events})
        notices: list[Notice] = []
        counting = self._counting(session, log, events)
        for one in events:
            case = one.event.case
            counting.note(event_of(one.event))
            known[case], seen = self._taken(session, log.flow, known.get(case), one, counting)
            if seen is not None:
                body = SeenShape.of(seen).model_dump_json()
                opens = seen.verdict is not None and bool(seen.verdict.account.opened)
                notices.append(Notice(NoticeKind.VERDICT, case, body, one.sequence, opens))
        counting.keep(session, log)
        self._keep(session, log, known, notices)

    def cases_closed(self, session: Session, log: LogRow, cases: Sequence[CaseRow]) -> None:
        """Confirm the deviations of cases that have ended."""
        if log.id is not None and log.flow is not None:
            self._close(session, log, self._known(session, log.id, {one.case for one in cases}))

    def _close(self, session: Session, log: LogRow, known: dict[str, _Known]) -> None:
        notices, counting = [], self._counting(session, log, ())
        forget_told(session, log.id or 0, known)
        for case, one in sorted(known.items(), key=lambda item: item[1].standing.first):
            known[case] = _Known(replace(one.standing, latest=None), one.live)
            judge = self._judge(session, one.standing)
            if one.live is None or judge is None or judge.checker is None:
                continue
            counting.know(session, (event.activity for event in one.live.every))
            live = recounted(judge.checker, one.live, mode=counting.mode, kinds=counting.kinds)
            closing = judge.checker.close(live.case)
            body = SeenShape.of(Seen(LiveEvent(case, None, None, end=True), None, closing)).model_dump_json()
            notices.append(Notice(NoticeKind.CLOSED, case, body))
            cost = closing.alignment.cost
            ended = replace(known[case].standing, deviations=len(closing.account.deviations))
            known[case] = _Known(ended if cost is None else replace(ended, cost=cost), None)
        self._keep(session, log, known, notices)

    def _taken(
        self, session: Session, flow: int, before: _Known | None, one: StoredEvent, counting: CountingOfLog
    ) -> tuple[_Known, Seen | None]:
        """A case with an event, and what the event says; nothing where the case is not judged."""
        event = one.event
        began = min(event.time, event.start or event.time)
        if before is None or began < before.standing.began:
            judge = self._judges.in_force(session, flow, began)
            before = self._begun(session, before, judge, one, began)
        else:
            judge = self._judge(session, before.standing) or Judge(None)
        live = before.live
        standing = replace(before.standing, latest=max(event.time, before.standing.latest or event.time))
        if live is None or judge.checker is None:
            return _Known(standing, live), None
        if max(len(live), len(live.every)) >= self._limits.live_case_events:
            allowed = self._limits.live_case_events
            return _unjudged(standing, Problem("live.case-too-long", values={"allowed": allowed})), None
        counting.know(session, (known.activity for known in live.every))
        taken = count(judge.checker, live, event_of(event), mode=counting.mode, kinds=counting.kinds)
        times, number = taken.case.times, len(account_of(taken.case).deviations)
        latest = times[-1] if times else None
        after = _Known(replace(standing, cost=taken.case.case.cost, deviations=number, latest=latest), taken.case)
        if taken.verdict is None:
            return after, None
        return after, Seen(LiveEvent(event.case, event.activity, event.time), taken.verdict, None, taken.late)

    def _begun(
        self, session: Session, before: _Known | None, judge: Judge, one: StoredEvent, began: datetime
    ) -> _Known:
        """A case that begins, or that turns out to have begun earlier, perhaps under another version."""
        if before is not None and before.standing.flow == judge.flow:
            return _Known(replace(before.standing, began=began), before.live)
        first = one.sequence if before is None else before.standing.first
        latest = None if before is None else before.standing.latest
        standing = Standing(one.event.case, judge.flow, first, began, None, 0, 0, latest)
        if judge.checker is None:
            return _unjudged(standing, judge.problem or Problem("live.no-version", values={"began": began.isoformat()}))
        if before is None:
            return _Known(standing, opened(judge.checker))
        former = self._judge(session, before.standing)
        if before.live is None or former is None or former.checker is None:
            return _Known(replace(before.standing, began=began), None)
        live = replayed(judge.checker, events_of(former.checker, before.live))
        live = replace(live, every=before.live.every, places=before.live.places)
        cost, deviations = live.case.cost, len(account_of(live).deviations)
        return _Known(replace(standing, cost=cost, deviations=deviations), live)

    def _known(self, session: Session, log: int, cases: set[str]) -> dict[str, _Known]:
        """What is known of some cases, from memory or from what is stored."""
        found = {case: self._remembered[log, case] for case in cases if (log, case) in self._remembered}
        for case, standing in standings(session, log, cases - found.keys()).items():
            judge = None if standing.state is None else self._judge(session, standing)
            if judge is None or judge.checker is None or standing.state is None:
                found[case] = _Known(replace(standing, state=None), None)
            else:
                live = unpacked(judge.checker, standing.state)
                found[case] = _Known(replace(standing, state=None), live)
        return found

    def _counting(self, session: Session, log: LogRow, events: Sequence[StoredEvent]) -> CountingOfLog:
        """Which events of a log count, with what is known of the activities of some events."""
        counting = CountingOfLog(self._kinds, log.id or 0, counting_of(log))
        counting.know(session, (event_of(one.event).activity for one in events))
        return counting

    def _judge(self, session: Session, standing: Standing) -> Judge | None:
        return None if standing.flow is None else self._judges.of_flow(session, standing.flow)

    def _keep(self, session: Session, log: LogRow, known: dict[str, _Known], notices: list[Notice]) -> None:
        """Write where cases stand and what is said, and remember it until the unit of work fails."""
        number = log.id or 0
        after_rollback(session, partial(self._forget, number, tuple(known)))
        keep_standings(session, number, [self._packed(session, one) for one in known.values()])
        tell(session, log, notices, now=self._clock())
        for case, one in known.items():
            self._remembered[number, case] = one
            self._remembered.move_to_end((number, case))
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        after_commit(session, partial(self._waking.wake, number, tuple(known)))

    def _packed(self, session: Session, one: _Known) -> Standing:
        judge = None if one.live is None else self._judge(session, one.standing)
        if one.live is None or judge is None or judge.checker is None:
            return one.standing
        return replace(one.standing, state=packed(judge.checker, one.live))

    def _forget(self, log: int, cases: Iterable[str]) -> None:
        for case in cases:
            self._remembered.pop((log, case), None)


def _unjudged(standing: Standing, problem: Problem) -> _Known:
    return _Known(replace(standing, problem=problems_to_json([problem])), None)
