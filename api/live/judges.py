"""Who judges the cases of a live log: the version of its flow that was in force when each of them started."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime

from api.flows.service import flow_row, read_kept
from engine.conformance.online import OnlineChecker
from engine.definitions.versions import FlowVersions
from engine.errors import InputRefused, LimitExceeded, Problem
from engine.limits import Limits
from engine.nets.process import Process
from engine.storage.database import Session
from engine.storage.files import FileStore
from engine.storage.repository import activations

MOST_JUDGES = 16
"""Flows that are kept ready; each may take as much memory as ``live_markings`` lets it."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A flow that judges cases, or the reason why it cannot.

    Attributes:
        flow: Its number; None where no version was in force.
        process: The flow and its net; None where it cannot be read, or there is none.
        checker: Takes events; None where the net cannot be judged by.
        problem: Why nothing is judged; None where something is.
    """

    flow: int | None
    process: Process | None = None
    checker: OnlineChecker | None = None
    problem: Problem | None = None


@dataclass(eq=False)
class Judges:
    """The flows that judge, made ready when they are first asked for. Threads may share it.

    Attributes:
        files: Where flows are kept.
        limits: ``live_markings`` bounds each net.
    """

    files: FileStore
    limits: Limits
    _ready: OrderedDict[int, Judge] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of_flow(self, session: Session, number: int) -> Judge:
        """The judge that a flow makes."""
        with self._lock:
            found = self._ready.get(number)
            if found is None:
                found = self._ready[number] = self._made(session, number)
            self._ready.move_to_end(number)
            while len(self._ready) > MOST_JUDGES:
                self._ready.popitem(last=False)
        return found

    def numbers(self, session: Session, number: int) -> tuple[int, ...]:
        """The numbers of all flows that may judge cases of a log that follows a flow."""
        row = flow_row(session, number)
        versions = [] if row is None else [one.flow for one in activations(session, row.key)]
        return tuple(sorted({number, *versions}))

    def in_force(self, session: Session, number: int, began: datetime) -> Judge:
        """The judge of a case.

        Args:
            session: A unit of work.
            number: The flow that the log follows.
            began: When the case started.

        Returns:
            The version that was in force then, by the calendar's time zone of the last version; where no version was
            ever put into force, the flow that the log follows.
        """
        row = flow_row(session, number)
        days = [] if row is None else [(one.flow, one.effective) for one in activations(session, row.key)]
        if not days:
            return self.of_flow(session, number)
        judges = [self.of_flow(session, flow) for flow, _ in days]
        flows = [
            replace(judge.process.flow, effective=day)
            for judge, (_, day) in zip(judges, days, strict=True)
            if judge.process is not None
        ]
        if len(flows) < len(judges):  # a limit was lowered since, and which version counts cannot be said any more
            return next(judge for judge in judges if judge.process is None)
        zone = flows[-1].main_calendar.zone  # activations come in the order of their days
        index = FlowVersions.of(flows).index_in_force(began, zone)
        if index is None:
            return Judge(None, problem=Problem("live.no-version", values={"began": began.isoformat()}))
        return judges[index]

    def _made(self, session: Session, number: int) -> Judge:
        row = flow_row(session, number)
        if row is None:
            raise LookupError(f"flow {number} is not there")
        try:
            process = read_kept(self.files, row, limits=self.limits)
        except InputRefused as refusal:
            return Judge(number, problem=refusal.problems[0])
        allowed = self.limits.live_markings
        bounded = replace(self.limits, alignment_markings=min(allowed, self.limits.alignment_markings))
        try:
            return Judge(number, process, OnlineChecker.of(process.net, flow=process.flow, limits=bounded))
        except LimitExceeded:
            return Judge(number, process, problem=Problem("live.net-too-large", values={"allowed": allowed}))
        except InputRefused as refusal:
            return Judge(number, process, problem=refusal.problems[0])
