from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.http.server import listening, serve
from api.settings import Settings
from engine.errors import InputRefused, Value
from tests.api.http.service import PATIENCE

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "import sys; sys.argv[0] = 'trueline'; from api.cli import main; main()"


def say_nothing(code: str, **values: Value) -> None:
    """Nobody listens."""
    del code, values


@contextmanager
def process(data: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """``trueline serve`` as a process; with its address, and its key when it showed one."""
    command = [sys.executable, "-c", PROGRAM, "serve", "--data", str(data), "--port", "0", "--lang", "en", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as started:  # noqa: S603 - our own
        try:
            told = ""
            while "http://" not in told and (line := started.stdout.readline() if started.stdout else ""):
                told += line
            key = "".join(re.findall(r"trueline_[\w-]+", told))
            yield started, "".join(re.findall(r"http://\S+", told)), key
        finally:
            started.kill()


def status(address: str, key: str) -> int:
    return httpx.get(f"{address}/flows", headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE).status_code


def test_key_survives_restarts_until_a_new_one_is_made(tmp_path: Path) -> None:
    with process(tmp_path / "d") as (first, address, key):
        assert status(address, key) == 200
        first.terminate()
        assert first.wait(PATIENCE) == 0
    with process(tmp_path / "d", "--new-key") as (_, address, second):
        assert (second != key, status(address, second), status(address, key)) == (True, 200, 401)


def test_first_start_shows_a_link_that_signs_in_once(tmp_path: Path) -> None:
    with process(tmp_path / "d") as (started, _, _):
        line = started.stdout.readline() if started.stdout else ""
        (link,) = re.findall(r"http://127\.0\.0\.1:\d+/sign-in\?token=[\w-]{43}", line)
        address, _, token = link.partition("?token=")
        assert httpx.get(link, timeout=PATIENCE).status_code == 200
        origin = {"Origin": address.removesuffix("/sign-in")}
        answers = [httpx.post(address, data={"token": token}, headers=origin, timeout=PATIENCE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 401]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_service_ends_in_good_order_when_told_to(tmp_path: Path, number: signal.Signals) -> None:
    with process(tmp_path / "d") as (started, address, _):
        assert address.startswith("http://127.0.0.1:")
        os.kill(started.pid, number)
        assert started.wait(PATIENCE) == 0


def test_address_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputRefused) as refused:
        serve(Settings(data=tmp_path / "d", port=taken.getsockname()[1]), say=say_nothing)
    assert refused.value.problems[0].code == "service.address-unusable"


@pytest.mark.parametrize("host", ["not a host", "203.0.113.7", "::zz", "x" * 255])
def test_address_that_is_none_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(InputRefused) as refused:
        serve(Settings(data=tmp_path / "d", port=0, host=host), say=say_nothing)
    assert refused.value.problems[0].code == "service.address-unusable"


@pytest.mark.parametrize("cold", [True, False])
def test_the_first_start_of_a_machine_says_that_it_takes_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, cold: bool
) -> None:
    told: list[str] = []
    monkeypatch.setattr("api.http.server.is_cold", lambda: cold)
    with pytest.raises(InputRefused):
        serve(Settings(data=tmp_path / "d", port=0, host="not a host"), say=lambda code, **_: told.append(code))
    assert ("service.compiling" in told) is cold


def test_no_part_of_an_answer_waits_for_the_acknowledgement_of_another(tmp_path: Path) -> None:
    with (
        listening(Settings(data=tmp_path / "d", port=0)) as listener,
        socket.create_connection(listener.getsockname(), PATIENCE),
    ):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
