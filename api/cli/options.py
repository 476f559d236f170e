"""Options that several commands share, and numbers with a range. Help texts stand in the catalogue ``cli``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar

import typer

from engine.errors import InputRefused, Place, Problem, Value

if TYPE_CHECKING:
    from engine.logs.options import ReadOptions

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, slots=True)
class Number(Generic[_Number]):
    """Reads a number of a range from the command line.

    Attributes:
        option: How the option is spelled.
        kind: ``int`` or ``float``.
        low: Smallest number allowed.
        high: Largest number allowed.
    """

    option: str
    kind: type[_Number]
    low: _Number
    high: _Number

    def __call__(self, text: str | _Number) -> _Number:
        """The number.

        Raises:
            InputRefused: It is no number, or lies outside the range.
        """
        values: dict[str, Value] = {"value": str(text)[:80], "low": self.low, "high": self.high}
        try:
            number = self.kind(text)
        except ValueError:
            code = "cli.not-a-whole-number" if self.kind.__name__ == "int" else "cli.not-a-number"
            raise InputRefused([Problem(code, Place(self.option), values)]) from None
        if not self.low <= number <= self.high:  # also refuses nan
            raise InputRefused([Problem("cli.number-out-of-range", Place(self.option), values)])
        return number

    @property
    def metavar(self) -> str:
        """The range, as help shows it."""
        return f"{self.low}…{self.high}"


LifecycleName = Literal["all", "complete", "pair"]
DateOrderName = Literal["day-first", "month-first", "year-first"]

FlowArgument = Annotated[Path, typer.Argument(metavar="FLOW", show_default=False)]
LogArgument = Annotated[Path, typer.Argument(metavar="LOG", show_default=False)]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", show_default=False)]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", show_default=False)]
LifecycleOption = Annotated[LifecycleName | None, typer.Option("--lifecycle", show_default=False)]


@dataclass(frozen=True, slots=True)
class Columns:
    """How a log's file is to be read, as the user says it; None: found by well-known names.

    Attributes:
        case: Column of the case.
        activity: Column of the activity.
        timestamp: Column of the time at which an event happened or ended.
        start: Column of the time at which work began.
        resource: Column of who did it.
        date_order: How to read dates made of numbers alone.
    """

    case: Annotated[str | None, typer.Option("--case", metavar="COLUMN", show_default=False)] = None
    activity: Annotated[str | None, typer.Option("--activity", metavar="COLUMN", show_default=False)] = None
    timestamp: Annotated[str | None, typer.Option("--timestamp", metavar="COLUMN", show_default=False)] = None
    start: Annotated[str | None, typer.Option("--start", metavar="COLUMN", show_default=False)] = None
    resource: Annotated[str | None, typer.Option("--resource", metavar="COLUMN", show_default=False)] = None
    date_order: Annotated[DateOrderName | None, typer.Option("--date-order", show_default=False)] = None

    @property
    def options(self) -> ReadOptions:
        """The same, as the reader takes it."""
        from engine.logs.options import DateOrder, ReadOptions

        order = None if self.date_order is None else DateOrder(self.date_order)
        return ReadOptions(self.case, self.activity, self.timestamp, self.start, self.resource, order)


def reads_log(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes ``columns`` one option for each field of ``Columns`` instead.

    Typer makes options of a function's parameters alone; without this, each command would repeat six of them.
    """
    own = inspect.signature(command, eval_str=True)
    names = [field.name for field in fields(Columns)]
    shared = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(Columns, eval_str=True).parameters.values()
    ]

    @wraps(command)
    def with_columns(*arguments: Any, **values: Any) -> None:
        columns = Columns(**{name: values.pop(name) for name in names})
        command(*arguments, **values, columns=columns)

    kept = [parameter for parameter in own.parameters.values() if parameter.name != "columns"]
    parameters = [*kept, *shared]
    with_columns.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    with_columns.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by Typer
    return with_columns
