"""``trueline align``: the cheapest exact explanation of every case of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.inputs import WARNINGS_SHOWN, log_from, process_from, warn_of_strangers
from api.cli.options import (
    Columns,
    FlowArgument,
    JsonOption,
    LifecycleOption,
    LogArgument,
    Number,
    Where,
    reads_log,
    spreads,
)
from api.cli.output import is_standard_output, write_output
from api.cli.session import Session, session_of
from engine.vocabulary import AlignmentStatus, MoveKind

if TYPE_CHECKING:
    from api.schemas.alignment import AlignmentShape, MoveShape

VARIANTS_SHOWN = 10
DIGITS = 6

SECONDS = Number("--budget", float, 0.0, 86_400.0)
SIGNS = {MoveKind.SYNC: "", MoveKind.LOG: "+", MoveKind.MODEL: "−"}
"""What stands before an activity that only the log, or only the flow, has."""


@spreads
@reads_log
def align(
    context: typer.Context,
    flow: FlowArgument,
    log: LogArgument,
    *,
    json: JsonOption = None,
    budget: Annotated[
        float | None, typer.Option("--budget", parser=SECONDS, metavar=SECONDS.metavar, show_default=False)
    ] = None,
    lifecycle: LifecycleOption = None,
    columns: Columns,
    where: Where,
) -> None:
    """Align a log with a flow."""
    from api.composition import align_log, count_events, spread

    session = session_of(context)
    if budget is not None:
        where.refuse_beside("--budget")
    process = process_from(flow, session)
    whole = log_from(log, columns, session)
    events = count_events(whole, lifecycle or "all")
    warn_of_strangers(process, whole, session)
    session.problems(events.warnings[len(whole.warnings) :], limit=WARNINGS_SHOWN)
    with (
        session.progress("cli.aligning", log=events.name) as progress,
        spread(where.workers, where.cluster, progress) as over,
    ):
        shape = align_log(process, events, seconds=budget, over=over, limits=session.limits, progress=progress)
    if json is not None:
        write_output(json, shape.model_dump_json() + "\n")
    if not is_standard_output(json):
        _print(shape, session)
    if budget is not None and shape.not_optimal:
        session.note("cli.budget-spent", seconds=budget, cases=shape.not_optimal)


def _print(shape: AlignmentShape, session: Session) -> None:
    """The measures, then the variants that cost most."""
    measures = [
        ("measure.cases", f"{shape.cases:,}"),
        ("measure.events", f"{shape.events:,}"),
        ("measure.variants", f"{shape.variants:,}"),
        ("measure.total-cost", _between(shape.total_cost, shape.total_cost_upper)),
        ("measure.fitting-cases", f"{shape.fitting_cases:,}"),
        ("measure.average-fitness", fitness_text(shape.average_fitness)),
        ("measure.log-fitness", fitness_text(shape.log_fitness)),
        ("measure.not-optimal", f"{shape.not_optimal:,}"),
        ("measure.seconds", f"{shape.seconds:.2f}"),
    ]
    session.table(
        ("column.measure", "column.value"), [(session.term(code), value) for code, value in measures], right=(1,)
    )
    costly = sorted((v for v in shape.per_variant if v.cost != 0), key=lambda v: -v.lower_bound * v.cases)
    rows = [
        (
            f"{variant.cases:,}",
            "–" if variant.cost is None else _between(variant.lower_bound, variant.cost),
            fitness_text(variant.fitness),
            session.term(AlignmentStatus(variant.status)),
            _moves(variant.moves) or " · ".join(variant.activities),
        )
        for variant in costly[:VARIANTS_SHOWN]
    ]
    if rows:
        headings = ("column.cases", "column.cost", "column.fitness", "column.status", "column.moves")
        session.table(headings, rows, title=session.text("cli.costly-variants"), right=(0, 1, 2))
        session.say("cli.moves-legend")


def _moves(moves: list[MoveShape]) -> str:
    """Moves on one line, silent ones left out: ``A · +B · −C`` is A done, B too much, C lacking."""
    return " · ".join(f"{SIGNS[kind]}{activity or step}" for kind, activity, step in moves if kind in SIGNS)


def fitness_text(value: float | None) -> str:
    """A fitness with six digits; one below 1 never reads 1."""
    if value is None:
        return "–"
    return f"{min(value, 1 - 10**-DIGITS) if value < 1 else value:.{DIGITS}f}"


def _between(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,}…{high:,}"
