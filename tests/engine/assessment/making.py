"""Processes for assessments, written in a few lines of YAML."""

from __future__ import annotations

from datetime import datetime

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment, DimensionScore
from engine.assessment.closing import ALL_CLOSED, ClosedRule
from engine.nets.process import Process, read_process_bytes
from engine.vocabulary import Dimension
from tests.oracles.small_logs import log

LINE = """
nodes: {start: start, a: {step: A}, b: {step: B}, c: {step: C}, d: {step: D}, end: end}
edges: [start -> a -> b -> c -> d -> end]
"""


def process(text: str = LINE, rest: str = "") -> Process:
    return read_process_bytes(f"trueline: 1\nflow: small\ntitle: Small\n{text}\n{rest}".encode(), source="small.yaml")


def assessed(made: Process, *cases: str, closed: ClosedRule = ALL_CLOSED, now: datetime | None = None) -> Assessment:
    return assess(made, log(*cases), closed=closed, now=now)


def score(found: Assessment, dimension: Dimension) -> tuple[int, int]:
    one = found.dimension(dimension)
    return one.numerator, one.denominator


def findings(one: DimensionScore) -> list[tuple[str, str, int]]:
    """Kind, standard or steps, and lost units of each finding."""
    return [(f.kind, f.standard or " ".join(f.steps), f.lost) for f in one.findings]
