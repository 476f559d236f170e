"""What a reviewer would ask about the standards of a readable flow, and what a log has to record for them."""

from __future__ import annotations

import pytest

from engine.definitions.evidence import evidence_of
from engine.definitions.flow import Flow
from engine.definitions.lint import lint
from engine.definitions.requirements import checklists, domain_coverage
from engine.definitions.standard_lint import lint_standards
from engine.definitions.standards import Domain
from engine.definitions.yaml_reader import read_flow_text
from engine.errors import Problem, Severity
from engine.vocabulary import Answer, Requirement
from tests.engine.definitions.files import flow_file

ROLES = "roles: {advisor: A, manager: M}\n"
DOMAINS = "flow.domains-uncovered"


def flow_with(*standards: str, rest: str = "", nodes: str = "c: {step: C, role: advisor}") -> Flow:
    lines = "".join(f"  s{number}: {{{standard}}}\n" for number, standard in enumerate(standards))
    section = f"standards:\n{lines}" if standards else ""
    return read_flow_text(flow_file(nodes=nodes, edges="- a -> c -> b", rest=f"{ROLES}{section}{rest}"))


def found(*standards: str, rest: str = "", nodes: str = "c: {step: C, role: advisor}") -> dict[str, Problem]:
    return {problem.code: problem for problem in lint_standards(flow_with(*standards, rest=rest, nodes=nodes))}


def test_without_standards_there_is_nothing_to_say() -> None:
    assert found() == {}


def test_what_is_vague_is_named_with_a_rule_that_it_could_become() -> None:
    problem = found("intention: 尽量在最短的时间内上门, about: [a, b]")["flow.standard-vague"]
    assert (problem.severity, problem.place.element) == (Severity.WARNING, "standards.s0")
    assert problem.values["example"] == "response: [a, b], within: 2h, share: 96%"


@pytest.mark.parametrize("about", ["", ", about: [a]", ", about: [a, b]", ", about: [a, c, b]"])
def test_the_rule_that_is_proposed_can_be_read(about: str) -> None:
    proposed = str(found(f"intention: Soon{about}")["flow.standard-vague"].values["example"])
    assert "flow.standard-vague" not in found(proposed)


def test_a_response_without_a_limit_never_falls_due() -> None:
    problem = found("response: [a, b]")["flow.standard-without-time-limit"]
    assert (problem.severity, problem.values["standard"], problem.values["step"]) == (Severity.INFO, "s0", "b")


@pytest.mark.parametrize(
    "standards",
    [
        ("response: [a, b], within: 1d, share: 9%",),
        ("response: [a, b]", "response: [a, b], within: 1d"),
        ("precedence: [a, b]",),
    ],
)
def test_a_limit_may_stand_in_another_standard(standards: tuple[str, ...]) -> None:
    assert "flow.standard-without-time-limit" not in found(*standards)


@pytest.mark.parametrize(
    ("standard", "strict"),
    [
        ("duration: a, at-most: 1h", True),
        ("duration: a, at-most: 1h, share: 99%", False),
        ("duration: a, at-most: 1h, tolerance: 1%", False),
        ("level: a.rings, at-most: 3", True),
        ("precedence: [a, b]", False),
        ("response: [a, b]", False),
        ("fields: a, require: [x]", False),
    ],
)
def test_what_varies_is_not_kept_every_time(standard: str, strict: bool) -> None:  # noqa: FBT001
    assert ("flow.standards-without-exception" in found(standard)) is strict


def test_a_second_tier_has_to_ask_for_more() -> None:
    tier = "response: [a, b], within: 1d, share: 96%, tolerance: 4%, second-tier: {{within: 2d, share: {}}}"
    assert "flow.second-tier-says-nothing" in found(tier.format("92%"))
    assert "flow.second-tier-says-nothing" not in found(tier.format("93%"))


def test_a_step_of_another_role() -> None:
    problem = found("performed-by: c, roles: [manager]")["flow.role-disagrees"]
    assert (problem.values["step"], problem.values["role"]) == ("c", "advisor")
    assert "flow.role-disagrees" not in found("performed-by: c, roles: [manager, advisor]")
    assert "flow.role-disagrees" not in found("performed-by: a, roles: [manager]")


def test_roles_that_standards_name_are_used() -> None:
    assert [p.values["role"] for p in lint(flow_with()) if p.code == "flow.unused-role"] == ["manager"]
    for standard in ("performed-by: c, roles: [manager, advisor]", "authority: c, amount: c.x, limits: {manager: 5}"):
        assert "flow.unused-role" not in {problem.code for problem in lint(flow_with(standard))}


@pytest.mark.parametrize(
    ("calendar", "holidays", "code"),
    [
        ("", "[春节]", "flow.season-without-country"),
        ("calendar: office\n", "[春节]", "flow.season-without-country"),
        ("calendar: china-office\n", "[春节, Labor Day]", None),
        ("calendar: china-dealer\n", "[Spring Festival]", None),
        ("calendar: china-office\n", "[春结]", "flow.unknown-holiday"),
    ],
)
def test_seasons_of_holidays(calendar: str, holidays: str, code: str | None) -> None:
    rest = f"{calendar}seasons: {{p: {{holidays: {holidays}}}}}\n"
    codes = set(found("precedence: [a, b], season: p", rest=rest))
    assert codes & {"flow.season-without-country", "flow.unknown-holiday", "flow.unused-season"} == ({code} - {None})


@pytest.mark.parametrize(("idle", "told"), [("2h", False), ("119m", True), ("1d", False)])
def test_a_case_that_is_idle_before_a_limit_has_passed(idle: str, *, told: bool) -> None:
    codes = found("response: [a, b], within: 2h", rest=f"idle: {idle}\n")
    assert ("flow.idle-before-limit" in codes) is told


def test_a_season_that_nobody_names() -> None:
    assert found(rest="seasons: {p: {days: [11-11]}}\n")["flow.unused-season"].values["season"] == "p"


def test_steps_that_no_standard_is_about() -> None:
    problem = found("precedence: [a, b]")["flow.steps-without-standard"]
    assert (problem.values["steps"], problem.count) == ("c", 1)
    assert "flow.steps-without-standard" not in found("together: [a, b, c]")


def test_attributes_that_may_be_missing_unnoticed() -> None:
    problem = found("level: a.rings, at-most: 3", "holds: b, that: event.seen && case.known")[
        "flow.evidence-not-required"
    ]
    assert problem.values["attributes"] == "a.rings, b.seen"
    required = found("level: a.rings, at-most: 3", "fields: a, require: [rings]")
    assert "flow.evidence-not-required" not in required


def test_the_domains_that_are_left() -> None:
    problem = found("precedence: [a, b], domain: tact", "precedence: [a, c], domain: tact")[DOMAINS]
    assert (problem.values["covered"], problem.values["all"]) == (1, 14)
    assert "tact" not in str(problem.values["domains"])
    every = [f"precedence: [a, b], domain: {domain.value}" for domain in Domain]
    assert DOMAINS not in found(*every)


def test_steps_outside_the_weights() -> None:
    problem = found(rest="weights: {w: {weight: 3, steps: [a, b]}}\n")["flow.steps-without-weight"]
    assert problem.values["steps"] == "c"
    assert "flow.steps-without-weight" not in found(rest="weights: {w: {weight: 3, steps: [a, b, c]}}\n")


def test_a_second_limit_in_working_time_needs_a_calendar() -> None:
    standard = "response: [a, b], within: 1h, second-tier: {within: 5 workdays}"
    assert "flow.working-time-without-calendar" in {problem.code for problem in lint(flow_with(standard))}


def test_the_five_requirements() -> None:
    flow = flow_with(
        "response: [a, b], within: 20s, share: 96%, tolerance: 4%, domain: time-limit",
        "duration: a, at-most: 1h",
        "response: [a, b]",
        "count: c, at-least: 1",
        "intention: Soon, domain: 时限",
    )
    answers = {row.standard.id: "".join(row.answers[r].value[0] for r in Requirement) for row in checklists(flow)}
    assert answers == {"s0": "yyoyy", "s1": "yynyo", "s2": "yyoyo", "s3": "yyono", "s4": "nnony"}


def test_answers_cannot_be_changed() -> None:
    (row,) = checklists(flow_with("precedence: [a, b]"))
    with pytest.raises(TypeError):
        row.answers[Requirement.CLEAR] = Answer.NO  # type: ignore[index]


def test_coverage_lists_standards_under_their_domain() -> None:
    coverage = domain_coverage(flow_with("precedence: [a, b], domain: tact", "intention: Soon, domain: attitude"))
    assert coverage.standards[Domain.TACT] == ("s0",)
    assert (coverage.covered, len(coverage.uncovered)) == ((Domain.TACT,), 13)


@pytest.mark.parametrize(
    ("standard", "evidence"),
    [
        ("precedence: [a, b]", "activity (a), activity (b)"),
        ("count: a, at-least: 1, per: month", "activity (a), time"),
        ("response: [a, b], within: 1d", "activity (a), activity (b), time (a), time (b)"),
        ("duration: a, at-least: 7m", "activity (a), start (a), time (a)"),
        ("cycle-time: {at-most: 1d}", "time"),
        ("deadline: a, promised: case.due", "activity (a), time (a), case.due"),
        ("lead-time: a, before: b.due, at-least: 1h", "activity (a), time (a), b.due"),
        ("agreement: [case.x, a.y], within: 1%", "activity (a), case.x, a.y"),
        ("level: case.x, at-most: 1", "case.x"),
        ("rating: a.x, scale: [b, g], at-least: g", "activity (a), a.x"),
        ("fields: a, require: [x, y]", "activity (a), a.x, a.y"),
        ("holds: a, that: event.x && case.y", "activity (a), case.y, a.x"),
        ("holds: a, that: size(event) > 2", "activity (a), a.*"),
        ("same-actor: [a, b]", "activity (a), activity (b), resource (a), resource (b)"),
        ("different-actor: [a, b]", "activity (a), activity (b), resource (a), resource (b)"),
        ("performed-by: a, roles: [manager]", "activity (a), role (a)"),
        ("authority: a, amount: a.x, limits: {manager: 1}", "activity (a), role (a), a.x"),
        ("change: {mean: case.x}, per: month, at-most: 1%", "time, case.x"),
        ("quicker: case.x, than: case.y > 1", "time, case.x, case.y"),
        ("all-of: [a, c], before: b, when: case.x && event.y", "activity (a), activity (c), activity (b), case.x, b.y"),
        ("together: [a, b], when: size(case) > 2", "activity (a), activity (b), case.*"),
    ],
)
def test_what_a_log_has_to_record(standard: str, evidence: str) -> None:
    (read,) = flow_with(standard).standards
    assert ", ".join(item.text for item in evidence_of(read)) == evidence
