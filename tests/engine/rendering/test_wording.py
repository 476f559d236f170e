from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from engine.rendering.wording import Wording
from engine.vocabulary import Language

EN, ZH = Wording(Language.EN), Wording(Language.ZH)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (42, "42 s"),
        (90, "1.5 min"),
        (80 * 60, "80 min"),
        (5400, "1.5 h"),
        (40 * 3600, "40 h"),
        (86400 * 3, "3 d"),
        (86400 * 40, "40 d"),
    ],
)
def test_durations_read_as_a_person_says_them(seconds: float, text: str) -> None:
    assert EN.duration(seconds) == text


def test_durations_in_chinese() -> None:
    assert ZH.duration(5400) == "1.5 小时"


def test_a_negative_duration_keeps_its_sign() -> None:
    assert EN.duration(-120) == "−2 min"


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Fraction(100), "100"),
        (Fraction(99999, 1000), "99.9"),
        (Fraction(0), "0"),
        (Fraction(1, 1000), "0.1"),
        (Fraction(1925, 20), "96.2"),
    ],
)
def test_only_all_is_100_and_only_nothing_is_0(score: Fraction, text: str) -> None:
    assert EN.score(score) == text


def test_shares_between_none_and_all_are_never_rounded_to_them() -> None:
    assert EN.share(Fraction(999, 1000)) == "99 %"
    assert ZH.share(Fraction(1, 1000)) == "1%"
    assert EN.share(Fraction(1)) == "100 %"


def test_moments_say_their_zone() -> None:
    moment = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert EN.moment(moment) == "2026-03-02 09:30 UTC+08:00"
    assert EN.moment(moment.astimezone(UTC)) == "2026-03-02 01:30 UTC"
