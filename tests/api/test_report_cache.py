"""Reports that are kept at hand: the last ones asked for, as many as fit."""

from __future__ import annotations

from api.report_cache import ReportCache


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    cache = ReportCache(most_bytes=10)
    for key in ("a", "b"):
        cache.put(key, b"1234")
    assert cache.get("a") == b"1234"
    cache.put("c", b"1234")
    assert [cache.get(key) for key in ("a", "b", "c")] == [b"1234", None, b"1234"]


def test_what_is_put_again_counts_once() -> None:
    cache = ReportCache(most_bytes=10)
    for content in (b"12345678", b"1234", b"123456"):
        cache.put("a", content)
    cache.put("b", b"1234")
    assert (cache.get("a"), cache.get("b")) == (b"123456", b"1234")


def test_what_is_too_large_is_not_kept() -> None:
    cache = ReportCache(most_bytes=10)
    cache.put("a", b"1234")
    cache.put("b", b"x" * 11)
    assert cache.get("b") is None
    cache.put("c", b"1234567890")
    assert cache.get("c") == b"1234567890"
