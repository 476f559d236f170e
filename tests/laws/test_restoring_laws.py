"""Laws of what is kept of an assessment: nothing that a result, a report or a comparison says is lost in it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from api.schemas.assessment import AssessmentShape
from api.schemas.comparison import ComparisonShape
from api.schemas.restoring import restored
from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.comparison import compare_assessments
from engine.logs.reading import read_log
from engine.nets.process import Process
from engine.rendering import report_views, standard_views
from engine.rendering.content import Beside
from engine.rendering.paper import paper_data
from engine.rendering.report import render_report
from engine.rendering.wording import Wording
from engine.rendering.workbook import render_workbook
from engine.storage.explained_files import explained_file, read_explained
from engine.vocabulary import Language
from tests.laws.test_assessment_laws import random_cases, random_process
from tests.laws.test_part_laws import RULES, random_table
from tests.laws.test_part_laws import random_process as process_of_every_kind
from tests.laws.test_pattern_laws import random_log as random_of_attributes
from tests.oracles.small_logs import BEGIN, log_of

SEEDS = range(15)

Found = tuple[Process, Assessment, tuple[str, ...]]


def random_assessment(seed: int) -> Found:
    """A random flow, a random log of it assessed, and the ids of its cases: one of each kind in turn."""
    rng = random.Random(seed)
    if seed % 3 == 0:
        process, log = random_of_attributes(rng)
    elif seed % 3 == 1:
        process = process_of_every_kind(rng)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "记录.parquet"
            random_table(rng, process.flow, rng.randint(8, 40)).write_parquet(path)
            log = read_log(path)
    else:
        process = random_process(rng)
        cases = random_cases(rng, process.flow)
        log = log_of(list(cases.events), values=list(cases.values))
    rule, now = rng.choice(RULES), rng.choice([None, BEGIN + timedelta(days=30)])
    return process, assess(process, log, closed=rule, now=now), tuple(log.cases["case_id"].to_list())


def kept(process: Process, assessment: Assessment) -> Assessment:
    """An assessment from what is kept of it."""
    shape = AssessmentShape.model_validate_json(AssessmentShape.of(assessment).model_dump_json())
    return restored(shape, process, read_explained(explained_file(assessment), process.net))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_result_is_the_same_with_and_without_explanations(seed: int) -> None:
    process, found, _ = random_assessment(seed)
    text = AssessmentShape.of(found).model_dump_json()
    assert AssessmentShape.of(kept(process, found)).model_dump_json() == text
    assert AssessmentShape.of(restored(AssessmentShape.of(found), process)).model_dump_json() == text


@pytest.mark.parametrize("seed", SEEDS)
def test_pages_show_the_same(seed: int) -> None:
    process, found, _ = random_assessment(seed)
    again, wording = kept(process, found), Wording(Language.ZH)
    for view in (
        report_views.cards,
        report_views.finding_tables,
        report_views.deviation_rows,
        report_views.facts,
        report_views.beside,
        standard_views.standard_rows,
    ):
        assert view(again, wording) == view(found, wording)
    assert again.patterns == found.patterns


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("seed", SEEDS)
def test_reports_are_the_same_to_the_byte(seed: int, language: Language) -> None:
    process, found, ids = random_assessment(seed)
    _, earlier, _ = random_assessment(seed)
    earlier = replace(earlier, hashes={**earlier.hashes, "log": "earlier"})
    once = Beside(against=earlier, case_ids=ids)
    again = Beside(against=restored(AssessmentShape.of(earlier), process), case_ids=ids)
    same = kept(process, found)
    for render in (render_report, paper_data, render_workbook):
        assert render(same, language=language, beside=again) == render(found, language=language, beside=once)


@pytest.mark.parametrize("seed", SEEDS)
def test_comparisons_are_the_same(seed: int) -> None:
    process, found, _ = random_assessment(seed)
    process_before, before, _ = random_assessment(seed + 1)
    again, before_again = kept(process, found), restored(AssessmentShape.of(before), process_before)
    expected = ComparisonShape.of(compare_assessments(before, found))
    assert ComparisonShape.of(compare_assessments(before_again, again)) == expected
    itself = ComparisonShape.of(compare_assessments(again, found))
    assert itself == ComparisonShape.of(compare_assessments(found, found))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_file_holds_everything_and_is_the_same_again(seed: int) -> None:
    process, found, _ = random_assessment(seed)
    content = explained_file(found)
    again = read_explained(content, process.net)
    assert again.alignments.per_variant == found.alignments.per_variant
    assert again.variants is not None
    assert found.variants is not None
    assert again.variants.hashes() == found.variants.hashes()
    assert again.variants.of_case.tolist() == found.variants.of_case.tolist()
    assert explained_file(kept(process, found)) == content


def test_the_seeds_have_standards_patterns_and_open_cases() -> None:
    every = [random_assessment(seed)[1] for seed in SEEDS]
    assert any(one.standards for one in every)
    assert any(one.patterns.more_frequent.patterns for one in every)
    assert any(one.patterns.together.patterns for one in every)
    assert any(one.open_cases for one in every)
    assert any(one.calendars for one in every)
