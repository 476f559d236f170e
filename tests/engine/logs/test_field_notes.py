"""Every awkward file that was met in the field, by the name it has in the notes, and the right answer to it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.logs.lifecycle import Lifecycle, apply_lifecycle, usual_lifecycle
from engine.logs.log import Log
from engine.logs.reading import read_log
from tests.engine.logs.making import EVENT, at, codes, counts, event, packed, sequences, xes

MANY = xes(*[EVENT * 3] * 2_000)
TABLE = "case,activity,time\n"
BOMB = (
    '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@dataclass(frozen=True)
class Refused:
    """The file is refused: codes without their domain, and lines."""

    problems: list[tuple[str, int | None]]
    limit: str = ""


@dataclass(frozen=True)
class Read:
    """The file is read, with these warnings, and then this holds of the log."""

    warnings: dict[str, int] = field(default_factory=dict)
    true: Callable[[Log], bool] = lambda log: log.events.height > 0


def moments(log: Log) -> list[object]:
    return log.events["time"].to_list()


def paired(log: Log) -> list[list[str]]:
    return sequences(apply_lifecycle(log, usual_lifecycle(log)))


def with_lifecycle(*names: str) -> str:
    return xes("".join(event(extra=f'<string key="lifecycle:transition" value="{name}"/>') for name in names))


def wrong_checksum() -> bytes:
    content = bytearray(packed(MANY))
    content[-8] ^= 0xFF
    return bytes(content)


PLAIN = [["a"]]
PREFIXED = """<xes:log xmlns:xes="http://www.xes-standard.org/"><xes:trace><xes:event>
<xes:string key="concept:name" value="a"/></xes:event></xes:trace></xes:log>"""
NOTES: dict[str, tuple[bytes | str, Refused | Read]] = {
    # The table of the notes, row by row.
    "truncated .xes.gz": (packed(MANY)[:-300], Refused([("gzip-truncated", None)])),
    "truncated .xes": (MANY[: len(MANY) // 2], Refused([("xes-truncated", 1_002)])),
    "gzip with a wrong checksum": (wrong_checksum(), Refused([("gzip-damaged", None)])),
    "zero bytes": (b"", Refused([("file-empty", None)])),
    "an HTML page": ("<!DOCTYPE html><html><body>Sign in</body></html>", Refused([("web-page", None)])),
    "impossible date (30 February)": (
        xes(EVENT, event(time="2024-02-30T00:00:00Z")), Refused([("value-unreadable", 4)])),
    "mixed offsets, naive times, nanoseconds": (
        xes("".join(event(time=f"2024-01-01T{text}") for text in (
            "00:00:00+01:00", "00:00:00", "00:00:00.123456789Z", "01:00:00Z"))),
        Read({"mixed-offsets": 1, "naive-times": 1, "fraction-cut": 1},
             lambda log: moments(log)[:2] == [at("2023-12-31T23:00:00"), at("2024-01-01T00:00:00")]),
    ),
    "out of order within a trace": (
        xes(event("b", "2024-01-02T00:00:00Z") + event("a", "2024-01-01T00:00:00Z")),
        Read({"not-in-time-order": 1}, lambda log: sequences(log) == [["b", "a"]]),
    ),
    "duplicate attribute key": (
        xes(event(extra='<string key="x" value="1"/><string key="x" value="2"/>')), Refused([("attribute-twice", 3)])),
    "duplicate case id": (
        xes(*[f'<string key="concept:name" value="1"/>{EVENT}'] * 2),
        Read({"case-id-twice": 1}, lambda log: log.cases.height == 2),
    ),
    "missing concept:name": (
        xes(EVENT, '<event><string key="org:resource" value="r"/></event>'), Refused([("activity-missing", 4)])),
    "empty traces": (xes("", EVENT), Read({"empty-cases": 1}, lambda log: sequences(log) == [[], ["a"]])),
    "event outside a trace": (
        f"<log>\n{EVENT}\n<trace>{EVENT}</trace></log>", Refused([("xes-event-outside-trace", 2)])),
    "invalid UTF-8": (xes(event("ä")).encode("latin-1"), Refused([("encoding-wrong", 3)])),
    "Latin-1 declared": (
        xes(event("ä")).replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        Read(true=lambda log: log.activities == ("ä",))),
    "entities": (xes(event("a &amp; b &#20013;")), Read(true=lambda log: log.activities == ("a & b 中",))),
    "`>` inside a value": (xes(event("a > b")), Read(true=lambda log: log.activities == ("a > b",))),
    "comments": (xes(f"<!-- <event/> -->{EVENT}"), Read(true=lambda log: sequences(log) == PLAIN)),
    "single quotes": (xes(EVENT.replace('"', "'")), Read(true=lambda log: sequences(log) == PLAIN)),
    "value before key": (
        xes('<event><string value="a" key="concept:name"/></event>'), Read(true=lambda log: sequences(log) == PLAIN)),
    "namespace prefix `xes:log`": (
        PREFIXED,
        Read(true=lambda log: sequences(log) == PLAIN)),
    "two documents in one file": (f"<log><trace>{EVENT}</trace></log>\n<log/>", Refused([("xes-goes-on", 2)])),
    'int "abc"': (xes(event(extra='<int key="n" value="abc"/>')), Refused([("value-unreadable", 3)])),
    "external entity": (
        f'<!DOCTYPE log [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<log><trace>{event("&e;")}</trace></log>',
        Refused([("xes-doctype", 1)])),
    "DOCTYPE": (f"<!DOCTYPE log>\n<log><trace>{EVENT}</trace></log>", Refused([("xes-doctype", 1)])),
    "billion laughs": (f"{BOMB}\n<log><trace>{event('&c;')}</trace></log>", Refused([("xes-doctype", 1)])),
    "nesting 100,000": (
        xes(event(extra='<string key="x" value="y">' * 100_000 + "</string>" * 100_000)),
        Refused([("limit.exceeded", 3)], "nesting")),
    "one trace of 100,000 events": (xes(EVENT * 100_000), Read(true=lambda log: log.events.height == 100_000)),
    "20,000 events with a key of their own each": (
        xes(*(event(extra=f'<string key="k{n}" value="v"/>') for n in range(20_000))),
        Refused([("limit.exceeded", 1_002)], "attribute_keys")),
    "gzip bomb": (
        gzip.compress(b"<log>" + b" " * 100_000_000, mtime=0), Refused([("limit.exceeded", None)], "unpacked_ratio")),
    # The list under the table: logs also come …
    "with start and complete events doubled": (
        with_lifecycle("start", "complete"),
        Read(true=lambda log: usual_lifecycle(log) is Lifecycle.PAIR and paired(log) == PLAIN)),
    'with free-text lifecycles ("Wait - User")': (
        with_lifecycle("Wait - User", "In Progress"),
        Read(true=lambda log: log.events["lifecycle"].to_list() == ["Wait - User", "In Progress"]
             and paired(log) == [["a", "a"]])),
    "with no timestamps at all": (
        "case,activity\n1,b\n1,a\n", Read({"no-times": 2}, lambda log: sequences(log) == [["b", "a"]])),
    "with equal timestamps for neighbours": (
        TABLE + "".join(f"1,{name},2024-01-01T00:00:00Z\n" for name in "cab"),
        Read({"equal-times": 2}, lambda log: sequences(log) == [["c", "a", "b"]])),
    "with CR-only line ends": (
        "case,activity\r1,a\r1,b\r", Read({"no-times": 2}, lambda log: sequences(log) == [["a", "b"]])),
    "with semicolons": ("case;activity\n1;a, b\n", Read({"no-times": 1}, lambda log: log.activities == ("a, b",))),
    "with two columns of one name": (
        "case,activity,x,x\n1,a,2,3\n",
        Read({"no-times": 1, "column-renamed": 1}, lambda log: log.events.columns[6:] == ["x", "x (2)"])),
    "with dates like `9.3.10 8:05`": (TABLE + "1,a,9.3.10 8:05\n", Refused([("date-order-ambiguous", 2)])),
    "with years 1948 and 2028": (
        TABLE + "1,a,1948-05-01 08:00\n1,b,2028-05-01 08:00\n",
        Read({"naive-times": 2}, lambda log: moments(log) == [at("1948-05-01T08:00:00"), at("2028-05-01T08:00:00")])),
    "at +11:00 for European data": (
        TABLE + "1,a,2024-01-01T08:00:00+11:00\n", Read(true=lambda log: moments(log) == [at("2023-12-31T21:00:00")])),
    '"007", "NA" and "null" are values': (
        "case,activity,x\n007,NA,null\nnull,null,NA\n",
        Read({"no-times": 2}, lambda log: (log.cases["case_id"].to_list(), log.activities, log.events["x"].to_list())
             == (["007", "null"], ("NA", "null"), ["null", "NA"]))),
}  # fmt: skip
OWN_WARNINGS = {"no-times", "time-missing", "case-without-id"}
"""What small XES files here lack besides what they are about."""


@pytest.mark.parametrize("name", NOTES)
def test_the_right_answer(name: str, tmp_path: Path) -> None:
    content, right = NOTES[name]
    path = tmp_path / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    if isinstance(right, Refused):
        with pytest.raises(InputRefused) as caught:
            read_log(path)
        assert codes(caught.value.problems) == right.problems
        assert right.limit == caught.value.problems[0].values.get("limit", "")
    else:
        log = read_log(path)
        found = counts(log)
        kept = found if "no-times" in right.warnings else {k: n for k, n in found.items() if k not in OWN_WARNINGS}
        assert kept == right.warnings
        assert right.true(log)


def test_two_readings_of_a_date_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(TABLE + "1,a,9.3.10 8:05\n")
    with pytest.raises(InputRefused) as caught:
        read_log(path)
    values = caught.value.problems[0].values
    assert [values[name] for name in ("value", "first", "first_order", "second", "second_order")] == [
        "9.3.10 8:05", "2010-03-09", "day-first", "2010-09-03", "month-first",
    ]  # fmt: skip
