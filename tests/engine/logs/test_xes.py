"""XES: the awkward files on which readers disagree, and the one answer given here."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import engine.logs.xes
from engine.limits import DEFAULT_LIMITS
from engine.logs.options import ReadOptions
from engine.logs.reading import read_log
from tests.engine.logs.making import EVENT, at, codes, counts, event, packed, read_bytes, refusal, sequences, xes

NAME = '<string key="concept:name" value="{}"/>'


def one_attribute(attribute: str) -> str:
    return xes(event(extra=attribute))


REFUSED = {
    "truncated": (xes(EVENT)[:-20], [("xes-truncated", 3)]),
    "truncated in a tag": ("<log><trace><event><string key=", [("xes-truncated", 1)]),
    "an impossible date": (xes(event(time="2023-02-30T10:00:00Z")), [("value-unreadable", 3)]),
    "24 o'clock": (xes(event(time="2023-02-03T24:00:00Z")), [("value-unreadable", 3)]),
    "an impossible offset": (xes(event(time="2023-02-03T10:00:00+15:00")), [("value-unreadable", 3)]),
    "a date without a time": (xes(event(time="2023-02-03")), [("value-unreadable", 3)]),
    "a time that is a string": (one_attribute('<string key="time:timestamp" value="soon"/>'), [("not-a-date", 3)]),
    "int abc": (one_attribute('<int key="n" value="abc"/>'), [("value-unreadable", 3)]),
    "int beyond 64 bits": (one_attribute('<int key="n" value="9223372036854775808"/>'), [("value-unreadable", 3)]),
    "float 1.0.0": (one_attribute('<float key="n" value="1.0.0"/>'), [("value-unreadable", 3)]),
    "boolean yes": (one_attribute('<boolean key="n" value="yes"/>'), [("value-unreadable", 3)]),
    "nested int abc": (
        one_attribute('<string key="n" value="x"><int key="m" value="abc"/></string>'),
        [("value-unreadable", 3)],
    ),
    "an attribute twice": (one_attribute('<int key="n" value="1"/><int key="n" value="1"/>'), [("attribute-twice", 3)]),
    "an attribute twice in two types": (
        one_attribute('<int key="n" value="1"/><float key="n" value="1"/>'),
        [("attribute-twice", 3)],
    ),
    "a trace attribute twice": (xes(NAME.format(1) * 2 + EVENT), [("attribute-twice", 3)]),
    "no activity": (xes("<event/>", EVENT, "<event></event>"), [("activity-missing", 3), ("activity-missing", 5)]),
    "a blank activity": (xes(event(" ")), [("activity-missing", 3)]),
    "an event outside a trace": (f"<log>\n{EVENT}</log>", [("xes-event-outside-trace", 2)]),
    "a trace in an event": (xes("<event><trace/></event>"), [("xes-misplaced", 3), ("activity-missing", 3)]),
    "a trace attribute after events": (xes(EVENT + NAME.format(1)), [("xes-order", 3)]),
    "a log attribute after traces": (f"<log><trace/>\n{NAME.format(1)}</log>", [("xes-order", 2)]),
    "an unknown element": (one_attribute('<text key="a" value="b"/>'), [("xes-unknown-element", 3)]),
    "an element of another namespace": (
        one_attribute('<x:string xmlns:x="urn:x" key="a" value="b"/>'),
        [("xes-unknown-element", 3)],
    ),
    "an unknown XML attribute": (one_attribute('<int key="n" value="1" unit="s"/>'), [("xes-unknown-attribute", 3)]),
    "no value": (one_attribute('<int key="n"/>'), [("xes-attribute-missing", 3)]),
    "an empty key": (one_attribute('<int key="" value="1"/>'), [("xes-attribute-missing", 3)]),
    "text between elements": (xes(EVENT, "stray"), [("xes-text", 4)]),
    "another root": ('<definitions xmlns="urn:bpmn"/>', [("xes-other-root", 1)]),
    "two documents": (xes(EVENT) + xes(EVENT), [("xes-goes-on", 5)]),
    "not well-formed": (xes("<event></trace>"), [("xes-malformed", 3)]),
    "an unknown entity": (xes(event("&x;")), [("xes-malformed", 3)]),
    "a doctype": (f"<!DOCTYPE log>\n{xes(EVENT)[39:]}", [("xes-doctype", 1)]),
    "billion laughs": (
        '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<log>&b;</log>',
        [("xes-doctype", 1)],
    ),
    "an external entity": ('<!DOCTYPE log SYSTEM "file:///etc/hostname">\n<log/>', [("xes-doctype", 1)]),
    "a file of spaces": (" \n ", [("file-empty", None)]),
    "no bytes": ("", [("file-empty", None)]),
    "a web page": ("<!DOCTYPE html>\n<html></html>", [("web-page", None)]),
    "a page without a doctype": ("\n<HTML><body/></HTML>", [("web-page", None)]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_code_and_line(name: str, tmp_path: Path) -> None:
    content, expected = REFUSED[name]
    assert codes(refusal(content, tmp_path)) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_refused_when_gzipped_too(name: str, tmp_path: Path) -> None:
    content, expected = REFUSED[name]
    assert codes(refusal(packed(content), tmp_path)) == expected


def test_every_problem_is_reported_by_line(tmp_path: Path) -> None:
    content = xes(event(time="x"), EVENT, event(extra='<int key="n" value="y"/>'), "<event/>")
    expected = [("value-unreadable", 3), ("value-unreadable", 5), ("activity-missing", 6)]
    assert codes(refusal(content, tmp_path)) == expected


def test_reading_stops_at_the_number_of_problems_reported(tmp_path: Path) -> None:
    content = xes(*[event(time="x")] * 50)
    problems = refusal(content, tmp_path, limits=dataclasses.replace(DEFAULT_LIMITS, problems=10))
    assert len(problems) == 11
    assert problems[-1].code == "log.too-many-problems"


def test_a_bad_value_is_named(tmp_path: Path) -> None:
    (problem,) = refusal(xes(event(time="2023-02-30T10:00:00Z")), tmp_path)
    assert dict(problem.values) == {"kind": "date", "value": "2023-02-30T10:00:00Z"}
    assert problem.place.element == "time:timestamp"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("<string value='x' key='k'/>", "x"),
        ('<string key="k" value="a&gt;b > &lt;c&amp;&#20013;"/>', "a>b > <c&中"),
        ('<!-- <event/> --><string key="k" value="x"/><?note x?>', "x"),
        ('<id key="k" value="550e8400"/>', "550e8400"),
        ('<int key="k" value=" +07 "/>', 7),
        ('<float key="k" value="-1.5E3"/>', -1500.0),
        ('<float key="k" value="INF"/>', float("inf")),
        ('<boolean key="k" value="TRUE"/>', True),
        ('<boolean key="k" value="0"/>', False),
        ('<date key="k" value="2024-01-01T08:00:00+08:00"/>', at("2024-01-01T00:00:00")),
        ('<string key="k" value=""/>', ""),
    ],
)
def test_attributes_become_columns(attribute: str, value: object, tmp_path: Path) -> None:
    assert read_bytes(one_attribute(attribute), tmp_path).events["k"].to_list() == [value]


def test_a_key_that_some_events_lack_is_null_there(tmp_path: Path) -> None:
    content = xes(EVENT + event(extra='<int key="n" value="1"/>') + EVENT)
    assert read_bytes(content, tmp_path).events["n"].to_list() == [None, 1, None]


def test_int_and_float_under_one_key_are_floats(tmp_path: Path) -> None:
    content = xes(event(extra='<int key="n" value="1"/>') + event(extra='<float key="n" value="0.5"/>'))
    assert read_bytes(content, tmp_path).events["n"].to_list() == [1.0, 0.5]


def test_other_types_under_one_key_are_text_and_counted(tmp_path: Path) -> None:
    content = xes(event(extra='<int key="n" value="1"/>') + event(extra='<string key="n" value="x"/>'))
    log = read_bytes(content, tmp_path)
    assert log.events["n"].to_list() == ["1", "x"]
    assert counts(log) == {"kinds-mixed": 2, "case-without-id": 1, "no-times": 2}


def test_trace_attributes_become_case_columns(tmp_path: Path) -> None:
    log = read_bytes(xes(NAME.format("c1") + '<int key="n" value="1"/>', NAME.format("c2")), tmp_path)
    assert log.cases.to_dict(as_series=False) == {"case_id": ["c1", "c2"], "n": [1, None]}


def test_an_attribute_named_like_an_agreed_column_is_renamed(tmp_path: Path) -> None:
    log = read_bytes(one_attribute('<string key="activity" value="x"/>'), tmp_path)
    assert log.events["activity (2)"].to_list() == ["x"]
    assert counts(log)["column-renamed"] == 1


def test_lists_and_nested_attributes_are_counted_not_kept(tmp_path: Path) -> None:
    nested = '<list key="l"><values><int key="i" value="1"/></values></list><string key="s" value="x">{}</string>'
    log = read_bytes(one_attribute(nested.format('<int key="i" value="1"/>' * 2)), tmp_path)
    assert counts(log)["xes-nested"] == 4
    assert log.events.columns[-1] == "s"


def test_the_logs_own_attributes_are_counted_not_kept(tmp_path: Path) -> None:
    assert counts(read_bytes(xes(head=NAME.format("x")), tmp_path)) == {"xes-log-attributes": 1}


def test_empty_traces_and_equal_ids_are_kept_and_counted(tmp_path: Path) -> None:
    log = read_bytes(xes(NAME.format("1") + EVENT, NAME.format("2"), NAME.format("1") + EVENT), tmp_path)
    assert log.cases["case_id"].to_list() == ["1", "2", "1"]
    assert counts(log) == {"case-id-twice": 1, "empty-cases": 1, "no-times": 2}
    assert {problem.place.line for problem in log.warnings} == {None, 4, 5}


def test_a_trace_without_a_name_is_named_by_its_place(tmp_path: Path) -> None:
    log = read_bytes(xes(NAME.format("x"), EVENT), tmp_path)
    assert log.cases["case_id"].to_list() == ["x", "#2"]
    assert counts(log)["case-without-id"] == 1


def test_document_order_counts_and_disorder_is_counted(tmp_path: Path) -> None:
    content = xes(event("a", "2024-01-02T00:00:00Z") + event("b", "2024-01-01T00:00:00Z") * 2 + event("c"))
    log = read_bytes(content, tmp_path)
    assert sequences(log) == [["a", "b", "b", "c"]]
    assert counts(log) == {"not-in-time-order": 1, "equal-times": 1, "time-missing": 1, "case-without-id": 1}


def test_order_is_not_compared_between_cases(tmp_path: Path) -> None:
    log = read_bytes(xes(event("a", "2024-01-02T00:00:00Z"), event("a", "2024-01-01T00:00:00Z")), tmp_path)
    assert counts(log) == {"case-without-id": 2}


def test_naive_mixed_and_fine_times_are_read_and_counted(tmp_path: Path) -> None:
    times = ("2024-01-01T00:00:00", "2024-01-01T01:00:00.123456789Z", "2024-01-01T10:00:00+0800")
    log = read_bytes(xes("".join(event("a", time) for time in times)), tmp_path)
    hours = ["2024-01-01T00:00:00", "2024-01-01T01:00:00.123456", "2024-01-01T02:00:00"]
    assert log.events["time"].to_list() == [at(hour) for hour in hours]
    assert counts(log) == {"naive-times": 1, "mixed-offsets": 1, "fraction-cut": 1, "case-without-id": 1}


def test_lifecycle_resource_and_start_are_agreed_columns(tmp_path: Path) -> None:
    extra = '<string key="org:resource" value="r"/><string key="lifecycle:transition" value="Wait - User"/>'
    start = '<date key="start_timestamp" value="2024-01-01T00:00:00Z"/>'
    log = read_bytes(xes(event("a", "2024-01-01T01:00:00Z", extra + start)), tmp_path)
    row = log.events.row(0, named=True)
    assert (row["resource"], row["lifecycle"], row["start"]) == ("r", "Wait - User", at("2024-01-01T00:00:00"))
    assert len(log.events.columns) == 6


def test_an_interval_that_ends_before_it_starts_is_counted(tmp_path: Path) -> None:
    start = '<date key="start_timestamp" value="2024-01-02T00:00:00Z"/>'
    assert counts(read_bytes(xes(event("a", "2024-01-01T00:00:00Z", start)), tmp_path))["ends-before-start"] == 1


def test_options_name_other_keys(tmp_path: Path) -> None:
    content = xes('<string key="id" value="7"/>' + event("a", extra='<string key="Activity" value="b"/>'))
    log = read_bytes(content, tmp_path, options=ReadOptions(case="id", activity="Activity"))
    assert (log.cases["case_id"].to_list(), log.activities) == (["7"], ("b",))
    assert log.events["concept:name"].to_list() == ["a"]


@pytest.mark.parametrize("options", [ReadOptions(case="x"), ReadOptions(timestamp="x"), ReadOptions(resource="x")])
def test_an_option_that_names_no_key_is_refused(options: ReadOptions, tmp_path: Path) -> None:
    assert codes(refusal(xes(EVENT), tmp_path, options=options)) == [("key-not-found", None)]


def test_prefixed_and_default_namespaces_are_read(tmp_path: Path) -> None:
    prefixed = f'<x:log xmlns:x="http://www.xes-standard.org/"><x:trace>{EVENT}</x:trace></x:log>'
    for tag in ("event", "string"):
        prefixed = prefixed.replace(f"<{tag}", f"<x:{tag}").replace(f"</{tag}", f"</x:{tag}")
    default = xes(EVENT).replace("<log>", '<log xmlns="http://www.xes-standard.org/" xes.version="2.0">')
    assert sequences(read_bytes(prefixed, tmp_path)) == [["a"]]
    assert sequences(read_bytes(default, tmp_path)) == [["a"]]


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "utf-16", "GBK", "Big5", "GB18030"])
def test_decoded_as_declared(encoding: str, tmp_path: Path) -> None:
    name = "Prüfung" if encoding in ("ISO-8859-1", "windows-1252") else "電話"
    content = xes(event(name)).replace("UTF-8", encoding).encode(encoding)
    assert read_bytes(content, tmp_path).activities == (name,)


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    assert read_bytes(b"\xef\xbb\xbf" + xes(EVENT).encode(), tmp_path).activities == ("a",)


@pytest.mark.parametrize("wrong", [b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xc0\x80"])
def test_invalid_utf8_is_refused(wrong: bytes, tmp_path: Path) -> None:
    content = xes(EVENT, event("MARK")).encode().replace(b"MARK", wrong)
    assert codes(refusal(content, tmp_path)) == [("encoding-wrong", 4)]


def test_bytes_that_the_declared_encoding_lacks_are_refused(tmp_path: Path) -> None:
    content = xes(event("MARK")).replace("UTF-8", "GBK").encode().replace(b"MARK", b"\xff\xff")
    assert codes(refusal(content, tmp_path)) == [("encoding-wrong", 3)]


@pytest.mark.parametrize("label", ["klingon", "hex", "rot13"])
def test_an_unknown_encoding_is_refused(label: str, tmp_path: Path) -> None:
    assert codes(refusal(xes(EVENT).replace("UTF-8", label), tmp_path)) == [("encoding-unknown", 1)]


def test_nesting_stops_at_its_limit(tmp_path: Path) -> None:
    deep = '<string key="k" value="v">' * 100_000
    (problem,) = refusal(f"<log><trace><event>{deep}", tmp_path)
    assert (problem.code, problem.values["limit"], problem.values["allowed"]) == ("limit.exceeded", "nesting", 64)


def test_nesting_up_to_the_limit_is_read(tmp_path: Path) -> None:
    inside = '<string key="k" value="v">' * 60 + "</string>" * 60
    assert counts(read_bytes(one_attribute(inside), tmp_path))["xes-nested"] == 59


def test_attribute_keys_stop_at_their_limit(tmp_path: Path) -> None:
    content = xes("".join(event(extra=f'<int key="k{i}" value="1"/>') for i in range(20_000)))
    (problem,) = refusal(content, tmp_path)
    assert (problem.code, problem.values["limit"]) == ("limit.exceeded", "attribute_keys")


def test_sparse_columns_stop_at_the_limit_of_cells(tmp_path: Path) -> None:
    content = xes("".join(event(extra=f'<int key="k{i}" value="1"/>') for i in range(20)))
    limits = dataclasses.replace(DEFAULT_LIMITS, log_cells=400)
    (problem,) = refusal(content, tmp_path, limits=limits)
    assert (problem.values["limit"], problem.values["found"]) == ("log_cells", 20 * 21)


def test_a_key_has_one_role(tmp_path: Path) -> None:
    content = xes(event(extra='<date key="start_timestamp" value="2024-01-01T00:00:00Z"/>'))
    log = read_bytes(content, tmp_path, options=ReadOptions(timestamp="start_timestamp"))
    assert (log.events["time"][0], log.events["start"][0]) == (at("2024-01-01T00:00:00"), None)


def test_long_labels_and_values_are_refused(tmp_path: Path) -> None:
    long = xes(NAME.format("c" * 201) + event("x" * 201), event(extra=f'<string key="k" value="{"y" * 65_537}"/>'))
    expected = [("label-too-long", 3), ("label-too-long", 3), ("value-too-long", 4)]
    assert codes(refusal(long, tmp_path)) == expected


def test_a_global_is_no_value(tmp_path: Path) -> None:
    head = f'<global scope="event">{NAME.format("UNKNOWN")}<int key="n" value="0"/></global>'
    assert read_bytes(xes(EVENT, head=head), tmp_path).events.columns[-1] == "lifecycle"
    assert codes(refusal(xes("<event/>", head=head), tmp_path)) == [("activity-missing", 3)]


def test_a_log_without_traces_has_no_events(tmp_path: Path) -> None:
    log = read_bytes("<log/>", tmp_path)
    assert (log.cases.height, log.events.height, log.activities, log.warnings) == (0, 0, (), ())
    assert log.events.schema["case"] == pl.UInt32


LARGE = 60_000
"""Events that make a document large enough for the scanner."""


def large(end: str = "", head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f"{head}\n<log><trace>{EVENT * LARGE}{end}</trace></log>"


@pytest.mark.parametrize("wrap", [str.encode, packed])
def test_a_large_document_is_read_by_the_scanner(
    wrap: Callable[[str], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(*_arguments: object, **_options: object) -> None:
        pytest.fail("the parser was asked")

    monkeypatch.setattr(engine.logs.xes, "parse_xes", parse)
    content = wrap(large(event("ü")))
    log = read_bytes(content, tmp_path)
    assert (log.events.height, log.activities) == (LARGE + 1, ("a", "ü"))
    assert log.source_hash == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("wrap", [str.encode, packed])
def test_what_the_scanner_leaves_is_read_from_the_start(wrap: Callable[[str], bytes], tmp_path: Path) -> None:
    content = wrap(large("<?note x?>" + event("b")))
    log = read_bytes(content, tmp_path)
    assert (log.events.height, log.activities) == (LARGE + 1, ("a", "b"))
    assert log.source_hash == hashlib.sha256(content).hexdigest()


def test_a_large_document_in_another_encoding_is_decoded(tmp_path: Path) -> None:
    content = large(event("電話"), head='<?xml version="1.0" encoding="Big5"?>').encode("big5")
    assert read_bytes(content, tmp_path).activities == ("a", "電話")


def test_what_is_wrong_with_a_large_document_is_told_as_with_a_small_one(tmp_path: Path) -> None:
    assert codes(refusal(large("\n" + event(time="soon") + "<event/>"), tmp_path)) == [
        ("value-unreadable", 3),
        ("activity-missing", 3),
    ]
    assert codes(refusal(large()[:-20], tmp_path)) == [("xes-truncated", 2)]
    assert codes(refusal(packed(large())[:-4], tmp_path)) == [("gzip-truncated", None)]
    assert codes(refusal(large().encode()[:-40] + b"\xff" + large().encode()[-40:], tmp_path)) == [
        ("encoding-wrong", 2)
    ]


def test_an_option_that_names_no_key_of_a_large_document_is_refused(tmp_path: Path) -> None:
    assert codes(refusal(large(), tmp_path, options=ReadOptions(case="x"))) == [("key-not-found", None)]


def test_progress_of_a_large_document_ends_with_all_bytes(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(large())
    told: list[tuple[int, int]] = []
    read_log(path, progress=lambda done, size: told.append((done, size)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert told == sorted(told)
