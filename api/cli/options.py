"""Options that several commands share, and numbers with a range. Help texts stand in the catalogue ``cli``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

import typer

from engine.errors import InputRefused, Place, Problem, Value

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
        values: dict[str, Value] = {"value": str(text), "low": self.low, "high": self.high}
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
CaseOption = Annotated[str | None, typer.Option("--case", metavar="COLUMN", show_default=False)]
ActivityOption = Annotated[str | None, typer.Option("--activity", metavar="COLUMN", show_default=False)]
TimestampOption = Annotated[str | None, typer.Option("--timestamp", metavar="COLUMN", show_default=False)]
StartOption = Annotated[str | None, typer.Option("--start", metavar="COLUMN", show_default=False)]
ResourceOption = Annotated[str | None, typer.Option("--resource", metavar="COLUMN", show_default=False)]
LifecycleOption = Annotated[LifecycleName | None, typer.Option("--lifecycle", show_default=False)]
