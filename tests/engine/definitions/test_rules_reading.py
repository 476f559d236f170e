"""Every rule as it is spelled, and what it comes to; what is wrong with one is named."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.definitions import rules
from engine.definitions.durations import parse_time_span
from engine.definitions.rules import AttributeRef, AuthorityLimit, Measured, RequiredField, Rule, SecondTier, TimeSpan
from engine.definitions.standards import Domain, Intention, Period, Standard, default_dimension, event_step
from engine.definitions.titles import Title
from engine.definitions.yaml_reader import read_flow_text
from engine.limits import Limits
from engine.vocabulary import Dimension
from tests.engine.definitions.files import flow_file, problems_of

ROLES = "roles: {advisor: A, manager: M}\nseasons: {peak: {days: [11-11]}}\n"
CASE_PROMISED = AttributeRef(None, "promised_time")


def text_of(standard: str) -> str:
    return flow_file(nodes="c: {step: C}", edges="- a -> c -> b", rest=f"{ROLES}standards:\n  s: {{{standard}}}")


def read(standard: str) -> Standard:
    (found,) = read_flow_text(text_of(standard)).standards
    return found


def span(text: str) -> TimeSpan:
    found = parse_time_span(text)
    assert found is not None
    return found


def codes(standard: str) -> list[str]:
    return [problem.code for problem in problems_of(text_of(standard))]


@pytest.mark.parametrize(
    ("spelling", "rule"),
    [
        ("count: a, at-least: 1, at-most: 1", rules.Count("a", 1, 1)),
        ("count: a, at-most: 0", rules.Count("a", None, 0)),
        ("precedence: [a, b]", rules.Precedence("a", "b")),
        ("response: [a, b]", rules.Response("a", "b")),
        (
            "response: [a, b], within: same day, second-tier: {within: 1 calendar day, share: 99%}",
            rules.Response("a", "b", span("same day"), SecondTier(span("1 calendar day"), Fraction(99, 100))),
        ),
        (
            "response: [a, b], within: 当天, second-tier: {within: 次日}",
            rules.Response("a", "b", span("当天"), SecondTier(span("次日"))),
        ),
        ("all-of: [a, b], before: c", rules.AllOf(("a", "b"), "c")),
        ("together: [a, c]", rules.Together(("a", "c"))),
        ("duration: a, at-least: 7m, at-most: 1h", rules.Duration("a", span("7m"), span("1h"))),
        (
            "cycle-time: {at-most: 5 workdays, second-tier: {within: 6 workdays}}",
            rules.CycleTime(None, span("5 workdays"), SecondTier(span("6 workdays"))),
        ),
        ("deadline: a, promised: case.promised_time", rules.Deadline("a", CASE_PROMISED)),
        (
            "deadline: a, promised: b.due, second-tier: {within: 1d, share: 100%}",
            rules.Deadline("a", AttributeRef("b", "due"), SecondTier(span("1d"))),
        ),
        (
            "lead-time: a, before: case.promised_time, at-least: 30m",
            rules.LeadTime("a", CASE_PROMISED, span("30m")),
        ),
        (
            "agreement: [case.estimate, case.actual], within: 10%",
            rules.Agreement(AttributeRef(None, "estimate"), AttributeRef(None, "actual"), Fraction(1, 10)),
        ),
        (
            "agreement: [a.x, b.x], within: 0%",
            rules.Agreement(AttributeRef("a", "x"), AttributeRef("b", "x"), Fraction(0)),
        ),
        ("level: a.rings, at-most: 3", rules.Level(AttributeRef("a", "rings"), None, Fraction(3))),
        ("level: case.csat, at-least: 4.5", rules.Level(AttributeRef(None, "csat"), Fraction(9, 2))),
        (
            "level: case.t, at-least: -2.5, at-most: 0",
            rules.Level(AttributeRef(None, "t"), Fraction(-5, 2), Fraction(0)),
        ),
        (
            "rating: case.态度, scale: [差, 一般, 良好, 优秀], at-least: 良好",
            rules.Rating(AttributeRef(None, "态度"), ("差", "一般", "良好", "优秀"), "良好"),
        ),
        (
            "fields: a, require: [plate_number, {name: colour, one-of: [white, no]}]",
            rules.Fields("a", (RequiredField("plate_number"), RequiredField("colour", ("white", "no")))),
        ),
        (
            "holds: a, that: event.customer_present && case.x > 1",
            rules.Holds("a", "event.customer_present && case.x > 1"),
        ),
        ("same-actor: [a, b]", rules.SameActor(("a", "b"))),
        ("different-actor: [a, b, c]", rules.DifferentActor(("a", "b", "c"))),
        ("performed-by: a, roles: [manager]", rules.PerformedBy("a", ("manager",))),
        (
            "authority: a, amount: a.amount, limits: {advisor: 500.50, manager: unlimited}",
            rules.Authority(
                "a",
                AttributeRef("a", "amount"),
                (AuthorityLimit("advisor", Fraction(1001, 2)), AuthorityLimit("manager", None)),
            ),
        ),
        (
            "authority: a, amount: case.金额, limits: {manager: 不限}",
            rules.Authority("a", AttributeRef(None, "金额"), (AuthorityLimit("manager", None),)),
        ),
        ("change: {count: a}, per: month, at-most: -10%", rules.Change(Measured.COUNT, "a", None, Fraction(-1, 10))),
        ("change: {share: a}, per: week, at-least: 0%", rules.Change(Measured.SHARE, "a", Fraction(0))),
        (
            "change: {mean: case.csat}, per: 月, at-least: 2.5%, at-most: 300%",
            rules.Change(Measured.MEAN, AttributeRef(None, "csat"), Fraction(1, 40), Fraction(3)),
        ),
        ('quicker: "case.booked", than: "!case.booked"', rules.Quicker("case.booked", "!case.booked")),
        ("quicker: case.x, than: case.y, from: a, to: b", rules.Quicker("case.x", "case.y", "a", "b")),
        ("quicker: case.x, than: case.y, to: b", rules.Quicker("case.x", "case.y", None, "b")),
    ],
)
def test_a_rule_is_what_its_spelling_says(spelling: str, rule: Rule) -> None:
    assert read(spelling).rule == rule


def test_what_all_standards_may_say() -> None:
    found = read(
        "fields: a, require: [x], title: {en: T, zh: 题}, share: 96%, tolerance: 4%, dimension: ordering, "
        "when: \"case.kind == 'new' && event.n > 1\", season: peak, per: quarter, domain: communication"
    )
    assert (found.title, found.share, found.tolerance) == (Title("T", "题"), Fraction(24, 25), Fraction(1, 25))
    assert (found.dimension, found.when) == (Dimension.ORDERING, "case.kind == 'new' && event.n > 1")
    assert (found.season, found.out_of_season, found.per) == ("peak", False, Period.QUARTER)
    assert (found.domain, found.line) == (Domain.COMMUNICATION, 15)


def test_a_standard_can_be_in_force_outside_a_season() -> None:
    found = read("precedence: [a, b], not-in-season: peak")
    assert (found.season, found.out_of_season) == ("peak", True)


@pytest.mark.parametrize(("word", "domain"), [("时限", Domain.TIME_LIMIT), ("投诉解决", Domain.COMPLAINTS)])
def test_domains_are_known_in_chinese(word: str, domain: Domain) -> None:
    assert read(f"precedence: [a, b], domain: {word}").domain is domain


def test_an_intention_is_kept_and_is_no_standard() -> None:
    flow = read_flow_text(text_of("intention: {en: Soon, zh: 尽快}, about: [a, b], domain: 时限"))
    assert flow.standards == ()
    assert flow.intentions == (
        Intention("s", Title("S", "S"), Title("Soon", "尽快"), ("a", "b"), Domain.TIME_LIMIT, line=15),
    )


@pytest.mark.parametrize(
    ("spelling", "dimension", "event"),
    [
        ("count: a, at-least: 1", Dimension.COMPLETENESS, None),
        ("all-of: [a, b], before: c", Dimension.COMPLETENESS, "c"),
        ("precedence: [a, b]", Dimension.ORDERING, "b"),
        ("response: [a, b]", Dimension.ORDERING, "a"),
        ("response: [a, b], within: 1d", Dimension.EFFICIENCY, "a"),
        ("lead-time: a, before: case.x, at-least: 1h", Dimension.EFFICIENCY, None),
        ("level: a.x, at-most: 1", Dimension.COMPLETENESS, "a"),
        ("level: case.x, at-most: 1", Dimension.COMPLETENESS, None),
        ("performed-by: a, roles: [manager]", Dimension.ORDERING, "a"),
    ],
)
def test_where_a_rule_counts_and_which_event_it_is_about(
    spelling: str, dimension: Dimension, event: str | None
) -> None:
    found = read(spelling)
    assert (found.dimension, default_dimension(found.rule), event_step(found.rule)) == (dimension, dimension, event)


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("count: a", "flow.standard-without-limit"),
        ("count: a, at-least: 2, at-most: 1", "flow.bounds-crossed"),
        ("count: a, at-least: 1.5", "flow.not-a-number"),
        ("count: a, at-most: -1", "flow.number-out-of-range"),
        ("count: a, at-most: 1000001", "flow.number-out-of-range"),
        ("count: [a, b], at-least: 1", "flow.not-a-text"),
        ("count: a, at-least: '1'", "flow.not-a-number"),
        ("all-of: [a], before: c", "flow.standard-needs-several-steps"),
        ("all-of: [a, a], before: c", "flow.repeated-item"),
        ("all-of: [a, b]", "flow.missing-key"),
        ("together: [a, d]", "flow.unknown-node"),
        ("response: [a, b], within: 0 workdays", "flow.time-out-of-range"),
        ("response: [a, b], within: 1d, second-tier: {within: 1d}", "flow.second-tier-not-later"),
        ("response: [a, b], within: 1d, second-tier: {share: 9%}", "flow.missing-key"),
        ("response: [a, b], within: 1d, second-tier: 2d", "flow.not-a-mapping"),
        ("response: [a, b], within: 1d, second-tier: {within: 2d, share: 0%}", "flow.share-out-of-range"),
        ("duration: a, at-least: 2 calendar days", "flow.minimum-in-workdays"),
        ("duration: a, at-least: same day", "flow.minimum-in-workdays"),
        ("cycle-time: 5d", "flow.not-a-mapping"),
        ("cycle-time: {at-least: 1d, second-tier: {within: 2d}}", "flow.second-tier-without-limit"),
        ("deadline: a", "flow.missing-key"),
        ("deadline: a, promised: cas.due", "flow.unknown-node"),
        ("deadline: a, promised: case.", "flow.bad-attribute"),
        ("deadline: a, promised: .due", "flow.bad-attribute"),
        ("deadline: a, promised: end.due", "flow.not-a-step"),
        ("lead-time: a, before: case.x", "flow.missing-key"),
        ("lead-time: a, before: case.x, at-least: 1 workday", "flow.minimum-in-workdays"),
        ("agreement: [case.x, case.x], within: 1%", "flow.repeated-item"),
        ("agreement: [case.x, case.y], within: 10", "flow.share-out-of-range"),
        ("agreement: [case.x, case.y, case.z], within: 1%", "flow.rule-needs-two-attributes"),
        ("level: a.x, at-most: 80%", "flow.bad-number"),
        ("level: a.x, at-most: '3'", "flow.bad-number"),
        ("level: a.x, at-most: 1e9", "flow.bad-number"),
        ("level: a.x, at-most: 1234567890123456", "flow.bad-number"),
        ("level: a.x, at-least: 3, at-most: 2.5", "flow.bounds-crossed"),
        ("rating: case.x, scale: [bad, good], at-least: god", "flow.misspelt-choice"),
        ("rating: case.x, scale: [bad, bad], at-least: bad", "flow.repeated-item"),
        ("fields: a, require: []", "flow.list-too-short"),
        ("fields: a, require: [x, x]", "flow.repeated-item"),
        ("fields: a, require: [x, {name: x}]", "flow.repeated-item"),
        ("fields: a, require: [{one-of: [x]}]", "flow.missing-key"),
        ("fields: a, require: [{name: x, one-of: []}]", "flow.list-too-short"),
        ("fields: a, require: [{name: x, oneof: [y]}]", "flow.misspelt-key"),
        ("holds: a, that: event.x +", "flow.bad-condition"),
        ("holds: a, that: step.x", "flow.bad-condition"),
        ("holds: a, that: size(event)", "flow.condition-without-answer"),
        ("performed-by: a, roles: [advsor]", "flow.misspelt-role"),
        ("performed-by: a, roles: [quux]", "flow.unknown-role"),
        ("performed-by: a, roles: []", "flow.list-too-short"),
        ("authority: a, amount: a.x, limits: {}", "flow.list-too-short"),
        ("authority: a, amount: a.x, limits: {advisor: lots}", "flow.bad-number"),
        ("authority: a, amount: a.x, limits: {advisor: -1}", "flow.bad-number"),
        ("change: {count: a}, at-most: -10%", "flow.missing-key"),
        ("change: {count: a, share: a}, per: month, at-most: -10%", "flow.change-needs-one-measure"),
        ("change: {mean: a}, per: month, at-most: -10%", "flow.bad-attribute"),
        ("change: {count: a}, per: month", "flow.standard-without-limit"),
        ("change: {count: a}, per: month, at-least: 5%, at-most: -5%", "flow.bounds-crossed"),
        ("quicker: case.x, than: case.x", "flow.repeated-item"),
        ("quicker: case.x, than: case.y, from: a, to: a", "flow.repeated-item"),
        ("quicker: case.x, than: case.y, from: quux", "flow.unknown-node"),
        ("quicker: event.x, than: case.y", "flow.condition-without-event"),
        ("level: case.x, at-most: 1, when: event.y", "flow.condition-without-event"),
        ("precedence: [a, b], per: fortnight", "flow.unknown-choice"),
        ("precedence: [a, b], domain: comunication", "flow.misspelt-choice"),
        ("precedence: [a, b], whn: case.x", "flow.misspelt-key"),
        ("precedence: [a, b], at-most: 1d", "flow.unknown-key"),
        ("required-fields: a, require: [x]", "flow.misspelt-key"),
        ("intention: Soon, share: 9%", "flow.unknown-key"),
        ("intention: Soon, count: a, at-least: 1", "flow.standard-with-two-rules"),
        ("intention: ''", "flow.empty-text"),
    ],
)
def test_one_mistake_is_one_problem(spelling: str, code: str) -> None:
    assert codes(spelling) == [code]


def test_a_rule_known_elsewhere_by_another_name_is_told_its_name_here() -> None:
    (problem,) = problems_of(text_of("co-occurrence: [a, b]"))
    assert problem.values["suggestion"] == "together"


def test_an_attribute_may_have_dots_and_colons_in_its_name() -> None:
    assert read("level: 'a.cost:total.net', at-most: 1").rule == rules.Level(
        AttributeRef("a", "cost:total.net"), None, Fraction(1)
    )


def test_all_mistakes_of_a_standard_come_at_once() -> None:
    found = codes("count: d, at-least: 0, share: 200%, per: x, domain: y, season: z, when: '1', dimension: q")
    assert sorted(found) == sorted(
        [
            "flow.unknown-node",
            "flow.number-out-of-range",
            "flow.share-out-of-range",
            *["flow.unknown-choice"] * 3,
            "flow.unknown-season",
            "flow.condition-without-answer",
        ]
    )


def test_a_count_is_limited() -> None:
    text = text_of("count: a, at-most: 11")
    assert read_flow_text(text).standards
    with pytest.raises(Exception, match=r"number-out-of-range.*10"):
        read_flow_text(text, limits=Limits(rule_count=10))
