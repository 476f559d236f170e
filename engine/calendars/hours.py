"""The openings of one day."""

from __future__ import annotations

MINUTES_PER_DAY = 24 * 60

Hours = tuple[tuple[int, int], ...]
"""(from, until) in minutes after local midnight, in order, apart from each other; empty on a day that is closed."""


def check_hours(hours: Hours) -> None:
    """Hold that openings are in order, do not touch and lie within one day.

    Raises:
        ValueError: They do not.
    """
    flat = [minute for opening in hours for minute in opening]
    if flat != sorted(set(flat)) or not all(0 <= minute <= MINUTES_PER_DAY for minute in flat):
        raise ValueError("openings need to be in order and within one day")
