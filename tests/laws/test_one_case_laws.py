"""Laws of single cases: found again from flow and events alone, a case is what the book of all cases says of it."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine.assessment.assess import assess_with_cases
from engine.assessment.case_book import AssessedCases, BookTables
from engine.assessment.case_search import deviations_of, summaries_of
from engine.assessment.one_case import ExaminedCase, examine_case
from engine.logs.lifecycle import Lifecycle
from engine.logs.log import Log
from engine.logs.reading import read_log
from engine.nets.process import Process
from engine.storage.case_files import PathOf, book_files, judged_files, read_judged_case, read_judged_log, scan_book
from engine.vocabulary import Outcome
from tests.laws.test_assessment_laws import OFFICE, RULES
from tests.laws.test_part_laws import random_process, random_table

SEEDS = range(12)


def random_made(rng: random.Random, folder: Path) -> tuple[Process, AssessedCases, bool]:
    """An assessment of a random flow, and whether one calendar held for everybody."""
    process = random_process(rng)
    path = folder / "log.parquet"
    random_table(rng, process.flow, rng.randint(5, 25)).write_parquet(path)
    mode, rule, one = rng.choice([None, *Lifecycle]), rng.choice(RULES), rng.random() < 0.5
    found = assess_with_cases(process, read_log(path), closed=rule, lifecycle=mode, calendar=OFFICE if one else None)
    return process, found, one


def stored(found: AssessedCases, folder: Path) -> PathOf:
    """The files of a book and of its events, written; says where each lies."""
    for name, content in (*book_files(found.cases), *judged_files(found.counted, now=found.assessment.now)):
        (folder / name).write_bytes(content)

    def path_of(name: str) -> Path | None:
        path = folder / name
        return path if path.exists() else None

    return path_of


def opened(path_of: PathOf) -> BookTables:
    tables = scan_book(path_of)
    assert tables is not None
    return tables


def examined(process: Process, path_of: PathOf, case: int, *, closed: bool, one_calendar: bool) -> ExaminedCase:
    judged = read_judged_case(path_of, case)
    assert judged is not None
    return examine_case(
        process,
        judged.log,
        closed=closed,
        now=judged.now,
        calendar=OFFICE if one_calendar else None,
        paired=judged.paired,
        completes=judged.completes,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_case_alone_is_what_the_book_says(seed: int, tmp_path: Path) -> None:
    process, made, one_calendar = random_made(random.Random(seed), tmp_path)
    path_of = stored(made, tmp_path)
    book = opened(path_of)
    summaries = summaries_of(book)
    for row in made.cases.cases.iter_rows(named=True):
        found = examined(process, path_of, row["case"], closed=row["closed"], one_calendar=one_calendar)
        assert (found.known, found.ended, len(found.events)) == (row["explained"], row["ended"], row["events"])
        assert found.alignment.cost == row["cost"]
        kept = deviations_of(book, made.cases.cases.filter(pl.col("case") == row["case"]))
        of_alignment = kept.filter(pl.col("number").is_not_null())
        assert [(d.kind.value, list(d.steps), list(d.positions), list(d.moves)) for d in found.deviations] == [
            (summaries[d["summary"]]["kind"], summaries[d["summary"]]["steps"], d["positions"], d["moves"])
            for d in of_alignment.iter_rows(named=True)
        ]
        missed = made.cases.missed.filter(pl.col("case") == row["case"])
        assert [
            (i.check, i.kind, i.moment, i.first, i.second) for i in found.instances if i.outcome is Outcome.MISSED
        ] == missed.select("check", "kind", "moment", "first", "second").rows()


@pytest.mark.parametrize("seed", SEEDS)
def test_instances_of_all_cases_are_those_of_the_standards(seed: int, tmp_path: Path) -> None:
    process, made, one_calendar = random_made(random.Random(100 + seed), tmp_path)
    path_of = stored(made, tmp_path)
    counts: Counter[tuple[str, Outcome]] = Counter()
    for case, closed in made.cases.cases.select("case", "closed").iter_rows():
        found = examined(process, path_of, case, closed=closed, one_calendar=one_calendar)
        counts.update((one.what.standard, one.outcome) for one in found.instances)
    for standard, result in zip(process.flow.standards, made.assessment.standards, strict=True):
        if not standard.is_of_population:
            told = [counts[standard.id, outcome] for outcome in (Outcome.MET, Outcome.MISSED, Outcome.NO_EVIDENCE)]
            assert told == [result.met, result.missed, result.no_evidence]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_judged_cases_at_once_are_each_of_them(seed: int, tmp_path: Path) -> None:
    _, made, _ = random_made(random.Random(300 + seed), tmp_path)
    path_of = stored(made, tmp_path)
    whole = read_judged_log(path_of)
    assert whole is not None
    assert whole.cases["case_id"].to_list() == made.cases.cases["case_id"].to_list()
    for case in range(whole.cases.height):
        judged = read_judged_case(path_of, case)
        assert judged is not None
        assert judged.log.cases.equals(whole.cases[case : case + 1])
        assert_frame_equal(told(judged.log, 0), told(whole, case))
    assert whole.events.height == made.assessment.events


def told(log: Log, case: int) -> pl.DataFrame:
    """The events of a case, their activities by name."""
    events = log.events.filter(pl.col("case") == case).drop("case")
    return events.with_columns(pl.Series("activity", [log.activities[code] for code in events["activity"]], pl.String))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_assessment_makes_the_same_bytes(seed: int, tmp_path: Path) -> None:
    process, made, _ = random_made(random.Random(200 + seed), tmp_path)
    mode, log = Lifecycle(made.assessment.lifecycle), read_log(tmp_path / "log.parquet")
    one, other = (assess_with_cases(process, log, lifecycle=mode) for _ in range(2))
    assert dict(book_files(one.cases)) == dict(book_files(other.cases))
    assert dict(judged_files(one.counted, now=None)) == dict(judged_files(other.counted, now=None))


def test_only_one_case_is_examined_at_a_time(tmp_path: Path) -> None:
    process, made, _ = random_made(random.Random(1), tmp_path)
    log, _ = made.counted.read(0)
    assert isinstance(log, Log)
    with pytest.raises(ValueError, match="one case"):
        examine_case(process, log, closed=True, now=None)
