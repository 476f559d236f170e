"""Help pages, in either language. Typer's own cut off long lines without spaces, which is what Chinese is made of."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table
from rich.text import Text
from typer.core import TyperArgument, TyperCommand, TyperGroup

from api.cli.session import Session

HELP = ["--help", "-h"]
"""How help is asked for."""


class Command(TyperCommand):
    """A command with our own help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(help_page(self, ctx))


def help_page(command: TyperCommand | TyperGroup, context: Any) -> str:
    """The help page of a command or of the whole program: usage, what it does, what it takes.

    Args:
        command: Whose.
        context: Its context; it leads to the session.
    """
    session = context.find_object(Session)
    with session.out.capture() as page:
        session.out.print(Text.assemble((session.text("cli.panel.usage"), "bold"), " ", _usage(command, context)))
        session.out.print()
        session.out.print(Text(command.help or ""))
        if isinstance(command, TyperGroup):
            rows = [(Text(name, "cyan"), Text(found.help or "")) for name, found in command.commands.items()]
            _section("cli.panel.commands", rows, session)
        parameters = command.get_params(context)
        arguments = [p for p in parameters if isinstance(p, TyperArgument)]
        options = [p for p in parameters if not isinstance(p, TyperArgument)]
        _section("cli.panel.arguments", [_row(p, context, session) for p in arguments], session)
        _section("cli.panel.options", [_row(p, context, session) for p in options], session)
    return str(page.get())


def _usage(command: TyperCommand | TyperGroup, context: Any) -> str:
    """How a command is called: ``trueline align FLOW LOG [OPTIONS]``."""
    session = context.find_object(Session)
    names = [_name(p) for p in command.get_params(context) if isinstance(p, TyperArgument)]
    if isinstance(command, TyperGroup):
        names.append(session.text("cli.panel.command"))
    return " ".join([context.command_path, *names, session.text("cli.panel.some-options")])


def _name(argument: TyperArgument) -> str:
    name = str(argument.metavar or argument.name) + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _section(heading: str, rows: list[tuple[Text, Text]], session: Session) -> None:
    if not rows:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(Text("  ").append_text(row[0]), row[1])
    session.out.print()
    session.out.print(Text(session.text(heading), "bold"))
    session.out.print(table)


def _row(parameter: Any, context: typer.Context, session: Session) -> tuple[Text, Text]:
    """How a parameter is spelled, and what it means."""
    if isinstance(parameter, TyperArgument):
        name = Text(_name(parameter), "cyan")
    else:
        name = Text(", ".join(sorted(parameter.opts, key=len, reverse=True)), "cyan")
        if not parameter.is_flag:
            name.append(f" {_kind(parameter, context)}", "dim")
    notes = []
    if parameter.required:
        notes.append(session.text("cli.panel.required"))
    elif parameter.show_default and parameter.default not in {None, ""} and not parameter.is_flag:
        notes.append(session.text("cli.panel.default", value=str(parameter.default)))
    return name, Text(" ".join([parameter.help or "", *notes]))


def _kind(parameter: Any, context: typer.Context) -> str:
    """What an option takes: a word for it, or the choices."""
    choices = parameter.type_descriptor.choices
    return (
        "|".join(str(choice) for choice in choices) if choices else parameter.metavar or parameter.display_type(context)
    )
