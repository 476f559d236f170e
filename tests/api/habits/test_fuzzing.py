"""The OpenAPI document held against the service by schemathesis: examples, edges, random requests, sequences of them.

Requests are random but the seed is fixed. What the document promises is held of each answer: status, kind, shape,
headers; nothing that contradicts it may be taken, and no answer may be a fault of our own (500). Each phase has a
service of its own, and what removes or closes things comes last in it: a log that is closed takes nothing any more, so
that all that follows would be 409. Left out is ``If-Match``, because a random tag ends nearly every request with 412
before anything of it is looked at (``test_preconditions`` holds it for every route), and the stream, which does not
end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.storage.tables import Role
from tests.api.accounts.things import MAKERS, Things, thing
from tests.api.http.service import FLOW, Service, service_in
from tests.databases import BACKENDS, url_of

SEED = 20_260_401
TAKEN = ["2xx", "3xx", "401", "403", "404", "409", "412", "413", "415", "422", "429"]
"""What a request that fits the document may be answered with: not all that is asked of a flow is said by a schema."""

PHASES = ("examples", "coverage", "fuzzing", "stateful")
LAST = ("/api/v1/logs/{log}/cases/{case}/close", "/api/v1/logs/{log}/close", "/api/v1/keys/{key}")
"""What ends a thing that others need, in this order; before it, what removes one."""

SHORT = (
    (Role.REVIEWER, "postgresql", "examples"),
    (Role.OPERATOR, "sqlite", "coverage"),
    (Role.ADMINISTRATOR, "sqlite", "fuzzing"),
    (Role.DESIGNER, "postgresql", "stateful"),
)
"""Every phase, every role and both kinds of database, but not each with each."""

SHORT_EXAMPLES = 3
LONG_EXAMPLES = 40
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with one thing of each kind, that takes wrong keys without an end."""
    monkeypatch.setattr("api.accounts.attempts.BURST", 10**9)
    with url_of(request, tmp_path) as url, service_in(tmp_path / "data", database=url, private_hooks=True) as running:
        made = Things(flow=str(running.upload_flow(FLOW.replace("serve", "inspect"))))  # as the examples call it
        for name in MAKERS:
            thing(running, made, name)
        yield running


def settings() -> str:
    """What only a file can tell schemathesis."""
    ordered = "".join(f'[phases.{phase}]\noperation-ordering = "none"\n' for phase in PHASES[:3])
    taken = f"[checks.positive_data_acceptance]\nexpected-statuses = {json.dumps(TAKEN)}\n"
    return f'hooks = "tests.api.habits.fuzzed_formats"\n{ordered}{taken}'


def fuzz(service: Service, folder: Path, *, role: Role, phase: str, examples: int) -> None:
    """Run a phase of schemathesis as a role; it finds nothing, and the key that it used still opens the service."""
    document = service.client.get("/openapi.json").json()
    ending = [path for path, operations in document["paths"].items() if "delete" in operations and path not in LAST]
    document["paths"] |= {path: document["paths"].pop(path) for path in (*ending, *LAST)}
    for operations in document["paths"].values():
        for operation in operations.values():
            given = operation.get("parameters", [])
            operation["parameters"] = [one for one in given if not one.get("$ref", "").endswith("/IfMatch")]
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "schemathesis.toml").write_text(settings())
    _, key = service.new_key(role)
    options = {
        "--url": service.url,
        "--header": f"Authorization: Bearer {key}",
        "--exclude-path": "/api/v1/logs/{log}/stream",
        "--phases": phase,
        "--max-examples": str(examples),
        "--seed": str(SEED),
        "--generation-database": "none",
        "--request-timeout": "60",
    }
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json"]
    command += ["--continue-on-failure", "--no-color", *(part for option in options.items() for part in option)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    with service.client_with(key) as client:
        assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("service", "role", "phase"), [(backend, role, phase) for role, backend, phase in SHORT], indirect=["service"]
)
def test_short_run_finds_nothing(service: Service, tmp_path: Path, role: Role, phase: str) -> None:
    fuzz(service, tmp_path, role=role, phase=phase, examples=SHORT_EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("service", BACKENDS, indirect=True)
def test_long_run_finds_nothing(service: Service, tmp_path: Path, role: Role, phase: str) -> None:
    fuzz(service, tmp_path, role=role, phase=phase, examples=LONG_EXAMPLES)
