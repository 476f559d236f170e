"""OCEL 2.0 in its three formats: flattened by the type of object that is asked for, and what that costs is counted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.limits import DEFAULT_LIMITS
from engine.logs.options import ReadOptions
from engine.logs.variants import find_variants
from tests.engine.logs.making import at, codes, counts, packed, read_bytes, refusal, sequences
from tests.engine.logs.ocel_files import ORDERS, as_json, as_sqlite, as_xml, changed

FORMATS: list[Callable[[dict[str, Any]], bytes]] = [as_json, as_xml, as_sqlite]
every_format = pytest.mark.parametrize("write", FORMATS)
ORDER, ITEM = ReadOptions(object_type="order"), ReadOptions(object_type="item")


@every_format
@pytest.mark.parametrize("wrapped", [bytes, packed])
def test_objects_of_the_type_are_the_cases(
    write: Callable[[dict[str, Any]], bytes], wrapped: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    log = read_bytes(wrapped(write(ORDERS)), tmp_path, options=ORDER)
    assert log.cases.select("case_id", "price", "vip").rows() == [
        ("o1", 9.0, True),
        ("o2", 3.0, None),
        ("o3", None, None),
    ]
    assert log.cases.width == 3
    assert sequences(log) == [["下单", "pack & ship"], ["下单", "pack & ship"], []]
    assert log.events["time"].to_list() == [
        at(f"2024-01-{moment}:00:00") for moment in ("01T09", "02T09", "01T10", "02T09")
    ]
    assert log.events["resource"].to_list() == ["王", "李", None, "李"]
    assert log.events["lines"].to_list() == [2, None, 1, None]
    assert log.events["ocel:id"].to_list() == ["e1", "e3", "e2", "e3"]
    assert log.events["ocel:qualifier"].to_list() == ["places", "ships", "places", "ships"]
    assert log.events["object:item"].to_list() == ["i1, i2", "i1", None, "i1"]


@every_format
def test_what_flattening_repeats_and_leaves_out_is_counted(
    write: Callable[[dict[str, Any]], bytes], tmp_path: Path
) -> None:
    log = read_bytes(write(ORDERS), tmp_path, options=ORDER)
    assert counts(log) == {
        "empty-cases": 1,
        "ocel-events-left-out": 1,
        "ocel-events-repeated": 1,
        "ocel-object-relations": 2,
        "ocel-objects-not-cases": 2,
        "ocel-values-changed": 1,
    }
    assert next(w.values["rows"] for w in log.warnings if w.code == "log.ocel-events-repeated") == 1


@every_format
def test_another_type_gives_other_cases(write: Callable[[dict[str, Any]], bytes], tmp_path: Path) -> None:
    log = read_bytes(write(ORDERS), tmp_path, options=ITEM)
    assert sequences(log) == [["下单", "pack & ship"], ["下单", "pack & ship"]]
    assert log.cases.rows() == [("i1", "red"), ("i2", None)]
    assert len(find_variants(log)) == 1


@every_format
def test_of_several_types_one_is_asked_for(write: Callable[[dict[str, Any]], bytes], tmp_path: Path) -> None:
    (problem,) = refusal(write(ORDERS), tmp_path)
    assert (problem.code, problem.values["types"]) == ("log.object-type-ambiguous", "order (3 / 3), item (2 / 3)")
    wrong = refusal(write(ORDERS), tmp_path, options=ReadOptions(object_type="Order"))
    assert codes(wrong) == [("object-type-unknown", None)]


@every_format
def test_the_only_type_with_events_is_taken(write: Callable[[dict[str, Any]], bytes], tmp_path: Path) -> None:
    log = changed()
    for event in log["events"]:
        event["relationships"] = [r for r in event["relationships"] if r["objectId"].startswith("o")]
    assert read_bytes(write(log), tmp_path).cases["case_id"].to_list() == ["o1", "o2", "o3"]


def _value(log: dict[str, Any], text: str) -> None:
    log["events"][0]["attributes"][1]["value"] = text


BROKEN: dict[str, Callable[[dict[str, Any]], None]] = {
    "ocel-object-unknown": lambda log: log["events"][0]["relationships"].append({"objectId": "?", "qualifier": ""}),
    "ocel-id-twice": lambda log: log["objects"].append(log["objects"][4]),
    "value-unreadable": lambda log: _value(log, "two"),
    "time-unreadable": lambda log: log["events"][0].update(time="yesterday"),
}


@every_format
@pytest.mark.parametrize("code", BROKEN)
def test_what_does_not_fit_together_is_refused(
    code: str, write: Callable[[dict[str, Any]], bytes], tmp_path: Path
) -> None:
    log = changed()
    BROKEN[code](log)
    found = refusal(write(log), tmp_path, options=ORDER)
    assert {problem.code for problem in found} == {f"log.{code}"}
    assert write is not as_xml or all(problem.place.line for problem in found)


@pytest.mark.parametrize("write", FORMATS[:2])
def test_types_that_are_not_declared_are_refused(write: Callable[[dict[str, Any]], bytes], tmp_path: Path) -> None:
    log = changed(eventTypes=ORDERS["eventTypes"][:1])
    assert {p.code for p in refusal(write(log), tmp_path, options=ORDER)} == {"log.ocel-type-unknown"}
    twice = changed(eventTypes=ORDERS["eventTypes"] * 2)
    assert {p.code for p in refusal(write(twice), tmp_path, options=ORDER)} == {"log.ocel-type-twice"}
    strange = changed(objectTypes=[{"name": "order", "attributes": [{"name": "price", "type": "money"}]}])
    assert refusal(write(strange), tmp_path, options=ORDER)[0].code == "log.ocel-kind-unknown"


@pytest.mark.parametrize("write", FORMATS[:2])
def test_attributes_that_are_not_declared_stay_text(write: Callable[[dict[str, Any]], bytes], tmp_path: Path) -> None:
    log = changed(eventTypes=[{"name": kind["name"], "attributes": []} for kind in ORDERS["eventTypes"]])
    read = read_bytes(write(log), tmp_path, options=ORDER)
    assert read.events["lines"].to_list() == ["2", None, "1", None]
    assert counts(read)["ocel-attribute-undeclared"] == 2


def test_a_value_in_json_may_be_a_number(tmp_path: Path) -> None:
    log = changed()
    _value(log, 2)  # type: ignore[arg-type]  # which is what is tested
    assert read_bytes(as_json(log), tmp_path, options=ORDER).events["lines"][0] == 2


def test_times_without_an_offset_are_of_the_zone(tmp_path: Path) -> None:
    content = as_json(ORDERS).replace(b"09:00:00Z", b"09:00:00")
    log = read_bytes(content, tmp_path, options=ReadOptions(object_type="order", timezone="Asia/Shanghai"))
    assert log.events["time"][0] == at("2024-01-01T01:00:00")


def test_shapes_of_json_are_told_with_the_way_to_them(tmp_path: Path) -> None:
    log = changed(events=[{"id": 5, "type": "下单", "relationships": "o1"}, 7])
    found = [(p.code, p.place.element) for p in refusal(as_json(log), tmp_path)]
    assert found == [
        ("log.ocel-shape", "events[0].time"),
        ("log.ocel-shape", "events[0].id"),
        ("log.ocel-shape", "events[0].relationships"),
        ("log.ocel-shape", "events[1]"),
    ]


def test_half_a_character_is_refused_with_its_line(tmp_path: Path) -> None:
    content = json.dumps(changed(), indent=1).replace('"e3"', '"e3\\ud800"')
    line = content[: content.index("\\ud800")].count("\n") + 1
    assert codes(refusal(content, tmp_path)) == [("json-malformed", line)]


@every_format
@pytest.mark.parametrize("name", ["of", "value", "line", "row", "moment", "name", "id"])
def test_an_attribute_may_have_any_name(name: str, write: Callable[[dict[str, Any]], bytes], tmp_path: Path) -> None:
    log = json.loads(json.dumps(ORDERS).replace('"lines"', f'"{name}"').replace('"price"', f'"{name}"'))
    read = read_bytes(write(log), tmp_path, options=ORDER)
    assert (read.events[name].to_list(), read.cases[name].to_list()) == ([2, None, 1, None], [9.0, 3.0, None])


def test_the_first_version_of_the_standard_is_named(tmp_path: Path) -> None:
    assert codes(refusal(b'{"ocel:global-log": {}, "ocel:events": {}}', tmp_path)) == [("ocel-1", None)]


def test_a_large_document_stops_at_the_limit(tmp_path: Path) -> None:
    limits = dataclasses.replace(DEFAULT_LIMITS, json_bytes=100)
    assert refusal(as_json(ORDERS), tmp_path, limits=limits)[0].values["limit"] == "json_bytes"


@pytest.mark.parametrize("spaces", [None, 2])
def test_json_may_be_laid_out_in_any_way(spaces: int | None, tmp_path: Path) -> None:
    content = json.dumps(ORDERS, indent=spaces).encode()
    assert read_bytes(content, tmp_path, options=ORDER).events.height == 4


@pytest.mark.parametrize("name", ["x-foo", "gb18030", "utf-7"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_an_encoding_that_the_parser_does_not_know_is_refused(name: str, mark: bytes, tmp_path: Path) -> None:
    content = mark + as_xml(ORDERS).replace(b"UTF-8", name.encode())
    assert codes(refusal(content, tmp_path, options=ORDER)) == [("encoding-unknown", 1)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<log>", "<!DOCTYPE log><log>", "xes-doctype"),
        ("</log>", "", "xes-malformed"),
        ("<events>", "<events><note/>", "ocel-element-unknown"),
        ("<objects>", "<objects>text", "xes-text"),
        (' id="e1"', "", "ocel-shape"),
    ],
)
def test_wrong_xml_is_refused_with_its_line(old: str, new: str, code: str, tmp_path: Path) -> None:
    content = as_xml(ORDERS).decode().replace(old, new, 1)
    found = refusal(content, tmp_path, options=ORDER)
    assert found[0].code == f"log.{code}"
    assert found[0].place.line


ENDLESS = """WITH RECURSIVE n(ocel_id, ocel_type) AS (SELECT 1, 1 UNION ALL SELECT ocel_id + 1, 1 FROM n)
    SELECT * FROM n"""
HOSTILE = {
    "a view": ["DROP TABLE event", "CREATE VIEW event AS SELECT 'e1' AS ocel_id, '下单' AS ocel_type"],
    "a view that never ends": ["DROP TABLE event", f"CREATE VIEW event AS {ENDLESS}"],
    "a column that computes": [
        "DROP TABLE event",
        "CREATE TABLE event (ocel_id TEXT, ocel_type TEXT GENERATED ALWAYS AS (hex(zeroblob(1000000))) VIRTUAL)",
    ],
    "a virtual table": ["DROP TABLE event", "CREATE VIRTUAL TABLE event USING fts5(ocel_id, ocel_type)"],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_database_that_computes_is_refused(name: str, tmp_path: Path) -> None:
    found = refusal(as_sqlite(ORDERS, *HOSTILE[name]), tmp_path, options=ORDER)
    assert codes(found) == [("sqlite-table-missing", None)]


@pytest.mark.parametrize("at", [20, 100, 4_090, 8_180])
def test_a_damaged_database_is_refused(at: int, tmp_path: Path) -> None:
    content = bytearray(as_sqlite(ORDERS))
    content[at : at + 60] = b"\xff" * 60
    assert all(problem.code.startswith("log.") for problem in refusal(bytes(content), tmp_path, options=ORDER))


def test_any_other_database_is_told_what_it_lacks(tmp_path: Path) -> None:
    content = as_sqlite(ORDERS, "DROP TABLE event_object", "DROP TABLE object_map_type")
    found = refusal(content, tmp_path)
    assert {problem.values["table"] for problem in found} == {"event_object", "object_map_type"}


def test_an_object_s_table_may_leave_out_changes_that_never_happen(tmp_path: Path) -> None:
    content = as_sqlite(ORDERS, "ALTER TABLE object_t1 DROP COLUMN ocel_changed_field")
    assert read_bytes(content, tmp_path, options=ITEM).cases.rows() == [("i1", "red"), ("i2", None)]


@every_format
def test_no_column_can_be_the_case_but_the_object(write: Callable[[dict[str, Any]], bytes], tmp_path: Path) -> None:
    assert codes(refusal(write(ORDERS), tmp_path, options=ReadOptions(case="user"))) == [("option-idle", None)]
