"""The worked examples of ``docs/assessment.md`` are run as they stand."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.exact_tests import difference_interval, fisher_exact, odds_ratio
from engine.assessment.intervals import score_interval
from engine.nets.process import Process, read_process_bytes
from engine.vocabulary import Dimension
from tests.oracles.small_logs import log

PAGE = Path(__file__).resolve().parents[3] / "docs" / "assessment.md"
ROWS = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
INTERVALS = re.findall(r"^\| ([\d/ ]+) \| ([\d.]+) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)

TABLES = re.findall(
    r"^\| (\d+) of (\d+) \| (\d+) of (\d+) \| (\S+) \| (.+?) \| (\S+) \| (\S+) \|$",
    PAGE.read_text("utf-8"),
    re.MULTILINE,
)


@cache
def documented_process() -> Process:
    blocks = re.findall(r"<!-- example: flow -->\n```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return read_process_bytes(blocks[0].encode(), source="docs/assessment.md")


def fraction(found: Assessment, dimension: Dimension) -> str:
    score = found.dimension(dimension)
    return f"{score.numerator}/{score.denominator}" if score.denominator else "–"


def in_words(found: Assessment) -> list[str]:
    named = [
        f"{d.kind} {', '.join(d.steps)}" + " (other branch)" * d.other_branch
        for d in found.deviations
        for _ in range(d.count)
    ]
    return sorted(named) or ["none"]


@pytest.mark.parametrize(("case", "completeness", "ordering", "adaptability", "deviations"), ROWS)
def test_worked_example(case: str, completeness: str, ordering: str, adaptability: str, deviations: str) -> None:
    found = assess(documented_process(), log(case))
    assert fraction(found, Dimension.COMPLETENESS) == completeness
    assert fraction(found, Dimension.ORDERING) == ordering
    assert fraction(found, Dimension.ADAPTABILITY) == adaptability
    assert in_words(found) == sorted(deviations.split("; "))


@pytest.mark.parametrize(("cases", "score", "interval"), INTERVALS)
def test_worked_interval(cases: str, score: str, interval: str) -> None:
    kept, due = np.array([[int(part) for part in case.split("/")] for case in cases.split()], dtype=np.float64).T
    share = kept.sum() / due.sum()
    found = score_interval(float(share), (kept - share * due) / due.sum(), int(due.sum()))
    assert f"{100 * share:g}" == score
    assert ("none" if found is None else f"{found[0]:.1f} … {found[1]:.3g}") == interval


@pytest.mark.parametrize(
    ("inside_with", "inside", "outside_with", "outside", "ratio", "difference", "odds", "p"), TABLES
)
def test_worked_table(
    *, inside_with: str, inside: str, outside_with: str, outside: str, ratio: str, difference: str, odds: str, p: str
) -> None:
    one, other = (int(inside_with), int(inside)), (int(outside_with), int(outside))
    table = [np.array([value], dtype=np.int64) for value in (one[0], one[0] + other[0], one[1], one[1] + other[1])]
    low, high = difference_interval(one, other)
    apart = one[0] / one[1] - other[0] / other[1]
    times = f"{one[0] / one[1] / (other[0] / other[1]):.1f}" if other[0] else "–"
    assert (times, f"{apart:.2f} ({low:.2f} … {high:.2f})") == (ratio, difference)
    assert (f"{odds_ratio(*table)[0]:.1f}" if other[0] else "–") == odds
    assert f"{fisher_exact(*table)[0]:.4f}" == p


def test_the_page_has_its_examples() -> None:
    assert len(TABLES) == 4
    assert len(ROWS) == 14
    assert len(INTERVALS) == 3
