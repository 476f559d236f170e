"""One run of the command line: its language, its two consoles and its limits. Commands print through it alone."""

from __future__ import annotations

import errno
import io
import locale
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.errors import Problem, Severity, Value
from engine.limits import Limits
from engine.messages.catalogue import printable, problem_text, sentence, term
from engine.vocabulary import Language

PIPE_WIDTH = 160
"""Columns of a table that nobody watches; a terminal says its own width."""

Progress = Callable[[int, int], None]
"""Told ``(done, of all)`` now and then."""


@dataclass(frozen=True)
class Session:
    """One run.

    Attributes:
        language: The language of everything it prints.
        process: The id or name of the process to read from a BPMN file that holds several, or None.
    """

    language: Language
    process: str | None = None

    @cached_property
    def out(self) -> Console:
        """Standard output: results."""
        return _console(stderr=False)

    @cached_property
    def err(self) -> Console:
        """Standard error: progress, warnings, problems."""
        return _console(stderr=True)

    @cached_property
    def limits(self) -> Limits:
        """The limits of this installation.

        Raises:
            InputRefused: An environment variable holds nonsense.
        """
        from api.settings import load_settings

        return load_settings().limits

    def text(self, code: str, **values: Value) -> str:
        """A sentence of the catalogue in this run's language."""
        return sentence(code, values, self.language)

    def term(self, code: str) -> str:
        """A term of the catalogue in this run's language."""
        return term(code, self.language)

    def say(self, code: str, **values: Value) -> None:
        """Print a sentence as a result."""
        self.out.print(self.text(code, **values), soft_wrap=True)

    def note(self, code: str, **values: Value) -> None:
        """Print a sentence beside the results, on standard error."""
        self.err.print(self.text(code, **values), soft_wrap=True)

    def problems(self, problems: Sequence[Problem], *, limit: int, to: Console | None = None) -> None:
        """Print problems, one line each; past the limit, how many more there are."""
        console = to or self.err
        for problem in problems[:limit]:
            style = "red" if problem.severity is Severity.ERROR else "yellow"
            line = Text.assemble(
                (f"{self.term(f'severity.{problem.severity}')}: ", style), problem_text(problem, self.language).line
            )
            console.print(line, soft_wrap=True)
        if len(problems) > limit:
            console.print(self.text("cli.more-problems", count=len(problems) - limit), soft_wrap=True)

    def table(
        self, headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "", right: Sequence[int] = ()
    ) -> None:
        """Print a table as a result.

        Args:
            headings: Codes of terms.
            rows: Cells; whatever they hold is shown as it stands.
            title: Text above the table.
            right: Indices of the columns that hold numbers.
        """
        self.worded_table([self.term(heading) for heading in headings], rows, title=title, right=right)

    def worded_table(
        self, headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "", right: Sequence[int] = ()
    ) -> None:
        """Print a table whose headings are words already; the rest as in ``table``."""
        table = Table(title=title or None, title_justify="left", title_style="bold", header_style="bold")
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="right" if index in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self.out.print(table)

    @contextmanager
    def progress(self, code: str, **values: Value) -> Iterator[Progress]:
        """A bar on standard error while something long happens; nothing where nobody watches."""
        if not self.err.is_terminal:
            yield _no_progress
            return
        from rich import progress as bars

        description = bars.TextColumn("{task.description}", markup=False)
        columns = (bars.SpinnerColumn(), description, bars.BarColumn(), bars.TimeElapsedColumn())
        with bars.Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(self.text(code, **values), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total or None)


def session_of(context: typer.Context) -> Session:
    """The session that the entry put into the context."""
    session = context.find_object(Session)
    if session is None:
        raise LookupError("the command line was entered without a session")
    return session


def system_language(environment: Mapping[str, str] | None = None) -> Language:
    """The language of the locale: Chinese where it is Chinese, else English."""
    variables = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if variables.get(name):
            return Language.ZH if variables[name].lower().startswith("zh") else Language.EN
    known = (locale.getlocale()[0] or "").lower()  # where no variable says it, as on Windows
    return Language.ZH if known.startswith(("zh", "chinese")) else Language.EN


def use_utf8() -> None:
    """Make both streams UTF-8, whatever the locale says; a stream that was closed swallows what it gets."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - lives as long as we
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


class _Console(Console):
    """A console that lets its caller decide what a reader that left means; Rich ends the program with 1."""

    def on_broken_pipe(self) -> None:
        """Say so.

        Raises:
            BrokenPipeError: Always.
        """
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def _console(*, stderr: bool) -> Console:
    console = _Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = PIPE_WIDTH
    return console


def _no_progress(_done: int, _total: int) -> None:
    """Nobody watches."""
