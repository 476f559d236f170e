"""JSON Lines: one object a line, by its types."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl
import pytest

from engine.limits import DEFAULT_LIMITS
from engine.logs.options import ReadOptions
from tests.engine.logs.making import at, codes, counts, packed, read_bytes, refusal, sequences

LINE = '{"case": "1", "activity": "a"%s}\n'


def lines(*more: str) -> str:
    return "".join(LINE % (f", {part}" if part else "") for part in more)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_are_events(end: str, mark: str, tmp_path: Path) -> None:
    content = mark + end.join(
        f'{{"工单号": "{case}", "环节": "{name}", "时间": "2024-03-05T0{hour}:00:00Z"}}'
        for case, name, hour in (("7", "办结", 9), ("7", "受理", 8), ("8", "受理", 7))
    )
    log = read_bytes(packed(content), tmp_path)
    assert sequences(log) == [["受理", "办结"], ["受理"]]
    assert log.events["time"][0] == at("2024-03-05T08:00:00")
    assert counts(log) == {"rows-sorted": 1}


@pytest.mark.parametrize(
    ("values", "expected", "warned"),
    [
        (["12", "7"], [12, 7], {}),
        (['"12"', '"007"'], ["12", "007"], {}),
        (["1.5", "2"], [1.5, 2.0], {}),
        (["true", "null"], [True, None], {}),
        (['""', '"NA"'], [None, "NA"], {}),
        (["12", '"12"'], ["12", "12"], {"kinds-mixed": 1}),
        (["true", "1.50"], ["true", "1.5"], {"kinds-mixed": 1}),
        ([str(2**63), "1"], [str(2**63), "1"], {"kinds-mixed": 1}),
        ([str(2**53 + 1), "0.5"], [str(2**53 + 1), "0.5"], {"kinds-mixed": 1}),
        (['[1, {"a": "中"}]', "null"], ['[1,{"a":"中"}]', None], {"json-list": 1}),
    ],
)
def test_values_keep_their_types(
    values: list[str], expected: list[object], warned: dict[str, int], tmp_path: Path
) -> None:
    log = read_bytes(lines(*(f'"x": {value}' for value in values)), tmp_path)
    assert log.events["x"].to_list() == expected
    assert counts(log) == {"no-times": 2} | warned


def test_types_that_differ_between_batches_are_joined(tmp_path: Path) -> None:
    log = read_bytes(lines(*['"x": 1'] * 5_000, '"x": 0.5', ""), tmp_path)
    assert log.events["x"].dtype == pl.Float64
    assert log.events["x"].to_list()[-3:] == [1.0, 0.5, None]
    log = read_bytes(lines(*['"x": 0.1, "y": true'] * 5_000, '"x": "z", "y": 1, "late": 2'), tmp_path)
    assert log.events.select("x", "y", "late").rows()[-2:] == [("0.1", "true", None), ("z", "1", 2)]


def test_objects_inside_are_columns_by_the_way_to_them(tmp_path: Path) -> None:
    content = '{"data": {"case": 5, "activity": "a"}, "customer": {"tier": {"name": "gold"}}}\n'
    log = read_bytes(content, tmp_path, options=ReadOptions(case="data.case", activity="data.activity"))
    assert (log.cases["case_id"][0], log.events["customer.tier.name"][0]) == ("5", "gold")


def test_two_ways_to_one_name_are_refused(tmp_path: Path) -> None:
    assert codes(refusal(lines('"a.b": 1, "a": {"b": 2}'), tmp_path)) == [("attribute-twice", 1)]


@pytest.mark.parametrize(
    "wrong",
    ['{"case": 1,', '{"case": 1} x', '{"case": 1, "case": 2}', '{"case": NaN}', '{"case": 1e999}', "{'case': 1}",
     '{"case": ' + "9" * 5_000 + "}", '{"a":' * 2_000 + "1" + "}" * 2_000],
)  # fmt: skip
def test_a_line_that_is_no_json_is_refused_with_its_number(wrong: str, tmp_path: Path) -> None:
    assert codes(refusal(f"{lines('')}\n{wrong}\n{lines('')}", tmp_path))[0] in [("json-malformed", 3), ("exceeded", 3)]


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00", "\\udc00\\ud800", "\\\\\\ud800", "\\ud83d\\\\ude00"])
def test_half_a_character_is_refused_wherever_it_stands(half: str, tmp_path: Path) -> None:
    for found in (f'"x": "{half}"', f'"{half}": 1', f'"x": ["{half}"]'):
        assert codes(refusal(lines("", found), tmp_path)) == [("json-malformed", 2)]


def test_whole_characters_may_be_escaped(tmp_path: Path) -> None:
    log = read_bytes(lines('"x": "\\ud83d\\ude00", "y": "\\\\ud800"'), tmp_path)
    assert log.events.select("x", "y").rows() == [("😀", "\\ud800")]


def test_every_wrong_line_is_told(tmp_path: Path) -> None:
    content = (lines("") + "[1]\n5\n{]\n").encode() + b'{"case": "\xff"}\n'
    found = codes(refusal(content, tmp_path))
    assert found == [("json-no-object", 2), ("json-no-object", 3), ("json-malformed", 4), ("encoding-wrong", 5)]


def test_empty_lines_are_counted(tmp_path: Path) -> None:
    assert counts(read_bytes(lines("", "") + "\n\n", tmp_path)) == {"no-times": 2, "empty-rows": 2}


@pytest.mark.parametrize(
    ("limit", "allowed", "content"),
    [
        ("event_bytes", 40, lines('"x": "0123456789"')),
        ("nesting", 2, lines('"a": {"b": {"c": 1}}')),
        ("attribute_keys", 2, lines('"x": 1')),
        ("log_cells", 3, lines("", "")),
    ],
)
def test_limits_hold(limit: str, allowed: int, content: str, tmp_path: Path) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, **{limit: allowed})
    (problem,) = refusal(content, tmp_path, limits=limits)
    assert (problem.code, problem.values["limit"]) == ("limit.exceeded", limit)


def test_one_object_over_several_lines_is_no_log(tmp_path: Path) -> None:
    assert codes(refusal('{\n  "case": 1\n}\n', tmp_path)) == [("is-json", None)]
