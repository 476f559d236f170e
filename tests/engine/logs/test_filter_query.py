"""A filter as it stands in an address, and everything that can be wrong with it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from engine.errors import InputRefused, LimitExceeded
from engine.limits import Limits
from engine.logs.attribute_matching import NumberRange
from engine.logs.filter_query import from_query, to_query
from engine.logs.filtering import EVERY_CASE, LogFilter
from tests.oracles.small_logs import hours

FULL = LogFilter(
    started_from=hours(0),
    started_before=hours(24.5),
    with_activities=frozenset({"b", "a"}),
    without_activities=frozenset({"c & d"}),
    paths=frozenset({("a->b", "c\\"), ("", "接待"), ("接待", "")}),
    variants=frozenset({"0123456789abcdef"}),
    attributes=frozenset({("a=b", "c=d")}),
    ranges=frozenset({NumberRange("amount", 1, 2.5), NumberRange("n", high=-1e300), NumberRange("n", 0.1)}),
    lasting_from=0,
    lasting_below=90_061,
    resources=frozenset({"Ann"}),
    cases=frozenset({"17", "\\"}),
    inverted=True,
)


def test_a_filter_reads_well_in_an_address() -> None:
    assert to_query(FULL) == [
        ("from", "2026-03-02T09:00:00Z"),
        ("before", "2026-03-03T09:30:00Z"),
        ("lasting-from", "0s"),
        ("lasting-below", "1d1h1m1s"),
        ("with", "a"),
        ("with", "b"),
        ("without", "c & d"),
        ("follows", "->接待"),
        ("follows", "a-\\>b->c\\\\"),
        ("follows", "接待->"),
        ("variant", "0123456789abcdef"),
        ("attribute", "a\\=b=c=d"),
        ("range", "amount=1..2.5"),
        ("range", "n=..-1e+300"),
        ("range", "n=0.1.."),
        ("by", "Ann"),
        ("case-id", "17"),
        ("case-id", "\\\\"),
        ("invert", "true"),
    ]
    assert from_query(parse_qsl(urlencode(to_query(FULL)))) == FULL


def test_nothing_asked_is_every_case_and_no_case_is_not() -> None:
    assert to_query(EVERY_CASE) == []
    assert from_query([("from", ""), ("with", "")]) == EVERY_CASE
    assert to_query(LogFilter(cases=frozenset())) == [("no-case", "true")]
    assert from_query([("no-case", "true")]).cases == frozenset()


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("colour", "red")], "filter.unknown-name"),
        ([("from", "2026-13-01")], "filter.not-a-moment"),
        ([("before", "0001-01-01T00:00:00+14:00")], "filter.not-a-moment"),
        ([("from", "2026-01-01"), ("from", "2026-01-02")], "filter.given-twice"),
        ([("from", "2026-01-02"), ("before", "2026-01-02")], "filter.empty-span"),
        ([("lasting-from", "2d"), ("lasting-below", "48h")], "filter.empty-span"),
        ([("lasting-from", "5 workdays")], "filter.not-a-duration"),
        ([("lasting-from", "-1d")], "filter.not-a-duration"),
        ([("lasting-below", "36526d")], "filter.not-a-duration"),
        ([("follows", "a")], "filter.not-a-path"),
        ([("follows", "->")], "filter.not-a-path"),
        ([("follows", "a-\\>b")], "filter.not-a-path"),
        ([("variant", "0123")], "filter.not-a-variant"),
        ([("variant", "0123456789ABCDEF")], "filter.not-a-variant"),
        ([("attribute", "channel")], "filter.not-an-attribute"),
        ([("attribute", "=web")], "filter.not-an-attribute"),
        ([("range", "amount")], "filter.not-a-range"),
        ([("range", "amount=3")], "filter.not-a-range"),
        ([("range", "amount=..")], "filter.not-a-range"),
        ([("range", "amount=3..2")], "filter.not-a-range"),
        ([("range", "amount=nan..2")], "filter.not-a-range"),
        ([("range", "amount=1..1e999")], "filter.not-a-range"),
        ([("invert", "yes")], "filter.not-true"),
        ([("no-case", "true"), ("case-id", "1")], "filter.case-and-no-case"),
        ([("with", "x" * 201)], "filter.value-too-long"),
        ([("follows", "x" * 201 + "->y")], "filter.value-too-long"),
        ([("attribute", "a=" + "x" * 2000)], "filter.value-too-long"),
        ([("with", "\ud800")], "filter.not-text"),
    ],
)
def test_what_cannot_be_read_is_refused_by_code(pairs: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        from_query(pairs)
    (problem,) = refusal.value.problems
    assert problem.code == code
    assert problem.place.element


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputRefused) as refusal:
        from_query([("from", "x"), ("variant", "y"), ("range", "z"), ("with", "fine")])
    assert [problem.place.element for problem in refusal.value.problems] == ["from", "variant", "range"]


def test_there_is_a_limit_on_the_values_both_ways() -> None:
    many = LogFilter(cases=frozenset(str(number) for number in range(4)))
    with pytest.raises(LimitExceeded, match="filter_values"):
        to_query(many, limits=Limits(filter_values=3))
    with pytest.raises(LimitExceeded, match="filter_values"):
        from_query(to_query(many), limits=Limits(filter_values=3))
    assert from_query(to_query(many), limits=Limits(filter_values=4)) == many
