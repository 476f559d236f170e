"""Times the classical measures: Trueline beside pm4py, in CPU seconds, on the same log and net.

Trueline's times are without compiling the net and aligning, which are given apart because all measures share them;
pm4py replays or aligns anew for each. Its precision by alignments is timed only with ``--slow-pm4py``. Run
``python -m benchmarks.measures [MODEL LOG]…`` beside the shared data.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.conformance.alignments import align
from engine.conformance.footprints import compare_footprints
from engine.conformance.generalization import generalization
from engine.conformance.precision import precision_of_prefixes, precision_of_runs
from engine.conformance.search_graph import compile_search
from engine.conformance.token_replay import replay_tokens
from engine.conformance.warmup import compile_kernels
from engine.logs.reading import read_log
from engine.logs.variants import Variants, find_variants
from engine.nets.process import read_process

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PAIRS = [
    ("models/03_repairExample-imf.pnml", "logs/03_repairExample.xes.gz"),
    ("models/08_receipt-im.pnml", "logs/08_receipt.xes.gz"),
    ("models/07_bpic2013_incidents-imf.pnml", "logs/07_bpic2013_incidents.xes.gz"),
    ("models/bpic2012-imf.pnml", "logs/bpic2012.xes.gz"),
]


def timed(name: str, call: Callable[[], Any], figure: Callable[[Any], object]) -> Any:
    """Run once, print CPU seconds and the figure."""
    begun = time.process_time()
    found = call()
    print(f"  {name:<34} {time.process_time() - begun:9.3f}  {figure(found)}", flush=True)
    return found


def ours(model: Path, variants: Variants) -> None:
    """Trueline's measures."""
    net = read_process(model).net
    graph = timed("compile", lambda: compile_search(net), lambda g: f"{g.states} states")
    aligned = timed("align", lambda: align(graph, variants), lambda a: a.fitting_cases)
    timed("token replay", lambda: replay_tokens(graph, variants), lambda r: (r.fitting_cases, r.log_fitness))
    timed("precision over aligned runs", lambda: precision_of_runs(graph, aligned), lambda p: p.value)
    timed("precision over log prefixes", lambda: precision_of_prefixes(graph, variants), lambda p: p.value)
    timed("generalization", lambda: generalization(aligned), lambda g: g.value)
    timed("footprints", lambda: compare_footprints(graph, variants), lambda f: f.agreement)


def theirs(model: Path, variants: Variants, *, slow: bool) -> None:
    """pm4py's measures; it groups the cases by variant itself."""
    import pm4py  # noqa: PLC0415 - an extra
    from pm4py.algo.conformance.tokenreplay import algorithm as replay  # noqa: PLC0415
    from pm4py.algo.evaluation.generalization import algorithm as general  # noqa: PLC0415
    from pm4py.algo.evaluation.precision.variants import align_etconformance, etconformance_token  # noqa: PLC0415
    from pm4py.objects.log.obj import Event, EventLog, Trace  # noqa: PLC0415

    net = pm4py.read_pnml(str(model))
    log = EventLog(
        Trace([Event({"concept:name": name}) for name in variants.sequence(variant)])
        for variant in range(len(variants))
        for _ in range(int(variants.counts[variant]))
    )
    quiet = {"show_progress_bar": False}
    timed(
        "pm4py token replay",
        lambda: replay.apply(log, *net, parameters=quiet),
        lambda r: sum(case["trace_is_fit"] for case in r),
    )
    timed("pm4py generalization", lambda: general.apply(log, *net, parameters=quiet), lambda g: g)
    timed("pm4py precision by replay", lambda: etconformance_token.apply(log, *net, parameters=quiet), lambda p: p)
    if slow:
        timed(
            "pm4py precision by alignments", lambda: align_etconformance.apply(log, *net, parameters=quiet), lambda p: p
        )


def main() -> None:
    """Measure every pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="model and log, in turn")
    parser.add_argument("--without-pm4py", action="store_true")
    parser.add_argument("--slow-pm4py", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    compile_kernels()
    given = list(zip(options.files[::2], options.files[1::2], strict=True))
    for model, log in given or [(DATA / model, DATA / log) for model, log in PAIRS]:
        variants = find_variants(read_log(log))
        print(f"{log.name} × {model.name}: {int(variants.counts.sum())} cases, {len(variants)} variants")
        ours(model, variants)
        if not options.without_pm4py:
            theirs(model, variants, slow=options.slow_pm4py)


if __name__ == "__main__":
    main()
