"""``trueline serve``: the HTTP service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Number
from api.cli.session import session_of

PORT = Number("--port", int, 0, 65_535)


def serve(
    context: typer.Context,
    *,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", show_default=False)] = None,
    database: Annotated[str | None, typer.Option("--database", metavar="URL", show_default=False)] = None,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", show_default=False)] = None,
    port: Annotated[int | None, typer.Option("--port", parser=PORT, metavar=PORT.metavar, show_default=False)] = None,
    new_key: Annotated[bool, typer.Option("--new-key")] = False,
) -> None:
    """Run the service until it is told to stop."""
    from api.http import server
    from api.settings import load_settings

    session = session_of(context)
    given: dict[str, Any] = {"data": data, "database": database, "host": host, "port": port}
    chosen = {name: value for name, value in given.items() if value is not None}
    server.serve(load_settings().model_copy(update=chosen), say=session.say, new_key=new_key)
