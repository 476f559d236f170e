"""The parts of one running service, made once at its start and handed to whoever needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import BoundedSemaphore

from api.accounts.parts import AccountParts
from api.assessments.work import AssessmentWork
from api.clock import Clock
from api.flow_cache import FlowCache
from api.live.parts import LiveParts
from api.log_cache import LogCache
from api.report_cache import ReportCache
from api.schedules.ticking import Ticker
from engine.jobs.runner import ThreadRunner
from engine.limits import Limits
from engine.storage.database import Database
from engine.storage.files import FileStore
from engine.storage.group_commit import GroupWriter

READERS = 2
"""Uploads, checks and pictures that are worked on at once: each may take as much memory as its limits allow."""

WAITERS = 16
"""Requests that wait for such a turn: each holds one of the forty threads in which requests are answered."""


@dataclass(frozen=True)
class Running:
    """A running service.

    Attributes:
        database: Where rows are kept.
        files: Where files are kept.
        work: What works on assessments, in the background.
        limits: What is refused for its size.
        clock: The time.
        accounts: What knows who is who.
        readers: Held by each request that does heavy work.
        waiters: Held by each request that waits for that.
        writer: What commits events, those of many requests together.
        sealer: What moves events into files, in the background.
        seal_events: How many events gather before they are moved.
        live: What follows live logs.
        ticker: What looks whether a schedule is due.
        flow_cache: Flows that were read lately.
        log_cache: Logs that were read lately.
        report_cache: Reports that were made lately.
    """

    database: Database
    files: FileStore
    work: AssessmentWork
    limits: Limits
    clock: Clock
    accounts: AccountParts
    readers: BoundedSemaphore
    writer: GroupWriter
    sealer: ThreadRunner
    seal_events: int
    live: LiveParts
    ticker: Ticker
    waiters: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(WAITERS))
    flow_cache: FlowCache = field(default_factory=FlowCache)
    log_cache: LogCache = field(default_factory=LogCache)
    report_cache: ReportCache = field(default_factory=ReportCache)
