"""What a hurried user gives: never a traceback, always one clear line and the right exit code."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.api.cli.making import FLOW, LOG, run

HEADER = "case,activity,timestamp\n"
FILES: dict[str, bytes] = {
    "flow.yaml": FLOW.encode(),
    "log.csv": LOG.encode(),
    "empty": b"",
    "comment.yaml": b"\n# nothing but a comment\n",
    "tabs.yaml": b"trueline: 1\nflow: x\nnodes:\n\tstart: start\n",
    "list.yaml": b"- trueline\n",
    "junk": b"\0" + random.Random(5).randbytes(2_000),
    "half.xes.gz": b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
    "half.xes": b"<log><trace><event>",
    "none.csv": HEADER.encode(),
    "none.xes": b'<log xes.version="1.0"><trace><string key="concept:name" value="c"/></trace></log>',
    "one.csv": (HEADER + "1,Conduct,2026-01-01T08:00:00Z\n").encode(),
    "other.csv": (HEADER + "1,Open,2026-01-01T08:00:00Z\n1,Shut,2026-01-01T09:00:00Z\n").encode(),
    "nothing.pnml": b'<pnml><net id="n" type="http://www.pnml.org/version-2009/grammar/ptnet"/></pnml>',
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


REFUSED = {
    "check empty": "The file is empty",
    "check comment.yaml": "The file is empty",
    "check tabs.yaml": "tabs.yaml:4: This is not YAML",
    "check list.yaml": "The file holds no keys and values",
    "check junk": "The file is not text",
    "check folder": "This is not a file",
    "check missing.yaml": "There is no such file",
    "check nothing.pnml": "No place holds a token at the beginning",
    "assess log.csv flow.yaml": "log.csv: The file is an event log, not a flow — Give the flow first",
    "assess half.xes flow.yaml": "half.xes: The file is an event log, not a flow",
    "assess flow.yaml flow.yaml": "This is a flow, not an event log — Give the flow first and the log second",
    "assess flow.yaml nothing.pnml": "it begins with “pnml” instead of “log”",
    "assess flow.yaml folder": "This is not a file",
    "assess flow.yaml empty": "The file is empty",
    "assess flow.yaml junk": "none of the formats of logs",
    "assess flow.yaml half.xes": "The document ends too early",
    "assess flow.yaml half.xes.gz": "The gzip file ends too early",
    "assess flow.yaml log.csv --closed idle:0d": "An idle time of 0d is out of range",
    "assess flow.yaml log.csv --now 2026-13-01": "--now: 2026-13-01 is not a time",
    "assess flow.yaml log.csv --html no/report.html": "cannot be written",
    "assess flow.yaml log.csv --json folder": "cannot be written",
    "align flow.yaml log.csv --budget nan": "--budget: nan is not between",
    "chart flow.yaml -o no/flow.svg": "cannot be written",
    "discover none.csv -o found.yaml": "The log has no events",
    "discover none.xes -o found.yaml": "The log has no events",
    "discover one.csv -o found.yaml": "A flow has at least two steps",
    "discover log.csv -o no/found.yaml": "cannot be written",
    "convert junk played.csv": "none of the formats of logs",
    "simulate flow.yaml -o no/played.csv": "cannot be written",
    "simulate flow.yaml -o played.csv --cases 99999999999": "is not between 1 and 1000000",
    "simulate flow.yaml -o played.csv --seed -1": "--seed: -1 is not between 0 and",
    "simulate flow.yaml -o played.csv --from 9999-12-31": "The calendars end with the year",
    "simulate nothing.pnml -o played.csv": "No place holds a token at the beginning",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_makes_no_sense_is_refused_in_words(folder: Path, line: str) -> None:
    result = run(*line.split())
    assert result.exit_code == 2
    assert REFUSED[line] in result.stderr
    assert result.stdout == ""
    assert {path.name for path in folder.iterdir()} == {*FILES, "folder"}


ODD = {
    "assess flow.yaml none.csv": "The log has no events",
    "assess flow.yaml none.xes": "Cases have no events",
    "assess flow.yaml one.csv": "Unfinished",
    "assess flow.yaml other.csv": "No activity of the log is a step of the flow: the log has Open, Shut; the flow has",
    "align flow.yaml other.csv": "No activity of the log is a step of the flow",
    "chart flow.yaml --log other.csv -o c.svg": "No activity of the log is a step of the flow",
    "align flow.yaml none.csv": "Average fitness",
    "log none.csv": "Nothing odd was found",
    "chart flow.yaml --log none.csv -o c.svg": "Written: c.svg",
    "assess flow.yaml one.csv --closed ended": "1 open",
    "assess flow.yaml one.csv --closed idle:1d": "1 open",
    "assess flow.yaml one.csv --closed idle:1d --now 2026-01-03": "0 open",
    "assess flow.yaml log.csv --now 1999-01-01": "--now: This moment lies before the latest event of the log",
    "assess flow.yaml log.csv --closed ended --now 9999-12-31": "judged at 9999-12-31",
}


@pytest.mark.parametrize("line", ODD)
@pytest.mark.usefixtures("folder")
def test_what_is_odd_is_done_and_said(line: str) -> None:
    result = run(*line.split())
    assert result.exit_code == 0, result.output
    assert ODD[line] in result.output


@pytest.mark.usefixtures("folder")
def test_one_activity_that_matches_is_no_reason_to_warn() -> None:
    assert "No activity of the log" not in run("assess", "flow.yaml", "log.csv").stderr
