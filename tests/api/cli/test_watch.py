"""``trueline watch``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from api.watching import Board, events_of_lines
from engine.conformance.online import OnlineChecker
from engine.errors import InputRefused, LimitExceeded
from engine.limits import DEFAULT_LIMITS, Limits
from tests.api.cli.making import flow_file, log_file, run
from tests.making import make_net
from tests.shared_data import shared


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def streamed(folder: Path, *events: dict[str, Any] | str, options: tuple[str, ...] = ()) -> Any:
    """A stream of events through the command."""
    text = "".join((event if isinstance(event, str) else json.dumps(event)) + "\n" for event in events)
    return run("watch", flow_file(folder), "-", *options, stdin=text)


def test_a_log_is_told_in_the_order_of_time(tmp_path: Path) -> None:
    result = run("watch", flow_file(tmp_path), log_file(tmp_path))
    assert result.exit_code == 0
    first, second, summary = result.stdout.splitlines()
    assert first.startswith("2026-01-03 08:00:00Z · case 2 · Analyse: cost 1 (+1), not expected here, or something")
    assert first.endswith("1. Skipped: collect (new)")
    assert second.endswith("cost 2 (+1), not expected here · 2. Unplanned: Call back {found} (new)")
    assert summary == "6 events of 2 cases; cases that deviate so far: 1"


def test_every_event_can_be_told_with_what_comes_next(tmp_path: Path) -> None:
    result = run("watch", flow_file(tmp_path), log_file(tmp_path), "--every")
    assert "2026-01-01 08:00:00Z · case 1 · Conduct: cost 0 · next: collect" in result.stdout
    assert len(result.stdout.splitlines()) == 7


def test_the_same_is_said_in_chinese(tmp_path: Path) -> None:
    result = run("watch", flow_file(tmp_path), log_file(tmp_path), "--lang", "zh")
    assert "此处不应出现，或之前缺少步骤 · 1. 漏做：collect（新出现）" in result.stdout


def test_json_has_one_object_in_each_line(tmp_path: Path) -> None:
    result = run("watch", flow_file(tmp_path), log_file(tmp_path), "--json", "-", "--close")
    first, second = lines(result.stdout)
    assert first == {
        "case": "2",
        "closed": False,
        "position": 1,
        "activity": "Analyse",
        "step": "analyse",
        "time": "2026-01-03T08:00:00Z",
        "late": False,
        "cost": 1,
        "rise": 1,
        "kind": "either",
        "expected": ["collect"],
        "ruled_out": [],
        "required": [],
        "may_end": True,
        "deviations": [
            {
                "number": 1,
                "change": "opened",
                "kind": "skipped",
                "steps": ["collect"],
                "positions": [],
                "cost": 1,
                "other_branch": False,
            }
        ],
    }
    assert [(one["number"], one["change"]) for one in second["deviations"]] == [(1, "unchanged"), (2, "opened")]


def test_a_json_file_holds_what_standard_output_would(tmp_path: Path) -> None:
    written = tmp_path / "out.jsonl"
    arguments = ("watch", flow_file(tmp_path), log_file(tmp_path), "--every", "--close", "--json")
    assert run(*arguments, str(written)).exit_code == 0
    assert written.read_text("utf-8") == run(*arguments, "-").stdout


def test_a_stream_takes_late_events_and_ends(tmp_path: Path) -> None:
    result = streamed(
        tmp_path,
        {"case": 1, "activity": "Conduct", "time": "2026-01-01T08:00:00Z"},
        "",
        {"case": "1", "activity": "Analyse", "time": "2026-01-03T08:00:00Z"},
        {"case": "1", "activity": "Collect", "time": "2026-01-02T16:00:00+08:00", "who": "ignored"},
        {"case": "2", "activity": "Conduct", "end": True},
        options=("--json", "-"),
    )
    assert result.exit_code == 0
    rise, late, end = lines(result.stdout)
    assert (rise["activity"], rise["cost"], rise["late"]) == ("Analyse", 1, False)
    assert (late["position"], late["cost"], late["rise"], late["late"]) == (1, 0, -1, True)
    assert [one["change"] for one in late["deviations"]] == ["withdrawn"]
    assert (end["case"], end["closed"], end["cost"], end["rise"]) == ("2", True, 2, 2)
    assert [one["kind"] for one in end["deviations"]] == ["unfinished"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "not one JSON object"),
        ('{"case": "1"}', "not one JSON object"),
        ('{"case": "", "activity": "Conduct"}', "not one JSON object"),
        ('{"case": true, "activity": "Conduct"}', "not one JSON object"),
        ('{"case": "1", "activity": 7}', "not one JSON object"),
        ('{"case": "1", "activity": "\\ud800"}', "not one JSON object"),
        ('{"case": "1", "case": "2", "activity": "Conduct"}', "not one JSON object"),
        ('{"case": "1", "activity": "Conduct", "cost": NaN}', "not one JSON object"),
        ('\ufeff{"case": "1", "activity": "Conduct"}', "not one JSON object"),
        ("[" * 100_000, "not one JSON object"),
        ('{"case": "1", "activity": "Conduct", "time": "2026-02-30T00:00:00Z"}', "is not a time"),
        ('{"case": "1", "activity": "Conduct", "time": 5}', "is not a time"),
        ('{"case": "1", "activity": "' + "x" * 201 + '"}', "201"),
    ],
)
def test_a_line_that_is_no_event_is_refused_with_its_number(tmp_path: Path, line: str, said: str) -> None:
    result = streamed(tmp_path, {"case": "1", "activity": "Analyse"}, line)
    assert result.exit_code == 2
    assert "<stdin>:2: " in result.stderr
    assert said in result.stderr
    assert "Analyse" in result.stdout


def test_an_event_after_the_end_of_its_case_is_refused(tmp_path: Path) -> None:
    result = streamed(tmp_path, {"case": "1", "end": True}, {"case": "1", "activity": "Conduct"})
    assert (result.exit_code, "<stdin>:2" in result.stderr) == (2, True)


def test_a_line_past_the_limit_is_not_read_to_its_end() -> None:
    stream = io.BytesIO(b'{"case": "' + b"x" * 1_000_000)
    with pytest.raises(LimitExceeded):
        next(events_of_lines(stream, source="s", limits=Limits(event_bytes=100)))
    assert stream.tell() == 101


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    stream = io.BytesIO(b'{"case": "1", "activity": "\xff"}\n')
    with pytest.raises(InputRefused):
        next(events_of_lines(stream, source="s", limits=DEFAULT_LIMITS))


def test_a_stream_may_begin_with_a_byte_order_mark_and_have_any_line_ends() -> None:
    stream = io.BytesIO(b'\xef\xbb\xbf{"case": "1", "activity": "a"}\r\n\r\n{"case": "1", "activity": "b"}\r\n')
    events = list(events_of_lines(stream, source="s", limits=DEFAULT_LIMITS))
    assert [(one.activity, one.place.line) for one in events] == [("a", 1), ("b", 3)]


def test_equal_times_keep_the_order_of_arrival() -> None:
    board = Board(OnlineChecker.of(make_net("a: i -> p", "b: p -> o")))
    text = b"".join(
        b'{"case": "1", "activity": "%s", "time": "2026-01-01T00:00:00Z"}\n' % name for name in (b"a", b"b")
    )
    seen = [
        one
        for event in events_of_lines(io.BytesIO(text), source="", limits=DEFAULT_LIMITS)
        for one in board.take(event)
    ]
    assert [one.late for one in seen] == [False, False]
    assert (board.cases, board.events, board.deviating) == (1, 2, 0)


def test_closed_cases_of_a_real_log_cost_what_align_says() -> None:
    model, log = str(shared("models/08_receipt-imf.pnml")), str(shared("logs/08_receipt.xes.gz"))
    told = lines(run("watch", model, log, "--every", "--close", "--json", "-").stdout)
    total = json.loads(run("align", model, log, "--json", "-").stdout)["total_cost"]
    assert sum(one["cost"] for one in told if one["closed"]) == total == 2465
    assert sum(not one["closed"] for one in told) == 8_577
