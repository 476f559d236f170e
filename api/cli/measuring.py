"""``trueline measure``: fitness, precision, generalization, simplicity and footprints side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.aligning import SECONDS, fitness_text
from api.cli.inputs import WARNINGS_SHOWN, log_from, process_from, warn_of_strangers
from api.cli.options import Columns, FlowArgument, JsonOption, LifecycleOption, LogArgument, reads_log
from api.cli.output import is_standard_output, write_output
from api.cli.session import Session, session_of

if TYPE_CHECKING:
    from api.schemas.measures import EscapingShape, MeasuresShape

PAIRS_SHOWN = 10
ESCAPING_SHOWN = 5
STEPS_SHOWN = 3
"""Differing pairs, escaping edges, and steps before each, on the terminal; JSON has more."""

SIGNS = {"precedes": "→", "follows": "←", "parallel": "‖", "unrelated": "#"}
"""The usual signs of relations, in any language."""


@reads_log
def measure(
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
) -> None:
    """Measure how a log and a flow agree."""
    from api.composition import count_events, measure_log

    session = session_of(context)
    process = process_from(flow, session)
    whole = log_from(log, columns, session)
    events = count_events(whole, lifecycle or "all")
    warn_of_strangers(process, whole, session)
    session.problems(events.warnings[len(whole.warnings) :], limit=WARNINGS_SHOWN)
    with session.progress("cli.measuring", log=events.name) as progress:
        shape = measure_log(process, events, seconds=budget, limits=session.limits, progress=progress)
    if json is not None:
        write_output(json, shape.model_dump_json() + "\n")
    if not is_standard_output(json):
        _print(shape, session)
    incomplete = shape.token_replay.incomplete_cases
    if incomplete:
        session.note("cli.replay-incomplete", cases=f"{incomplete:,}", setting="TRUELINE_REPLAY_MARKINGS")
    if budget is not None and shape.fitness.not_optimal:
        session.note("cli.budget-spent", seconds=budget, cases=shape.fitness.not_optimal)


def _print(shape: MeasuresShape, session: Session) -> None:
    """The measures, the pairs that differ, and what the flow allows and no case did."""
    replay, prints = shape.token_replay, shape.footprints
    measures = [
        ("measure.cases", f"{shape.cases:,}"),
        ("measure.variants", f"{shape.variants:,}"),
        ("measure.fitting-cases", f"{replay.fitting_cases:,}"),
        ("measure.average-fitness", fitness_text(shape.fitness.average)),
        ("measure.log-fitness", fitness_text(shape.fitness.log)),
        ("measure.replay-average", fitness_text(replay.average)),
        ("measure.replay-log", fitness_text(replay.log)),
        ("measure.tokens-produced", f"{replay.produced:,}"),
        ("measure.tokens-consumed", f"{replay.consumed:,}"),
        ("measure.tokens-missing", f"{replay.missing:,}"),
        ("measure.tokens-remaining", f"{replay.remaining:,}"),
        ("measure.precision", fitness_text(shape.precision.value)),
        ("measure.log-precision", fitness_text(shape.log_precision.value)),
        ("measure.generalization", fitness_text(shape.generalization.value)),
        ("measure.simplicity", fitness_text(None if shape.simplicity is None else shape.simplicity.simplicity)),
        ("measure.footprints", fitness_text(prints.agreement)),
        ("measure.differing-cells", f"{prints.differing_cells:,} / {prints.cells:,}"),
        ("measure.not-optimal", f"{shape.fitness.not_optimal:,}"),
        ("measure.seconds", f"{shape.seconds:.2f}"),
    ]
    session.table(
        ("column.measure", "column.value"), [(session.term(code), value) for code, value in measures], right=(1,)
    )
    if prints.differing:
        rows = [
            (pair.first, SIGNS[pair.log], SIGNS[pair.net], pair.second, f"{pair.forward:,} / {pair.backward:,}")
            for pair in prints.differing[:PAIRS_SHOWN]
        ]
        headings = ("column.first", "column.in-log", "column.in-flow", "column.second", "column.observed")
        title = session.text("cli.differing-pairs", shown=len(rows), count=f"{len(prints.differing):,}")
        session.table(headings, rows, title=title, right=(4,))
        session.say("cli.relations-legend")
    if shape.precision.escaping:
        edges = [(f"{edge.cases:,}", *_edge(edge, session)) for edge in shape.precision.escaping[:ESCAPING_SHOWN]]
        title = session.text("cli.escaping", shown=len(edges), count=f"{shape.precision.escaping_edges:,}")
        session.table(("column.cases", "column.after", "column.never-next"), edges, title=title, right=(0,))


def _edge(edge: EscapingShape, session: Session) -> tuple[str, str]:
    """The last steps of the prefix, and what never came next."""
    if not edge.prefix:
        return session.term("measure.the-beginning"), edge.label
    last = edge.prefix[-STEPS_SHOWN:]
    return " · ".join(["…", *last] if len(edge.prefix) > STEPS_SHOWN else last), edge.label
