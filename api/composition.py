"""Use cases: what joins several parts of the engine, once for every way in. Values in, values out; nothing printed.

Each function loads the parts it joins when it is called, so that a command that needs few starts fast.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputRefused, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.vocabulary import Language

if TYPE_CHECKING:
    from api.schemas.alignment import AlignmentShape
    from api.schemas.measures import MeasuresShape
    from api.spread import Spread
    from api.watching import Board
    from engine.assessment.assessment import Assessment
    from engine.definitions.flow import Flow
    from engine.logs.log import Log
    from engine.logs.options import ReadOptions
    from engine.logs.parts import LogParts
    from engine.nets.process import Process
    from engine.rendering.overlay import OverlayKind
    from engine.rendering.picture import PictureFormat
    from engine.simulation.playout import SimulatedLog

Progress = Callable[[int, int], None]


def load_process(path: Path, *, process: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Process:
    """Read a flow or a net from a file.

    Args:
        path: The file.
        process: The id or name of the process to read from a BPMN file that holds several.
        limits: Sizes past which it is refused.

    Raises:
        InputRefused: With everything that is wrong with it.
    """
    from engine.nets.process import read_process

    require_file(path)
    return read_process(path, process=process, limits=limits)


def bpmn_of(flow: Flow, *, language: Language, limits: Limits = DEFAULT_LIMITS) -> str:
    """A flow as BPMN 2.0 XML, with a diagram.

    Args:
        flow: The flow.
        language: Of the names that modelers show.
        limits: ``chart_elements`` bounds the diagram.

    Raises:
        LimitExceeded: The diagram is too large to be laid out.
        InputRefused: A text holds a character that XML cannot carry.
    """
    from engine.definitions.bpmn.drawing import drawing_of
    from engine.definitions.bpmn.writer import write_bpmn
    from engine.rendering.bpmn_layout import layout_drawing

    layout = layout_drawing(drawing_of(flow), language=language, limits=limits)
    return write_bpmn(flow, layout=layout, language=language)


def load_log(
    path: Path, *, options: ReadOptions | None = None, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None
) -> Log:
    """Read a log from a file.

    Raises:
        InputRefused: With everything that is wrong with it.
    """
    from engine.logs.options import ReadOptions
    from engine.logs.reading import read_log

    require_file(path)
    return read_log(path, options=options or ReadOptions(), limits=limits, progress=progress)


@contextmanager
def opened_log(
    path: Path, *, options: ReadOptions | None = None, limits: Limits = DEFAULT_LIMITS, progress: Progress | None = None
) -> Iterator[LogParts]:
    """Read a log from a file, in parts where it is large and a Parquet file; they last as long as the context.

    Raises:
        InputRefused: With everything that is wrong with it.
    """
    from engine.logs.options import ReadOptions
    from engine.logs.reading import open_log

    require_file(path)
    with open_log(path, options=options or ReadOptions(), limits=limits, progress=progress) as parts:
        yield parts


@contextmanager
def spread(workers: int | None, cluster: str | None, progress: Progress | None = None) -> Iterator[Spread]:
    """Where work runs: on threads of this process, on processes of this machine, or on a cluster.

    Args:
        workers: How many processes; None for threads.
        cluster: Address of a Dask scheduler, for alignments; None for this machine.
        progress: Told how many pieces of a call's work are done.

    Raises:
        InputRefused: No usable cluster is there.
        Unavailable: Dask is not installed.
    """
    from api.budget import Watched
    from api.spread import Spread
    from engine.conformance.mapper import SERIAL

    with ExitStack() as stack:
        found = Spread(Watched(progress), SERIAL)
        if workers is not None:
            from engine.jobs.processes import ProcessPool

            pool = stack.enter_context(ProcessPool(workers, progress=progress))
            found = Spread(pool, pool)
        if cluster is not None:
            from engine.jobs.cluster import Cluster

            found = replace(found, variants=stack.enter_context(Cluster(cluster, progress=progress)))
        yield found


def count_events(log: Log, lifecycle: str) -> Log:
    """A log with only the events that count: ``all``, ``complete`` or ``pair``; what was left out is a warning."""
    from engine.logs.lifecycle import Lifecycle, apply_lifecycle

    return apply_lifecycle(log, Lifecycle(lifecycle))


def discover_process(log: Log, *, miner: str, noise: float, limits: Limits = DEFAULT_LIMITS) -> Process:
    """The flow that a log alone shows, with its net.

    Raises:
        InputRefused: The log is empty, or shows too few steps.
        Unavailable: The miner's library is not installed.
    """
    from engine.mining.discovery import Miner, discover
    from engine.nets.process import process_of_flow

    return process_of_flow(discover(log, miner=Miner(miner), noise=noise, limits=limits), limits=limits)


def align_log(
    process: Process,
    log: Log,
    *,
    seconds: float | None = None,
    over: Spread | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> AlignmentShape:
    """Align every variant of a log with a net.

    Args:
        process: The flow and its net.
        log: The log, all of whose events count.
        seconds: An outer guard: once it has passed, no search is begun, and what is left says ``budget``.
        over: Where the searches run, if no time is given; on threads of this process if missing.
        limits: Budgets of the compilation and of each search.
        progress: Told how many variants are done.

    Raises:
        LimitExceeded: The net is too large to be compiled.
    """
    from api.budget import align_within
    from api.schemas.alignment import AlignmentShape
    from engine.conformance.alignments import align
    from engine.logs.variants import find_variants

    variants = find_variants(log)
    started = time.perf_counter()
    if over is not None and seconds is None:
        alignments = align(process.net, variants, limits=limits, mapper=over.variants)
    else:
        alignments = align_within(process.net, variants, seconds=seconds, limits=limits, progress=progress)
    return AlignmentShape.of(variants, alignments, seconds=round(time.perf_counter() - started, 6))


def measure_log(
    process: Process,
    log: Log,
    *,
    seconds: float | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> MeasuresShape:
    """Measure fitness, precision, generalization, simplicity and the agreement of footprints.

    Takes and raises what ``align_log`` does.
    """
    from api.budget import align_within
    from api.schemas.measures import Measured, MeasuresShape
    from engine.conformance.footprints import compare_footprints
    from engine.conformance.generalization import generalization
    from engine.conformance.precision import precision_of_prefixes, precision_of_runs
    from engine.conformance.search_graph import compile_search
    from engine.conformance.token_replay import replay_tokens
    from engine.logs.variants import find_variants
    from engine.review.simplicity import simplicity

    variants = find_variants(log)
    started = time.perf_counter()
    graph = compile_search(process.net, limits=limits)
    alignments = align_within(graph, variants, seconds=seconds, limits=limits, progress=progress)
    measured = Measured(
        alignments=alignments,
        replay=replay_tokens(graph, variants, limits=limits),
        runs=precision_of_runs(graph, alignments),
        prefixes=precision_of_prefixes(graph, variants),
        generalization=generalization(alignments),
        footprints=compare_footprints(graph, variants),
        simplicity=simplicity(process.flow) if process.has_graph else None,
    )
    return MeasuresShape.of(variants, measured, seconds=round(time.perf_counter() - started, 6))


def watch_process(process: Process, *, limits: Limits = DEFAULT_LIMITS) -> Board:
    """A board for the running cases of a process.

    Raises:
        LimitExceeded: The net is too large to be compiled.
        InputRefused: The net has no run to an end.
    """
    from api.watching import Board
    from engine.conformance.online import OnlineChecker

    return Board(OnlineChecker.of(process.net, flow=process.flow, limits=limits))


def simulate_flow(
    process: Process,
    *,
    cases: int,
    seed: int,
    deviations: str = "",
    start: date | None = None,
    calendar: str = "",
    people: int | None = None,
    attributes: Sequence[str] = (),
    language: Language = Language.EN,
    limits: Limits = DEFAULT_LIMITS,
) -> SimulatedLog:
    """Play a flow out as a log.

    Args:
        process: The flow and its net.
        cases: How many cases.
        seed: Decides every choice.
        deviations: What goes wrong, as ``skip:5%,late:0.1``; "" for nothing.
        start: The first day; None for the usual one.
        calendar: Name of the working calendar; "" for the flow's.
        people: People of each role; None for as many as the work needs.
        attributes: How attributes are drawn, each as ``answers=10..60``; beside those that are drawn anyway.
        language: Of the activity names.
        limits: Bounds the cases.

    Raises:
        InputRefused: The process has no graph, or the flow cannot be played as asked.
    """
    from engine.simulation.playout import simulate
    from engine.simulation.said import read_attributes
    from engine.simulation.settings import SimulationSettings
    from engine.simulation.specification import read_deviations

    if not process.has_graph:
        raise InputRefused([Problem("cli.simulation-needs-a-flow", Place(process.flow.id))])
    settings = SimulationSettings(
        calendar=calendar, deviations=read_deviations(deviations), language=language, people=people
    )
    if start is not None:
        settings = replace(settings, start=start)
    if attributes:
        said = read_attributes(attributes, {step.id for step in process.flow.steps}, limits=limits)
        settings = replace(settings, attributes={**settings.attributes, **said})
    return simulate(process.flow, process.net, cases=cases, seed=seed, settings=settings, limits=limits)


def save_log(log: Log, path: Path) -> tuple[Problem, ...]:
    """Write a log in the format of the path's ending: ``.xes``, ``.csv`` (each also ``.gz``) or ``.parquet``.

    Returns:
        Warnings: what the format holds in another way.

    Raises:
        InputRefused: The log holds what the format cannot carry.
    """
    from engine.logs.writing import write_csv, write_parquet, write_xes

    name = path.name.lower().removesuffix(".gz")
    write = write_xes if name.endswith(".xes") else write_csv if name.endswith(".csv") else write_parquet
    return write(log, path)


def draw_process(
    process: Process, *, language: Language, assessment: Assessment | None = None, show: OverlayKind | None = None
) -> str:
    """A process as DOT: the flow's graph, or the net where there is none; with an assessment, what happened on it."""
    from engine.rendering.flowchart import draw_flow
    from engine.rendering.net_chart import draw_net
    from engine.rendering.overlay import OverlayKind, make_overlay

    overlay = None if assessment is None else make_overlay(assessment, show or OverlayKind.DEVIATIONS)
    if process.has_graph:
        return draw_flow(process.flow, language=language, overlay=overlay)
    return draw_net(process.net, language=language, overlay=overlay)


def picture_of(dot: str, picture_format: PictureFormat, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """DOT of this product as a picture.

    Raises:
        LimitExceeded: It is too large to be drawn.
    """
    from engine.rendering.picture import render

    return render(dot, picture_format, limits=limits)


def require_file(path: Path) -> None:
    """Refuse a path that no file can be read from.

    Raises:
        InputRefused: It does not exist, is a folder, or may not be read.
    """
    try:
        with path.open("rb"):
            return
    except FileNotFoundError:
        problem = Problem("cli.no-such-file", Place(str(path)))
    except IsADirectoryError:
        problem = Problem("cli.not-a-file", Place(str(path)))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        problem = Problem("cli.cannot-read", Place(str(path)), {"reason": reason})
    raise InputRefused([problem])
