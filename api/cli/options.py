"""Options that several commands share, and numbers with a range. Help texts stand in the catalogue ``cli``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

import typer

from api.reading import READ_OPTIONS
from engine.errors import InputRefused, Place, Problem, Value
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

FlowArgument = Annotated[Path, typer.Argument(metavar="FLOW", show_default=False)]
LogArgument = Annotated[Path, typer.Argument(metavar="LOG", show_default=False)]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", show_default=False)]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", show_default=False)]
LifecycleOption = Annotated[LifecycleName | None, typer.Option("--lifecycle", show_default=False)]


Columns = ReadOptions
"""What a command is given that reads a log: how its file is to be read, as the user says it."""


def reads_log(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes ``columns`` one option for each field of ``ReadOptions`` instead.

    Typer makes options of a function's parameters alone; without this, each command would repeat all of them.
    """
    own = inspect.signature(command, eval_str=True)
    shared = [
        inspect.Parameter(
            option.field,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                option.kind | None,
                typer.Option(f"--{option.spelled}", metavar=option.metavar, show_default=False),
            ],
        )
        for option in READ_OPTIONS
    ]

    @wraps(command)
    def with_columns(*arguments: Any, **values: Any) -> None:
        columns = Columns(**{option.field: values.pop(option.field) for option in READ_OPTIONS})
        command(*arguments, **values, columns=columns)

    kept = [parameter for parameter in own.parameters.values() if parameter.name != "columns"]
    parameters = [*kept, *shared]
    with_columns.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    with_columns.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by Typer
    return with_columns
