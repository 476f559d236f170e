"""``trueline demo``: the main job on the shipped examples."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.inputs import log_from, process_from
from api.cli.options import Columns
from api.cli.output import write_output
from api.cli.scorecard import print_scorecard
from api.cli.session import Session, session_of
from engine.errors import InputRefused, Place, Problem
from engine.vocabulary import Language

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

CHECKOUT = Path(__file__).resolve().parents[2] / "examples"
PACKAGE = "trueline_examples"
"""The package under which an installation has the folder ``examples``."""


def demo(
    context: typer.Context,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR")] = Path("demo-output"),
) -> None:
    """Assess every example and write its reports and charts."""
    session = session_of(context)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = Problem("cli.cannot-write", Place(str(output)), {"reason": error.strerror or str(error)})
        raise InputRefused([problem]) from error
    with example_folder() as examples:
        for flow, log in example_pairs(examples):
            for path in _show(flow, log, output, session):
                session.say("cli.written", file=str(path))


def example_folder() -> AbstractContextManager[Path]:
    """The examples: of the installation, else of the checkout."""
    try:
        return as_file(files(PACKAGE))
    except ModuleNotFoundError:
        return as_file(CHECKOUT)


def example_pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Every example flow with its log: the one whose name begins with the flow's.

    Raises:
        InputRefused: There is none.
    """
    logs = sorted((folder / "logs").glob("*.*"))
    pairs = [
        (flow, log)
        for flow in sorted((folder / "flows").glob("*.yaml"))
        for log in logs
        if log.name.split(".")[0] == flow.stem and not log.name.endswith(".truth.json")
    ]
    if not pairs:
        raise InputRefused([Problem("cli.no-examples", Place(str(folder)))])
    return pairs


def _show(flow: Path, log: Path, output: Path, session: Session) -> list[Path]:
    """Print the scorecard of one example and write everything else; the paths written."""
    from api.assessing import assess_log
    from api.composition import draw_process, picture_of
    from api.reporting import report_of
    from engine.rendering.picture import PictureFormat

    process = process_from(flow, session)
    events = log_from(log, Columns(), session, warn=False)
    with session.progress("cli.assessing", log=log.name) as progress:
        assessment = assess_log(process, events, limits=session.limits, progress=progress)
    print_scorecard(assessment, session)
    written: list[Path] = []
    for language in Language:
        written.append(output / f"{flow.stem}.{language}.html")
        write_output(written[-1], report_of(assessment, language=language))
        dot = draw_process(process, language=language, assessment=assessment)
        for picture_format in (PictureFormat.SVG, PictureFormat.PNG):
            written.append(output / f"{flow.stem}.{language}.{picture_format}")
            write_output(written[-1], picture_of(dot, picture_format, limits=session.limits))
    return written
