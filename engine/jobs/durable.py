"""The queue that outlives the process: DBOS keeps it in a database of its own. Only here is DBOS imported.

DBOS has one instance in a process, and so has this queue. It is loaded and launched in a thread, so that nobody waits
for it; what is submitted meanwhile waits in memory, which is no loss, because whoever submits a job has it written down
and submits it again after a restart. A name that DBOS knows as waiting or running is left to DBOS: it does again what
ran when the process ended.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from engine.jobs.queue import NamedWork

APPLICATION = "trueline"
EXECUTOR = "trueline-service"
"""The same at every start, because one service at a time uses a data folder: what it left running is its own."""
WORKFLOWS_VERSION = "1"
"""Pinned: by itself DBOS derives a version from the code, and leaves jobs of other versions waiting for ever. A job is
a name, which every version understands."""
SCHEMA = "trueline_jobs"
QUEUE = "jobs"
POLLING_SECONDS = 0.2
CONNECTIONS = 4
RETRY_SECONDS = 5.0
FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
TIDIED_AT_ONCE = 1_000

LOGGER = logging.getLogger("trueline.service")

_instance = threading.Lock()


class DurableQueue:
    """Jobs in a thread of this process, in a queue that outlives it."""

    def __init__(self, url: str, *, crashed: Callable[[str, Exception], object]) -> None:
        """Prepare it.

        Args:
            url: Of the database: ``sqlite:///FILE`` or ``postgresql+psycopg://…``; there the tables are in a schema of
                their own.
            crashed: Told of a job that raised, with what it raised.

        Raises:
            RuntimeError: This process has such a queue already.
        """
        if not _instance.acquire(blocking=False):
            raise RuntimeError("a process has one durable queue")
        self._url = url
        self._crashed = crashed
        self._names: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._work: NamedWork | None = None
        self._workflow: Any = None
        self._failed = False
        self._closing = threading.Event()
        self._feeder = threading.Thread(target=self._feed, name="trueline-jobs", daemon=True)

    def begin(self, work: NamedWork) -> None:
        """Say what is done for a name, and launch DBOS in the background."""
        self._work = work
        self._feeder.start()

    def submit(self, name: str) -> None:
        """Have a job done, even if this process ends before."""
        self._names.put(name)

    @property
    def is_ready(self) -> bool:
        """Whether DBOS was launched, and takes what is submitted."""
        return self._workflow is not None and self._feeder.is_alive()

    def close(self, *, seconds: float) -> bool:
        """Start nothing more, and wait for what runs."""
        self._closing.set()
        self._names.put(None)
        if self._feeder.is_alive():
            self._feeder.join(seconds)
        try:
            return self._workflow is None or self._destroyed(seconds)
        finally:
            _instance.release()

    def _feed(self) -> None:
        """Launch DBOS, again and again until it succeeds, and give it what is submitted."""
        while not self._launched():
            if self._closing.wait(RETRY_SECONDS):
                return
        while (name := self._names.get()) is not None and not self._closing.is_set():
            while not self._given(name):
                if self._closing.wait(RETRY_SECONDS):
                    return

    def _launched(self) -> bool:
        from dbos import DBOS  # noqa: PLC0415 - half a second, which the start of the service need not wait for

        if self._closing.is_set():
            return False
        try:
            DBOS(
                config={
                    "name": APPLICATION,
                    "system_database_url": self._url,
                    "dbos_system_schema": SCHEMA,
                    "application_version": WORKFLOWS_VERSION,
                    "executor_id": EXECUTOR,
                    "enable_otlp": False,
                    "log_level": "ERROR",
                    "use_listen_notify": False,
                    "sys_db_pool_size": CONNECTIONS,
                }
            )
            # attempts are counted by whoever does the job, who also knows of those that ended a child process only
            workflow = DBOS.workflow(name="job", max_recovery_attempts=None)(_function_of(self._job))
            DBOS.launch()
            DBOS.register_queue(
                QUEUE, worker_concurrency=1, polling_interval_sec=POLLING_SECONDS, on_conflict="always_update"
            )
            while done := DBOS.list_workflows(status=FINISHED, limit=TIDIED_AT_ONCE, load_input=False):
                DBOS.delete_workflows([one.workflow_id for one in done])
        except Exception as error:  # noqa: BLE001 - such as a database that is not there now
            if not self._failed:
                self._crashed(QUEUE, error)
            self._failed = True  # said once, and tried until it succeeds
            DBOS.destroy(destroy_registry=True)
            return False
        self._workflow = workflow
        return True

    def _given(self, name: str) -> bool:
        from dbos import DBOS, SetWorkflowID  # noqa: PLC0415

        try:
            known = DBOS.get_workflow_status(name)
            if known is not None and known.status in FINISHED:
                DBOS.delete_workflow(name)
            elif known is not None:
                return True
            with SetWorkflowID(name):
                DBOS.enqueue_workflow(QUEUE, self._workflow, name)
        except Exception as error:  # noqa: BLE001 - as above
            self._crashed(name, error)
            return False
        return True

    def _job(self, name: str) -> None:
        if self._closing.is_set() or self._work is None:
            return  # whoever submitted it does so again at the next start
        try:
            self._work(name)
        except Exception as error:  # noqa: BLE001 - one job must not end the others
            self._crashed(name, error)

    def _destroyed(self, seconds: float) -> bool:
        """End DBOS, once what runs is done and noted as done."""
        from dbos import DBOS  # noqa: PLC0415

        deadline = time.monotonic() + seconds
        try:
            while running := DBOS.list_workflows(status="PENDING", limit=1, load_input=False):
                if time.monotonic() >= deadline:
                    break
                time.sleep(0.02)
        except Exception as error:  # noqa: BLE001 - what is not noted is done again
            self._crashed(QUEUE, error)
            running = []
        DBOS.destroy(destroy_registry=True)
        return not running


def _function_of(method: NamedWork) -> NamedWork:
    """A method as a function, on which DBOS writes notes."""

    def job(name: str) -> None:
        method(name)

    return job
