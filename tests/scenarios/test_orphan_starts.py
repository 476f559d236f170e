"""A start without its completion is said, whoever chose to pair starts and completions."""

from __future__ import annotations

from pathlib import Path

from engine.assessment.assess import assess
from engine.logs.reading import read_log
from engine.nets.process import read_process

FLOW = """\
trueline: 1
flow: two
title: Two steps
nodes:
  start: start
  a: {step: a}
  b: {step: b}
  end: end
edges:
  - start -> a -> b -> end
"""

EVENT = """<event><string key="concept:name" value="{name}"/><string key="lifecycle:transition" value="{transition}"/>
<date key="time:timestamp" value="2026-03-02T09:0{minute}:00+08:00"/></event>"""


def test_an_unpaired_start_is_a_warning_of_the_assessment(tmp_path: Path) -> None:
    events = [("a", "start"), ("a", "complete"), ("b", "complete"), ("b", "start")]
    body = "".join(EVENT.format(name=n, transition=t, minute=k) for k, (n, t) in enumerate(events))
    trace = f'<trace><string key="concept:name" value="1"/>{body}</trace>'
    (tmp_path / "log.xes").write_text(f'<log xes.version="1.0">{trace}</log>', encoding="utf-8")
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    found = assess(read_process(tmp_path / "flow.yaml"), read_log(tmp_path / "log.xes"))
    assert found.lifecycle == "pair"
    assert [(warning.code, warning.count) for warning in found.warnings] == [("log.start-unpaired", 1)]
