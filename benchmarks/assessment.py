"""Times one assessment of about a million events, stage by stage, with the memory it needs.

The log is played out from ``examples/flows/car_service_advisor.yaml`` by our own simulation with a fixed seed: 27,000
cases, nearly each with a sequence of its own, because ten steps run side by side; in a third of them something goes
wrong. Playing it takes minutes, so it is kept in the system's folder for temporary files and used again; its name holds
the version, the flow's hash and the options. The assessment runs in a process of its own, so that neither the
simulation nor anything else of this one counts.

For each stage it prints seconds of wall time and the peak of the process's resident memory until then
(``ru_maxrss``; it includes the interpreter and the libraries, about 200 MB). The stages:

- start: loading the libraries and the compiled kernels;
- read: XES, gzipped, to columns;
- align: pairing of starts and completions, variants, the compiled net, one alignment for each variant;
- explain: deviations of each variant, from its moves;
- judge: every standard against every case;
- score: the four dimensions with their findings;
- summarise: standards, deviations, steps and edges over the log;
- write: everything as JSON, and the report.

Run as ``python benchmarks/assessment.py``; ``--cases N`` plays a smaller log, ``--log FILE`` and ``--flow FILE`` assess
others, ``--most-megabytes M`` fails when the peak is higher.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from engine import VERSION

ROOT = Path(__file__).resolve().parents[1]
FLOW = ROOT / "examples" / "flows" / "car_service_advisor.yaml"
CASES, SEED = 27_000, 2
DEVIATIONS = "skip:0.1,swap:0.05,late:0.1,plan:0.1"
PARTS = ("align", "explain", "judge", "score", "summarise")
"""What an assessment says it has done, in its order."""
MEGABYTE = 1024 * 1024


@dataclass
class Stopwatch:
    """Seconds and peak memory of each stage so far."""

    last: float = field(default_factory=time.perf_counter)
    stages: list[tuple[str, float, float]] = field(default_factory=list)

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE
        self.stages.append((stage, now - self.last, peak))
        self.last = now


def played_log(cases: int) -> Path:
    """The log; played out where it is not there yet."""
    flow = hashlib.sha256(FLOW.read_bytes()).hexdigest()[:12]
    disturbed = DEVIATIONS.replace(":", "").replace(",", "-")
    name = f"car-service-advisor-{VERSION}-{flow}-{cases}-{SEED}-{disturbed}.xes.gz"
    path = Path(tempfile.gettempdir()) / "trueline-benchmarks" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        print(f"playing {cases:,} cases out, once …", flush=True)
        numbers = ["--cases", str(cases), "--seed", str(SEED), "--deviations", DEVIATIONS]
        program = "from api.cli import main; main()"
        command = [sys.executable, "-c", program, "simulate", str(FLOW), "-o", str(path), *numbers]
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own program
    return path


def assess_and_tell(flow: Path, log: Path) -> None:
    """The child: assess, and print what it took as one line of JSON."""
    watch = Stopwatch()
    from api.composition import load_log, load_process  # noqa: PLC0415 - loading is a stage
    from api.reporting import report_of  # noqa: PLC0415
    from api.schemas.assessment import AssessmentShape  # noqa: PLC0415
    from engine.assessment.assess import assess  # noqa: PLC0415
    from engine.conformance.mapper import Threads  # noqa: PLC0415
    from engine.conformance.warmup import compile_kernels  # noqa: PLC0415
    from engine.vocabulary import Language  # noqa: PLC0415

    compile_kernels()
    process = load_process(flow)
    watch.lap("start")
    events = load_log(log)
    watch.lap("read")
    parts = dict(enumerate(PARTS, start=1))
    found = assess(
        process, events, mapper=Threads(os.cpu_count() or 1), progress=lambda done, _all: watch.lap(parts[done])
    )
    written = len(AssessmentShape.of(found).model_dump_json()) + len(report_of(found, language=Language.EN))
    watch.lap("write")
    variants = 0 if found.variants is None else len(found.variants)
    scores = {score.dimension.value: [score.numerator, score.denominator] for score in found.dimensions}
    sizes = {"cases": found.cases, "events": found.events, "variants": variants, "written": written}
    print(json.dumps({"stages": watch.stages, "sizes": sizes, "scores": scores}))


def main() -> None:
    """Play, assess in a child, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--flow", type=Path, default=FLOW)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--most-megabytes", type=float)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        assess_and_tell(options.flow, options.log)
        return
    log = options.log or played_log(options.cases)
    command = [sys.executable, str(Path(__file__).resolve()), "--child", "--flow", str(options.flow.resolve())]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(  # noqa: S603 - this file
        [*command, "--log", str(log.resolve())], check=True, stdout=subprocess.PIPE, env=environment
    )
    found = json.loads(told.stdout)
    sizes = found["sizes"]
    print(f"{log.name}: {sizes['cases']:,} cases, {sizes['events']:,} events, {sizes['variants']:,} variants")
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores\n")
    print(f"{'stage':<12}{'seconds':>9}{'peak MB':>9}")
    for stage, seconds, peak in found["stages"]:
        print(f"{stage:<12}{seconds:>9.2f}{peak:>9.0f}")
    highest = max(peak for _, _, peak in found["stages"])
    print(f"{'all':<12}{sum(seconds for _, seconds, _ in found['stages']):>9.2f}{highest:>9.0f}\n")
    print(", ".join(f"{dimension} {kept:,}/{due:,}" for dimension, (kept, due) in found["scores"].items()))
    if options.most_megabytes is not None and highest > options.most_megabytes:
        raise SystemExit(f"peak memory is {highest:.0f} MB, more than {options.most_megabytes:.0f} MB")


if __name__ == "__main__":
    main()
