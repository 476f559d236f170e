"""Each rule with a case that keeps it and cases that break it, at its limits too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from engine.conformance.standards.evaluation import evaluate
from engine.definitions.durations import parse_time_span
from engine.definitions.rules import (
    Agreement,
    AllOf,
    AttributeRef,
    Authority,
    AuthorityLimit,
    Count,
    CycleTime,
    Deadline,
    DifferentActor,
    Fields,
    Holds,
    LeadTime,
    Level,
    PerformedBy,
    Rating,
    RequiredField,
    Response,
    Rule,
    SameActor,
    SecondTier,
    TimeSpan,
    TimeUnit,
    Together,
)
from tests.engine.conformance.standards.making import event, facts_of, judge, standard
from tests.oracles.plain_log import PlainEvent
from tests.oracles.small_logs import hours
from tests.oracles.standards.facts import Value

SAME_DAY = TimeSpan("same day", TimeUnit.DAYS, 0)
ONE_DAY = TimeSpan("1 day", TimeUnit.DAYS, 1)
SHANGHAI = timezone(timedelta(hours=8))


def span(text: str) -> TimeSpan:
    found = parse_time_span(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("bounds", "times", "closed", "expected"),
    [
        ((1, 1), 1, True, "met"),
        ((1, 1), 0, True, "wrong-count"),
        ((1, 1), 2, True, "wrong-count"),
        ((1, 1), 1, False, "not-due"),
        ((1, 1), 2, False, "wrong-count"),
        ((2, None), 1, False, "not-due"),
        ((2, None), 2, False, "met"),
        ((None, 0), 0, True, "met"),
        ((None, 0), 1, True, "wrong-count"),
    ],
)
def test_count(bounds: tuple[int | None, int | None], times: int, closed: bool, expected: str) -> None:  # noqa: FBT001
    assert judge(Count("a", *bounds), *[event("a", i) for i in range(times)], event("b", 9), closed=closed) == [
        expected
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("abc", ["met"]),
        ("bac", ["met"]),
        ("ac", ["incomplete"]),
        ("acb", ["incomplete"]),
        ("acbc", ["incomplete", "met"]),
    ],
)
@pytest.mark.parametrize("closed", [True, False])
def test_all_of(word: str, expected: list[str], closed: bool) -> None:  # noqa: FBT001
    assert judge(AllOf(("a", "b"), "c"), *map(event, word), closed=closed) == expected


@pytest.mark.parametrize(
    ("word", "closed", "expected"),
    [
        ("ab", True, ["met"]),
        ("cba", True, ["met"]),
        ("a", True, ["not-together"]),
        ("a", False, ["not-due"]),
        ("ab", False, ["met"]),
        ("c", True, []),
    ],
)
def test_together(word: str, closed: bool, expected: list[str]) -> None:  # noqa: FBT001
    assert judge(Together(("a", "b")), *map(event, word), closed=closed) == expected


PROMISED = AttributeRef(None, "promised")
SAME = Agreement(PROMISED, AttributeRef(None, "y"), Fraction(1))


@pytest.mark.parametrize(
    ("done", "closed", "now", "expected"),
    [
        (5, True, 99, "met"),
        (5.001, True, 99, "late"),
        (None, True, 1, "late"),
        (None, False, 5, "not-due"),
        (None, False, 5.001, "late"),
        (None, False, None, "no-evidence"),
    ],
)
def test_deadline(done: float | None, closed: bool, now: float | None, expected: str) -> None:  # noqa: FBT001
    events = [event("b", 0)] + ([event("a", done)] if done is not None else [])
    found = judge(Deadline("a", PROMISED), *events, case={"promised": hours(5)}, closed=closed, now=now)
    assert found == [expected]


@pytest.mark.parametrize(
    ("promised", "expected"),
    [
        ("2026-03-02T14:00:00Z", "met"),
        ("2026-03-02T22:00:00+08:00", "met"),
        ("2026-03-02T21:59:59+08:00", "late"),
        ("2026-03-02 14:00", "met"),
        ("2026-03-02 13:59+00:00", "late"),
        ("2026-03-02", "no-evidence"),
        ("at noon", "no-evidence"),
        ("", "no-evidence"),
        (14, "no-evidence"),
        (None, "no-evidence"),
    ],
)
def test_a_promise_is_a_timestamp_or_text_in_iso_8601(promised: Value, expected: str) -> None:
    assert judge(Deadline("a", PROMISED), event("a", 5), case={"promised": promised}) == [expected]


def test_a_promise_of_a_step_that_has_not_come_yet_is_not_due() -> None:
    rule = Deadline("a", AttributeRef("b", "promised"))
    assert judge(rule, event("c", 1), closed=False) == ["not-due"]
    assert judge(rule, event("c", 1)) == ["no-evidence"]
    assert judge(rule, event("b", 1, promised=None), closed=False) == ["no-evidence"]
    assert judge(rule, event("b", 1, promised=hours(2)), event("b", 2, promised=hours(4)), event("a", 4)) == ["met"]


@pytest.mark.parametrize(
    ("lead", "done", "expected"),
    [
        (span("30m"), 4.5, "met"),
        (span("30m"), 4.51, "late"),
        (span("30m"), 6, "late"),
        (ONE_DAY, -10, "met"),
        (ONE_DAY, 0, "late"),
        (SAME_DAY, 5, "met"),
        (SAME_DAY, 5.1, "late"),
    ],
)
def test_lead_time(lead: TimeSpan, done: float, expected: str) -> None:
    assert judge(LeadTime("a", PROMISED, lead), event("a", done), case={"promised": hours(5)}) == [expected]


def test_a_lead_time_of_an_open_case_is_missed_once_it_cannot_be_kept() -> None:
    rule, case = LeadTime("a", PROMISED, span("1h")), {"promised": hours(5)}
    assert judge(rule, event("b", 0), case=case, closed=False, now=4) == ["not-due"]
    assert judge(rule, event("b", 0), case=case, closed=False, now=4.01) == ["late"]
    assert judge(rule, event("b", 0), case=case) == ["late"]


@pytest.mark.parametrize(("end", "expected"), [(6.99, "met"), (7.01, "late")])
def test_the_same_day_ends_at_midnight_where_the_calendar_is(end: float, expected: str) -> None:
    """9:00 UTC is 17:00 in Shanghai, so its day ends seven hours later, and not fifteen as in UTC."""
    rule = Response("a", "b", SAME_DAY)
    assert judge(rule, event("a", 0), event("b", end), calendar="china-dealer") == [expected]
    assert judge(rule, event("a", 0), event("b", end), calendar="clock") == ["met"]


def test_days_are_those_of_the_calendar_whatever_the_offset_of_a_timestamp() -> None:
    late_evening = datetime(2026, 3, 2, 23, 59, tzinfo=SHANGHAI)
    after_midnight = datetime(2026, 3, 3, 0, 1, tzinfo=SHANGHAI).astimezone(UTC)
    events = event("a", late_evening), event("b", after_midnight)
    assert judge(Response("a", "b", SAME_DAY), *events, calendar="china-dealer") == ["late"]
    assert judge(Response("a", "b", ONE_DAY), *events, calendar="china-dealer") == ["met"]


@pytest.mark.parametrize(
    ("first", "second", "closed", "expected"),
    [
        (100, 110, True, ["met"]),
        (100, 90, True, ["met"]),
        (100, 110.01, True, ["wrong-value"]),
        (0.7, 0.77, True, ["met"]),
        (-100, -110, True, ["met"]),
        (0, 0, True, ["met"]),
        (0, 1, True, ["wrong-value"]),
        (100, None, True, ["no-evidence"]),
        (100, None, False, ["not-due"]),
        (None, 100, True, []),
        ("8000", "8800.0", True, ["met"]),
        ("¥8,000", "8000", True, ["no-evidence"]),
        ("8000", "8,000", True, ["no-evidence"]),
        (True, 1, True, ["no-evidence"]),
    ],
)
def test_agreement(first: Value, second: Value, closed: bool, expected: list[str]) -> None:  # noqa: FBT001
    rule = Agreement(AttributeRef(None, "estimate"), AttributeRef("a", "total"), Fraction(1, 10))
    assert judge(rule, event("a", 1, total=second), case={"estimate": first}, closed=closed) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "met"), (3, "met"), (0.99, "wrong-value"), (4, "wrong-value"), ("two", "no-evidence"), (None, "no-evidence")],
)
def test_level(value: Value, expected: str) -> None:
    bounds = Fraction(1), Fraction(3)
    assert judge(Level(AttributeRef("a", "rings"), *bounds), event("a", 1, rings=value)) == [expected]
    assert judge(Level(AttributeRef(None, "rings"), *bounds), event("b", 1), case={"rings": value}) == [expected]


def test_a_level_of_a_step_has_one_instance_for_each_occurrence() -> None:
    rule = Level(AttributeRef("a", "rings"), at_most=Fraction(3))
    assert judge(rule, event("a", 1, rings=3), event("a", 2, rings=4), event("b", 3)) == ["met", "wrong-value"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("good", "met"), (" fair ", "met"), ("bad", "wrong-value"), ("Good", "no-evidence"), (3, "no-evidence")],
)
def test_rating(word: Value, expected: str) -> None:
    rule = Rating(AttributeRef("a", "manner"), ("bad", "fair", "good"), "fair")
    assert judge(rule, event("a", 1, manner=word)) == [expected]


@pytest.mark.parametrize(("mark", "expected"), [(2, "met"), (1, "wrong-value"), (2.0, "met"), (2.5, "no-evidence")])
def test_a_rating_may_be_written_in_numbers(mark: float, expected: str) -> None:
    assert judge(Rating(AttributeRef("a", "mark"), ("1", "2", "3"), "2"), event("a", 1, mark=mark)) == [expected]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"plate": "京A12345", "place": "B2"}, "met"),
        ({"plate": "京A12345", "place": "C9"}, "wrong-value"),
        ({"plate": " ", "place": "B2"}, "missing-field"),
        ({"plate": "", "place": "C9"}, "missing-field"),
        ({"place": "B2"}, "missing-field"),
        ({}, "missing-field"),
    ],
)
def test_fields(values: dict[str, Value], expected: str) -> None:
    rule = Fields("a", (RequiredField("plate"), RequiredField("place", ("B1", "B2"))))
    assert judge(rule, event("a", 1, None, **values)) == [expected]


def test_a_truth_value_and_a_zero_fill_a_field() -> None:
    rule = Fields("a", (RequiredField("wash"), RequiredField("count")))
    assert judge(rule, event("a", 1, wash=False, count=0)) == ["met"]


@pytest.mark.parametrize(
    ("flag", "expected"), [(True, "met"), (False, "wrong-value"), (None, "no-evidence"), ("yes", "no-evidence")]
)
def test_holds(flag: Value, expected: str) -> None:
    assert judge(Holds("a", "event.customer_present"), event("a", 1, customer_present=flag)) == [expected]


@pytest.mark.parametrize(
    ("who", "closed", "expected"),
    [
        ("王王王", True, ["met"]),
        ("王李王", True, ["wrong-actor"]),
        ("王王?", True, ["no-evidence"]),
        ("王李?", True, ["wrong-actor"]),
        ("王王", True, ["met"]),
        ("王王", False, ["not-due"]),
        ("王李", False, ["wrong-actor"]),
        ("王", True, []),
    ],
)
def test_same_actor(who: str, closed: bool, expected: list[str]) -> None:  # noqa: FBT001
    events = [
        event(step, i, None if name == "?" else name) for i, (step, name) in enumerate(zip("abc", who, strict=False))
    ]
    assert judge(SameActor(("a", "b", "c")), *events, closed=closed) == expected


@pytest.mark.parametrize(
    ("word", "who", "expected"),
    [
        ("ab", "王李", ["met"]),
        ("ab", "王王", ["wrong-actor"]),
        ("aab", "王王李", ["met"]),
        ("aab", "王李李", ["wrong-actor"]),
        ("ab", "王?", ["no-evidence"]),
        ("aab", "王?王", ["wrong-actor"]),
        ("aa", "王王", []),
    ],
)
def test_different_actor(word: str, who: str, expected: list[str]) -> None:
    events = [
        event(step, i, None if name == "?" else name) for i, (step, name) in enumerate(zip(word, who, strict=True))
    ]
    assert judge(DifferentActor(("a", "b")), *events) == expected


@pytest.mark.parametrize(
    ("role", "who", "expected"),
    [
        ("advisor", "王", "met"),
        ("服务顾问", "王", "met"),
        (" service ADVISOR ", "王", "met"),
        ("manager", "王", "wrong-actor"),
        (None, "服务顾问", "met"),
        (None, "经理", "wrong-actor"),
        ("经理", "advisor", "wrong-actor"),
        (None, "王", "no-evidence"),
        (None, None, "no-evidence"),
        ("stranger", "王", "no-evidence"),
    ],
)
def test_performed_by(role: str | None, who: str | None, expected: str) -> None:
    assert judge(PerformedBy("a", ("advisor",)), event("a", 1, who, **{"org:role": role})) == [expected]


@pytest.mark.parametrize(
    ("role", "amount", "expected"),
    [
        ("advisor", 500, "met"),
        ("advisor", 500.01, "wrong-actor"),
        ("manager", 10**9, "met"),
        ("advisor", None, "no-evidence"),
        ("advisor", "¥500", "no-evidence"),
        (None, 100, "no-evidence"),
    ],
)
def test_authority(role: str | None, amount: Value, expected: str) -> None:
    limits = AuthorityLimit("advisor", Fraction(500)), AuthorityLimit("manager", None)
    rule = Authority("a", AttributeRef("a", "amount"), limits)
    assert judge(rule, event("a", 1, role, amount=amount)) == [expected]


def test_a_role_without_a_limit_may_decide_on_nothing() -> None:
    rule = Authority("a", AttributeRef(None, "amount"), (AuthorityLimit("manager", None),))
    assert judge(rule, event("a", 1, "advisor"), case={"amount": 0}) == ["wrong-actor"]


def test_an_attribute_of_a_table_that_names_no_cases_is_the_last_value_in_the_case() -> None:
    rule = Level(AttributeRef(None, "score"), at_least=Fraction(3))
    events = event("a", 1, score=1), event("b", 2, score=4), event("c", 3, score=None)
    assert judge(rule, *events, case={"case:other": 1}) == ["met"]


@pytest.mark.parametrize("name", ["score", "case:score"])
@pytest.mark.parametrize("column", ["score", "case:score"])
def test_a_case_attribute_goes_with_or_without_its_prefix(name: str, column: str) -> None:
    assert judge(Level(AttributeRef(None, name), at_least=Fraction(3)), event("a", 1), case={column: 2}) == [
        "wrong-value"
    ]


def later(
    rule: Deadline | Response | CycleTime, *events: object, closed: bool = True, now: float = 1000
) -> list[object]:
    case = {"promised": hours(5)}
    facts = facts_of(events, values=[case], closed=closed, now=now)  # type: ignore[arg-type]  # events, as they are
    return evaluate([standard(rule)], facts)["kept_later"].to_list()


def test_the_second_tier_counts_what_missed_the_first_limit() -> None:
    rule = Deadline("a", PROMISED, SecondTier(ONE_DAY))
    assert later(rule, event("a", 5)) == [None]
    assert later(rule, event("a", 30)) == [True]
    assert later(rule, event("a", 40)) == [False]
    assert later(rule, event("b", 0)) == [False]
    assert later(rule, event("b", 0), closed=False, now=30) == [None]
    assert later(rule, event("b", 0), closed=False, now=40) == [False]


def test_a_response_and_a_cycle_time_have_a_second_tier_too() -> None:
    rule = Response("a", "b", span("1h"), SecondTier(span("2h")))
    assert [later(rule, event("a", 0), event("b", at)) for at in (1, 2, 3)] == [[None], [True], [False]]
    whole = CycleTime(at_most=span("1h"), second_tier=SecondTier(span("2h")))
    assert [later(whole, event("a", 0), event("b", at)) for at in (1, 2, 3)] == [[None], [True], [False]]


@pytest.mark.parametrize(
    ("rule", "events", "case", "lack"),
    [
        (Deadline("a", PROMISED), [event("a", 1)], {"promised": None}, "value"),
        (Deadline("a", PROMISED), [event("a", 1)], {"promised": "soon"}, "unreadable"),
        (Deadline("a", PROMISED), [event("a")], {"promised": hours(5)}, "time"),
        (Level(AttributeRef("a", "rings"), at_most=Fraction(3)), [event("a", 1)], {"x": 1}, "value"),
        (Level(AttributeRef(None, "cost"), at_most=Fraction(3)), [event("a", 1)], {"cost": "¥8,000"}, "unreadable"),
        (Rating(AttributeRef(None, "word"), ("bad", "good"), "good"), [event("a", 1)], {"word": "odd"}, "unreadable"),
        (
            Agreement(PROMISED, AttributeRef(None, "y"), Fraction(1)),
            [event("a", 1)],
            {"promised": 1, "y": None},
            "value",
        ),
        (
            Agreement(PROMISED, AttributeRef(None, "y"), Fraction(1)),
            [event("a", 1)],
            {"promised": "?", "y": 1},
            "unreadable",
        ),
        (Holds("a", "event.present"), [event("a", 1)], {"x": 1}, "condition"),
        (PerformedBy("a", ("advisor",)), [event("a", 1, "王")], {"x": 1}, "actor"),
        (SameActor(("a", "b")), [event("a", 1, "王"), event("b", 2)], {"x": 1}, "actor"),
        (Response("a", "b", span("1h")), [event("a"), event("b", 2)], {"x": 1}, "time"),
    ],
)
def test_what_is_missing_is_told(rule: Rule, events: list[PlainEvent], case: dict[str, Value], lack: str) -> None:
    rows = evaluate([standard(rule)], facts_of(events, values=[case]))
    assert rows["outcome"].to_list() == ["no-evidence"]
    assert rows["lack"].to_list() == [lack]
    judged = evaluate([standard(Count("a", 1), when="case.gone")], facts_of(events, values=[case]))
    assert judged["lack"].to_list() == ["condition"]
