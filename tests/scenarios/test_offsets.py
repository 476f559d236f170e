"""An offset in a file says when something happened, never how long it took: from CSV text to working hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.assessment.assess import assess
from engine.definitions.yaml_reader import read_flow_text
from engine.logs.reading import read_log
from engine.nets.process import process_of_flow

FLOW = """\
trueline: 1
flow: visit
title: {en: Visit, zh: 到店}
calendar: china-office
nodes:
  start: start
  greet: {step: {en: Greet, zh: 接待}}
  serve: {step: {en: Serve, zh: 服务}}
  end: end
edges:
  - start -> greet -> serve -> end
standards:
  soon: {response: [greet, serve], within: 3workhours, share: 100%}
"""

SHANGHAI = ("2026-03-10T16:00:00+08:00", "2026-03-11T10:00:00+08:00")
"""A Tuesday's afternoon and the next morning: two working hours are left of the one, one is over of the other."""


@pytest.mark.parametrize(
    ("greeted", "served"),
    [
        SHANGHAI,
        (SHANGHAI[0], "2026-03-11T02:00:00Z"),
        ("2026-03-10T08:00:00Z", SHANGHAI[1]),
        ("2026-03-10T04:00:00-04:00", "2026-03-11T07:30:00+05:30"),
    ],
)
def test_working_hours_are_those_of_the_calendar_however_times_are_written(
    greeted: str, served: str, tmp_path: Path
) -> None:
    for minutes, kept in ((0, (1, 0)), (1, (0, 1))):
        moment = datetime.fromisoformat(served) + timedelta(minutes=minutes)
        path = tmp_path / "visits.csv"
        path.write_text(f"case,activity,time\na,Greet,{greeted}\na,Serve,{moment.isoformat()}\n", encoding="utf-8")
        (standard,) = assess(process_of_flow(read_flow_text(FLOW)), read_log(path)).standards
        assert (standard.met, standard.missed) == kept
