"""One played case as its standards are held against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from engine.calendars.days import DayOfYear
from engine.definitions.flow import Season
from engine.definitions.rules import AttributeRef, TimeSpan, TimeUnit
from engine.simulation.conditions import Conditions
from engine.simulation.hours import Hours
from engine.simulation.shifts import Shifts
from engine.simulation.values import Value
from engine.simulation.world import Performed


@dataclass(frozen=True)
class CaseFacts:
    """A closed case, event by event.

    Attributes:
        events: In the order of completion.
        working: By whose hours working time and days count.
        attributes: Those of the case: each name that the log has, None where this case has no value.
        beside: Positions of the events that perform no step of the run: they ask for nothing themselves, but count as
            what came before or after another event.
        conditions: Answers to conditions.
        ended: Whether the case reached an end.
    """

    events: Sequence[Performed]
    working: Shifts
    attributes: Mapping[str, Value] = field(default_factory=dict)
    beside: frozenset[int] = frozenset()
    conditions: Conditions = field(default_factory=Conditions)
    ended: bool = True
    _places: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note where each step was done."""
        for at, event in enumerate(self.events):
            self._places.setdefault(event.activity, []).append(at)

    @property
    def begun(self) -> int:
        """When the case began; 0 for one without events."""
        return self.begun_in(range(len(self.events)))

    def begun_in(self, part: Iterable[int]) -> int:
        """When the first of some events began; 0 without any."""
        return min((self.events[at].start for at in part), default=0)

    def part(self, steps: Collection[str] | None) -> Sequence[int]:
        """Positions of the events of some steps, or with None of all."""
        return [at for at, event in enumerate(self.events) if steps is None or event.activity in steps]

    def done(self, step: str) -> list[int]:
        """Positions at which a step was done."""
        return self._places.get(step, [])

    def asking(self, step: str) -> list[int]:
        """Positions at which a step of the run was done."""
        return [at for at in self.done(step) if at not in self.beside]

    def at(self, position: int, name: str) -> Value:
        """An attribute of one event, None where it has none."""
        return next((value for key, value in self.events[position].values if key == name), None)

    def of_case(self, name: str) -> Value:
        """An attribute of the case; where the log keeps it on events alone, the last value there."""
        if name in self.attributes:
            return self.attributes[name]
        found = (self.at(position, name) for position in range(len(self.events) - 1, -1, -1))
        return next((value for value in found if value is not None), None)

    def of(self, attribute: AttributeRef) -> Value:
        """An attribute of the case, or of the last event of a step."""
        if attribute.step is None:
            return self.of_case(attribute.name)
        done = self.done(attribute.step)
        return self.at(done[-1], attribute.name) if done else None

    def hours(self, step: str | None = None) -> Hours:
        """The hours by which counts what a step does, or with None what concerns the case itself."""
        known = _AllOf(self)
        return self.working.of_case(known) if step is None else self.working.of_step(step, known)

    def in_season(self, season: Season, moment: int) -> bool:
        """Whether the local day of a moment lies in a season; days are those of the flow's main calendar."""
        return in_season(season, self.working.main, moment)

    def holds(self, condition: str, position: int | None) -> bool | None:
        """Whether a condition is true of the case and perhaps of one of its events; None without an answer."""
        event = {} if position is None else dict(self.events[position].values)
        return self.conditions.holds(condition, _AllOf(self), event)


class _AllOf(Mapping[str, Value]):
    """What is known of a case by name, as conditions read it."""

    def __init__(self, facts: CaseFacts) -> None:
        self._facts = facts

    def __getitem__(self, name: str) -> Value:
        return self._facts.of_case(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __iter__(self) -> Iterator[str]:
        names = [name for event in self._facts.events for name, _ in event.values]
        return iter(dict.fromkeys([*self._facts.attributes, *names]))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def passed(span: TimeSpan, start: int, end: int, hours: Hours) -> int:
    """How much passed between two moments, in the unit of a span; negative backwards in days and clock time."""
    match span.unit:
        case TimeUnit.CLOCK:
            return end - start
        case TimeUnit.WORKING:
            return hours.working(start, end)
        case TimeUnit.DAYS:
            return (hours.local_day(end) - hours.local_day(start)).days
        case TimeUnit.WORKDAYS:
            return hours.workdays_between(start, end)


def in_season(season: Season, hours: Hours, moment: int) -> bool:
    """Whether the local day of a moment lies in a season."""
    day = hours.local_day(moment)
    for span in season.ranges:
        for year in (day.year - 1, day.year):
            first, last = _day(span.first, year), _day(span.last, year)
            if last < first and span.last.year is None:
                last = _day(span.last, year + 1)
            if first <= (day.year, day.month, day.day) <= last:
                return True
    around = [day + timedelta(days=shift) for shift in range(-season.days_after, season.days_before + 1)]
    return any(near in hours.calendar.named_holidays(name, near.year) for name in season.holidays for near in around)


def _day(written: DayOfYear, year: int) -> tuple[int, int, int]:
    return written.year or year, written.month, written.day
