"""Filters on the cases of a log, criterion by criterion, at their edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.logs.attribute_matching import NumberRange
from engine.logs.filtering import EVERY_CASE, LogFilter, apply_filter, unknown_names
from engine.logs.log import Log
from engine.logs.variants import find_variants, variant_hash
from tests.oracles.small_logs import events_of, hours, log_of

LOG = log_of(
    [events_of("a@3 b@4 c@9"), (), events_of("b@?"), events_of("a@6-7 c@9"), events_of("b@1 a@2")],
    ["one", "empty", "timeless", "interval", "back"],
    [{"amount": n, "channel": c} for n, c in [(1, "web"), (2, None), (2**53 + 1, "web"), (30, "phone"), (30, "")]],
)


AT_MOST_ONE = frozenset({NumberRange("amount", high=1)})


def kept(chosen: LogFilter, log: Log = LOG) -> list[str]:
    return apply_filter(log, chosen).cases["case_id"].to_list()


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (LogFilter(started_from=hours(3)), ["one", "interval"]),
        (LogFilter(started_before=hours(3)), ["back"]),
        (LogFilter(started_from=hours(1), started_before=hours(6)), ["one", "back"]),
        (LogFilter(with_activities=frozenset("ac")), ["one", "interval"]),
        (LogFilter(without_activities=frozenset("cx")), ["empty", "timeless", "back"]),
        (LogFilter(paths=frozenset({("a", "b")})), ["one"]),
        (LogFilter(paths=frozenset({("", "b")})), ["timeless", "back"]),
        (LogFilter(paths=frozenset({("a", "")})), ["back"]),
        (LogFilter(paths=frozenset({("", "a"), ("a", "c")})), ["interval"]),
        (LogFilter(paths=frozenset({("c", "b")})), []),
        (LogFilter(variants=frozenset({variant_hash("ac"), variant_hash("")})), ["empty", "interval"]),
        (LogFilter(lasting_from=6 * 3600), ["one"]),
        (LogFilter(lasting_below=3600), []),
        (LogFilter(lasting_from=3600, lasting_below=3 * 3600 + 1), ["interval", "back"]),
        (LogFilter(cases=frozenset({"back", "elsewhere"})), ["back"]),
        (LogFilter(cases=frozenset()), []),
        (LogFilter(attributes=frozenset({("channel", "web"), ("channel", "phone")})), ["one", "timeless", "interval"]),
        (LogFilter(attributes=frozenset({("channel", "")})), ["back"]),
        (LogFilter(attributes=frozenset({("amount", "30"), ("channel", "phone")})), ["interval"]),
        (LogFilter(attributes=frozenset({("amount", "9007199254740993")})), ["timeless"]),
        (LogFilter(attributes=frozenset({("amount", "thirty")})), []),
        (LogFilter(attributes=frozenset({("nothing", "1")})), []),
        (LogFilter(ranges=frozenset({NumberRange("amount", 2, 30)})), ["empty", "interval", "back"]),
        (
            LogFilter(ranges=frozenset({NumberRange("amount", high=1)}), attributes=frozenset({("amount", "2")})),
            ["one", "empty"],
        ),
        (LogFilter(ranges=frozenset({NumberRange("channel", 0)})), []),
    ],
)
def test_a_criterion_means_these_cases(chosen: LogFilter, names: list[str]) -> None:
    assert kept(chosen) == names
    assert kept(chosen.complement()) == [name for name in kept(EVERY_CASE) if name not in names]


def test_every_case_is_the_log_itself() -> None:
    assert apply_filter(LOG, EVERY_CASE) is LOG
    assert EVERY_CASE.is_empty
    assert kept(EVERY_CASE.complement()) == []


def test_one_event_of_the_resource_is_enough() -> None:
    first, second = events_of("a@1 b@2")
    log = log_of([(replace(first, resource="Ann"), second), (replace(second, resource="Bo"),), (first,)])
    assert kept(LogFilter(resources=frozenset({"Ann", "Cy"})), log) == ["c0"]


def test_an_attribute_of_events_is_looked_for_in_all_of_them() -> None:
    first, second = events_of("a@1 b@2")
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    log = log_of([(replace(first, values=(("vip", True),)), replace(second, values=(("due", at),))), (second,)])
    assert kept(LogFilter(attributes=frozenset({("vip", "true")})), log) == ["c0"]
    assert kept(LogFilter(attributes=frozenset({("due", "2026-03-02T09:00:00Z")})), log) == ["c0"]


def test_names_that_the_log_lacks_are_all_told() -> None:
    chosen = LogFilter(
        with_activities=frozenset("az"),
        paths=frozenset({("", "y"), ("a", "b")}),
        resources=frozenset({"Ann"}),
        attributes=frozenset({("colour", "red"), ("channel", "any")}),
        ranges=frozenset({NumberRange("channel", 1)}),
        variants=frozenset({"0" * 16}),
        cases=frozenset({"elsewhere"}),
    )
    assert [(problem.code, *problem.values.values()) for problem in unknown_names(LOG, chosen)] == [
        ("filter.unknown-activity", "y"),
        ("filter.unknown-activity", "z"),
        ("filter.unknown-resource", "Ann"),
        ("filter.no-numbers", "channel"),
        ("filter.unknown-attribute", "colour"),
    ]
    assert unknown_names(LOG, EVERY_CASE) == ()


def test_what_would_mean_something_else_elsewhere_is_no_filter() -> None:
    with pytest.raises(ValueError, match="zone"):
        LogFilter(started_from=datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="activity"):
        LogFilter(paths=frozenset({("", "")}))
    with pytest.raises(ValueError, match="range"):
        NumberRange("amount", 2, 1)
    with pytest.raises(ValueError, match="range"):
        NumberRange("amount", float("nan"))


def test_a_variant_keeps_its_hash_in_every_log() -> None:
    part = apply_filter(LOG, LogFilter(with_activities=frozenset("c")))
    assert set(find_variants(part).hashes()) <= set(find_variants(LOG).hashes())
    assert variant_hash(["a", "b"]) == "16275ef0f5d0eb9d"
    assert len({variant_hash(names) for names in (["ab"], ["a", "b"], ["b", "a"], [], [""], ["a\x00", "b"])}) == 6


def test_seconds_are_exact() -> None:
    log = log_of([events_of("a@0 b@1")])
    assert kept(LogFilter(lasting_from=3600), log) == ["c0"]
    assert kept(LogFilter(lasting_below=3600), log) == []
    assert kept(LogFilter(lasting_from=3601), log) == []
