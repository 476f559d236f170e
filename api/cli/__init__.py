"""The command line: ``trueline``. One file for each command or small group; heavy parts are loaded when used."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.aligning import align
from api.cli.assessing import assess
from api.cli.charting import chart
from api.cli.converting import convert
from api.cli.entry import Commands
from api.cli.session import use_utf8
from api.cli.simulating import simulate

app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def trueline(
    *,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", show_default=False)] = "",
) -> None:
    """Options of all commands; the entry has taken the language before this is called."""
    del lang


app.command("assess")(assess)
app.command("align")(align)
app.command("chart")(chart)
app.command("convert")(convert)
app.command("simulate")(simulate)


def main() -> None:
    """Entry of the installed program."""
    use_utf8()
    app()
