"""The README is run: its files are written, its commands executed, its links followed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
FILES = re.findall(r"Save this as `([^`]+)`:\n\n```\w+\n(.*?)```", TEXT, flags=re.DOTALL)
COMMANDS = re.findall(r"^\$ trueline (.+)$", TEXT, flags=re.MULTILINE)


def run(folder: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    """One command line, as a user would type it."""
    return subprocess.run(  # noqa: S603 - the commands are the README's own
        [sys.executable, "-c", "from api.cli import main; main()", *arguments.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_every_command_runs_in_order(tmp_path: Path) -> None:
    for name, content in FILES:
        (tmp_path / name).write_text(content, encoding="utf-8")
    failed = [(command, done.stderr) for command in COMMANDS if (done := run(tmp_path, command)).returncode != 0]
    assert failed == []
    made = {path.name for path in tmp_path.iterdir()}
    assert made >= {"report.html", "result.json", "callback.svg", "callback.png", "discovered.yaml", "played.xes.gz"}


def test_what_the_readme_says_of_its_example_is_so(tmp_path: Path) -> None:
    for name, content in FILES:
        (tmp_path / name).write_text(content, encoding="utf-8")
    shown = run(tmp_path, "assess callback.yaml calls.csv")
    assert "Skipped" in shown.stdout
    assert "Late" in shown.stdout
    assert "完整性" in run(tmp_path, "--lang zh assess callback.yaml calls.csv").stdout


def test_there_is_something_to_run() -> None:
    assert len(FILES) == 2
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", TEXT))))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)", TEXT))))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
