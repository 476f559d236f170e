"""How a run ends: exit codes, and one line for everything that can go wrong.

Exit codes: 0 done, 2 bad input or usage, 3 our own fault. ``check`` adds 1, problems found. 130 is what shells give to
an interrupted program.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum

import typer

from api.cli.session import Session
from engine.errors import InputRefused, Place, Problem, Unavailable
from engine.limits import DEFAULT_LIMITS


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    PROBLEMS = 1
    BAD_INPUT = 2
    OUR_FAULT = 3
    INTERRUPTED = 130


def run(work: Callable[[], object], session: Session) -> int:
    """Do the work and answer with an exit code; whatever goes wrong becomes one line on standard error.

    With ``TRUELINE_DEBUG=1`` a failure of our own also shows its traceback.
    """
    try:
        code = work()
        sys.stdout.flush()
    except typer.Exit as end:
        return end.exit_code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return Exit.DONE  # the reader of a pipe closed it: it has what it wanted
    except Exception as error:  # noqa: BLE001 - the last line of defence: nobody should see a traceback
        return _fail(error, session)
    return code if isinstance(code, int) else Exit.DONE


def _fail(error: Exception, session: Session) -> int:
    """Say what went wrong: the user's doing, or ours."""
    problems = problems_of(error)
    if isinstance(error, OSError):
        _drop_output()
    try:
        if problems:
            session.problems(problems, limit=_shown(session))
            return Exit.BAD_INPUT
        if os.environ.get("TRUELINE_DEBUG") == "1":
            traceback.print_exception(error)
        problem = Problem("cli.our-fault", values={"kind": type(error).__name__, "message": str(error)[:500]})
        session.problems([problem], limit=1)
    except BrokenPipeError:
        _drop_output()
    return Exit.BAD_INPUT if problems else Exit.OUR_FAULT


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """The problems that an exception of the user's doing carries; none if it is not."""
    if isinstance(error, InputRefused):
        return error.problems
    if isinstance(error, Unavailable):
        return (error.problem,)
    if isinstance(error, typer.TyperException):
        return (usage_problem(error),)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return (Problem("cli.cannot-write", Place(str(error.filename or "-")), {"reason": str(error.strerror)}),)
    return ()


def _shown(session: Session) -> int:
    """How many problems are shown; the settings themselves may be what is refused."""
    try:
        return session.limits.problems
    except InputRefused:
        return DEFAULT_LIMITS.problems


def usage_problem(error: typer.TyperException) -> Problem:
    """What was wrong with the way a command was called, as a problem with a text in both languages."""
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    context = getattr(error, "ctx", None)
    values = {"help": f"{context.command_path if context else 'trueline'} --help"}
    if kind == "NoSuchOption":
        known = ", ".join(getattr(error, "possibilities", None) or ())
        code = "cli.no-such-option-but" if known else "cli.no-such-option"
        return Problem(code, values=values | {"option": str(getattr(error, "option_name", "")), "known": known})
    if kind == "BadOptionUsage":
        return Problem("cli.option-needs-value", values=values | {"option": str(getattr(error, "option_name", ""))})
    if kind == "MissingParameter" and parameter is not None:
        return Problem("cli.missing-argument", values=values | {"name": _name(parameter)})
    if kind == "BadParameter" and parameter is not None:
        choices = getattr(getattr(parameter, "type_descriptor", None), "choices", None)
        if choices:
            known = ", ".join(str(getattr(choice, "value", choice)) for choice in choices)
            return Problem("cli.not-a-choice", Place(_name(parameter)), values | {"known": known})
        return Problem("cli.bad-value", Place(_name(parameter)), values | {"message": error.message})
    return Problem("cli.usage", values=values | {"message": error.format_message()})


def _name(parameter: object) -> str:
    """How the user spells a parameter: the option, or the argument's name."""
    options = [name for name in getattr(parameter, "opts", ()) if name.startswith("-")]
    return options[0] if options else str(getattr(parameter, "display_name_raw", ""))


def _drop_output() -> None:
    """Keep the interpreter, when it ends, from flushing into a stream that takes nothing any more."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nothing, stream.fileno())
    os.close(nothing)
