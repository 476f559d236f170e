"""What libraries do unasked is asked of none: no file is read by them, nothing printed, no time counted."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for part in ("engine", "api") for path in (ROOT / part).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """What a module imports, by a statement or by a name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in {"load", "import_module", "__import__"} and isinstance(first, ast.Constant):
                yield str(first.value)


def test_duckdb_which_reads_files_and_fetches_extensions_is_not_used() -> None:
    assert [path.name for path in MODULES if any(name.partition(".")[0] == "duckdb" for name in imported(path))] == []


def test_of_pm4py_nothing_is_used_but_its_miners() -> None:
    """It reads addresses of the internet as files, and drops the offset of a time from business hours."""
    used = {name for path in MODULES for name in imported(path) if name.partition(".")[0] == "pm4py"}
    assert len(used) >= 3
    allowed = ("pm4py.algo.discovery.", "pm4py.objects.", "pm4py.util.")
    assert {name for name in used if not name.startswith(allowed)} == set()
    assert {name for name in used if "importer" in name or "read" in name or "business" in name} == set()


@pytest.mark.parametrize("miner", ["inductive", "heuristics"])
def test_a_miner_prints_nothing_of_its_own(miner: str, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("case,activity,timestamp\na,A,2026-03-01T09:00:00Z\na,B,2026-03-01T09:10:00Z\n", encoding="utf-8")
    code = (
        "from pathlib import Path\n"
        "from api.composition import discover_process, load_log\n"
        f"discover_process(load_log(Path({str(log)!r})), miner={miner!r}, noise=0.0)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
