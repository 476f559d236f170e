"""A flow written by hand, held against the log of a telephone repair shop; every number is counted again from the file.

The counting knows nothing of the product: it reads the XML by itself and loops over cases and events in plain Python.
It relies on one thing that it checks first: that the cases go as the flow says, but for work left undone at their end,
so that every event is in its place.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from tests.api.cli.making import run
from tests.shared_data import shared

FLOW = str(Path(__file__).with_name("flows") / "telephone_repair.yaml")
LETTERS = {
    "Register": "R",
    "Analyze Defect": "A",
    "Repair (Complex)": "C",
    "Repair (Simple)": "S",
    "Test Repair": "T",
    "Restart Repair": "+",
    "Inform User": "I",
    "Archive Repair": "X",
}
LIMITS = {"A": ("analyse.at-most", 9), "C": ("complex.at-most", 45), "S": ("simple.at-most", 15)}
"""Letter → its duration standard, and the limit in minutes."""


@dataclass
class Work:
    """One piece of work: what, from when, until when."""

    letter: str
    start: datetime | None
    end: datetime | None


@cache
def log_path() -> str:
    return str(shared("logs/03_repairExample.xes.gz"))


@cache
def cases() -> tuple[tuple[Work, ...], ...]:
    """The pieces of work of each case, in the order of their completions."""
    traces = etree.fromstring(gzip.decompress(Path(log_path()).read_bytes())).iterfind("{*}trace")
    return tuple(tuple(_work(trace.iterfind("{*}event"))) for trace in traces)


@cache
def last_values() -> tuple[dict[str, str], ...]:
    """The last value of each attribute that the events of a case have."""
    traces = etree.fromstring(gzip.decompress(Path(log_path()).read_bytes())).iterfind("{*}trace")
    return tuple({str(a.get("key")): str(a.get("value")) for a in trace.iterfind("{*}event/{*}*")} for trace in traces)


def decisions(case: tuple[Work, ...], values: dict[str, str]) -> list[bool]:
    """Whether each way out of a gateway, the last time it was passed, is the one that the attributes ask for.

    A repair shows how difficult the defect was held to be; the archive shows that the telephone was taken as fixed.
    """
    word = letters(case)
    found = [(word[max(word.rfind("C"), word.rfind("S"))] == "C") == (int(values["defectType"]) >= 6)]
    if "X" in word:
        found.append(values["defectFixed"] == "true")
    return found


def decided() -> list[list[bool]]:
    return [decisions(case, values) for case, values in zip(cases(), last_values(), strict=True)]


def _work(events: Any) -> list[Work]:
    done: list[Work] = []
    begun: list[Work] = []
    for event in events:
        values = {attribute.get("key"): attribute.get("value") for attribute in event}
        letter = LETTERS[values["concept:name"]]
        moment = datetime.fromisoformat(values["time:timestamp"])
        if values["lifecycle:transition"] == "start":
            begun.append(Work(letter, moment, None))
            continue
        work = next((work for work in begun if work.letter == letter), Work(letter, None, None))
        if work in begun:
            begun.remove(work)
        work.end = moment
        done.append(work)
    return done + begun


def letters(case: tuple[Work, ...]) -> str:
    return "".join(work.letter for work in case)


def missing(case: tuple[Work, ...]) -> int:
    """Required work that the case never got to."""
    word = letters(case)
    untested = max(word.rfind("C"), word.rfind("S")) > word.rfind("T")
    return untested + ("I" not in word) + ("X" not in word)


def judged() -> Counter[tuple[str, bool]]:
    """(standard, met) → instances."""
    return Counter(verdict for case in cases() for verdict in verdicts(case))


def verdicts(case: tuple[Work, ...]) -> list[tuple[str, bool]]:
    """Each instance of each standard of one case: (standard, met)."""
    word = letters(case)
    found = []
    for at, work in enumerate(case):
        if work.letter in LIMITS:
            standard, minutes = LIMITS[work.letter]
            found.append((standard, within(work.start, work.end, minutes)))
        if work.letter == "R":
            informed = next((other.end for other in case[at + 1 :] if other.letter == "I"), None)
            found.append(("informed-in-time", within(work.end, informed, 50)))
        if work.letter == "I":
            found.append(("informed-of-the-result", "T" in word[:at]))
        if work.letter == "+":
            found.append(("failures-are-archived", "X" in word[at:]))
    return found


def within(begin: datetime | None, end: datetime | None, minutes: int) -> bool:
    """Whether it happened at all, and in time."""
    return begin is not None and end is not None and end - begin <= timedelta(minutes=minutes)


@cache
def assessment() -> dict[str, Any]:
    result = run("assess", FLOW, log_path(), "--json", "-")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def units(dimension: str) -> tuple[int, int]:
    score = assessment()["dimensions"][dimension]
    return score["numerator"], score["denominator"]


def test_the_flow_is_clean() -> None:
    assert run("check", FLOW, "--strict").exit_code == 0


def test_the_cases_go_as_the_flow_says_but_for_undone_work() -> None:
    strange = [word for word in map(letters, cases()) if not re.fullmatch(r"RA[CSTI+]*X?", word)]
    unlike = [word.replace("I", "") for word in map(letters, cases()) if word.count("I") > 1]
    repairs = {word.replace("I", "") for word in map(letters, cases())}
    assert strange == unlike == [word for word in repairs if not re.fullmatch(r"RA[CS](T\+[CS])*(TX?)?", word)] == []


def test_starts_and_completions_are_paired() -> None:
    found = assessment()
    assert found["lifecycle"] == "pair"
    assert (found["cases"], found["events"]) == (len(cases()), sum(map(len, cases())))


def test_completeness_counts_the_work_left_undone() -> None:
    performed = sum(map(len, cases()))
    assert units("completeness") == (performed, performed + sum(map(missing, cases())))


def test_wrong_branches_are_shown_with_their_condition_and_values() -> None:
    found = {tuple(d["branch"]["conditions"]): d for d in assessment()["deviations"] if d["branch"]}
    wrong = [case for case, ways in zip(cases(), decided(), strict=True) if "X" in letters(case) and not ways[-1]]
    fixed = found["case.defectFixed == 'true'",]
    assert fixed["count"] == len(wrong) > 0
    assert (fixed["branch"]["gateway"], fixed["branch"]["target"]) == ("fixed", "done")
    assert {example["values"]["defectFixed"] for example in fixed["branch"]["examples"]} == {"false"}


def test_every_loss_of_completeness_is_unfinished_work() -> None:
    findings = assessment()["dimensions"]["completeness"]["findings"]
    assert {finding["kind"] for finding in findings} == {"unfinished"}
    assert sum(finding["cases"] for finding in findings) == sum(missing(case) > 0 for case in cases())


def test_ordering_counts_events_what_should_precede_or_follow_and_the_ways_that_were_taken() -> None:
    performed, counts = sum(map(len, cases())), judged()
    standards = ("informed-of-the-result", "failures-are-archived")
    met, missed = (sum(counts[standard, kept] for standard in standards) for kept in (True, False))
    ways = [right for case in decided() for right in case]
    assert missed > 0
    assert not all(ways)
    assert units("ordering") == (performed + met + sum(ways), performed + met + missed + len(ways))


def test_efficiency_counts_durations_and_the_response() -> None:
    counts = judged()
    standards = ("analyse.at-most", "complex.at-most", "simple.at-most", "informed-in-time")
    met, missed = (sum(counts[standard, kept] for standard in standards) for kept in (True, False))
    assert missed > 0
    assert units("efficiency") == (met, met + missed)


def test_each_standard_has_its_own_count() -> None:
    found = {
        (s["standard"], kept): s[name]
        for s in assessment()["standards"]
        for name, kept in (("met", True), ("missed", False))
    }
    assert found == dict(judged())


def test_adaptability_counts_disturbed_cases_that_finished_their_work() -> None:
    disturbed = [
        case
        for case, ways in zip(cases(), decided(), strict=True)
        if missing(case) or not all(ways) or not all(met for _, met in verdicts(case))
    ]
    assert units("adaptability") == (sum(not missing(case) for case in disturbed), len(disturbed))
