"""The command line: ``trueline``. One file for each command or small group; heavy parts are loaded when used."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.aligning import align
from api.cli.assessing import assess
from api.cli.charting import chart
from api.cli.converting import convert
from api.cli.demonstrating import demo
from api.cli.entry import Commands
from api.cli.helping import Command
from api.cli.keys import keys
from api.cli.logs import discover, log
from api.cli.maintaining import backup, doctor, restore
from api.cli.mapping import map_
from api.cli.measuring import measure
from api.cli.reviewing import check, diff
from api.cli.serving import serve
from api.cli.session import use_utf8
from api.cli.simulating import simulate
from api.cli.standards import standards
from api.cli.watching import watch

app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def trueline(
    *,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", show_default=False)] = "",
    process: Annotated[str, typer.Option("--process", metavar="ID", show_default=False)] = "",
) -> None:
    """Options of all commands; the entry has taken them before this is called."""
    del lang, process


app.command("assess", cls=Command)(assess)
app.command("align", cls=Command)(align)
app.command("measure", cls=Command)(measure)
app.command("watch", cls=Command)(watch)
app.command("check", cls=Command)(check)
app.command("standards", cls=Command)(standards)
app.command("chart", cls=Command)(chart)
app.command("map", cls=Command)(map_)
app.command("log", cls=Command)(log)
app.command("discover", cls=Command)(discover)
app.command("convert", cls=Command)(convert)
app.command("diff", cls=Command)(diff)
app.command("simulate", cls=Command)(simulate)
app.command("demo", cls=Command)(demo)
app.command("serve", cls=Command)(serve)
app.command("keys", cls=Command)(keys)
app.command("backup", cls=Command)(backup)
app.command("restore", cls=Command)(restore)
app.command("doctor", cls=Command)(doctor)


def main() -> None:
    """Entry of the installed program."""
    use_utf8()
    app()
