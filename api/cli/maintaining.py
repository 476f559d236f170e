"""``trueline backup``, ``trueline restore`` and ``trueline doctor``: what keeps a service well."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.failures import Exit
from api.cli.options import JsonOption
from api.cli.output import write_output
from api.cli.session import session_of
from engine.errors import InputRefused, Place, Problem

if TYPE_CHECKING:
    from api.settings import Settings

DataOption = Annotated[Path | None, typer.Option("--data", metavar="DIR", show_default=False)]
DatabaseOption = Annotated[str | None, typer.Option("--database", metavar="URL", show_default=False)]


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    *,
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """Keep everything that a service has in one file, while it runs or not."""
    from engine.storage.backup import back_up
    from engine.storage.database import open_engine

    settings = chosen(data, database)
    if not settings.data.is_dir():
        raise InputRefused([Problem("backup.no-service", Place(str(settings.data)))])
    engine = open_engine(settings.database_url)
    try:
        found = back_up(engine, settings.data, file)
    except OSError as error:
        values = {"reason": error.strerror or type(error).__name__}
        raise InputRefused([Problem("cli.cannot-write", Place(str(file)), values)]) from error
    finally:
        engine.dispose()
    session_of(context).say("backup.done", rows=sum(found.rows.values()), files=found.files, file=str(file))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    *,
    data: DataOption = None,
    database: DatabaseOption = None,
) -> None:
    """Fill an empty service from a backup."""
    from engine.storage.backup import restore as fill
    from engine.storage.database import Database
    from engine.storage.files import FileStore

    settings = chosen(data, database)
    files = FileStore(settings.data)
    try:
        opened = Database(settings.database_url)
        try:
            found = fill(file, database=opened, files=files)
        finally:
            opened.close()
    finally:
        files.close()
    session_of(context).say(
        "backup.restored", rows=sum(found.rows.values()), files=found.files, data=str(settings.data)
    )


def doctor(
    context: typer.Context, *, data: DataOption = None, database: DatabaseOption = None, json: JsonOption = None
) -> None:
    """Look at everything that a service needs, and say what is missing."""
    from api.doctor import examine

    session = session_of(context)
    found = examine(chosen(data, database), limits=session.limits)
    if json is not None:
        write_output(json, found.model_dump_json(indent=2) + "\n")
    else:
        rows = [
            (session.term(f"doctor.state.{one.state}"), session.text(f"doctor.check.{one.check}"), one.found)
            for one in found.checks
        ]
        session.table(("column.state", "column.check", "column.found"), rows)
        session.problems(
            [Problem(f"doctor.{one.check}", values={"found": one.found}) for one in found.wrong], limit=100
        )
    raise typer.Exit(Exit.PROBLEMS if found.wrong else Exit.DONE)


def chosen(data: Path | None, database: str | None) -> Settings:
    """The settings, with what the command line says."""
    from api.settings import load_settings

    given: dict[str, Any] = {"data": data, "database": database}
    return load_settings().model_copy(update={name: value for name, value in given.items() if value is not None})
