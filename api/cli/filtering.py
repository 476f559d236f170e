"""The options by which a command narrows a log to some of its cases: the names of the filter in an address."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.options import gives
from engine.errors import InputRefused, Place, Problem

if TYPE_CHECKING:
    from engine.limits import Limits
    from engine.logs.filtering import LogFilter

ONCE = {"from": "TIME", "before": "TIME", "lasting-from": "SPAN", "lasting-below": "SPAN"}
"""Option → what stands for its value."""
MANY = {
    "with": "ACTIVITY",
    "without": "ACTIVITY",
    "follows": "A->B",
    "variant": "HASH",
    "attribute": "NAME=VALUE",
    "range": "NAME=LOW..HIGH",
    "by": "RESOURCE",
    "case-id": "ID",
}
"""The same of those that may be given several times."""
_PREFIX = "filter_"


class Chosen:
    """Which cases of a log the user asks for, as said."""

    def __init__(self, **given: Any) -> None:
        """Take the values of the options: a text, several, or whether a flag is set; None for what was not given."""
        self._given = {name.removeprefix(_PREFIX).replace("_", "-"): value for name, value in given.items()}

    def filter(self, limits: Limits) -> LogFilter:
        """The filter.

        Raises:
            InputRefused: With everything that is wrong with it.
        """
        from engine.logs.filter_query import from_query

        pairs = [(name, text) for name, value in self._given.items() for text in _texts(value)]
        empty = [Problem("filter.no-value", Place(f"--{name}")) for name, text in pairs if not text]
        if empty:
            raise InputRefused(empty)
        return from_query(pairs, limits=limits)


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true"] if value else []
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _option(name: str, kind: Any, metavar: str | None, default: Any) -> inspect.Parameter:
    option = typer.Option(f"--{name}", metavar=metavar, show_default=False)
    return inspect.Parameter(
        _PREFIX + name.replace("-", "_"),
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, option],
    )


filters_cases = gives(
    "chosen",
    Chosen,
    [
        *(_option(name, str | None, metavar, None) for name, metavar in ONCE.items()),
        *(_option(name, list[str] | None, metavar, None) for name, metavar in MANY.items()),
        _option("invert", bool, None, default=False),
    ],
)
"""Gives a command that takes ``chosen`` one option for each criterion of a filter."""
