"""Names that look the same are the same: activities in any Unicode form match the steps of a flow."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from engine.conformance.online import OnlineChecker
from engine.limits import DEFAULT_LIMITS
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.variants import find_variants
from engine.logs.xes_parsing import parse_xes
from engine.logs.xes_scanning import scan_xes
from engine.nets.pnml import read_pnml_bytes
from tests.engine.logs.making import counts, event, read_bytes, xes
from tests.making import make_net

COMPOSED, APART = (unicodedata.normalize(form, "Réception ガレージ") for form in ("NFC", "NFD"))
NET = make_net(f"z '{COMPOSED}': i -> o")
CSV = f"case,activity,time\n1,{COMPOSED},2024-01-01 10:00Z\n1,{APART},2024-01-01 11:00Z\n2,{APART},2024-01-01 12:00Z\n"
JSON_LINES = "".join(
    json.dumps({"case": case, "activity": name, "time": f"2024-01-01T1{case}:00:00Z"}) + "\n"
    for case, name in enumerate([COMPOSED, APART, APART])
)


def assert_one_activity(log: Log) -> None:
    assert log.activities == (COMPOSED,)
    assert NET.codes(log.activities).tolist() == [0]
    assert counts(log)["names-composed"] == 2


def test_the_forms_differ() -> None:
    assert COMPOSED != APART


@pytest.mark.parametrize("content", [xes(event(COMPOSED), event(APART), event(APART)), CSV, JSON_LINES])
def test_two_spellings_are_one_activity_and_counted(content: str, tmp_path: Path) -> None:
    assert_one_activity(read_bytes(content, tmp_path))


def test_both_readers_of_xes_compose_names() -> None:
    document = [xes(event(COMPOSED), event(APART), event(APART)).encode()]
    for read in (parse_xes, scan_xes):
        log = read(document, name="log", options=ReadOptions(), limits=DEFAULT_LIMITS)
        assert log is not None
        assert_one_activity(log)
        (warning,) = (warning for warning in log.warnings if warning.code == "log.names-composed")
        assert warning.place.line == 4


def test_a_log_in_composed_form_is_not_mentioned(tmp_path: Path) -> None:
    assert "names-composed" not in counts(read_bytes(xes(event(COMPOSED)), tmp_path))
    assert find_variants(read_bytes(CSV, tmp_path)).activities == (COMPOSED,)


def test_a_live_event_matches_its_step_in_either_form() -> None:
    checker = OnlineChecker.of(NET)
    for name in (COMPOSED, APART):
        case, verdict = checker.observe(checker.open(), name)
        assert (verdict.cost, verdict.step) == (0, COMPOSED)
        assert checker.activities(case) == (COMPOSED,)
    stranger = unicodedata.normalize("NFD", "Café")
    case, _ = checker.observe(checker.open(), stranger)
    case, _ = checker.observe(case, unicodedata.normalize("NFC", stranger))
    assert len(set(checker.activities(case))) == 1


def test_a_net_in_the_other_form_still_matches() -> None:
    text = f"""<pnml><net id="n"><page id="p"><place id="i"><initialMarking><text>1</text></initialMarking></place>
    <place id="o"/><transition id="a"><name><text>{APART}</text></name></transition>
    <arc id="x" source="i" target="a"/><arc id="y" source="a" target="o"/></page>
    <finalmarkings><marking><place idref="o"><text>1</text></place></marking></finalmarkings></net></pnml>"""
    net = read_pnml_bytes(text.encode(), source="net.pnml", limits=DEFAULT_LIMITS).net
    assert net.codes([COMPOSED]).tolist() == [0]
