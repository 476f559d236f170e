"""Laws of what went wrong at steps: what the case book tells of some cases is what assessing them alone would find."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import polars as pl
import pytest

from engine.assessment.assess import assess, assess_with_cases
from engine.assessment.case_book import BookTables, CaseBook
from engine.assessment.closing import ALL_CLOSED, ClosedRule
from engine.assessment.step_findings import StepFindings, findings_in, findings_of
from engine.calendars import Calendar
from engine.logs.lifecycle import Lifecycle
from engine.logs.reading import read_log
from engine.logs.selecting import select_cases
from engine.nets.process import read_process
from tests.laws.test_assessment_laws import OFFICE, RULES, random_cases, random_process
from tests.oracles.small_logs import BEGIN, log_of

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Options(TypedDict):
    now: datetime
    closed: ClosedRule
    calendar: Calendar
    lifecycle: Lifecycle


def tables_of(book: CaseBook) -> BookTables:
    return BookTables(**{name: table.lazy() for name, table in book.tables()})


def said(findings: StepFindings) -> tuple[dict[Any, Counter[Any]], dict[Any, Counter[Any]]]:
    """What occurred by kind and what was lost by dimension, without what is zero."""
    occurrences = {kind: +Counter(counts) for kind, counts in findings.occurrences.items()}
    return occurrences, {dimension: +Counter(units) for dimension, units in findings.lost.items()}


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("seed", range(15))
def test_some_cases_show_what_assessing_them_alone_finds(seed: int, rule: ClosedRule) -> None:
    rng = random.Random(seed)
    process, now = random_process(rng), BEGIN + timedelta(days=6)
    cases = random_cases(rng, process.flow)
    log = log_of(cases.events, values=cases.values)
    options: Options = {"now": now, "closed": rule, "calendar": OFFICE, "lifecycle": Lifecycle.ALL}
    made = assess_with_cases(process, log, **options)
    chosen = np.array([rng.random() < 0.5 for _ in range(log.cases.height)], dtype=np.bool_)
    some = findings_in(made.assessment, tables_of(made.cases), pl.Series(np.flatnonzero(chosen)))
    alone = findings_of(assess(process, select_cases(log, chosen), **options))
    assert said(some) == said(alone)
    assert some.steps == alone.steps


@pytest.mark.parametrize("name", ["reception", "car_service_advisor", "complaint_handling"])
def test_parts_of_an_example_add_up_to_what_its_assessment_says(name: str) -> None:
    process = read_process(EXAMPLES / "flows" / f"{name}.yaml")
    made = assess_with_cases(process, read_log(EXAMPLES / "logs" / f"{name}.xes.gz"), closed=ALL_CLOSED)
    whole, book = findings_of(made.assessment), tables_of(made.cases)
    every = pl.Series(range(made.cases.cases.height))
    assert said(findings_in(made.assessment, book, every)) == said(whole)
    parts = [said(findings_in(made.assessment, book, some)) for some in (every.head(50), every.slice(50))]
    for place, found in enumerate(said(whole)):
        assert any(found.values())
        for key, counts in found.items():
            assert parts[0][place][key] + parts[1][place][key] == counts


def test_nothing_is_found_in_no_cases() -> None:
    rng = random.Random(1)
    process = random_process(rng)
    cases = random_cases(rng, process.flow)
    made = assess_with_cases(process, log_of(cases.events, values=cases.values))
    occurrences, lost = said(findings_in(made.assessment, tables_of(made.cases), pl.Series([], dtype=pl.Int64)))
    assert not any(occurrences.values())
    assert not any(lost.values())
