"""Versions of a flow: what tells them apart, and which one is in force."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.definitions.flow import Flow
from engine.definitions.versions import FlowVersions, content_hash
from engine.definitions.yaml_reader import read_flow_text
from engine.errors import InputRefused
from engine.messages.catalogue import problem_text
from engine.vocabulary import Language
from tests.engine.definitions.files import flow_file
from tests.making import make_flow

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEXT = flow_file(rest="standards: {s: {response: [a, b], within: 60m, share: 96%}}")


def version(day: str | None, name: str = "flow") -> Flow:
    effective = None if day is None else date.fromisoformat(day)
    return dataclasses.replace(make_flow("start -> a -> b -> end"), effective=effective, id=name)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def of_text(text: str) -> str:
    return content_hash(read_flow_text(text))


@pytest.mark.parametrize(
    "same",
    [
        "# a comment\n\n" + TEXT,
        TEXT.replace("60m", "1h"),
        TEXT.replace("96%", "0.96"),
        TEXT.replace("within: 60m, share: 96%", "share: 96%, within: 60m"),
        TEXT.replace("share: 96%", "share: 96%, tolerance: 0%"),
    ],
    ids=[
        "comments and lines",
        "spelling of a time",
        "spelling of a share",
        "order of keys",
        "what goes without saying",
    ],
)
def test_the_hash_is_of_the_meaning(same: str) -> None:
    assert same != TEXT
    assert of_text(same) == of_text(TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("60m", "61m"),
        ("60m", "1 workhours"),
        ("96%", "95%"),
        ("response", "precedence"),
        ("a -> b", "b -> a"),
        ("{s:", "{t:"),
    ],
)
def test_whatever_means_something_else_has_another_hash(old: str, new: str) -> None:
    text = TEXT.replace(old, new, 1)
    if new == "precedence":
        text = text.replace(", within: 60m", "")
    assert text != TEXT
    assert of_text(text) != of_text(TEXT)


def test_the_hash_does_not_change_between_releases() -> None:
    flow = dataclasses.replace(make_flow("start -> a -> b -> end", optional=["b"]), source_hash="x")
    assert content_hash(flow) == "89e49e920d60438d1eb7334e97c2c4d976c417250831b936ecddce2c64809c48"


def test_the_day_it_comes_into_force_is_no_part_of_the_content() -> None:
    assert content_hash(version("2026-03-01")) == content_hash(version(None))


def test_versions_stand_in_the_order_of_their_days() -> None:
    versions = FlowVersions.of([version("2026-03-01"), version(None), version("2026-02-01")])
    assert [flow.effective for flow in versions.flows] == [None, date(2026, 2, 1), date(2026, 3, 1)]


def test_a_version_comes_into_force_at_midnight_of_its_zone() -> None:
    versions = FlowVersions.of([version("2026-02-01"), version("2026-03-01")])
    early, late = versions.flows
    assert versions.in_force(moment("2026-02-28T15:59:59.999999"), SHANGHAI) is early
    assert versions.in_force(moment("2026-02-28T16:00"), SHANGHAI) is late
    assert versions.in_force(moment("2026-02-28T16:00"), UTC) is early


def test_no_version_is_in_force_before_the_first() -> None:
    versions = FlowVersions.of([version("2026-02-01")])
    assert versions.in_force(moment("2026-01-31T23:59"), UTC) is None
    assert versions.index_in_force(moment("2026-02-01T00:00"), UTC) == 0


def test_a_version_without_a_day_was_always_in_force() -> None:
    versions = FlowVersions.of([version("2026-02-01"), version(None)])
    assert versions.index_in_force(moment("0001-01-01T00:00"), UTC) == 0
    assert versions.begins(UTC) == (None, moment("2026-02-01T00:00"))


def test_the_first_day_of_all_begins_before_time_does() -> None:
    versions = FlowVersions.of([version("0001-01-01"), version("9999-12-31"), version(None)])
    assert versions.begins(SHANGHAI) == (None, None, moment("9999-12-30T16:00"))
    assert versions.index_in_force(moment("2026-02-01T00:00"), SHANGHAI) == 1


def test_versions_that_do_not_belong_together_are_refused_all_at_once() -> None:
    flows = [version("2026-02-01"), version("2026-02-01"), version(None, "other")]
    with pytest.raises(InputRefused) as caught:
        FlowVersions.of(flows, sources=["one.yaml", "two.yaml", "three.yaml"])
    problems = caught.value.problems
    assert [(p.code, p.place.source) for p in problems] == [
        ("version.same-day", "two.yaml"),
        ("version.other-flow", "three.yaml"),
    ]
    assert problems[0].values["other"] == "one.yaml"
    assert all(problem_text(problem, language).remedy for problem in problems for language in Language)


def test_a_version_cannot_be_changed() -> None:
    flow = version("2026-02-01")
    with pytest.raises(dataclasses.FrozenInstanceError):
        flow.effective = None  # type: ignore[misc]  # that is the point
    with pytest.raises(TypeError):
        flow.roles["new"] = flow.title  # type: ignore[index]  # that is the point
