"""``trueline map``: the process map of a log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.charting import format_of
from api.cli.filtering import Chosen, filters_cases
from api.cli.inputs import log_from, process_from, warn_of_strangers
from api.cli.options import Columns, JsonOption, LifecycleOption, LogArgument, Share, reads_log
from api.cli.output import is_standard_output, write_output
from api.cli.session import Session, session_of
from api.mapping import OF_FLOW, OF_LOG, Show
from engine.errors import InputRefused, Place, Problem, Severity

if TYPE_CHECKING:
    from engine.assessment.assessment import Assessment
    from engine.logs.log import Log
    from engine.rendering.picture import PictureFormat

ACTIVITIES = Share("--activities")
PATHS = Share("--paths")


@reads_log
@filters_cases
def map_(
    context: typer.Context,
    log: LogArgument,
    *,
    output: Annotated[Path | None, typer.Option("--output", "--out", "-o", metavar="FILE", show_default=False)] = None,
    json: JsonOption = None,
    activities: Annotated[
        float | None, typer.Option("--activities", parser=ACTIVITIES, metavar="SHARE", show_default=False)
    ] = None,
    paths: Annotated[float | None, typer.Option("--paths", parser=PATHS, metavar="SHARE", show_default=False)] = None,
    show: Annotated[Show, typer.Option("--show")] = "frequency",
    flow: Annotated[Path | None, typer.Option("--flow", metavar="FLOW", show_default=False)] = None,
    lifecycle: LifecycleOption = None,
    chosen: Chosen,
    columns: Columns,
) -> None:
    """Draw what a log shows: its activities and what directly follows what."""
    from api.mapping import draw_log_map, narrowed, picture_of_map
    from api.schemas.process_map import ProcessMapShape
    from engine.assessment.step_findings import findings_of
    from engine.mining.process_map import process_map

    session = session_of(context)
    form = _form(output, json, show, flow)
    meant = chosen.filter(session.limits)
    read = log_from(log, columns, session)
    events = narrowed(read, meant, lifecycle=lifecycle)
    if read.cases.height and not events.cases.height:
        session.problems([Problem("filter.nothing-left", Place(events.name), severity=Severity.WARNING)], limit=1)
    drawn = process_map(events, activities=activities, paths=paths)
    picture = b""
    if form is not None:
        findings = None if flow is None else findings_of(_assessed(flow, events, session))
        chart = draw_log_map(drawn, language=session.language, show=show, findings=findings)
        picture = picture_of_map(chart, form, limits=session.limits)
    if json is not None:
        shape = ProcessMapShape.of(drawn, meant, limits=session.limits)
        write_output(json, shape.model_dump_json(indent=2) + "\n")
    if output is not None:
        write_output(output, picture)
        if not is_standard_output(output) and not is_standard_output(json):
            session.say("cli.written", file=str(output))


def _form(output: Path | None, json: Path | None, show: str, flow: Path | None) -> PictureFormat | None:
    """What kind of picture is asked for, if one is.

    Raises:
        InputRefused: Nothing is asked for, or what is cannot be made.
    """
    problems = []
    if output is None and json is None:
        problems.append(Problem("cli.map-nothing-asked"))
    if is_standard_output(output) and is_standard_output(json):
        problems.append(Problem("cli.not-together", Place("--output -"), {"other": "--json -"}))
    if show in OF_FLOW and flow is None:
        problems.append(Problem("cli.map-needs-a-flow", Place("--show"), {"show": show}))
    if show in OF_LOG and flow is not None:
        known = ", ".join(OF_FLOW)
        problems.append(Problem("cli.map-flow-not-needed", Place("--flow"), {"show": show, "known": known}))
    if problems:
        raise InputRefused(problems)
    return None if output is None else format_of(output)


def _assessed(flow: Path, events: Log, session: Session) -> Assessment:
    """What the cases on the map come to beside a flow."""
    from api.assessing import Asked, assess_log

    process = process_from(flow, session)
    warn_of_strangers(process, events, session)
    asked = Asked(lifecycle="all")  # what does not count is left out already
    return assess_log(process, events, asked=asked, limits=session.limits)
