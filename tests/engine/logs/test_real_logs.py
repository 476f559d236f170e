"""Real logs read with the numbers that are known of them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.logs.options import DateOrder, ReadOptions
from engine.logs.quality import describe
from engine.logs.reading import read_log
from tests.shared_data import shared

SMALL = [
    ("logs/running-example.xes", 6, 42, 8, 6),
    ("logs/03_repairExample.xes.gz", 1_104, 11_855, 8, 77),
    ("logs/04_reviewing.xes.gz", 100, 3_730, 14, 96),
    ("logs/08_receipt.xes.gz", 1_434, 8_577, 27, 116),
    ("logs/12_roadtraffic_1t_per_variant.xes.gz", 231, 1_891, 11, 231),
    ("logs/helpdesk.xes.gz", 4_580, 21_348, 14, 226),
    ("logs/helpdesk_finale.csv.gz", 4_580, 21_348, 14, 226),
    ("logs/interval_event_log.xes", 1_266, 8_109, 8, 9),
    ("logs/02_teleclaims.xes.gz", 3_512, 46_138, 11, 12),
    ("logs/DomesticDeclarations.xes.gz", 10_357, 55_628, 14, 90),
    # 286 in the order of the file; two of its rows are not in the order of time.
    ("logs/servicenow_incidents.csv", 890, 5_998, 8, 287),
    ("models/a12/a12f0n50.xes.gz", 1_000, 5_508, 12, 100),
]
LARGE = [
    ("logs/07_bpic2013_incidents.xes.gz", 7_554, 65_533, 4, 1_511),
    ("logs/bpic2012.xes.gz", 13_087, 262_200, 24, 4_366),
    ("logs/roadtraffic_fines.xes.gz", 150_370, 561_470, 11, 231),
]


def check(name: str, *expected: int) -> None:
    report = describe(read_log(shared(name)))
    assert (report.cases, report.events, len(report.activities), report.variants) == expected


@pytest.mark.parametrize(("name", "cases", "events", "activities", "variants"), SMALL)
def test_log_reads_with_its_numbers(name: str, cases: int, events: int, activities: int, variants: int) -> None:
    check(name, cases, events, activities, variants)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cases", "events", "activities", "variants"), LARGE)
def test_large_log_reads_with_its_numbers(name: str, cases: int, events: int, activities: int, variants: int) -> None:
    check(name, cases, events, activities, variants)


def test_call_centre_asks_for_its_date_order_and_then_reads() -> None:
    log = read_log(shared("logs/callcenter.csv"), options=ReadOptions(date_order=DateOrder.DAY_FIRST))
    report = describe(log)
    assert (report.cases, report.events, len(report.activities), report.variants) == (3_885, 7_548, 6, 354)
    assert (len(report.resources), report.with_start) == (48, 7_548)


def test_interval_log_counts_its_traces_out_of_order() -> None:
    log = read_log(shared("logs/interval_event_log.xes"))
    assert {problem.code: problem.count for problem in log.warnings}["log.not-in-time-order"] == 39


def test_both_help_desk_files_tell_the_same_variants() -> None:
    one, other = (read_log(shared(f"logs/helpdesk{end}")) for end in (".xes.gz", "_finale.csv.gz"))
    assert describe(one).activities == describe(other).activities
    assert describe(one).variants == describe(other).variants
    assert one.events["time"].sort().equals(other.events["time"].sort())


MILLION = """
import sys
from pathlib import Path
from engine.logs.reading import read_log
import resource
log = read_log(Path(sys.argv[1]))
print(log.events.height, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_a_million_events_are_read_within_a_gigabyte(tmp_path: Path) -> None:
    event = (
        '<event><string key="concept:name" value="step {0}"/><string key="org:resource" value="r{0}"/>'
        '<string key="lifecycle:transition" value="complete"/><int key="cost" value="{0}"/>'
        '<date key="time:timestamp" value="2024-01-01T00:00:{0}.000+01:00"/></event>\n'
    )
    events = "".join(event.format(second) for second in range(10, 30))
    path = tmp_path / "million.xes"
    with path.open("w") as file:
        file.write("<log>")
        for case in range(50_000):
            file.write(f'<trace><string key="concept:name" value="{case}"/>{events}</trace>')
        file.write("</log>")
    done = subprocess.run(  # noqa: S603 - this interpreter, on a file made here
        [sys.executable, "-c", MILLION, str(path)], capture_output=True, text=True, check=True
    )
    count, megabytes = map(int, done.stdout.split())
    assert count == 1_000_000
    assert megabytes < 1_000


@pytest.mark.slow
def test_one_trace_of_100_000_events_is_fast(tmp_path: Path) -> None:
    event = '<event><string key="concept:name" value="a"/></event>'
    path = tmp_path / "long.xes"
    path.write_text(f"<log><trace>{event * 100_000}</trace></log>")
    before = time.process_time()
    assert read_log(path).events.height == 100_000
    assert time.process_time() - before < 3
