"""Which calendar holds: one for everybody, or one for each branch of the business, told by an attribute of the case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """A calendar by its name, or several among which an attribute of the case decides.

    Attributes:
        name: The calendar; of several, the one for every value that is not listed and for cases without a value.
        attribute: Name of the attribute of the case that decides, or "" where nothing is to be decided.
        by_value: Values of the attribute, each with the name of its calendar.
    """

    name: str
    attribute: str = ""
    by_value: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Hold that nothing is said by halves.

        Raises:
            ValueError: There are values and no attribute, or the other way round.
        """
        if bool(self.attribute) != bool(self.by_value):
            raise ValueError("calendars by value need an attribute, and an attribute needs values")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all calendars that it may come to, each once, the one for all other cases first."""
        return tuple(dict.fromkeys((self.name, *(name for _, name in self.by_value))))
