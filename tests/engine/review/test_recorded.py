"""What the standards of a flow need, held against what a log records."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.yaml_reader import read_flow_text
from engine.errors import Severity
from engine.logs.reading import read_log
from engine.messages.catalogue import problem_text
from engine.review.recorded import unrecorded_calendars, unrecorded_evidence
from engine.vocabulary import Language
from tests.engine.definitions.files import flow_file

LOG = (
    "case,activity,timestamp,start,resource,rings,booked\n"
    "1,a,2026-01-01T08:00:00Z,2026-01-01T07:50:00Z,ann,2,true\n"
    "1,b,2026-01-01T09:00:00Z,,bob,,\n"
    "2,a,2026-01-02T08:00:00Z,,,,\n"
)


def missing(folder: Path, standard: str, text: str = LOG) -> str:
    """What a standard needs and a log has nowhere; "" when nothing is missing."""
    path = folder / "log.csv"
    path.write_text(text, "utf-8")
    flow = read_flow_text(flow_file(rest=f"roles: {{chef: Chef}}\nstandards:\n  s: {{{standard}}}"))
    problems = unrecorded_evidence(flow, read_log(path))
    return str(problems[0].values["evidence"]) if problems else ""


@pytest.mark.parametrize(
    ("standard", "evidence"),
    [
        ("precedence: [a, b]", ""),
        ("response: [a, b], within: 1d", ""),
        ("duration: a, at-least: 7m", ""),
        ("duration: b, at-least: 7m", "start (b)"),
        ("level: a.rings, at-most: 3", ""),
        ("level: b.rings, at-most: 3", "b.rings"),
        ("level: case.booked, at-most: 3", ""),
        ("level: case.csat, at-most: 3", "case.csat"),
        ("deadline: a, promised: case.due", "case.due"),
        ("fields: a, require: [rings, colour]", "a.colour"),
        ("holds: b, that: event.seen && case.known", "case.known, b.seen"),
        ("holds: b, that: size(event) > 1", ""),
        ("same-actor: [a, b]", ""),
        ("performed-by: a, roles: [chef]", ""),
        ("precedence: [a, b], when: case.fast", "case.fast"),
        ("quicker: case.booked, than: case.walk_in", "case.walk_in"),
    ],
)
def test_what_is_recorded_nowhere(tmp_path: Path, standard: str, evidence: str) -> None:
    assert missing(tmp_path, standard) == evidence


def test_what_a_log_without_times_and_people_lacks(tmp_path: Path) -> None:
    bare = "case,activity\n1,a\n1,b\n"
    assert missing(tmp_path, "response: [a, b], within: 1d", bare) == "time (a), time (b)"
    assert missing(tmp_path, "same-actor: [a, b]", bare) == "resource (a), resource (b)"
    assert missing(tmp_path, "performed-by: a, roles: [chef]", bare) == "role (a)"


def test_a_step_without_events_says_nothing(tmp_path: Path) -> None:
    assert missing(tmp_path, "level: b.rings, at-most: 3", "case,activity,rings\n1,a,1\n") == ""


def test_the_designer_is_told_what_to_record(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    flow = read_flow_text(flow_file(rest="standards:\n  s: {level: case.csat, at-least: 4}"))
    (problem,) = unrecorded_evidence(flow, read_log(path))
    assert (problem.severity, problem.place.line) == (Severity.WARNING, 11)
    assert "case.csat" in problem_text(problem, Language.ZH).sentence


CHOICE = "{by: case.branch, values: {north: china-office}, otherwise: office}"


@pytest.mark.parametrize(
    ("rest", "elements"),
    [
        (f"calendar: {CHOICE}", ["calendar"]),
        (f"calendar: {CHOICE}\nrole-calendars: {{chef: {CHOICE}}}", ["calendar", "role-calendars.chef"]),
        (f"calendar: office\nrole-calendars: {{chef: {CHOICE}}}", ["role-calendars.chef"]),
        ("calendar: office\nrole-calendars: {chef: clock}", []),
        ("", []),
    ],
)
def test_calendars_by_what_no_case_has(rest: str, elements: list[str], tmp_path: Path) -> None:
    flow = read_flow_text(flow_file(rest=f"roles: {{chef: Chef}}\n{rest}"))

    def found(text: str) -> list[str]:
        path = tmp_path / "log.csv"
        path.write_text(text, "utf-8")
        problems = unrecorded_calendars(flow, read_log(path))
        assert {problem.code for problem in problems} <= {"check.calendar-by-nothing"}
        return [problem.place.element for problem in problems]

    assert found(LOG) == elements
    assert found("case,activity,case:branch\n1,a,\n2,a,\n") == elements
    assert found("case,activity,case:branch\n1,a,\n2,a,south\n") == []
    assert found("case,activity\n") == []
