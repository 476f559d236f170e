"""What the forms of pages say, as the same shapes that programs send; and what is wrong with them, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Form as FormField
from pydantic import BaseModel, ValidationError

from api.accounts.acting import Acting
from api.http.bodies import refuse_nul
from api.http.problems import parameter_problem
from api.running import Running
from api.schemas.problem import ProblemShape
from engine.errors import InputRefused, Place, Problem
from engine.storage.database import Session
from engine.vocabulary import Language

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")

FIELD_CHARACTERS = 2_000
"""Of one field of a form."""

FieldText = Annotated[str, FormField(max_length=FIELD_CHARACTERS)]
"""One field of a form as text; what it has to be is said by the shape that it becomes a part of."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was sent and is shown again.

    Attributes:
        values: What its fields said.
        problems: What is wrong with them, each with the name of its field.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[tuple[str, ProblemShape], ...] = ()

    @classmethod
    def refused(cls, values: Mapping[str, str], refusal: InputRefused, language: Language) -> Form:
        """A form that was refused."""
        found = [(_field_of(problem), ProblemShape.of(problem, language)) for problem in refusal.problems]
        return cls(values, tuple(found))

    def value(self, name: str, usual: object = "") -> str:
        """What a field says, or would say."""
        return self.values.get(name, "" if usual is None else str(usual))

    def wrong(self, name: str) -> list[ProblemShape]:
        """What is wrong with a field."""
        return [problem for of, problem in self.problems if of == name]

    def rest(self, *names: str) -> list[ProblemShape]:
        """What is wrong, and belongs to none of the fields that are shown."""
        return [problem for of, problem in self.problems if of not in names]


def said(model: type[Model], fields: Mapping[str, Any]) -> Model:
    """The fields of a form as a shape; an empty field says nothing.

    Raises:
        InputRefused: Something is wrong with them; every such field is named.
    """
    given = {name: value for name, value in fields.items() if value != ""}
    refuse_nul(given)
    try:
        return model.model_validate_json(json.dumps(given))
    except ValidationError as error:
        entries = error.errors(include_url=False, include_input=False)
        raise InputRefused(parameter_problem(entry) for entry in entries) from None


def changed(running: Running, acting: Acting, work: Callable[[Session], Result]) -> Result:
    """Do what a form asks for in one unit of work, and write it down with it; nothing is left of what is refused."""
    with running.database.writing() as session:
        result = work(session)
        acting.write(session, now=running.clock())
    return result


def start_of_day(text: str, zone: str, *, name: str) -> str:
    """The first moment of a day in a zone, as programs write it; "" where no day is given.

    Args:
        text: The day, as a date field of a browser sends it.
        zone: IANA name of the reader's zone; "" is UTC.
        name: The field.

    Raises:
        InputRefused: It is no day, or no such zone is known.
    """
    return _midnight(text, zone, name=name, days=0)


def end_of_day(text: str, zone: str, *, name: str) -> str:
    """The first moment after a day in a zone; else as ``start_of_day``."""
    return _midnight(text, zone, name=name, days=1)


def _midnight(text: str, zone: str, *, name: str, days: int) -> str:
    if not text:
        return ""
    if zone and zone not in available_timezones():
        raise InputRefused([Problem("schedule.unknown-timezone", Place(element=name), {"zone": zone[:100]})])
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise InputRefused([Problem("service.not-a-day", Place(element=name), {"name": name})]) from None
    return datetime.combine(day, time(), ZoneInfo(zone) if zone else UTC).isoformat()


def _field_of(problem: Problem) -> str:
    """The last part of a place such as ``monthly.day``."""
    return problem.place.element.rsplit(".", 1)[-1]
