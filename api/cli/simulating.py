"""``trueline simulate``: a flow played out as a log, and the truth about it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import typer

from api.cli.formats import LOG_ENDINGS, ending_of, without_ending
from api.cli.inputs import WARNINGS_SHOWN, process_from
from api.cli.options import FlowArgument, Number, OutputOption
from api.cli.output import write_output, write_with
from api.cli.session import session_of
from engine.errors import InputRefused, Place, Problem
from engine.limits import DEFAULT_LIMITS
from engine.vocabulary import Language

CASES = Number("--cases", int, 1, DEFAULT_LIMITS.simulated_cases)
SEED = Number("--seed", int, 0, 2**32 - 1)
PEOPLE = Number("--people", int, 1, 1_000)


def simulate(
    context: typer.Context,
    flow: FlowArgument,
    *,
    output: OutputOption,
    cases: Annotated[int, typer.Option("--cases", parser=CASES, metavar=CASES.metavar)] = 100,
    seed: Annotated[int, typer.Option("--seed", parser=SEED, metavar=SEED.metavar)] = 1,
    deviations: Annotated[str, typer.Option("--deviations", metavar="SPEC", show_default=False)] = "",
    start: Annotated[str | None, typer.Option("--from", metavar="DATE", show_default=False)] = None,
    calendar: Annotated[str, typer.Option("--calendar", metavar="NAME", show_default=False)] = "",
    people: Annotated[
        int | None, typer.Option("--people", parser=PEOPLE, metavar=PEOPLE.metavar, show_default=False)
    ] = None,
    attributes: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUES", show_default=False)] = None,
    names: Annotated[Literal["zh", "en"], typer.Option("--names")] = "en",
) -> None:
    """Play a flow out as a log."""
    from api.composition import save_log, simulate_flow
    from engine.simulation.truth import write_truth

    session = session_of(context)
    ending_of(output, LOG_ENDINGS)
    first_day = None if start is None else _day(start)
    process = process_from(flow, session)
    with session.progress("cli.simulating", flow=flow.name):
        simulated = simulate_flow(
            process,
            cases=cases,
            seed=seed,
            deviations=deviations,
            start=first_day,
            calendar=calendar,
            people=people,
            attributes=attributes or (),
            language=Language(names),
            limits=session.limits,
        )
    session.problems(write_with(output, lambda path: save_log(simulated.log, path)), limit=WARNINGS_SHOWN)
    base = without_ending(output, LOG_ENDINGS)
    truth = base.with_name(base.name + ".truth.json")
    write_output(truth, write_truth(simulated.truth))
    session.say("cli.written", file=str(output))
    session.say("cli.written", file=str(truth))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputRefused([Problem("cli.not-a-day", Place("--from"), {"value": text})]) from None
