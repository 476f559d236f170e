"""The program as it is really run: in a process of its own, with a locale, pipes and signals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.api.cli.making import ROOT, flow_file, log_file, process

BAR = b"\xe2\x94\x82"
"""The line between two columns, in UTF-8."""


def test_chinese_comes_out_whole_in_an_ascii_locale(tmp_path: Path) -> None:
    result = process("log", log_file(tmp_path, name="日志.csv"), "--lang", "zh")
    assert result.returncode == 0
    assert "日志.csv" in result.stdout.decode("utf-8")
    assert "案例数" in result.stdout.decode("utf-8")
    assert BAR in result.stdout


def test_json_on_standard_output_stands_alone(tmp_path: Path) -> None:
    result = process("align", flow_file(tmp_path), log_file(tmp_path), "--json", "-", "--lang", "zh")
    assert json.loads(result.stdout)["total_cost"] == 2


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from api.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'polars', 'numba', 'numpy', 'lxml', 'fastapi', 'sqlmodel', 'pm4py'}\n"
        "print(heavy & set(sys.modules), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60)  # noqa: S603
    assert result.stderr.strip() == b"set()"


def test_a_closed_reader_is_no_failure(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = process("log", log_file(tmp_path), stdout=writer)
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("options", [(), ("--json", "-")])
def test_a_full_device_is_said(tmp_path: Path, options: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        result = process("log", log_file(tmp_path), *options, stdout=full.fileno())
    assert result.returncode == 2
    assert b"cannot be written" in result.stderr
    assert b"Traceback" not in result.stderr


def test_closed_standard_output_is_no_crash(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-c", "from api.cli import main; main()"]
    result = subprocess.run(  # noqa: S603
        [*command, "log", log_file(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, check=False, timeout=60
    )
    assert (result.returncode, result.stderr) == (0, b"")


def test_an_interrupt_ends_quietly(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", "0", "--data", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:  # noqa: S603
        assert running.stdout is not None
        lines = [running.stdout.readline() for _ in range(2)]
        assert any(b"127.0.0.1" in line for line in lines)
        started = time.monotonic()
        running.terminate()
        _, errors = running.communicate(timeout=60)
    assert b"Traceback" not in errors
    assert time.monotonic() - started < 30
