"""Small cases of the shipped flows, told step by step, with everything in order until a test changes something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.assessment.standard_result import StandardResult
from engine.definitions.rules import Fields
from engine.logs.log import EVENT_COLUMNS, Log
from engine.nets.process import Process, read_process

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "flows"
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""Nine o'clock in Shanghai on a Monday."""
STEP_MINUTES = 3

Value = str | bool | int | float | datetime | None


@dataclass(frozen=True)
class Work:
    """One step as it was done."""

    step: str
    start: datetime
    end: datetime
    resource: str
    role: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One case of a flow: the work in order, and what is known of the case."""

    flow: str
    work: tuple[Work, ...]
    values: Mapping[str, Value]

    def told(self, step: str, **values: Value) -> Story:
        """The same with other attributes at a step; None takes one away."""
        return self._changed(step, lambda work: replace(work, values={**work.values, **values}))

    def known(self, **values: Value) -> Story:
        """The same with other attributes of the case."""
        return replace(self, values={**self.values, **values})

    def by(self, step: str, resource: str, role: str | None = None) -> Story:
        """The same with somebody else at a step."""
        return self._changed(step, lambda work: replace(work, resource=resource, role=role or work.role))

    def without(self, step: str) -> Story:
        """The same with a step left out."""
        return replace(self, work=tuple(work for work in self.work if work.step != step))

    def lasting(self, step: str, minutes: float) -> Story:
        """The same with a step that takes so long; what follows moves."""
        end = {work.step: work.start for work in self.work}[step] + timedelta(minutes=minutes)
        later = end - {work.step: work.end for work in self.work}[step]
        return self._moved(step, later, whole=False)

    def delayed(self, step: str, **by: float) -> Story:
        """The same with a step and all that follows so much later (as for ``timedelta``)."""
        return self._moved(step, timedelta(**by), whole=True)

    def late(self, days: float) -> Story:
        """The same, days later."""
        return replace(self, work=tuple(_later(work, timedelta(days=days)) for work in self.work))

    def end_of(self, step: str) -> datetime:
        """When a step was done last."""
        return next(work.end for work in reversed(self.work) if work.step == step)

    def _moved(self, step: str, later: timedelta, *, whole: bool) -> Story:
        at = next(index for index, work in enumerate(self.work) if work.step == step)
        first = self.work[at]
        moved = _later(first, later) if whole else replace(first, end=first.end + later)
        rest = (_later(work, later) for work in self.work[at + 1 :])
        return replace(self, work=(*self.work[:at], moved, *rest))

    def _changed(self, step: str, change: Callable[[Work], Work]) -> Story:
        if all(work.step != step for work in self.work):
            raise ValueError(f"no step {step}")
        return replace(self, work=tuple(change(work) if work.step == step else work for work in self.work))


def _later(work: Work, by: timedelta) -> Work:
    return replace(work, start=work.start + by, end=work.end + by)


@cache
def process(flow: str) -> Process:
    """A shipped flow with its net."""
    return read_process(FOLDER / f"{flow}.yaml")


def story(flow: str, route: str, **values: Value) -> Story:
    """A case that goes a route, ``"receive inquire/8 sign"``: a step takes three minutes, or as many as are written.

    Each step is done by the same person of its role, and the attributes that the flow requires of its event are there.
    """
    nodes, required = process(flow).flow.by_id, _required(flow)
    moment, done = MORNING, []
    for part in route.split():
        step, _, minutes = part.partition("/")
        end = moment + timedelta(minutes=float(minutes or STEP_MINUTES))
        role = nodes[step].role or ""
        done.append(Work(step, moment, end, f"{role}-1", role, required.get(step, {})))
        moment = end
    return Story(flow, tuple(done), values)


def _required(flow: str) -> dict[str, Mapping[str, Value]]:
    """For each step the attributes that a standard requires of every event, filled in."""
    found: dict[str, dict[str, Value]] = {}
    for standard in process(flow).flow.standards:
        if isinstance(standard.rule, Fields):
            values = {one.name: one.one_of[0] if one.one_of else "noted" for one in standard.rule.required}
            found.setdefault(standard.rule.step, {}).update(values)
    return dict(found)


def assessed(stories: Iterable[Story]) -> Assessment:
    """The assessment of some cases of one flow."""
    told = list(stories)
    return assess(process(told[0].flow), log_of(told))


def log_of(stories: Sequence[Story]) -> Log:
    """A log of some stories, in which an attribute has one type."""
    activities = tuple(dict.fromkeys(work.step for story in stories for work in story.work))
    rows = [
        {
            "case": number,
            "activity": activities.index(work.step),
            "start": work.start,
            "time": work.end,
            "resource": work.resource,
            "lifecycle": None,
            "org:role": work.role,
            **work.values,
        }
        for number, story in enumerate(stories)
        for work in story.work
    ]
    cases = [{"case_id": f"c{number}", **story.values} for number, story in enumerate(stories)]
    return Log(
        name="stories",
        activities=activities,
        cases=pl.DataFrame(cases, infer_schema_length=None),
        events=pl.DataFrame(rows, infer_schema_length=None).with_columns(
            pl.col(name).cast(kind) for name, kind in EVENT_COLUMNS.items()
        ),
    )


def result(found: Assessment, standard: str) -> StandardResult:
    """What a standard came to."""
    return next(one for one in found.standards if one.standard == standard)


def wrongs(found: Assessment) -> set[str]:
    """Every deviation: its kind with its standard, else with the branch taken, else with its steps."""
    return {
        f"{one.kind} {one.standard or (one.branch.target if one.branch else ' '.join(one.steps))}"
        for one in found.deviations
    }
