"""Logs: one JSON object a line, of every logger, with what is known of the request and never a secret."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.assessments.computing import _load
from api.operations.logs import LogFormat, LogLevel, logging_to
from api.settings import load_settings
from engine.errors import InputRefused
from engine.jobs.child import Child
from tests.api.http.service import FLOW, LOG, PATIENCE, Service, service_in
from tests.api.http.test_server import process

SECRET = "trueline_" + "s" * 43
FACTS = {"time", "level", "logger", "message", "request", "method", "route", "key", "status", "milliseconds"}


class Log:
    """What was logged."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logger]


@pytest.fixture
def log() -> Iterator[Log]:
    stream = io.StringIO()
    with logging_to(stream, form=LogFormat.JSON, level=LogLevel.DEBUG):
        yield Log(stream)


@pytest.fixture
def quiet(tmp_path: Path, log: Log) -> Iterator[Service]:
    """A service whose log is looked at."""
    with service_in(tmp_path / "data") as service:
        log.stream.truncate(0)
        log.stream.seek(0)
        yield service


def test_each_request_is_a_line_with_what_is_known_of_it(quiet: Service, log: Log) -> None:
    answer = quiet.client.get("/flows/7", headers={"X-Request-Id": "desk-4711"})
    (line,) = log.of("trueline.request")
    assert set(line) == FACTS
    assert {name: line[name] for name in FACTS - {"time", "milliseconds"}} == {
        "level": "info",
        "logger": "trueline.request",
        "message": "GET /api/v1/flows/{flow} 404",
        "request": "desk-4711",
        "method": "GET",
        "route": "/api/v1/flows/{flow}",
        "key": 1,
        "status": 404,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert 0 < line["milliseconds"] < 1_000 * PATIENCE
    assert (answer.headers["x-request-id"], answer.json()["request"]) == ("desk-4711", "desk-4711")


@pytest.mark.parametrize("asked", ["", "a b", "x" * 65, "ä", "a\tb", '"}', "a/b"])
def test_a_request_id_that_is_not_sane_is_replaced(quiet: Service, asked: str) -> None:
    answers = [quiet.client.get("/flows", headers={b"X-Request-Id": asked.encode()}) for _ in range(2)]
    names = {answer.headers["x-request-id"] for answer in answers}
    assert len(names) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in names)


def test_every_answer_has_a_request_id_whoever_gives_it(quiet: Service) -> None:
    for path in ("/health", "/ready", "/", "/nowhere", "/api/v1/flows", "/static/none.js", "/metrics"):
        answer = httpx.get(f"{quiet.url}{path}", headers={"X-Request-Id": "r1"})
        assert answer.headers.get_list("x-request-id") == ["r1"], path
        if "problem+json" in answer.headers["content-type"]:
            assert answer.json()["request"] == "r1"


def test_our_own_fault_is_logged_with_its_request_and_answered_with_it(
    quiet: Service, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("api.operations.metrics.Metrics.text", fail)
    key = {"Authorization": f"Bearer {quiet.key}", "X-Request-Id": "broken"}
    answer = httpx.get(f"{quiet.url}/metrics", headers=key)
    assert (answer.status_code, answer.json()["request"], answer.headers["x-request-id"]) == (500, "broken", "broken")
    lines = [line for line in log.lines if "ZeroDivisionError" in line.get("error", "")]
    assert [line["request"] for line in lines] == ["broken"]
    assert log.of("trueline.request")[-1]["level"] == "warning"


def test_what_a_thread_logs_for_a_request_names_it(quiet: Service, log: Log, tmp_path: Path) -> None:
    number = quiet.upload_flow()
    for path in (tmp_path / "data" / "files").rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    quiet.client.get(f"/flows/{number}/source", headers={"X-Request-Id": "r9"})
    (line,) = [line for line in log.of("trueline.service") if "damaged" in line["message"]]
    assert (line["request"], line["route"], "status" in line) == ("r9", "/api/v1/flows/{flow}/source", False)


def test_probes_are_said_at_debug_where_all_is_well(quiet: Service, log: Log) -> None:
    for path in ("/health", "/ready", "/metrics"):
        httpx.get(f"{quiet.url}{path}", headers={"Authorization": f"Bearer {quiet.key}"})
    levels = {line["route"]: line["level"] for line in log.of("trueline.request") if line["status"] == 200}
    assert set(levels.values()) == {"debug"}


def test_nothing_that_was_sent_is_in_a_line(quiet: Service, log: Log) -> None:
    with quiet.client_with(SECRET) as stranger:
        stranger.get("/flows", params={"name": "secret-query"})
        stranger.get("/secret-path")
    quiet.client.post("/flows", params={"name": "secret.yaml"}, content=b"secret body: " + FLOW.encode())
    quiet.client.post("/keys", json={"name": "secret-name", "role": "reviewer"})
    log_number = quiet.client.post("/logs", json={"name": "secret-log"}).json()["id"]
    made = quiet.client.post(f"/logs/{log_number}/hooks", json={"url": "https://desk.invalid/secret-hook"}).json()
    httpx.get(f"{quiet.url}/sign-in", params={"token": SECRET[9:]})
    # The clients are of this process too; their own lines are none of the service's.
    text = json.dumps([line for line in log.lines if not line["logger"].startswith("http")])
    for secret in (SECRET, SECRET[9:], quiet.key, "secret", made["secret"]):
        assert secret not in text
    assert len(log.of("trueline.request")) == 7


def test_an_error_of_the_database_says_nothing_of_its_values(quiet: Service, log: Log) -> None:
    with quiet.running.database.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE key RENAME TO away")
    answer = quiet.client.post("/keys", json={"name": "a-name-of-somebody", "role": "reviewer"})
    assert answer.status_code == 500
    assert "OperationalError" in log.stream.getvalue()
    assert "a-name-of-somebody" not in log.stream.getvalue()


@pytest.mark.parametrize(
    "message",
    [
        f"the key {SECRET}",
        "the hook whsec_" + "A" * 40,
        "GET /sign-in?token=" + "t" * 43,
        "Authorization: Bearer " + "b" * 43,
        "postgresql+psycopg://user:" + "p4ssword@db/trueline",
    ],
)
@pytest.mark.parametrize("form", LogFormat)
def test_what_looks_like_a_secret_is_left_out_of_every_line(message: str, form: LogFormat) -> None:
    stream = io.StringIO()
    with logging_to(stream, form=form, level=LogLevel.INFO):
        logging.getLogger("any").warning(message)
    assert "***" in stream.getvalue()
    assert not re.search(r"s{16}|A{16}|t{16}|b{16}|p4ssword", stream.getvalue())


@pytest.mark.parametrize("name", ["uvicorn.error", "dbos", "alembic.runtime.migration", "some.library"])
def test_every_library_goes_the_same_way(log: Log, name: str) -> None:
    logging.getLogger(name).error("line one\nline two   and %s", "more")
    (line,) = log.of(name)
    assert line["message"] == "line one\nline two   and more"
    assert log.stream.getvalue().count("\n") == 1


def test_warnings_and_what_ends_a_thread_are_lines_too(log: Log) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("look out", stacklevel=1)
        logging.captureWarnings(capture=False)
    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    assert "look out" in log.of("py.warnings")[0]["message"]
    (line,) = log.of("trueline.service")
    assert line["message"] == "thread worker ended"
    assert "ZeroDivisionError" in line["error"]


def test_text_is_one_line_whatever_a_message_holds() -> None:
    stream = io.StringIO()
    with logging_to(stream, form=LogFormat.TEXT, level=LogLevel.INFO):
        logging.getLogger("any").info("a name\n2026-01-01 error forged \x1b[31m 接待")
        logging.getLogger("any").debug("not this")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r"info any a name\n2026-01-01 error forged \x1b[31m 接待")


def test_logging_is_as_before_afterwards() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level, threading.excepthook
    with logging_to(io.StringIO(), form=LogFormat.JSON, level=LogLevel.DEBUG):
        assert root.level == logging.DEBUG
    assert (root.handlers[:], root.level, threading.excepthook) == before


def test_the_process_that_computes_logs_as_the_service_does(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUELINE_LOG_LEVEL", "error")
    child = Child(_load)
    try:
        child.call(say_something, "from there", tell=lambda _: None)
    finally:
        child.close()
    (line,) = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert (line["logger"], line["level"], line["message"]) == ("any", "error", "from there")


def say_something(what: str, _tell: object) -> None:
    """Log something, in a process of its own."""
    logging.getLogger("any").warning("not this")
    logging.getLogger("any").error(what)


def test_everything_that_a_real_service_says_on_standard_error_is_json(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUELINE_LOG_LEVEL", "DEBUG")
    with process(tmp_path / "d") as (started, address, key):
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE) as client:
            client.post("/flows", params={"name": "visit.yaml"}, content=FLOW.encode())
            client.post("/logs", params={"name": "visits.csv"}, content=LOG.encode())
            client.post("/assessments", json={"flow": 1, "log": 1})
            while client.get("/assessments/1").json()["status"] not in ("done", "failed"):
                pass
        started.terminate()
        assert started.wait(PATIENCE) == 0
    captured = capfd.readouterr().err
    sys.stderr.write(captured)
    lines = [json.loads(line) for line in captured.splitlines()]
    loggers = {line["logger"] for line in lines}
    assert {"uvicorn.error", "trueline.request"} <= loggers
    assert "uvicorn.access" not in loggers
    assert {"time", "level", "logger", "message"} <= set.intersection(*(set(line) for line in lines))
    assert key not in captured


@pytest.mark.parametrize(("name", "value"), [("LOG_FORMAT", "xml"), ("LOG_LEVEL", "loud")])
def test_a_form_or_level_that_is_none_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"TRUELINE_{name}", value)
    with pytest.raises(InputRefused) as refusal:
        load_settings()
    assert refusal.value.problems[0].place.source == f"TRUELINE_{name}"
