"""Logs: one line on standard error for each thing that happened, ours and the libraries', all in one form."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

from api.operations.records import current_record

LOGGER = logging.getLogger("trueline.service")

OWN_HANDLERS = ("dbos",)
"""Libraries that write to standard error in a form of their own, unless they find a handler."""
TALKATIVE = ("alembic",)
"""Libraries whose ``info`` is of no use to whoever runs a service."""

SILENT = ("uvicorn.access",)
"""Writes whole addresses, in which texts and tokens may stand; ``trueline.request`` says the same without them."""

_SECRETS = (
    # keys and sessions, what hooks are signed with, tokens of links, passwords in addresses of databases
    (re.compile(r"(trueline_|whsec_|token=|Bearer )[\w+/=.-]{16,}"), r"\1***"),
    (re.compile(r"(://[^:/@\s]*:)[^@\s]+@"), r"\1***@"),
)


class LogFormat(StrEnum):
    """The form of a line."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """From which level on something is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class JsonLines(logging.Formatter):
    """A JSON object a line: time, level, logger, message, what is known of a request, and a traceback as ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of ASCII."""
        return _without_secrets(json.dumps(facts_of(record)))


class TextLines(logging.Formatter):
    """The same for eyes: the facts as ``name=value`` behind the message. Only a traceback takes lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """A line, and a traceback."""
        facts = facts_of(record)
        error = facts.pop("error", "")
        head = [str(facts.pop(name)) for name in ("time", "level", "logger", "message")]
        # What a user sent may stand in a message: it begins no line.
        line = " ".join([*head, *(f"{name}={value}" for name, value in facts.items())])
        line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
        return _without_secrets(f"{line}\n{error}" if error else line)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What is logged, as it stands in JSON."""
    facts: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }
    request = current_record()
    if request is not None:
        facts |= {"request": request.id, "method": request.method, "route": request.route, "key": request.key}
        if request.milliseconds is not None:
            facts |= {"status": request.status or None, "milliseconds": request.milliseconds}
    if record.exc_info:
        facts["error"] = logging.Formatter().formatException(record.exc_info)
    return facts


def _without_secrets(line: str) -> str:
    """A line in which nothing is left that looks like a secret: no line should hold one, and here none does."""
    for pattern, instead in _SECRETS:
        line = pattern.sub(instead, line)
    return line


@contextmanager
def logging_to(stream: TextIO, *, form: LogFormat, level: LogLevel) -> Iterator[None]:
    """Have everything that this process logs written to a stream, until the context ends.

    Warnings, and what ends a thread, go there too.
    """
    root, before_hook = logging.getLogger(), threading.excepthook
    handlers, before_level = root.handlers[:], root.level
    silent = {name: logging.getLogger(name).disabled for name in SILENT}
    log_to(stream, form=form, level=level)
    try:
        yield
    finally:
        threading.excepthook = before_hook
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(before_level)
        for name, disabled in silent.items():
            logging.getLogger(name).disabled = disabled


def log_to(stream: TextIO, *, form: LogFormat, level: LogLevel) -> None:
    """The same for as long as this process is there."""
    root = logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form is LogFormat.JSON else TextLines())
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in OWN_HANDLERS:
        library = logging.getLogger(name)
        library.handlers[:] = [logging.NullHandler()]
        library.propagate = True
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).disabled = True
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_ended


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    name = ended.thread.name if ended.thread else ""
    error = ended.exc_value
    LOGGER.error("thread %s ended", name, exc_info=(ended.exc_type, error, ended.exc_traceback) if error else None)
