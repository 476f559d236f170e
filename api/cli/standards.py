"""``trueline standards``: the standards of a flow beside what makes a good one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.inputs import process_from
from api.cli.options import JsonOption
from api.cli.output import is_standard_output, write_output
from api.cli.session import Session, session_of

if TYPE_CHECKING:
    from engine.definitions.flow import Flow
    from engine.definitions.standards import Standard

NOTHING = "–"


def standards(
    context: typer.Context,
    flow: Annotated[Path, typer.Argument(metavar="FLOW", show_default=False)],
    *,
    json: JsonOption = None,
) -> None:
    """Show the standards of a flow."""
    from api.schemas.standard_review import StandardsShape

    session = session_of(context)
    found = process_from(flow, session).flow
    if json is not None:
        write_output(json, StandardsShape.of(found).model_dump_json(indent=2) + "\n")
    if not is_standard_output(json):
        _print(found, session)


def _print(flow: Flow, session: Session) -> None:
    from engine.definitions.requirements import domain_coverage
    from engine.vocabulary import Requirement

    if not flow.standards and not flow.intentions:
        session.say("cli.standards.none")
        return
    headings = ["column.standard", "column.rule", "column.target", *(f"requirement.{r}" for r in Requirement)]
    session.table(headings, list(_rows(flow, session)), right=(2,))
    coverage = domain_coverage(flow)
    rows = [(session.term(domain), ", ".join(found) or NOTHING) for domain, found in coverage.standards.items()]
    session.table(("column.domain", "column.standards"), rows)
    session.say("cli.standards.covered", covered=len(coverage.covered), all=len(coverage.standards))


def _rows(flow: Flow, session: Session) -> Iterator[list[str]]:
    from engine.definitions.requirements import checklists
    from engine.definitions.standard_writer import standard_text
    from engine.definitions.standards import Standard
    from engine.rendering.calendar_views import say_whose
    from engine.rendering.wording import Wording
    from engine.vocabulary import Requirement

    wording = Wording(session.language)
    for row in checklists(flow):
        answers = [session.term(row.answers[requirement]) for requirement in Requirement]
        if isinstance(row.standard, Standard):
            said, target = standard_text(row.standard), _target(row.standard)
            whose = say_whose(row.standard, flow.role_calendars, flow, wording)
            said += "" if whose is None else f" ({whose})"
        else:
            said = session.text("cli.standards.no-rule", statement=row.standard.statement.text(session.language))
            target = NOTHING
        yield [row.standard.title.text(session.language), said, target, *answers]


def _target(standard: Standard) -> str:
    """The share that is asked for, and how far below it is tolerated."""
    from engine.definitions.yaml_text import percent

    tolerated = f" − {percent(standard.tolerance)}" if standard.tolerance else ""
    return percent(standard.share) + tolerated
