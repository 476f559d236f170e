"""Times soundness checks: Trueline beside pm4py's woflan, in seconds, on nets made to mislead a checker.

Each net is checked in a process of its own that is ended after ``--seconds``, so that a checker without an answer costs
no more. Run ``python -m benchmarks.soundness [--seconds 6] [--peer]`` in a checkout; the shared data beside it is used
where it is there.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from engine.errors import InputRefused
from engine.nets.net import SILENT, Net
from engine.nets.pnml import read_pnml
from engine.nets.soundness import check_soundness
from tests.engine.nets.test_soundness import BEHIND, HOSTILE, PARALLEL_22, entangled, grid
from tests.making import make_net

_LOADING = 10
"""Seconds granted for loading a checker."""
MODELS = Path(__file__).resolve().parents[2] / "shared" / "data" / "models"


def nets() -> dict[str, Net]:
    """The nets by name."""
    block = [rule.replace("-> o", "-> o0") for rule in PARALLEL_22]
    found = {name: net for name, (net, _, _) in HOSTILE.items()}
    found |= {f"22 branches, then {name}": make_net(*block, *rules) for name, (rules, _) in BEHIND.items()}
    found |= {"144 steps in a grid": grid(12), "22 entangled branches": make_net(*entangled())}
    for path in sorted(MODELS.glob("*.pnml")):
        with suppress(InputRefused):  # guards are not read
            found[path.name] = read_pnml(path)
    return found


def ours(net: Net) -> str:
    """Trueline's answer."""
    report = check_soundness(net)
    return f"{report.verdict.value}, {report.markings:,} markings"


def theirs(net: Net) -> str:
    """The peer's answer."""
    from pm4py.algo.analysis.woflan import algorithm as woflan  # noqa: PLC0415 - an extra
    from pm4py.objects.petri_net.obj import Marking, PetriNet  # noqa: PLC0415
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to  # noqa: PLC0415

    made = PetriNet("net")
    places = [PetriNet.Place(name) for name in net.places]
    made.places.update(places)
    for t, transition in enumerate(net.transitions):
        label = None if transition.label == SILENT else net.labels[transition.label]
        node = PetriNet.Transition(transition.id, label)
        made.transitions.add(node)
        for place, weight in net.before.row(t):
            add_arc_from_to(places[place], node, made, weight=weight)
        for place, weight in net.after.row(t):
            add_arc_from_to(node, places[place], made, weight=weight)
    initial, final = (
        Marking({places[p]: int(count) for p, count in enumerate(marking) if count})
        for marking in (net.initial, net.finals[0])
    )
    parameters = {"print_diagnostics": False, "return_asap_when_not_sound": True}
    return "sound" if woflan.apply(made, initial, final, parameters=parameters) else "unsound"


def timed(check: Callable[[Net], str], net: Net, seconds: float) -> str:
    """An answer with its time, or that there was none."""
    answers: multiprocessing.Queue[Any] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_answer, args=(check, net, answers), daemon=True)
    process.start()
    try:
        answer, spent = answers.get(timeout=seconds + _LOADING)
    except Empty:
        process.kill()
        return "no answer"
    process.join()
    return f"{spent:8.3f} s  {answer}"


def _answer(check: Callable[[Net], str], net: Net, answers: Any) -> None:
    """Check once in a process of its own; the kernels and libraries are loaded before the clock starts."""
    warnings.simplefilter("ignore")
    with redirect_stdout(io.StringIO()):  # a peer prints its licence
        check(make_net("a: i -> o, p", "b: p -> o"))
    begun = time.perf_counter()
    try:
        answer = check(net)
    except Exception as failure:  # noqa: BLE001 - a peer's failure is a result
        answer = f"failed: {type(failure).__name__}"
    answers.put((answer, time.perf_counter() - begun))


def main() -> None:
    """Check every net, one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="after which a checker has no answer")
    parser.add_argument("--peer", action="store_true", help="pm4py's woflan as well")
    asked = parser.parse_args()
    for name, net in nets().items():
        print(name)
        print(f"  trueline  {timed(ours, net, asked.seconds)}", flush=True)
        if asked.peer:
            print(f"  woflan    {timed(theirs, net, asked.seconds)}", flush=True)


if __name__ == "__main__":
    main()
