"""Flow files for tests: a small good one, and the same with one thing wrong."""

from __future__ import annotations

from engine.definitions.yaml_reader import read_flow_text
from engine.errors import InputRefused, Problem

MARK = "#!"
"""Stands at the end of the line on which a problem is expected."""


def flow_file(*, nodes: str = "", edges: str = "", rest: str = "") -> str:
    """A small good flow with further lines in its sections; each of them is one line or several."""
    return (
        "trueline: 1\nflow: f\nnodes:\n  start: start\n  a: {step: A}\n  b: {step: B}\n  end: end\n"
        + _indented(nodes)
        + "edges:\n  - start -> a -> b -> end\n"
        + _indented(edges)
        + rest
        + "\n"
    )


def _indented(lines: str) -> str:
    return "".join(f"  {line}\n" for line in lines.splitlines())


def problems_of(text: str) -> tuple[Problem, ...]:
    """Why a file is refused; nothing when it is read."""
    try:
        read_flow_text(text)
    except InputRefused as refusal:
        return refusal.problems
    return ()


def marked_line(text: str) -> int:
    """The 1-based line that carries the mark."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.rstrip().endswith(MARK))
