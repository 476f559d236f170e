"""A walk through the service, as a program of yours would use it: Python's standard library, and real HTTP.

It starts ``trueline serve`` on a free port with a data folder of its own, uploads the flow of the eight-step service
advisor and a log of what happened, asks for an assessment, and fetches the report and a chart. Then it makes a live
log, sends events as they happen, some of them twice as after a lost answer, closes a case, and has it assessed too. Run
it with::

    python examples/service_walkthrough.py [FOLDER]

The report and the chart are written to FOLDER (default: a temporary one, shown at the end).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

EXAMPLES = Path(__file__).resolve().parent
FLOW = EXAMPLES / "flows" / "car_service_advisor.yaml"
LOG = EXAMPLES / "logs" / "car_service_advisor.xes.gz"
PATIENCE_SECONDS = 120.0
SERVE = "import sys; sys.argv[0] = 'trueline'; from api.cli import main; main()"
"""The same as the program ``trueline``, found wherever this file's Python finds the package."""


class Service:
    """A running service, seen from outside.

    Attributes:
        url: Where it listens.
        key: What opens it.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key

    def get(self, path: str) -> bytes:
        """Fetch something."""
        return self._send(urllib.request.Request(self.url + path))  # noqa: S310 - our own service's address

    def upload(self, kind: str, file: Path) -> dict[str, Any]:
        """Upload a file; what the service says of it."""
        request = urllib.request.Request(  # noqa: S310 - as above
            f"{self.url}/{kind}?name={file.name}",
            data=file.read_bytes(),
            headers={"Content-Type": "application/octet-stream"},
        )
        return self._json(self._send(request))

    def post(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        """Say something as JSON; what the service answers."""
        body, headers = json.dumps(said).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)  # noqa: S310 - as above
        return self._json(self._send(request))

    def assess(self, flow: int, log: int) -> dict[str, Any]:
        """Ask for an assessment and wait until it is done."""
        answer = self.post("/assessments", {"flow": flow, "log": log})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while answer["status"] in ("queued", "running") and time.monotonic() < deadline:
            time.sleep(0.2)
            answer = self._json(self.get(f"/assessments/{answer['id']}"))
        if answer["status"] != "done":
            raise RuntimeError(f"the assessment is {answer['status']}: {answer['problems']}")
        return answer

    def _send(self, request: urllib.request.Request) -> bytes:
        request.add_header("Authorization", f"Bearer {self.key}")
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - as above
            content: bytes = answer.read()
        return content

    @staticmethod
    def _json(content: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(content)
        return answer


@contextmanager
def service(data: Path) -> Iterator[Service]:
    """Start the service, read its key and its address, and stop it at the end."""
    command = [sys.executable, "-c", SERVE, "serve", "--data", str(data), "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:  # noqa: S603
        try:
            yield _ready(process.stdout)
        finally:
            process.terminate()


def _ready(output: IO[str] | None) -> Service:
    key = url = ""
    for line in output or ():
        key = key or "".join(re.findall(r"trueline_[\w-]+", line))
        url = url or "".join(re.findall(r"http://\S+", line))
        if key and url:
            return Service(url, key)
    raise RuntimeError("the service did not start")


def walk(folder: Path) -> list[Path]:
    """Go the whole way once; the files that were fetched."""
    with service(folder / "data") as running:
        print(f"The service listens at {running.url}")
        flow = running.upload("flows", FLOW)
        print(f"Flow {flow['id']}: {flow['title']['en']} / {flow['title']['zh']}, {flow['steps']} steps")
        log = running.upload("logs", LOG)
        print(f"Log {log['id']}: {log['cases']} cases, {log['events']} events")
        answer = running.assess(flow["id"], log["id"])
        for name, dimension in answer["result"]["dimensions"].items():
            score = "not assessable" if dimension["score"] is None else f"{dimension['score']:.1f}"
            print(f"  {name}: {score}")
        fetched = []
        for name, path in (
            ("report.html", f"/assessments/{answer['id']}/report?lang=zh"),
            ("chart.png", f"/assessments/{answer['id']}/chart?show=deviations&format=png&lang=zh"),
        ):
            (folder / name).write_bytes(running.get(path))
            fetched.append(folder / name)
            print(f"Fetched {folder / name}")
        follow(running, flow["id"])
    return fetched


def follow(running: Service, flow: int) -> None:
    """Send what happens to a live log as it happens, and have it assessed."""
    log = running.post("/logs", {"name": "today", "flow": flow})["id"]
    work = [("4711", "预约", "08:30"), ("4711", "为预约客户备好工位和配件", "09:00"), ("4712", "散客登记", "09:20")]
    events = [
        {"id": f"crm-{number}", "case": case, "activity": activity, "time": f"2026-03-02T{time}:00+08:00"}
        for number, (case, activity, time) in enumerate(work)
    ]
    running.post(f"/logs/{log}/events", {"events": events[:2]})
    again = running.post(f"/logs/{log}/events", {"events": events})
    print(f"Live log {log}: {again['accepted']} new event, {again['duplicates']} were there already")
    running.post(f"/logs/{log}/cases/4711/close", {})
    answer = running.assess(flow, log)
    print(f"  completeness so far: {answer['result']['dimensions']['completeness']['score']:.1f}")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="trueline-"))
    target.mkdir(parents=True, exist_ok=True)
    walk(target)
