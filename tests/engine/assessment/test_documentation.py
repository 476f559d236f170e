"""The worked examples of ``docs/assessment.md`` are run as they stand."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.intervals import score_interval
from engine.nets.process import Process, read_process_bytes
from engine.vocabulary import Dimension
from tests.oracles.small_logs import log

PAGE = Path(__file__).resolve().parents[3] / "docs" / "assessment.md"
ROWS = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
INTERVALS = re.findall(r"^\| ([\d/ ]+) \| ([\d.]+) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)


@cache
def documented_process() -> Process:
    blocks = re.findall(r"<!-- example: flow -->\n```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return read_process_bytes(blocks[0].encode(), source="docs/assessment.md")


def fraction(found: Assessment, dimension: Dimension) -> str:
    score = found.dimension(dimension)
    return f"{score.numerator}/{score.denominator}" if score.denominator else "–"


def in_words(found: Assessment) -> set[str]:
    named = {f"{d.kind} {', '.join(d.steps)}" + " (other branch)" * d.other_branch for d in found.deviations}
    return named or {"none"}


@pytest.mark.parametrize(("case", "completeness", "ordering", "adaptability", "deviations"), ROWS)
def test_worked_example(case: str, completeness: str, ordering: str, adaptability: str, deviations: str) -> None:
    found = assess(documented_process(), log(case))
    assert fraction(found, Dimension.COMPLETENESS) == completeness
    assert fraction(found, Dimension.ORDERING) == ordering
    assert fraction(found, Dimension.ADAPTABILITY) == adaptability
    assert in_words(found) == set(deviations.split("; "))


@pytest.mark.parametrize(("cases", "score", "interval"), INTERVALS)
def test_worked_interval(cases: str, score: str, interval: str) -> None:
    kept, due = np.array([[int(part) for part in case.split("/")] for case in cases.split()], dtype=np.float64).T
    share = kept.sum() / due.sum()
    found = score_interval(float(share), (kept - share * due) / due.sum(), int(due.sum()))
    assert f"{100 * share:g}" == score
    assert ("none" if found is None else f"{found[0]:.1f} … {found[1]:.3g}") == interval


def test_the_page_has_its_examples() -> None:
    assert len(ROWS) == 12
    assert len(INTERVALS) == 3
