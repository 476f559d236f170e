"""``trueline convert``: flows and logs into other formats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api.cli.formats import BPMN_ENDINGS, FLOW_ENDINGS, LOG_ENDINGS, NET_ENDINGS, ending_of
from api.cli.inputs import WARNINGS_SHOWN, log_from, process_from
from api.cli.options import Columns, reads_log
from api.cli.output import write_output, write_with
from api.cli.session import Session, session_of
from engine.errors import InputRefused, Place, Problem


@reads_log
def convert(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="IN", show_default=False)],
    target: Annotated[Path, typer.Argument(metavar="OUT", show_default=False)],
    *,
    columns: Columns,
) -> None:
    """Convert a flow or a log."""
    from api.composition import save_log

    session = session_of(context)
    ending = ending_of(target, (*FLOW_ENDINGS, *BPMN_ENDINGS, *NET_ENDINGS, *LOG_ENDINGS))
    if ending in LOG_ENDINGS:
        log = log_from(source, columns, session)
        warnings = write_with(target, lambda path: save_log(log, path))
        # They name the file that was written at first, which then took the target's name.
        named = [replace(warning, place=replace(warning.place, source=target.name)) for warning in warnings]
        session.problems(named, limit=WARNINGS_SHOWN)
    else:
        write_output(target, _flow_text(source, session, ending))
    session.say("cli.written", file=str(target))


def _flow_text(source: Path, session: Session, ending: str) -> str:
    """A flow as PNML, BPMN or YAML.

    Raises:
        InputRefused: A net is to become a flow: its places and silent transitions have no nodes to stand for.
    """
    from api.composition import bpmn_of
    from engine.definitions.yaml_writer import write_flow
    from engine.nets.pnml import write_pnml

    process = process_from(source, session, lists=True)
    if ending in NET_ENDINGS:
        if process.has_graph:
            session.note("cli.net-only")
        return write_pnml(process.net)
    if not process.has_graph:
        raise InputRefused([Problem("cli.net-has-no-graph", Place(source.name))])
    if ending in BPMN_ENDINGS:
        return bpmn_of(process.flow, language=session.language, limits=session.limits)
    return write_flow(process.flow)
