"""Other aligners, fed with the very net and the very variants that Trueline aligns.

They are extras (``make peers`` installs them), so they are imported when they are first used.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from engine.logs.variants import Variants
from engine.nets.net import Net
from engine.nets.pnml_writer import write_pnml

Trace = tuple[str, ...]

PM4PY_COST = 10_000
"""What pm4py charges for one log move or visible model move; a silent move costs it 1."""


def library(name: str) -> Any:
    """A peer's module, its banners and progress bars silenced, or a visible skip of the calling test."""
    os.environ["TQDM_DISABLE"] = "1"
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return importlib.import_module(name)
    except ImportError:
        pytest.skip(f"needs {name}, which `make peers` installs")


def labelled(net: Net, variants: Variants) -> list[Trace]:
    """Each variant with the labels of the net in place of the names of the log, which peers take as they are."""
    codes = [net.label_of_activity.get(name, -1) for name in variants.activities]
    names = [
        net.labels[code] if code >= 0 else f"? {name}" for name, code in zip(variants.activities, codes, strict=True)
    ]
    return [tuple(names[code] for code in variants.codes[begin:end]) for begin, end in _rows(variants)]


def _rows(variants: Variants) -> Iterable[tuple[int, int]]:
    return zip(variants.offsets[:-1].tolist(), variants.offsets[1:].tolist(), strict=True)


def write_net(net: Net, folder: Path) -> Path:
    """The net as PNML."""
    path = folder / "net.pnml"
    path.write_text(write_pnml(net), encoding="utf-8")
    return path


def write_traces(traces: Iterable[Trace], folder: Path) -> Path:
    """The traces as XES, with nothing but names."""
    path = folder / "traces.xes"
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0">\n')
        for number, trace in enumerate(traces):
            events = "".join(f'<event><string key="concept:name" value={quoteattr(name)}/></event>' for name in trace)
            file.write(f'<trace><string key="concept:name" value="{number}"/>{events}</trace>\n')
        file.write("</log>\n")
    return path


def r4pm_costs(net: Path, traces: Path) -> Mapping[Trace, int]:
    """The cost of each distinct trace by r4pm (Rust). It drops empty traces."""
    r4pm = library("r4pm")
    projection = r4pm.import_item("EventLogActivityProjection", str(traces))
    costs = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}
    options = {"cost_fn": costs, "max_states": 10**9}  # by default it gives up on the longest traces of large logs
    net_shape = library("r4pm.petri_net").import_pnml(str(net))
    arguments = json.dumps({"net": net_shape, "projection": projection, "options": options})
    name = "process_mining::conformance::case_centric::alignments::align_variants"
    answers = json.loads(r4pm.call_binding(name, arguments))
    r4pm.remove_item(projection)
    return {tuple(answer["activities"]): int(answer["result"]["Ok"]["cost"]) for answer in answers}


def pm4py_log(traces: Sequence[Trace]) -> Any:
    """The traces as pm4py keeps them."""
    objects = library("pm4py.objects.log.obj")
    return objects.EventLog(
        objects.Trace([objects.Event({"concept:name": name}) for name in trace], attributes={"concept:name": str(n)})
        for n, trace in enumerate(traces)
    )


def pm4py_answers(net: Path, traces: Sequence[Trace], **options: Any) -> list[dict[str, Any] | None]:
    """What pm4py's usual aligner says of each trace; None where it gave no answer."""
    pm4py = library("pm4py")
    with contextlib.redirect_stdout(io.StringIO()):
        found = pm4py.conformance_diagnostics_alignments(pm4py_log(traces), *pm4py.read_pnml(str(net)), **options)
    return list(found)


def pm4py_cost(answer: dict[str, Any]) -> int:
    """Log moves and visible model moves of an answer."""
    return int(answer["cost"]) // PM4PY_COST
