"""``trueline watch``: running cases, event by event."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from api.cli.inputs import log_from, process_from, warn_of_strangers
from api.cli.options import Columns, FlowArgument, JsonOption, LifecycleOption, LogArgument, reads_log
from api.cli.output import STANDARD_OUTPUT, is_standard_output, write_with
from api.cli.session import Session, session_of
from engine.vocabulary import Change

if TYPE_CHECKING:
    from api.watching import Board, LiveEvent, Seen
    from engine.conformance.live_deviations import Account

STANDARD_INPUT = "<stdin>"
STEPS_SHOWN = 8


@reads_log
def watch(
    context: typer.Context,
    flow: FlowArgument,
    log: LogArgument,
    *,
    json: JsonOption = None,
    every: Annotated[bool, typer.Option("--every")] = False,
    close: Annotated[bool, typer.Option("--close")] = False,
    lifecycle: LifecycleOption = None,
    columns: Columns,
) -> None:
    """Follow running cases."""
    from api.composition import count_events, watch_process
    from api.watching import events_of_lines, events_of_log

    session = session_of(context)
    process = process_from(flow, session)
    if log == STANDARD_OUTPUT:  # "-" as the source of a stream is standard input
        events = events_of_lines(sys.stdin.buffer, source=STANDARD_INPUT, limits=session.limits)
    else:
        whole = count_events(log_from(log, columns, session), lifecycle or "all")
        warn_of_strangers(process, whole, session)
        events = events_of_log(whole)
    board = watch_process(process, limits=session.limits)
    found = (seen for seen in _all(board, events, close=close) if every or _matters(seen))
    if json is None:
        for seen in found:
            _print(seen, session)
        session.say(
            "watch.summary", events=f"{board.events:,}", cases=f"{board.cases:,}", deviating=f"{board.deviating:,}"
        )
    elif is_standard_output(json):
        _write(found, sys.stdout)
    else:
        write_with(json, lambda temporary: _fill(found, temporary))


def _all(board: Board, events: Iterator[LiveEvent], *, close: bool) -> Iterator[Seen]:
    for event in events:
        yield from board.take(event)
    if close:
        yield from board.close()


def _matters(seen: Seen) -> bool:
    """Whether the cost has risen, an event came late, or the end of a case changed what was said of it."""
    if seen.verdict is not None:
        return seen.verdict.rise != 0 or seen.late
    return seen.closing is not None and (seen.closing.rise != 0 or _has_changed(seen.closing.account))


def _has_changed(account: Account) -> bool:
    return bool(account.opened or account.extended or account.revised or account.withdrawn)


def _write(found: Iterator[Seen], stream: IO[str]) -> None:
    """One JSON object in each line, at once."""
    from api.schemas.watching import SeenShape

    for seen in found:
        stream.write(SeenShape.of(seen).model_dump_json() + "\n")
        stream.flush()


def _fill(found: Iterator[Seen], path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        _write(found, stream)


def _print(seen: Seen, session: Session) -> None:
    """What happened, then what is wrong with it and has changed."""
    from api.schemas.watching import changes_of

    if seen.closing is not None:
        cost, rise = seen.closing.alignment.cost, seen.closing.rise
        if cost is None or rise is None:
            line = session.text("watch.closed-unexplained", case=seen.event.case)
        else:
            line = session.text("watch.closed", case=seen.event.case, cost=cost, rise=rise)
        account = seen.closing.account
    elif seen.verdict is not None:
        line, account = _headline(seen, session), seen.verdict.account
    else:
        return
    parts = [line]
    for one, change in changes_of(account):
        if change is not Change.UNCHANGED:
            values = {"kind": session.term(one.deviation.kind), "steps": _some(one.deviation.steps)}
            parts.append(session.text("watch.deviation", number=one.number, change=session.term(change), **values))
    if seen.verdict is not None and len(parts) == 1:
        parts.append(session.text("watch.next", steps=_some(seen.verdict.outlook.expected) or "–"))
    session.out.print(" · ".join(parts), soft_wrap=True)


def _headline(seen: Seen, session: Session) -> str:
    verdict = seen.verdict
    if verdict is None:
        raise ValueError("only an event has a headline")
    values = {"moment": _moment(seen.event.time), "case": seen.event.case, "activity": verdict.activity}
    if seen.late:
        return session.text("watch.late", **values, cost=verdict.cost, rise=f"{verdict.rise:+d}")
    if verdict.kind is not None:
        why = session.term(verdict.kind)
        return session.text("watch.verdict", **values, cost=verdict.cost, rise=verdict.rise, why=why)
    code = "watch.revised" if _has_changed(verdict.account) else "watch.fine"
    return session.text(code, **values, cost=verdict.cost)


def _moment(time: datetime | None) -> str:
    return "–" if time is None else time.strftime("%Y-%m-%d %H:%M:%SZ")


def _some(names: tuple[str, ...]) -> str:
    more = ["…"] if len(names) > STEPS_SHOWN else []
    return ", ".join([*names[:STEPS_SHOWN], *more])
