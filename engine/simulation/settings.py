"""How a flow is played: what a user can set, with defaults that give a plausible service centre."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from engine.errors import InputRefused, Problem, Value
from engine.simulation.specification import NO_DEVIATIONS, DeviationSpec
from engine.simulation.values import Choice, Draw
from engine.vocabulary import Language

USUAL_ATTRIBUTES: Mapping[str, Draw] = MappingProxyType(
    {"channel": Choice(("phone", "app", "counter")), "branch": Choice(("north", "south"))}
)
"""What is recorded of cases where the user says nothing."""


@dataclass(frozen=True)
class SimulationSettings:
    """How a flow is played.

    Attributes:
        start: The first day on which cases may arrive.
        calendar: Name of the calendar in which everybody works; "" takes those that the flow says, each for whom it
            holds, or the default one when the flow names none.
        language: The language of the activity names.
        deviations: What goes wrong, and in which share of the cases.
        cases_per_day: Mean arrivals of a working day; None for 12, or as many as bring the cases into one year.
        monthly_change: By which share more cases arrive in each month than in the one before; −0.2 for a fifth less.
            None for what standards about change ask for, else 0.
        step_minutes: Median duration of a step for which the flow has no standard.
        waiting_minutes: Mean wait between two steps.
        spread: How widely durations scatter, about the standard deviation of their logarithm, 0 to 0.5.
        loop_damping: By how much each passage makes the same way less likely, 0 (never again) to 1.
        optional_share: How often an optional step is done.
        people: People of each role; None for as many as the work needs.
        case_prefix: What case ids begin with; "" takes the initials of the flow's id.
        minutes_of: Median duration in minutes of single steps, by step id; it goes before what standards suggest.
        attributes: How attributes are drawn: ``name`` is one of the case, ``step.name`` one of a step's events. It goes
            before what the flow suggests.
    """

    start: date = date(2026, 3, 2)
    calendar: str = ""
    language: Language = Language.EN
    deviations: DeviationSpec = NO_DEVIATIONS
    cases_per_day: float | None = None
    monthly_change: float | None = None
    step_minutes: float = 15.0
    waiting_minutes: float = 6.0
    spread: float = 0.3
    loop_damping: float = 0.3
    optional_share: float = 0.5
    people: int | None = None
    case_prefix: str = ""
    minutes_of: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    attributes: Mapping[str, Draw] = field(default_factory=lambda: USUAL_ATTRIBUTES)

    def __post_init__(self) -> None:
        """Freeze the mappings, and refuse numbers that no service centre could have, all of them at once."""
        object.__setattr__(self, "minutes_of", MappingProxyType(dict(self.minutes_of)))
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))
        problems = tuple(self._problems())
        if problems:
            raise InputRefused(problems)

    def as_texts(self) -> dict[str, str]:
        """Every setting as text, by name, for the record beside a log."""
        return {
            "start": self.start.isoformat(),
            "calendar": self.calendar,
            "language": str(self.language),
            "deviations": str(self.deviations),
            "cases_per_day": "" if self.cases_per_day is None else repr(float(self.cases_per_day)),
            "monthly_change": "" if self.monthly_change is None else repr(float(self.monthly_change)),
            "step_minutes": repr(float(self.step_minutes)),
            "waiting_minutes": repr(float(self.waiting_minutes)),
            "spread": repr(float(self.spread)),
            "loop_damping": repr(float(self.loop_damping)),
            "optional_share": repr(float(self.optional_share)),
            "people": "" if self.people is None else str(self.people),
            "case_prefix": self.case_prefix,
            "minutes_of": ", ".join(f"{step}: {float(minutes)!r}" for step, minutes in self.minutes_of.items()),
            "attributes": ", ".join(f"{name}: {draw.text}" for name, draw in self.attributes.items()),
        }

    def _problems(self) -> Iterator[Problem]:
        day = 24 * 60
        ranges: list[tuple[str, float, float, float]] = [
            ("cases_per_day", 1 if self.cases_per_day is None else self.cases_per_day, 0.01, 100_000),
            ("monthly_change", self.monthly_change or 0, -0.9, 1),
            ("step_minutes", self.step_minutes, 0.01, 365 * day),
            ("waiting_minutes", self.waiting_minutes, 0, 365 * day),
            ("spread", self.spread, 0, 0.5),
            ("loop_damping", self.loop_damping, 0, 1),
            ("optional_share", self.optional_share, 0, 1),
            ("people", 1 if self.people is None else self.people, 1, 1_000),
            *((f"minutes_of.{step}", minutes, 0.01, 365 * day) for step, minutes in self.minutes_of.items()),
        ]
        for setting, value, low, high in ranges:
            if not low <= value <= high:
                values: dict[str, Value] = {"setting": setting, "value": value, "low": low, "high": high}
                yield Problem("simulate.setting-out-of-range", values=values)
        for name, draw in self.attributes.items():
            if not name or name == "case_id" or (isinstance(draw, Choice) and not draw.values):
                yield Problem("simulate.attribute-without-values", values={"attribute": name})
