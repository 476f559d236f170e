"""Options that several commands share, and numbers with a range. Help texts stand in the catalogue ``cli``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
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


@dataclass(frozen=True, slots=True)
class Share:
    """Reads a share from the command line: ``60%`` or ``0.6``.

    Attributes:
        option: How the option is spelled.
    """

    option: str

    def __call__(self, text: str) -> float:
        """The share, 0 to 1.

        Raises:
            InputRefused: It is none.
        """
        written = text.strip()
        try:
            share = float(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:  # also refuses nan
            raise InputRefused([Problem("cli.not-a-share", Place(self.option), {"value": text[:80]})])
        return share


WORKERS = Number("--workers", int, 1, 64)

LifecycleName = Literal["all", "complete", "pair"]

FlowArgument = Annotated[Path, typer.Argument(metavar="FLOW", show_default=False)]
LogArgument = Annotated[Path, typer.Argument(metavar="LOG", show_default=False)]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", show_default=False)]
OutputOption = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", show_default=False)]
LifecycleOption = Annotated[LifecycleName | None, typer.Option("--lifecycle", show_default=False)]


Columns = ReadOptions
"""What a command is given that reads a log: how its file is to be read, as the user says it."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where the work of a command runs, as the user says it.

    Attributes:
        workers: How many processes of this machine; None: threads of this process.
        cluster: Address of the scheduler of a Dask cluster; None: this machine.
    """

    workers: Annotated[
        int | None, typer.Option("--workers", parser=WORKERS, metavar=WORKERS.metavar, show_default=False)
    ] = None
    cluster: Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS", show_default=False)] = None

    def refuse_beside(self, other: str) -> None:
        """Refuse to be given together with another option.

        Raises:
            InputRefused: ``cli.not-together``: it says something.
        """
        for own, value in (("--workers", self.workers), ("--cluster", self.cluster)):
            if value is not None:
                raise InputRefused([Problem("cli.not-together", Place(own), {"other": other})])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``assess`` writes beside what it prints, and what its reports say beside the assessment.

    Attributes:
        json: The file for everything that was found.
        html: The file for the report on one page.
        pdf: The file for the report on paper.
        xlsx: The file for the report as a workbook.
        against: The log of the last period, to compare with.
        actions: The file with improvement actions.
        prepared_by: Who made the report.
    """

    json: JsonOption = None
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", show_default=False)] = None
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="FILE", show_default=False)] = None
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", show_default=False)] = None
    against: Annotated[Path | None, typer.Option("--against", metavar="LOG", show_default=False)] = None
    actions: Annotated[Path | None, typer.Option("--actions", metavar="FILE", show_default=False)] = None
    prepared_by: Annotated[str | None, typer.Option("--prepared-by", metavar="NAME", show_default=False)] = None

    @property
    def files(self) -> tuple[Path | None, ...]:
        """The files that are written."""
        return self.json, self.html, self.pdf, self.xlsx

    def refuse_beside(self, other: str) -> None:
        """Refuse what an assessment by several versions does not have.

        Raises:
            InputRefused: ``cli.not-together``: one of them was asked for.
        """
        asked = {"--pdf": self.pdf, "--xlsx": self.xlsx, "--against": self.against, "--actions": self.actions}
        for own, value in {**asked, "--prepared-by": self.prepared_by}.items():
            if value is not None:
                raise InputRefused([Problem("cli.not-together", Place(own), {"other": other})])


def gives(
    parameter: str, group: Callable[..., Any], options: Iterable[inspect.Parameter]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option for each part of a value instead of one parameter that takes the value.

    Typer makes options of a function's parameters alone; without this, each command would repeat them.

    Args:
        parameter: The parameter that takes the value.
        group: Makes it of its parts, which are given by name.
        options: The parts.
    """
    shared = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]

    def give(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)

        @wraps(command)
        def with_options(*arguments: Any, **values: Any) -> None:
            gathered = group(**{option.name: values.pop(option.name) for option in shared})
            command(*arguments, **values, **{parameter: gathered})

        kept = [one for one in own.parameters.values() if one.name != parameter]
        parameters = [*kept, *shared]
        with_options.__annotations__ = {one.name: one.annotation for one in parameters}
        with_options.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by Typer
        return with_options

    return give


reads_log = gives(
    "columns",
    Columns,
    [
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
    ],
)
"""Gives a command that takes ``columns`` one option for each field of ``ReadOptions``."""
spreads = gives("where", Where, inspect.signature(Where, eval_str=True).parameters.values())
"""Gives a command that takes ``where`` the options of where its work runs."""
reports = gives("wanted", Wanted, inspect.signature(Wanted, eval_str=True).parameters.values())
"""Gives a command that takes ``wanted`` the options of what it writes and reports."""
