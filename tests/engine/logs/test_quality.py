"""A log described."""

from __future__ import annotations

from engine.logs.quality import Count, describe
from tests.engine.logs.making import at, log_of


def test_everything_is_counted() -> None:
    times = [at("2024-01-02T00:00:00"), None, at("2024-01-01T00:00:00")]
    report = describe(log_of("b a/start", "a", "", time=times, resource=["r", None, "r"]))
    assert (report.cases, report.events, report.variants) == (3, 3, 3)
    assert report.activities == (Count("a", 2), Count("b", 1))
    assert (report.resources, report.lifecycles) == ((Count("r", 2),), (Count("start", 1),))
    assert (report.first, report.last) == (times[2], times[0])
    assert (report.shortest, report.longest, report.timeless, report.with_start) == (0, 2, 1, 0)
    assert report.pairable


def test_shares_of_an_empty_log_are_zero() -> None:
    report = describe(log_of())
    assert (report.timeless_share, report.shortest, report.longest, report.first) == (0.0, 0, 0, None)


def test_share_without_time() -> None:
    assert describe(log_of("a b", time=[None, at("2024-01-01T00:00:00")])).timeless_share == 0.5


def test_attributes_are_listed() -> None:
    assert describe(log_of("a", cost=[1])).event_attributes == ("cost",)
