"""PNML, both ways: the door to ``pnml_reader`` and ``pnml_writer``."""

from __future__ import annotations

from pathlib import Path

from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.net import Net
from engine.nets.pnml_reader import PnmlNet, read_bytes
from engine.nets.pnml_writer import write_pnml

__all__ = ["PnmlNet", "read_pnml", "read_pnml_bytes", "read_pnml_with_notes", "write_pnml"]


def read_pnml(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Net:
    """The net of a PNML file; its notes are dropped, for callers that only calculate.

    Raises:
        InputRefused: With everything that is wrong with the file.
        OSError: The file cannot be read.
    """
    return read_pnml_with_notes(path, limits=limits).net


def read_pnml_with_notes(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> PnmlNet:
    """The net of a PNML file, and what the file holds beyond it.

    Raises:
        InputRefused: With everything that is wrong with the file.
        OSError: The file cannot be read.
    """
    return read_pnml_bytes(path.read_bytes(), source=path.name, limits=limits)


def read_pnml_bytes(data: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> PnmlNet:
    """The net in the bytes of a PNML file, and what they hold beyond it.

    Args:
        data: The file's content.
        source: Its name, for problems.
        limits: Sizes past which it is refused.

    Raises:
        InputRefused: With everything that is wrong with it.
    """
    return read_bytes(data, source=source, limits=limits)
