"""A simulated log and its truth, written side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.errors import InputRefused, Place, Problem
from engine.logs.log import Log
from engine.logs.writing import write_csv, write_parquet, write_xes
from engine.simulation.playout import SimulatedLog
from engine.simulation.truth import write_truth

_WRITERS: dict[str, Callable[[Log, Path], tuple[Problem, ...]]] = {
    ".xes": write_xes,
    ".csv": write_csv,
    ".xes.gz": write_xes,
    ".csv.gz": write_csv,
    ".parquet": write_parquet,
}


def truth_path(path: Path) -> Path:
    """Where the truth of a log stands: ``X.truth.json`` beside ``X.xes.gz``.

    Raises:
        InputRefused: ``simulate.unknown-log-format``, when the name does not say which format the log has.
    """
    return path.with_name(path.name[: -len(_ending(path))] + ".truth.json")


def write_simulation(simulated: SimulatedLog, path: Path) -> tuple[Problem, ...]:
    """Write a log, in the format that its name ends in, and its truth beside it.

    Args:
        simulated: What was played.
        path: A name that ends in ``.xes``, ``.csv``, ``.xes.gz``, ``.csv.gz`` or ``.parquet``.

    Returns:
        Warnings of the log's writer.

    Raises:
        InputRefused: ``simulate.unknown-log-format``; then nothing was written.
    """
    beside = truth_path(path)
    warnings = _WRITERS[_ending(path)](simulated.log, path)
    beside.write_text(write_truth(simulated.truth), encoding="utf-8", newline="\n")
    return warnings


def _ending(path: Path) -> str:
    name = path.name.lower()
    for ending in _WRITERS:
        if name.endswith(ending) and len(name) > len(ending):
            return ending
    values = {"name": path.name, "known": ", ".join(_WRITERS)}
    raise InputRefused([Problem("simulate.unknown-log-format", Place(path.name), values)])
