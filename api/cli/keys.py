"""``trueline keys``: the service's keys from the console, while it is stopped. While it runs it holds the folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.session import Session, session_of
from engine.errors import InputRefused, Place, Problem

if TYPE_CHECKING:
    from engine.storage.database import Database
    from engine.storage.tables import KeyRow


class Do(StrEnum):
    """What is done with keys."""

    CREATE = "create"
    LIST = "list"
    REVOKE = "revoke"


def keys(
    context: typer.Context,
    do: Annotated[Do, typer.Argument(metavar="create|list|revoke")],
    key: Annotated[int | None, typer.Argument(metavar="KEY", min=1, max=2**53 - 1)] = None,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", show_default=False)] = "",
    role: Annotated[str, typer.Option("--role", metavar="ROLE", show_default=False)] = "",
    expires: Annotated[str, typer.Option("--expires", metavar="MOMENT", show_default=False)] = "",
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", show_default=False)] = None,
    database: Annotated[str | None, typer.Option("--database", metavar="URL", show_default=False)] = None,
) -> None:
    """Make, list or revoke keys to the service, while it is stopped."""
    from api.settings import load_settings

    session = session_of(context)
    given: dict[str, Any] = {"data": data, "database": database}
    settings = load_settings().model_copy(
        update={option: value for option, value in given.items() if value is not None}
    )
    with _opened(settings.data, settings.database_url) as opened:
        if do is Do.CREATE:
            _create(session, opened, name=name, role=role, expires=expires, most=settings.limits.keys)
        elif do is Do.REVOKE:
            _revoke(session, opened, key)
        else:
            _list(session, opened)


@contextmanager
def _opened(data: Path, url: str) -> Iterator[Database]:
    """The database of a service that is stopped; its folder is held meanwhile.

    Raises:
        InputRefused: There is no such folder, or a service uses it.
    """
    from engine.storage.database import Database
    from engine.storage.files import FileStore

    if not data.is_dir():
        raise InputRefused([Problem("cli.no-such-file", Place(str(data)))])
    with closing(FileStore(data)), closing(Database(url)) as database:
        yield database


def _create(session: Session, database: Database, *, name: str, role: str, expires: str, most: int) -> None:
    from api.accounts.keys import make_key
    from api.assessments.options import parse_moment
    from engine.storage.tables import Role

    if not name or not role:
        raise InputRefused([Problem("account.needs-name")])
    if role not in set(Role):
        raise InputRefused([Problem("service.not-a-choice", values={"name": "--role", "known": ", ".join(Role)})])
    until = parse_moment(expires, element="--expires") if expires else None
    with database.writing() as work:
        made = make_key(work, name=name, role=Role(role), now=datetime.now(UTC), most=most, expires=until)
    session.say("cli.keys.made", id=made.row.id or 0, name=made.row.name, role=made.row.role, key=made.text)


def _revoke(session: Session, database: Database, number: int | None) -> None:
    from api.http.dependencies import LARGEST_ID
    from engine.storage.accounts import revoke
    from engine.storage.repository import find
    from engine.storage.tables import KeyRow

    if number is None:
        raise InputRefused([Problem("account.no-key-given")])
    with database.writing() as work:
        row = find(work, KeyRow, number) if number <= LARGEST_ID else None
        if row is None:
            raise InputRefused([Problem("account.no-such-key", values={"id": number})])
        revoke(work, row, now=datetime.now(UTC))
    session.say("cli.keys.revoked", id=number, name=row.name)


def _list(session: Session, database: Database) -> None:
    from engine.storage.accounts import all_keys

    now = datetime.now(UTC)
    with database.reading() as work:
        rows = [
            (str(row.id), row.name, row.role, _moment(row.created), _moment(row.used), _state(session, row, now))
            for row in all_keys(work)
        ]
    headings = ("id", "name", "role", "created", "used", "state")
    session.table([f"cli.keys.{heading}" for heading in headings], rows, right=(0,))


def _state(session: Session, row: KeyRow, now: datetime) -> str:
    if row.revoked is not None:
        return session.text("cli.keys.gone", at=_moment(row.revoked))
    if row.expires is None:
        return session.text("cli.keys.in-force")
    code = "cli.keys.expires" if now < row.expires else "cli.keys.expired"
    return session.text(code, at=_moment(row.expires))


def _moment(moment: datetime | None) -> str:
    return "–" if moment is None else moment.isoformat(timespec="minutes")
