"""Prints, after the run, what was compared."""

from __future__ import annotations

import pytest

from tests.peers.comparison import ROWS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROWS:
        return
    terminalreporter.section("compared with other aligners")
    terminalreporter.write_line("| log | lifecycle | noise | aligner | variants | total cost | agree |")
    terminalreporter.write_line("|---|---|---|---|---|---|---|")
    for row in ROWS:
        terminalreporter.write_line(str(row))
