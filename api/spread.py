"""Where the work of one call runs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.conformance.mapper import Mapper


@dataclass(frozen=True, slots=True)
class Spread:
    """Mappers for one call.

    Attributes:
        variants: For alignments, which may travel to other machines.
        parts: For parts of a log, which are files of this machine.
    """

    variants: Mapper
    parts: Mapper
