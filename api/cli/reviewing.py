"""``trueline check`` and ``trueline diff``: what can be said of flows alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from api.cli.failures import Exit
from api.cli.inputs import log_from, process_from
from api.cli.options import Columns, JsonOption, reads_log
from api.cli.output import is_standard_output, write_output
from api.cli.session import Session, session_of
from api.cli.versions import HASH_SHOWN, day_text
from engine.errors import InputRefused, Severity
from engine.messages.catalogue import printable

if TYPE_CHECKING:
    from api.schemas.review import CheckedFlow
    from engine.assessment.history import TargetHistory
    from engine.definitions.flow import Flow
    from engine.logs.log import Log
    from engine.review.check import CheckReport
    from engine.review.difference import Alteration, Difference
    from engine.review.feasibility import Feasibility
    from engine.review.traces import TraceSearch

NOTHING = "–"
SECTIONS = (
    "steps",
    "gateways",
    "edges",
    "standards",
    "plans",
    "roles",
    "weights",
    "seasons",
    "calendars",
    "role_calendars",
)
PERIODS_SHOWN = 6
"""Periods of a history on the terminal, the latest ones; JSON has all."""


@reads_log
def check(
    context: typer.Context,
    flows: Annotated[list[Path], typer.Argument(metavar="FLOW", show_default=False)],
    *,
    log: Annotated[Path | None, typer.Option("--log", metavar="LOG", show_default=False)] = None,
    strict: Annotated[bool, typer.Option("--strict")] = False,
    json: JsonOption = None,
    columns: Columns,
) -> None:
    """Check flows; the exit code says how it went."""
    from api.schemas.review import CheckShape

    session = session_of(context)
    quiet = is_standard_output(json)
    history = None if log is None else log_from(log, columns, session)
    checked = [_check(path, session, history=history, strict=strict, quiet=quiet) for path in flows]
    if json is not None:
        write_output(json, CheckShape(flows=checked).model_dump_json(indent=2) + "\n")
    codes = {"clean": Exit.DONE, "problems": Exit.PROBLEMS, "unreadable": Exit.BAD_INPUT}
    raise typer.Exit(max(codes[flow.verdict] for flow in checked))


def diff(
    context: typer.Context,
    old: Annotated[Path, typer.Argument(metavar="OLD", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", show_default=False)],
    *,
    json: JsonOption = None,
) -> None:
    """Say how two versions of a flow differ."""
    from api.schemas.review import DifferenceShape
    from engine.review.difference import difference

    session = session_of(context)
    before, after = process_from(old, session), process_from(new, session)
    if not (before.has_graph and after.has_graph):
        session.note("cli.diff.nets")
    found = difference(before, after, limits=session.limits)
    if json is not None:
        write_output(json, DifferenceShape.of(found).model_dump_json(indent=2) + "\n")
    if not is_standard_output(json):
        _print_difference(found, session)


def _check(path: Path, session: Session, *, history: Log | None, strict: bool, quiet: bool) -> CheckedFlow:
    """Check one file and print what was found, unless JSON has standard output to itself."""
    from api.assessing import target_histories_of
    from api.composition import load_process
    from api.schemas.review import CheckedFlow, TargetShape
    from engine.review.check import check as check_process
    from engine.review.recorded import unrecorded_calendars, unrecorded_evidence

    try:
        process = load_process(path, process=session.process, limits=session.limits)
        report = check_process(process, source=path.name, limits=session.limits)
        targets = () if history is None else target_histories_of(process, history, limits=session.limits)
    except InputRefused as refusal:
        session.problems(refusal.problems, limit=session.limits.problems)
        return CheckedFlow.unreadable(str(path), refusal.problems, session.language)
    beside = [target.problem for target in targets if target.problem is not None]
    if history is not None:
        beside += unrecorded_evidence(process.flow, history)
        beside += unrecorded_calendars(process.flow, history)
    report = report.with_problems(beside, source=path.name)
    clean = report.is_spotless if strict else report.is_clean
    if not quiet:
        session.problems(report.problems, limit=session.limits.problems, to=session.out)
        print_verdict(path, report, session)
        if process.has_graph:
            _print_figures(process.flow, session)
        if targets:
            _print_targets(targets, session)
    shapes = None if history is None else [TargetShape.of(target) for target in targets]
    return CheckedFlow.of(str(path), process, report, clean=clean, language=session.language, targets=shapes)


def _print_targets(targets: Iterable[TargetHistory], session: Session) -> None:
    """Print each standard's target beside the shares that were reached, period by period."""
    from engine.review.spelling import share_text

    rows = [
        (
            target.standard.id,
            share_text(target.found.target),
            session.term(f"period.{target.period}"),
            ", ".join(f"{float(100 * share):.1f}%" for share in target.shares[-PERIODS_SHOWN:]) or NOTHING,
            session.term(f"feasibility.{target.found.verdict}"),
            _range(target.found),
        )
        for target in targets
    ]
    names = ("standard", "target", "period", "reached", "feasibility", "range")
    session.table([f"column.{name}" for name in names], rows, title=session.text("cli.check.targets"))


def _range(found: Feasibility) -> str:
    """The range for the next standard in tenths of a per cent, rounded inwards."""
    if found.low is None or found.high is None:
        return NOTHING
    return f"{ceil(1000 * found.low) / 10}% … {floor(1000 * found.high) / 10}%"


def print_verdict(path: Path, report: CheckReport, session: Session) -> None:
    """Print in one line whether a process is sound, and how many problems it has."""
    counts = {severity: sum(p.severity is severity for p in report.problems) for severity in Severity}
    session.say(
        "cli.checked",
        file=path.name,
        soundness=session.term(f"soundness.{report.soundness.verdict}"),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        notes=counts[Severity.INFO],
    )


def _print_figures(flow: Flow, session: Session) -> None:
    """Print in two lines how simple a flow is and how it is laid out."""
    from engine.review.design import design
    from engine.review.simplicity import simplicity

    figures = asdict(simplicity(flow))
    named = [f"{session.term(f'simplicity.{name}')} {_number(value)}" for name, value in figures.items()]
    laid_out = asdict(design(flow))
    form = session.term(f"form.{laid_out.pop('form')}")
    named_too = [f"{session.term('design.form')} {form}"]
    named_too += [f"{session.term(f'design.{name}')} {_number(value)}" for name, value in laid_out.items()]
    for line in (named, named_too):
        session.out.print(Text("  " + " · ".join(line)), soft_wrap=True)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


def _print_difference(found: Difference, session: Session) -> None:
    session.say(
        "cli.diff.versions",
        old=found.old.content_hash[:HASH_SHOWN],
        old_day=day_text(found.old.effective, session),
        new=found.new.content_hash[:HASH_SHOWN],
        new_day=day_text(found.new.effective, session),
    )
    rows = list(_of_the_flow(found, session)) + [row for part in SECTIONS for row in _changes(found, part, session)]
    if rows:
        session.table(("column.section", "column.change", "column.name", "column.attributes"), rows)
    else:
        session.say("cli.diff.same")
    _print_trace("allowed", found.allowed, session)
    _print_trace("forbidden", found.forbidden, session)


def _of_the_flow(found: Difference, session: Session) -> Iterator[tuple[str, ...]]:
    if found.flow:
        said = _altered(found.flow, session)
        yield session.term("difference.flow"), session.term("difference.changed"), found.new.flow, said


def _changes(found: Difference, section: str, session: Session) -> Iterator[tuple[str, ...]]:
    name = session.term(f"difference.{section}")
    changes = getattr(found, section)
    for added in changes.added:
        yield name, session.term("difference.added"), added, ""
    for removed in changes.removed:
        yield name, session.term("difference.removed"), removed, ""
    for changed in changes.changed:
        yield name, session.term("difference.changed"), changed.id, _altered(changed.alterations, session)


def _altered(alterations: Iterable[Alteration], session: Session) -> str:
    """What was altered, one after the other: its name, the old value and the new one."""
    return "; ".join(f"{session.term(f'attribute.{a.attribute}')}: {a.old} → {a.new}" for a in alterations)


def _print_trace(what: str, search: TraceSearch, session: Session) -> None:
    found = session.term(f"search.{search.end}")
    if search.compared is not None:
        found = session.text("cli.diff.budget", compared=search.compared)
    if search.trace is not None:
        found = " → ".join(search.trace) or session.text("cli.diff.empty-trace")
    session.out.print(Text(f"{session.term(f'difference.{what}')}: {printable(found)}"), soft_wrap=True)
