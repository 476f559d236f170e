"""A walk through the service, as a program of yours would use it: the Python client, and real HTTP.

It starts ``trueline serve`` on a free port with a data folder of its own, uploads the flow of the eight-step service
advisor and a log of what happened, asks for an assessment, and fetches the report and a chart. Then it makes a live
log, sends events as they happen, some of them twice as after a lost answer, closes a case, and has it assessed too. Run
it with::

    python examples/service_walkthrough.py [FOLDER]

The report and the chart are written to FOLDER (default: a temporary one, shown at the end).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from api.client import Client, Dimension, EventRequest, Language

EXAMPLES = Path(__file__).resolve().parent
FLOW = EXAMPLES / "flows" / "car_service_advisor.yaml"
LOG = EXAMPLES / "logs" / "car_service_advisor.xes.gz"
SERVE = "import sys; sys.argv[0] = 'trueline'; from api.cli import main; main()"
"""The same as the program ``trueline``, found wherever this file's Python finds the package."""


@contextmanager
def service(data: Path) -> Iterator[Client]:
    """Start the service, read its key and its address, and stop it at the end."""
    command = [sys.executable, "-c", SERVE, "serve", "--data", str(data), "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:  # noqa: S603
        try:
            with _ready(process.stdout) as client:
                yield client
        finally:
            process.terminate()


def _ready(output: IO[str] | None) -> Client:
    key = address = ""
    for line in output or ():
        key = key or "".join(re.findall(r"trueline_[\w-]+", line))
        address = address or "".join(re.findall(r"http://\S+", line))
        if key and address:
            return Client(address, key)
    raise RuntimeError("the service did not start")


def walk(folder: Path) -> list[Path]:
    """Go the whole way once; the files that were fetched."""
    with service(folder / "data") as client:
        print(f"The service listens at {client.address}")
        flow = client.upload_flow(FLOW)
        print(f"Flow {flow.id}: {flow.title.en} / {flow.title.zh}, {flow.steps} steps")
        log = client.upload_log(LOG)
        print(f"Log {log.id}: {log.cases} cases, {log.events} events")
        number = client.assess(flow.id, log.id).id
        for name, score in scores(client, number).items():
            print(f"  {name}: {'not assessable' if score is None else f'{score:.1f}'}")
        fetched = [
            client.report(number, lang=Language.ZH).save(folder / "report.html"),
            client.assessment_chart(number, format="png", lang=Language.ZH).save(folder / "chart.png"),
        ]
        for file in fetched:
            print(f"Fetched {file}")
        follow(client, flow.id)
    return fetched


def scores(client: Client, assessment: int) -> dict[Dimension, float | None]:
    """Wait for an assessment; dimension → its score."""
    found = client.wait(assessment).result
    return {} if found is None else {name: one.score for name, one in found.dimensions.items()}


def follow(client: Client, flow: int) -> None:
    """Send what happens to a live log as it happens, and have it assessed."""
    log = client.make_live_log(name="today", flow=flow).id
    work = [("4711", "预约", "08:30"), ("4711", "为预约客户备好工位和配件", "09:00"), ("4712", "散客登记", "09:20")]
    events = [
        EventRequest(
            id=f"crm-{number}",
            case=case,
            activity=activity,
            time=datetime.fromisoformat(f"2026-03-02T{time}:00+08:00"),
        )
        for number, (case, activity, time) in enumerate(work)
    ]
    _ = client.append_events(log, events[:2])
    again = client.append_events(log, events)
    print(f"Live log {log}: {again.accepted} new event, {again.duplicates} were there already")
    _ = client.close_case(log, "4711")
    so_far = scores(client, client.assess(flow, log).id)
    print(f"  completeness so far: {so_far[Dimension.COMPLETENESS]:.1f}")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="trueline-"))
    target.mkdir(parents=True, exist_ok=True)
    walk(target)
