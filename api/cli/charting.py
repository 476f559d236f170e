"""``trueline chart``: the flowchart of a flow, with what happened drawn on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.inputs import log_from, process_from, warn_of_strangers
from api.cli.options import Columns, FlowArgument, OutputOption, reads_log
from api.cli.output import is_standard_output, write_output
from api.cli.session import session_of
from engine.errors import InputRefused, Place, Problem

if TYPE_CHECKING:
    from engine.rendering.picture import PictureFormat

Show = Literal["deviations", "frequency", "time"]


@reads_log
def chart(
    context: typer.Context,
    flow: FlowArgument,
    *,
    output: OutputOption,
    log: Annotated[Path | None, typer.Option("--log", metavar="LOG", show_default=False)] = None,
    show: Annotated[Show, typer.Option("--show")] = "deviations",
    columns: Columns,
) -> None:
    """Draw a flow; with a log, what happened on it."""
    from api.assessing import assess_log
    from api.composition import draw_process, picture_of
    from engine.rendering.overlay import OverlayKind

    session = session_of(context)
    picture_format = format_of(output)
    process = process_from(flow, session)
    assessment = None
    if log is not None:
        events = log_from(log, columns, session)
        warn_of_strangers(process, events, session)
        assessment = assess_log(process, events, limits=session.limits)
    dot = draw_process(process, language=session.language, assessment=assessment, show=OverlayKind(show))
    write_output(output, picture_of(dot, picture_format, limits=session.limits))
    if not is_standard_output(output):
        session.say("cli.written", file=str(output))


def format_of(path: Path) -> PictureFormat:
    """The kind of picture that a file's ending asks for; standard output gets SVG.

    Raises:
        InputRefused: It asks for none of them.
    """
    from engine.rendering.picture import PictureFormat

    ending = "svg" if is_standard_output(path) else path.suffix.lower().removeprefix(".")
    if ending not in set(PictureFormat):
        raise InputRefused([Problem("cli.not-a-picture", Place(str(path)), {"known": _endings(PictureFormat)})])
    return PictureFormat(ending)


def _endings(formats: type[PictureFormat]) -> str:
    return ", ".join(f".{picture_format}" for picture_format in formats)
