"""Looks at everything that a service needs on its machine, before its users find out what is missing."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from api.settings import Settings
from engine import VERSION
from engine.errors import InputRefused
from engine.limits import Limits
from engine.vocabulary import Language

LEAST_PYTHON = (3, 11)
LEAST_FREE = 1 << 30
"""Bytes of disk below which a service may soon be unable to store anything."""
PRIVATE_BITS = 0o077


class State(StrEnum):
    """What a check came to: ``warning`` where it works for now."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Check(BaseModel):
    """One thing that was looked at.

    Attributes:
        check: What: ``python``, ``folder``, ``database``, ``disk``, ``kernels``, ``drawing``, ``report``.
        state: What it came to.
        found: What is there, or what is wrong.
    """

    check: str
    state: State
    found: str


class Examination(BaseModel):
    """Everything that was looked at."""

    version: str
    checks: list[Check]

    @property
    def wrong(self) -> list[Check]:
        """What does not work, or may soon not."""
        return [one for one in self.checks if one.state is not State.GOOD]


def examine(settings: Settings, *, limits: Limits) -> Examination:
    """Look at everything. Nothing is changed but the cache of kernels, and a service may run meanwhile."""
    checks: tuple[tuple[str, Callable[[], tuple[State, str]]], ...] = (
        ("python", _python),
        ("folder", lambda: _folder(settings.data)),
        ("database", lambda: _database(settings)),
        ("disk", lambda: _disk(settings.data)),
        ("kernels", _kernels),
        ("drawing", lambda: _drawing(limits)),
        ("report", lambda: _report(limits)),
    )
    return Examination(version=VERSION, checks=list(_looked_at(checks)))


def _looked_at(checks: tuple[tuple[str, Callable[[], tuple[State, str]]], ...]) -> Iterator[Check]:
    for name, look in checks:
        try:
            state, found = look()
        except Exception as error:  # noqa: BLE001 - whatever a broken installation raises is what is wrong with it
            state, found = State.BAD, f"{type(error).__name__}: {error}"[:300]
        yield Check(check=name, state=state, found=found)


def _python() -> tuple[State, str]:
    found = f"{platform.python_implementation()} {platform.python_version()}, {platform.platform()}"
    return State.GOOD if sys.version_info[:2] >= LEAST_PYTHON else State.BAD, found


def _folder(folder: Path) -> tuple[State, str]:
    if not folder.exists():
        parent = next(path for path in folder.absolute().parents if path.exists())
        return State.GOOD if os.access(parent, os.W_OK) else State.BAD, f"{folder} –"
    if not (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
        return State.BAD, str(folder)
    mode = folder.stat().st_mode
    return State.WARNING if mode & PRIVATE_BITS else State.GOOD, f"{folder} {mode & 0o777:o}"


def _database(settings: Settings) -> tuple[State, str]:
    from engine.storage.database import newest_revision, revision_of

    if not settings.database and not (settings.data / "trueline.db").exists():
        return State.GOOD, "–"
    try:
        revision = revision_of(settings.database_url)
    except InputRefused as refusal:
        return State.BAD, str(refusal.problems[0].values.get("reason", refusal.problems[0].code))
    # One that has none, or an older one, is brought up to date when the service starts.
    return State.GOOD, f"{revision or '–'} ({newest_revision()})"


def _disk(folder: Path) -> tuple[State, str]:
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    return State.GOOD if free >= LEAST_FREE else State.WARNING, f"{free / (1 << 30):.1f} GiB"


def _kernels() -> tuple[State, str]:
    import numba

    importlib.import_module("engine.compiled")  # it chooses the folder
    config: Any = numba.config  # its attributes are made at run time
    folder = Path(config.CACHE_DIR)
    place = next(path for path in (folder, *folder.parents) if path.exists())
    return State.GOOD if os.access(place, os.W_OK) else State.WARNING, str(folder)


def _drawing(limits: Limits) -> tuple[State, str]:
    from engine.nets.process import read_process_bytes
    from engine.rendering.flowchart import draw_flow
    from engine.rendering.picture import PictureFormat, render

    flow = read_process_bytes(_FLOW, source="doctor", limits=limits).flow
    drawn = {
        language: render(draw_flow(flow, language=language), PictureFormat.PNG, limits=limits) for language in Language
    }
    return State.GOOD, ", ".join(f"{language} {len(picture):,} B" for language, picture in drawn.items())


def _report(limits: Limits) -> tuple[State, str]:
    """Assess one case and report it: kernels, fonts, PDF and workbook are all needed for that."""
    from api.assessing import assess_log
    from api.reporting import report_of, report_pdf_of, report_xlsx_of
    from engine.logs.options import ReadOptions
    from engine.logs.reading import read_log
    from engine.nets.process import read_process_bytes

    process = read_process_bytes(_FLOW, source="doctor", limits=limits)
    with tempfile.TemporaryDirectory(prefix="trueline-") as folder:
        path = Path(folder) / "visits.csv"
        path.write_bytes(_LOG)
        assessment = assess_log(process, read_log(path, options=ReadOptions(), limits=limits), limits=limits)
    made = [
        (name, language, len(make(assessment, language=language, limits=limits)))
        for language in Language
        for name, make in (("HTML", report_of), ("PDF", report_pdf_of), ("XLSX", report_xlsx_of))
    ]
    return State.GOOD, ", ".join(f"{name} {language} {size:,} B" for name, language, size in made)


_FLOW = """\
trueline: 1
flow: visit
nodes: {start: start, greet: {step: {en: Greet, zh: 接待}}, serve: {step: {en: Serve, zh: 服务}}, end: end}
edges: [start -> greet -> serve -> end]
""".encode()

_LOG = b"""\
case,activity,timestamp
a,Greet,2026-03-02T09:00:00Z
"""
