"""The group of all commands: finds the language, puts help texts in it, and turns every end into an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperGroup

from api.cli.failures import Exit, run
from api.cli.helping import HELP, help_page
from api.cli.session import Session, system_language
from engine.errors import InputRefused, Place, Problem
from engine.messages.catalogue import has_text, sentence
from engine.vocabulary import Language

PROGRAM = "trueline"


class Commands(TyperGroup):
    """All commands. ``--lang`` and ``--process`` may stand anywhere on the line, before the command or after it."""

    def main(  # type: ignore[override]  # a narrower signature: nobody calls it with the rest
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> None:
        """Run one command and leave with its exit code."""
        del prog_name, extra
        given = list(sys.argv[1:] if args is None else args)
        sys.exit(run(lambda: self._run(given), Session(system_language())))

    def _run(self, given: Sequence[str]) -> int:
        language, rest = take_language(given)
        process, arguments = take_option("--process", rest)
        session = Session(language, process or None)
        put_help(self, language)
        return run(lambda: self._enter(arguments, session), session)

    def _enter(self, arguments: list[str], session: Session) -> int:
        """What Typer's own ``main`` does, without its exit codes and its way of showing errors."""
        with self.make_context(PROGRAM, arguments or ["--help"], obj=session, help_option_names=HELP) as context:
            self.invoke(context)
        return Exit.DONE

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page of the whole program."""
        formatter.write(help_page(self, ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command by its name.

        Raises:
            InputRefused: There is none of that name.
        """
        if args[0] not in self.commands and not args[0].startswith("-"):
            near = get_close_matches(args[0], self.commands) or self.commands
            raise InputRefused([Problem("cli.no-such-command", values={"name": args[0], "known": ", ".join(near)})])
        return super().resolve_command(ctx, args)


def take_language(arguments: Sequence[str]) -> tuple[Language, list[str]]:
    """Take ``--lang`` out of the arguments; without it, the language of the locale.

    Raises:
        InputRefused: It names another language, or none.
    """
    chosen, rest = take_option("--lang", arguments)
    if chosen is None:
        return system_language(), rest
    if chosen not in set(Language):
        known = ", ".join(Language)
        raise InputRefused(
            [Problem("cli.not-a-choice", Place("--lang"), {"known": known, "help": f"{PROGRAM} --help"})]
        )
    return Language(chosen), rest


def take_option(option: str, arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Take an option with a value out of the arguments: the last value given, "" for one left out, None for none."""
    rest: list[str] = []
    chosen: str | None = None
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument == option:
            chosen = next(remaining, "")
        elif argument.startswith(f"{option}="):
            chosen = argument.removeprefix(f"{option}=")
        else:
            rest.append(argument)
    return chosen, rest


def put_help(group: TyperGroup, language: Language) -> None:
    """Give every command, argument and option its help in one language.

    ``cli.help.COMMAND`` says what a command does; ``cli.help.COMMAND.NAME``, or ``cli.help.any.NAME`` where commands
    share it, what an argument or option means.
    """
    group.help = sentence("cli.help", {}, language)
    _put_parameters(group, "trueline", language)
    for name, command in group.commands.items():
        command.help = sentence(f"cli.help.{name}", {}, language)
        _put_parameters(command, name, language)


def _put_parameters(command: Any, name: str, language: Language) -> None:
    context = typer.Context(command, info_name=name, help_option_names=HELP)
    for parameter in command.get_params(context):
        own = f"cli.help.{name}.{parameter.name}"
        code = own if has_text(own, language) else f"cli.help.any.{parameter.name}"
        parameter.help = sentence(code, {}, language)
