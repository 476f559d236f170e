from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_walkthrough_goes_the_whole_way(tmp_path: Path) -> None:
    command = [sys.executable, "examples/service_walkthrough.py", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr
    assert "adaptability:" in done.stdout
    assert "1 new event, 2 were there already" in done.stdout
    assert "completeness so far:" in done.stdout
    assert "汽车服务顾问" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
