"""Endings of files that are written: which kind of log or flow each asks for."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputRefused, Place, Problem

LOG_ENDINGS = (".xes", ".xes.gz", ".csv", ".csv.gz", ".parquet")
NET_ENDINGS = (".pnml",)
FLOW_ENDINGS = (".yaml", ".yml")
BPMN_ENDINGS = (".bpmn",)


def ending_of(path: Path, known: tuple[str, ...]) -> str:
    """The ending of a file, in lower case.

    Raises:
        InputRefused: It is none of those known.
    """
    name = path.name.lower()
    # The longest first: ``.xes.gz`` is not ``.gz``.
    for ending in sorted(known, key=len, reverse=True):
        if name.endswith(ending) and name != ending:
            return ending
    raise InputRefused([Problem("cli.unknown-ending", Place(str(path)), {"known": ", ".join(known)})])


def without_ending(path: Path, known: tuple[str, ...]) -> Path:
    """The same path without one of the endings known."""
    return path.with_name(path.name[: -len(ending_of(path, known))])
