"""Small inputs for tests of the command line, and ways to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from api.cli import app

ROOT = Path(__file__).resolve().parents[3]

FLOW = """\
trueline: 1
flow: survey
title: {en: Customer survey, zh: 客户调查}
nodes:
  start: start
  conduct: {step: {en: Conduct, zh: 开展}}
  collect: {step: {en: Collect, zh: 回收}, at-most: 14d}
  analyse: {step: {en: Analyse, zh: 分析}}
  end: end
edges:
  - start -> conduct -> collect -> analyse -> end
"""

LOG = """\
case,activity,timestamp
1,Conduct,2026-01-01T08:00:00Z
1,Collect,2026-01-02T08:00:00Z
1,Analyse,2026-01-03T08:00:00Z
2,Conduct,2026-01-01T08:00:00Z
2,Analyse,2026-01-03T08:00:00Z
2,Call back {found},2026-01-03T09:00:00Z
"""
"""Case 1 fits; case 2 lacks one step and has an activity that the flow does not have: cost 2."""


def flow_file(folder: Path, text: str = FLOW, name: str = "survey.yaml") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def log_file(folder: Path, text: str = LOG, name: str = "survey.csv") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def run(*arguments: str, stdin: str | None = None, **environment: str) -> Result:
    """One command in this process."""
    clean = {name: None for name in os.environ if name.startswith("TRUELINE_")}
    plain = {"LC_ALL": "C", "COLUMNS": "200", "NO_COLOR": "1"}
    return CliRunner().invoke(app, list(arguments), input=stdin, env={**clean, **plain, **environment})


def process(*arguments: str, stdout: int = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """One command in a process of its own, in the C locale."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "NUMBA_CACHE_DIR") if name in os.environ}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", "from api.cli import main; main()", *arguments],
        cwd=ROOT,
        env={**kept, "LC_ALL": "C", **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
