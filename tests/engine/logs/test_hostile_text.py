"""Texts that a search for a pattern would go through again and again are read in the time that their size needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.assessment.case_attributes import _BETWEEN, _VARIANT
from engine.definitions.yaml_reader import read_flow_text
from engine.errors import InputRefused
from engine.logs.workbooks import _COLUMN, _ERROR, _MERGED, _ROW, _WITHOUT_RESULT
from tests.engine.definitions.files import flow_file
from tests.engine.logs.making import EVENT, codes, read_bytes, refusal, sequences

SECONDS = 10.0
"""Of the processor; what is tested needs a small part of it, and needed minutes or for ever."""
MANY = 200_000


@contextmanager
def in_time() -> Iterator[None]:
    begin = time.process_time()
    yield
    assert time.process_time() - begin < SECONDS


@pytest.mark.parametrize("aside", ["<!---->", "<!-- <log> -->\n", "<?x?>"])
def test_many_comments_before_the_first_trace(aside: str, tmp_path: Path) -> None:
    with in_time():
        log = read_bytes(f"<log>{aside * 5_000}<trace>{EVENT}</trace></log>", tmp_path)
    assert sequences(log) == [["a"]]


@pytest.mark.parametrize("begin", ["<log ", "<log><log ", "<log><!--", "<log><?", "<l"])
def test_what_begins_again_and_again(begin: str, tmp_path: Path) -> None:
    with in_time():
        found = codes(refusal(begin * 50_000, tmp_path))
    assert found


def test_text_between_elements_that_is_spelt_otherwise(tmp_path: Path) -> None:
    content = f"<log>\n<trace>{EVENT}\n&#65;{'>' * MANY}</trace>\n<trace>{EVENT}x</trace></log>"
    with in_time():
        found = codes(refusal(content, tmp_path))
    assert {code for code, _ in found} == {"xes-text"}
    assert ("xes-text", 4) in found  # the plain one has its line


@pytest.mark.parametrize(
    "search",
    [_COLUMN.findall, _ERROR.findall, _ROW.findall, _MERGED.findall, _WITHOUT_RESULT.findall],
    ids=["column", "error", "row", "merged", "result"],
)
@pytest.mark.parametrize(
    "text",
    [
        b"<c " * MANY,
        b"<row " * MANY,
        b"<mergeCell " * MANY,
        b"<c><f>" * MANY,
        b"<c><f/>" + b" " * MANY,
        b"<c" + b" r" * MANY,
    ],
    ids=range(6),
)
def test_parts_of_workbooks(search: Callable[[bytes], list[Any]], text: bytes) -> None:
    with in_time():
        assert search(text) == []


@pytest.mark.parametrize(
    "rest",
    [
        "calendars: {{m: {{timezone: UTC, hours: {{mon: 08:00-09:00}}, closed: ['01-01{blanks}x']}}}}",
        "calendars: {{m: {{timezone: UTC, hours: {{'mon{blanks}x': 08:00-09:00}}}}}}",
        "calendars: {{m: {{timezone: UTC, hours: {{mon: '08:00{blanks}x'}}}}}}",
        "edges: ['start{blanks}x -> a']",
    ],
)
def test_flows_with_long_runs_of_blanks(rest: str) -> None:
    with in_time(), pytest.raises(InputRefused):
        read_flow_text(flow_file(rest=rest.format(blanks=" " * MANY)))


@pytest.mark.parametrize(
    ("name", "is_variant"),
    [
        ("variant", True), ("Case_Variant-ID 2", True), ("case:variant", True), ("(case) variant index", True),
        ("variants", False), ("invariant", False), ("variant of case", False),
        ("variant" + "_" * MANY + "x", False), ("_" * MANY, False),
    ],
)  # fmt: skip
def test_names_of_variants(name: str, is_variant: bool) -> None:  # noqa: FBT001 - a parameter
    with in_time():
        assert (_VARIANT.fullmatch(_BETWEEN.sub("", name)) is not None) is is_variant
