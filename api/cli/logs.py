"""``trueline log`` and ``trueline discover``: what a log alone says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.failures import Exit
from api.cli.formats import FLOW_ENDINGS, NET_ENDINGS, ending_of
from api.cli.inputs import log_from
from api.cli.options import Columns, JsonOption, LifecycleOption, LogArgument, Number, OutputOption, reads_log
from api.cli.output import is_standard_output, write_output
from api.cli.reviewing import print_verdict
from api.cli.session import Session, session_of
from engine.errors import Severity

if TYPE_CHECKING:
    from engine.logs.quality import LogReport

NAMES_SHOWN = 15
"""Activities, resources and attributes that are shown on the terminal; JSON has all."""
NOISE = Number("--noise", float, 0.0, 1.0)

MinerName = Literal["inductive", "heuristics", "directly-follows"]


@reads_log
def log(context: typer.Context, log: LogArgument, *, json: JsonOption = None, columns: Columns) -> None:
    """Say what is in a log, and what is wrong with it."""
    from api.schemas.log import LogShape
    from engine.logs.quality import describe

    session = session_of(context)
    report = describe(log_from(log, columns, session, warn=False))
    if json is not None:
        write_output(json, LogShape.of(report, session.language).model_dump_json(indent=2) + "\n")
    if not is_standard_output(json):
        _print(report, session)


@reads_log
def discover(
    context: typer.Context,
    log: LogArgument,
    *,
    output: OutputOption,
    miner: Annotated[MinerName, typer.Option("--miner")] = "inductive",
    noise: Annotated[float, typer.Option("--noise", parser=NOISE, metavar=NOISE.metavar)] = 0.2,
    lifecycle: LifecycleOption = None,
    columns: Columns,
) -> None:
    """Discover the flow of a log; the exit code says whether it holds together."""
    from api.composition import count_events, discover_process
    from engine.definitions.yaml_writer import write_flow
    from engine.nets.pnml import write_pnml
    from engine.nets.process import read_process_bytes
    from engine.review.check import check

    session = session_of(context)
    ending = ending_of(output, (*FLOW_ENDINGS, *NET_ENDINGS))
    events = count_events(log_from(log, columns, session), lifecycle or "complete")
    with session.progress("cli.discovering", log=events.name):
        process = discover_process(events, miner=miner, noise=noise, limits=session.limits)
    text = write_pnml(process.net) if ending in NET_ENDINGS else write_flow(process.flow)
    write_output(output, text)
    session.say("cli.written", file=str(output))
    # As it was written, so that a problem's line is one of the file.
    written = read_process_bytes(text.encode(), source=output.name, limits=session.limits)
    report = check(written, source=output.name, limits=session.limits)
    # Only errors one by one: that no way out of a gateway has a condition is true of whatever a log alone shows.
    errors = [problem for problem in report.problems if problem.severity is Severity.ERROR]
    session.problems(errors, limit=session.limits.problems, to=session.out)
    print_verdict(output, report, session)
    raise typer.Exit(Exit.PROBLEMS if errors else Exit.DONE)


def _print(report: LogReport, session: Session) -> None:
    from engine.rendering.wording import Wording

    wording = Wording(session.language)
    moments = ["–" if moment is None else wording.moment(moment) for moment in (report.first, report.last)]
    rows = [
        ("measure.cases", f"{report.cases:,}"),
        ("measure.events", f"{report.events:,}"),
        ("measure.variants", f"{report.variants:,}"),
        ("measure.activities", f"{len(report.activities):,}"),
        ("measure.resources", f"{len(report.resources):,}"),
        ("measure.first", moments[0]),
        ("measure.last", moments[1]),
        ("measure.timeless", f"{report.timeless:,}"),
        ("measure.with-start", f"{report.with_start:,}"),
        ("measure.case-length", f"{report.shortest:,}…{report.longest:,}"),
        ("measure.lifecycles", _some([f"{count.name} ({count.count:,})" for count in report.lifecycles])),
        ("measure.event-attributes", _some(report.event_attributes)),
        ("measure.case-attributes", _some(report.case_attributes)),
    ]
    session.table(
        ("column.measure", "column.value"), [(session.term(code), value) for code, value in rows], title=report.name
    )
    activities = [(count.name, f"{count.count:,}") for count in report.activities[:NAMES_SHOWN]]
    if activities:
        session.table(("column.activity", "column.events"), activities, right=(1,))
    if len(report.activities) > NAMES_SHOWN:
        session.say("cli.more-activities", count=len(report.activities) - NAMES_SHOWN)
    session.problems(report.warnings, limit=session.limits.problems, to=session.out)
    if not report.warnings:
        session.say("cli.nothing-odd")


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = ["…"] if len(names) > NAMES_SHOWN else []
    return ", ".join([*names[:NAMES_SHOWN], *more]) or "–"
