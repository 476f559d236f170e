"""The OpenAPI document held against the service by schemathesis: examples, edges, random requests, sequences of them.

Requests are random but the seed is fixed. What the document promises is held of each answer: status, kind, shape,
headers; nothing that contradicts it may be taken, and no answer may be a fault of our own (500). Left out is
``If-Match``, because a random tag ends nearly every request with 412 before anything of it is looked at
(``test_preconditions`` holds it for every route), and the stream, which does not end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.storage.tables import Role
from tests.api.accounts.things import MAKERS, Things, thing
from tests.api.http.service import Service, service_in
from tests.databases import BACKENDS, url_of

SEED = 20_260_401
TAKEN = ["2xx", "3xx", "401", "403", "404", "409", "412", "413", "415", "422", "429"]
"""What a request that fits the document may be answered with: not all that is asked of a flow is said by a schema."""

SHORT = (
    (Role.ADMINISTRATOR, "sqlite", "examples,fuzzing"),
    (Role.ADMINISTRATOR, "postgresql", "stateful"),
    (Role.OPERATOR, "sqlite", "coverage"),
    (Role.DESIGNER, "postgresql", "fuzzing"),
    (Role.REVIEWER, "postgresql", "examples"),
)
"""Every phase, every role and both kinds of database, but not each with each."""

SHORT_EXAMPLES = 1
LONG_EXAMPLES = 40
ALL_PHASES = "examples,coverage,fuzzing,stateful"


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with one thing of each kind, that takes wrong keys without an end."""
    monkeypatch.setattr("api.accounts.attempts.BURST", 10**9)
    with url_of(request, tmp_path) as url, service_in(tmp_path / "data", database=url, private_hooks=True) as running:
        made = Things()
        for name in MAKERS:
            thing(running, made, name)
        yield running


def fuzz(service: Service, folder: Path, *, role: Role, phases: str, examples: int) -> None:
    """Run schemathesis as a role; it finds nothing."""
    document = service.client.get("/openapi.json").json()
    for operations in document["paths"].values():
        for operation in operations.values():
            given = operation.get("parameters", [])
            operation["parameters"] = [one for one in given if not one.get("$ref", "").endswith("/IfMatch")]
    (folder / "openapi.json").write_text(json.dumps(document))
    statuses = json.dumps(TAKEN)
    (folder / "schemathesis.toml").write_text(f"[checks.positive_data_acceptance]\nexpected-statuses = {statuses}\n")
    _, key = service.new_key(role)
    options = {
        "--url": service.url,
        "--header": f"Authorization: Bearer {key}",
        "--exclude-path": "/api/v1/logs/{log}/stream",
        "--phases": phases,
        "--max-examples": str(examples),
        "--seed": str(SEED),
        "--generation-database": "none",
        "--request-timeout": "60",
    }
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json"]
    command += ["--continue-on-failure", "--no-color", *(part for option in options.items() for part in option)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize(
    ("service", "role", "phases"), [(backend, role, phases) for role, backend, phases in SHORT], indirect=["service"]
)
def test_short_run_finds_nothing(service: Service, tmp_path: Path, role: Role, phases: str) -> None:
    fuzz(service, tmp_path, role=role, phases=phases, examples=SHORT_EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("service", BACKENDS, indirect=True)
def test_long_run_finds_nothing(service: Service, tmp_path: Path, role: Role) -> None:
    fuzz(service, tmp_path, role=role, phases=ALL_PHASES, examples=LONG_EXAMPLES)
