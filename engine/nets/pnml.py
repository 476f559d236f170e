"""PNML, both ways: files of ISO/IEC 15909-2 to nets and nets to files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.net import Net
from engine.nets.pnml_reader import NetReader
from engine.nets.pnml_writer import write_pnml
from engine.nets.pnml_xml import PnmlReading, children, parse

__all__ = ["PnmlNet", "read_pnml", "read_pnml_bytes", "read_pnml_with_notes", "write_pnml"]


@dataclass(frozen=True, slots=True)
class PnmlNet:
    """A net and what its file holds beyond it.

    Attributes:
        net: The net.
        notes: Warnings: elements without a meaning here, and what was taken for granted.
    """

    net: Net
    notes: tuple[Problem, ...]


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
    with path.open("rb") as file:
        data = file.read(limits.net_bytes + 1)
    return read_pnml_bytes(data, source=path.name, limits=limits)


def read_pnml_bytes(data: bytes, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> PnmlNet:
    """The net in the bytes of a PNML file, and what they hold beyond it.

    Args:
        data: The file's content.
        source: Its name, for problems.
        limits: Sizes past which it is refused.

    Raises:
        InputRefused: With everything that is wrong with it.
        LimitExceeded: It is too large or too deep to be looked at.
    """
    reading = PnmlReading(source, limits)
    root = parse(data, reading)
    nets = [child for name, child in children(root) if name == "net"]
    for name, child in children(root):
        if name not in ("net", "toolspecific"):
            reading.note("pnml.unknown-element", child, element=name, parent="pnml")
    if len(nets) != 1:
        reading.problem("pnml.not-one-net", nets[1] if nets else root, nets=len(nets))
        reading.refuse_if_failed()
    reader = NetReader(reading)
    reader.read(nets[0])
    reading.refuse_if_failed()
    return PnmlNet(reader.net(nets[0], hashlib.sha256(data).hexdigest()), reading.notes)
