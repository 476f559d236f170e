"""What was left out, cut off or done again in one go is one deviation, and its sentence says so in both languages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.conformance.alignments import align
from engine.conformance.costs import Costs
from engine.logs.variants import find_variants
from engine.nets.process import Process, read_process_bytes
from engine.rendering.chevrons import variant_rows
from engine.rendering.wording import Wording
from engine.vocabulary import DeviationKind, Dimension, Language
from tests.api.cli.making import run
from tests.oracles.small_logs import log

TITLES = """
trueline: 1
flow: garage
title: {en: Garage, zh: 维修车间}
nodes:
  start: start
  greet: {step: {en: Greet, zh: 接待}}
  inspect: {step: {en: Inspect, zh: 检查}}
  repair: {step: {en: Repair, zh: 维修}}
  test: {step: {en: Test drive, zh: 试车}}
  deliver: {step: {en: Hand over, zh: 交车}}
"""

LINE = """
  end: end
edges: [start -> greet -> inspect -> repair -> test -> deliver -> end]
"""

PARALLEL = """
  wash: {step: {en: Wash, zh: 洗车}}
  dry: {step: {en: Dry, zh: 擦干}}
  split: parallel
  join: parallel
  end: end
edges:
  - start -> greet -> inspect -> split -> repair -> test -> join -> deliver -> end
  - split -> wash -> dry -> join
"""

CHOICE = """
  cause: exclusive
  done: exclusive
  replace: {step: {en: Replace, zh: 更换}}
  order: {step: {en: Order parts, zh: 订件}}
  end: end
edges:
  - start -> greet -> inspect -> cause
  - {from: cause, to: repair, when: "case.repairable == true"}
  - {from: cause, to: order, otherwise: true}
  - order -> replace -> done
  - repair -> done -> test -> deliver -> end
"""

OPTIONAL = """
  coffee: {step: {en: Offer coffee, zh: 送咖啡}, optional: true}
  end: end
edges: [start -> greet -> inspect -> coffee -> repair -> test -> deliver -> end]
"""

REWORK = """
  again: exclusive
  passed: exclusive
  reopen: {step: {en: Reopen, zh: 返工}}
  end: end
edges:
  - start -> greet -> inspect -> again -> repair -> test -> passed
  - {from: passed, to: deliver, when: "case.passed == true"}
  - {from: passed, to: reopen, otherwise: true}
  - reopen -> again
  - deliver -> end
"""

PLANS = """
  lend: {step: {en: Lend a car, zh: 提供代步车}}
  back: {step: {en: Take the car back, zh: 收回代步车}}
  refer: {step: {en: Refer elsewhere, zh: 转介他店}}
  end: end
edges: [start -> greet -> inspect -> repair -> test -> deliver -> end]
plans:
  no-parts: {risk: Parts are missing, at: repair, on: {message: no parts}, path: [lend, back], rejoin: repair}
  no-skill: {risk: Nobody can do it, at: repair, on: {message: no skill}, path: [refer], rejoin: end}
"""


@dataclass(frozen=True)
class Scenario:
    """A trace of a flow, and its deviations in both languages, in the order in which they begin."""

    name: str
    flow: str
    trace: str
    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()


def scenario(name: str, flow: str, trace: str, *sentences: str) -> Scenario:
    """Sentences are written ``"English | 中文"``."""
    pairs = [sentence.split(" | ") for sentence in sentences]
    return Scenario(name, flow, trace, tuple(en for en, _ in pairs), tuple(zh for _, zh in pairs))


SCENARIOS = [
    scenario(
        "all as planned", LINE, "greet inspect repair test deliver",
    ),
    scenario(
        "two steps swapped", LINE, "greet repair inspect test deliver",
        "Misplaced: Inspect | 顺序错位：检查",
    ),
    scenario(
        "the last two swapped", LINE, "greet inspect repair deliver test",
        "Misplaced: Test drive | 顺序错位：试车",
    ),
    scenario(
        "one step much too late", LINE, "greet repair test deliver inspect",
        "Misplaced: Inspect | 顺序错位：检查",
    ),
    scenario(
        "one step much too early", LINE, "deliver greet inspect repair test",
        "Misplaced: Hand over | 顺序错位：交车",
    ),
    scenario(
        "too late and once more", LINE, "greet repair inspect inspect test deliver",
        "Misplaced: Inspect | 顺序错位：检查",
        "Repeated: Inspect | 重复执行：检查",
    ),
    scenario(
        "one step left out", LINE, "greet inspect repair deliver",
        "Skipped: Test drive | 漏做：试车",
    ),
    scenario(
        "a sequence left out is one leap", LINE, "greet deliver",
        "Skipped: Inspect → Repair → Test drive | 漏做：检查 → 维修 → 试车",
    ),
    scenario(
        "two holes are two", LINE, "greet repair deliver",
        "Skipped: Inspect | 漏做：检查",
        "Skipped: Test drive | 漏做：试车",
    ),
    scenario(
        "stopped early is one", LINE, "greet inspect",
        "Unfinished: Repair → Test drive → Hand over | 未做完：维修 → 试车 → 交车",
    ),
    scenario(
        "nothing done at all", LINE, "",
        "Unfinished: Greet → Inspect → 2 more → Hand over | 未做完：接待 → 检查 → 另 2 步 → 交车",
    ),
    scenario(
        "a hole and an early stop", LINE, "greet repair",
        "Skipped: Inspect | 漏做：检查",
        "Unfinished: Test drive → Hand over | 未做完：试车 → 交车",
    ),
    scenario(
        "something the flow does not have", LINE, "greet inspect lunch repair test deliver",
        "Unplanned: lunch | 流程外活动：lunch",
    ),
    scenario(
        "one step done three times in a row", LINE, "greet inspect inspect inspect repair test deliver",
        "Repeated: Inspect → Inspect | 重复执行：检查 → 检查",
    ),
    scenario(
        "a step done again later, twice", LINE, "greet inspect greet repair greet test deliver",
        "Repeated: Greet | 重复执行：接待",
        "Repeated: Greet | 重复执行：接待",
    ),
    scenario(
        "a loop done once too often", LINE, "greet inspect repair test inspect repair test deliver",
        "Repeated: Inspect → Repair → Test drive | 重复执行：检查 → 维修 → 试车",
    ),
    scenario(
        "the whole case done twice", LINE, "greet inspect repair test deliver greet inspect repair test deliver",
        "Repeated: Greet → Inspect → 2 more → Hand over | 重复执行：接待 → 检查 → 另 2 步 → 交车",
    ),
    scenario(
        "a loop with a foreign event in it is one for each stretch", LINE,
        "greet inspect repair inspect lunch repair test deliver",
        "Repeated: Inspect | 重复执行：检查",
        "Unplanned: lunch | 流程外活动：lunch",
        "Repeated: Repair | 重复执行：维修",
    ),
    scenario(
        "a loop in which the last step came too early", LINE, "greet inspect greet deliver inspect repair test",
        "Repeated: Greet | 重复执行：接待",
        "Misplaced: Hand over | 顺序错位：交车",
        "Repeated: Inspect | 重复执行：检查",
    ),
    scenario(
        "parallel work in any order", PARALLEL, "greet inspect wash repair dry test deliver",
    ),
    scenario(
        "a parallel step left out once", PARALLEL, "greet inspect wash dry repair deliver",
        "Skipped: Test drive | 漏做：试车",
    ),
    scenario(
        "a parallel branch left out is one", PARALLEL, "greet inspect repair test deliver",
        "Skipped: Wash → Dry | 漏做：洗车 → 擦干",
    ),
    scenario(
        "a parallel block left out whole is one", PARALLEL, "greet inspect deliver",
        "Skipped: Repair → Test drive → Wash → Dry | 漏做：维修 → 试车 → 洗车 → 擦干",
    ),
    scenario(
        "both branches begun, neither finished", PARALLEL, "greet inspect repair wash deliver",
        "Skipped: Test drive | 漏做：试车",
        "Skipped: Dry | 漏做：擦干",
    ),
    scenario(
        "parallel work cut off is one", PARALLEL, "greet inspect wash",
        "Unfinished: Repair → Test drive → Dry → Hand over | 未做完：维修 → 试车 → 擦干 → 交车",
    ),
    scenario(
        "a leap over parallel work and what stands before it", PARALLEL, "greet deliver",
        "Skipped: Inspect → Repair → 2 more → Dry | 漏做：检查 → 维修 → 另 2 步 → 擦干",
    ),
    scenario(
        "a parallel step swapped with what follows", PARALLEL, "greet inspect wash repair test deliver dry",
        "Misplaced: Dry | 顺序错位：擦干",
    ),
    scenario(
        "a loop over parallel work", PARALLEL,
        "greet inspect repair wash dry test inspect wash repair dry test deliver",
        "Repeated: Inspect → Wash → 2 more → Test drive | 重复执行：检查 → 洗车 → 另 2 步 → 试车",
    ),
    scenario(
        "a loop with parallel work in between is one for each stretch", PARALLEL,
        "greet inspect repair test repair wash test dry deliver",
        "Repeated: Repair | 重复执行：维修",
        "Repeated: Test drive | 重复执行：试车",
    ),
    scenario(
        "a loop in each of two parallel branches", PARALLEL,
        "greet inspect repair wash test dry wash repair dry test deliver",
        "Repeated: Wash → Repair → Dry → Test drive | 重复执行：洗车 → 维修 → 擦干 → 试车",
    ),
    scenario(
        "either branch will do", CHOICE, "greet inspect order replace test deliver",
    ),
    scenario(
        "both branches done", CHOICE, "greet inspect repair order replace test deliver",
        "Out of place (another branch): Repair | 位置不当（属于另一分支）：维修",
    ),
    scenario(
        "a step of the other branch afterwards", CHOICE, "greet inspect order replace test repair deliver",
        "Out of place (another branch): Repair | 位置不当（属于另一分支）：维修",
    ),
    scenario(
        "half of the other branch", CHOICE, "greet inspect order repair test deliver",
        "Out of place (another branch): Order parts | 位置不当（属于另一分支）：订件",
    ),
    scenario(
        "back to the inspection, then the other branch", CHOICE,
        "greet inspect repair inspect order replace test deliver",
        "Out of place (another branch): Repair | 位置不当（属于另一分支）：维修",
        "Repeated: Inspect | 重复执行：检查",
    ),
    scenario(
        "the other branch, then back and the first", CHOICE,
        "greet inspect order replace inspect repair test deliver",
        "Repeated: Inspect | 重复执行：检查",
        "Out of place (another branch): Repair | 位置不当（属于另一分支）：维修",
    ),
    scenario(
        "done, tested, and all again another way", CHOICE,
        "greet inspect repair test inspect order replace test deliver",
        "Out of place (another branch): Repair | 位置不当（属于另一分支）：维修",
        "Repeated: Test drive → Inspect | 重复执行：试车 → 检查",
    ),
    scenario(
        "a step twice, and then both branches", CHOICE, "greet inspect inspect repair order replace test deliver",
        "Repeated: Inspect | 重复执行：检查",
        "Out of place (another branch): Repair | 位置不当（属于另一分支）：维修",
    ),
    scenario(
        "neither branch", CHOICE, "greet inspect test deliver",
        "Skipped: Repair | 漏做：维修",
    ),
    scenario(
        "an optional step left out", OPTIONAL, "greet inspect repair test deliver",
    ),
    scenario(
        "an optional step done", OPTIONAL, "greet inspect coffee repair test deliver",
    ),
    scenario(
        "an optional step too late", OPTIONAL, "greet inspect repair coffee test deliver",
        "Out of place: Offer coffee | 位置不当：送咖啡",
    ),
    scenario(
        "an optional step too early", OPTIONAL, "coffee greet inspect repair test deliver",
        "Out of place: Offer coffee | 位置不当：送咖啡",
    ),
    scenario(
        "an optional step twice", OPTIONAL, "greet inspect coffee coffee repair test deliver",
        "Repeated: Offer coffee | 重复执行：送咖啡",
    ),
    scenario(
        "an optional step in the second round only", OPTIONAL,
        "greet inspect greet inspect coffee repair test deliver",
        "Repeated: Greet → Inspect | 重复执行：接待 → 检查",
    ),
    scenario(
        "a round with coffee too many", OPTIONAL, "greet inspect repair inspect coffee repair test deliver",
        "Repeated: Repair → Inspect | 重复执行：维修 → 检查",
    ),
    scenario(
        "rework as planned", REWORK, "greet inspect repair test reopen repair test deliver",
    ),
    scenario(
        "rework that nobody reopened", REWORK, "greet inspect repair test repair test deliver",
        "Skipped: Reopen | 漏做：返工",
    ),
    scenario(
        "reopened twice", REWORK, "greet inspect repair test reopen reopen repair test deliver",
        "Repeated: Reopen | 重复执行：返工",
    ),
    scenario(
        "reopened and never done again", REWORK, "greet inspect repair test reopen deliver",
        "Out of place (another branch): Reopen | 位置不当（属于另一分支）：返工",
    ),
    scenario(
        "a plan entered before its step", PLANS, "greet inspect lend back repair test deliver",
    ),
    scenario(
        "a plan entered after its step", PLANS, "greet inspect repair lend back repair test deliver",
    ),
    scenario(
        "a plan that ends the case", PLANS, "greet inspect refer",
    ),
    scenario(
        "a plan left half done", PLANS, "greet inspect lend repair test deliver",
        "Skipped: Take the car back | 漏做：收回代步车",
    ),
    scenario(
        "a plan cut off", PLANS, "greet inspect lend",
        "Unfinished: Take the car back → Repair → Test drive → Hand over | 未做完：收回代步车 → 维修 → 试车 → 交车",
    ),
    scenario(
        "a plan's second step alone is no evidence of it", PLANS, "greet inspect back repair test deliver",
        "Out of place: Take the car back | 位置不当：收回代步车",
    ),
    scenario(
        "a plan where nothing is due", PLANS, "greet lend inspect repair test deliver",
        "Out of place: Lend a car | 位置不当：提供代步车",
    ),
    scenario(
        "no plan is assumed to explain an early stop", PLANS, "greet inspect",
        "Unfinished: Repair → Test drive → Hand over | 未做完：维修 → 试车 → 交车",
    ),
    scenario(
        "no plan is assumed to explain a hole", PLANS, "greet inspect test deliver",
        "Skipped: Repair | 漏做：维修",
    ),
]  # fmt: skip


@cache
def process(flow: str) -> Process:
    return read_process_bytes((TITLES + flow.lstrip("\n")).encode(), source="garage.yaml")


def sentences(found: Assessment, language: Language) -> tuple[str, ...]:
    """The deviations of the one case, without their marks."""
    rows = variant_rows(found, Wording(language))
    return tuple(text.partition(" ")[2] for row in rows for text in row.deviations)


def assessed(flow: str, trace: str) -> Assessment:
    return assess(process(flow), log(trace))


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name)
def test_what_went_wrong_is_said_once(case: Scenario) -> None:
    found = assessed(case.flow, case.trace)
    assert sentences(found, Language.EN) == case.en
    assert sentences(found, Language.ZH) == case.zh


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name)
def test_every_lost_unit_is_in_one_deviation(case: Scenario) -> None:
    found = assessed(case.flow, case.trace)
    assert sum(summary.count for summary in found.deviations) == len(case.en)
    lost = {dimension: Counter[DeviationKind]() for dimension in Dimension}
    for score in found.dimensions:
        for finding in score.findings:
            lost[score.dimension][DeviationKind(finding.kind)] += finding.lost
    of_deviations = Counter[DeviationKind]()
    for summary in found.deviations:
        of_deviations[summary.kind] += summary.count * len(summary.steps)
    omitted = {DeviationKind.SKIPPED, DeviationKind.UNFINISHED}
    assert lost[Dimension.COMPLETENESS] == {kind: n for kind, n in of_deviations.items() if kind in omitted}
    assert lost[Dimension.ORDERING] == {kind: n for kind, n in of_deviations.items() if kind not in omitted}


@pytest.mark.parametrize("trace", ["greet inspect lend back repair test deliver", "greet inspect refer"])
def test_a_plan_that_was_entered_is_an_answer_to_a_disturbance(trace: str) -> None:
    found = assessed(PLANS, trace)
    adaptability = found.dimension(Dimension.ADAPTABILITY)
    assert found.deviations == ()
    assert (adaptability.numerator, adaptability.denominator) == (1, 1)
    assert adaptability.beside["planned_answers_share"] == 1.0


def test_a_step_of_a_plan_that_was_not_entered_is_no_planned_answer() -> None:
    adaptability = assessed(PLANS, "greet lend inspect repair test deliver").dimension(Dimension.ADAPTABILITY)
    assert adaptability.beside["planned_answers_share"] == 0.0


def test_an_alignment_alone_takes_the_cheapest_run_though_it_be_a_plan() -> None:
    """``align`` keeps the standard cost; only an assessment asks for evidence."""
    net, variants = process(PLANS).net, find_variants(log("greet inspect"))
    plans = frozenset(transition.id for transition in net.transitions if transition.enters_plan)
    assert align(net, variants).costs.tolist() == [1]
    assert align(net, variants, costs=Costs(forbidden=plans)).costs.tolist() == [3]


@pytest.mark.parametrize(("language", "words"), [("en", "may be left out"), ("zh", "无法看出是否启用")])
def test_a_plan_that_could_begin_unseen_is_refused(tmp_path: Path, language: str, words: str) -> None:
    path = tmp_path / "garage.yaml"
    silent = PLANS.replace("zh: 提供代步车}}", "zh: 提供代步车}, optional: true}")
    path.write_text((TITLES + silent.lstrip("\n")).lstrip(), encoding="utf-8")
    checked = run("--lang", language, "check", str(path))
    assert checked.exit_code == 2
    assert words in checked.output
