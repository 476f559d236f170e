"""The scanner of XES and the parser: whatever the scanner reads is, to the last warning, what the parser reads."""

from __future__ import annotations

import dataclasses
import random
import re

import pytest
from polars.testing import assert_frame_equal

from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS, Limits
from engine.logs import xes_scanning
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.sources import ByteSource
from engine.logs.xes_parsing import parse_xes
from engine.logs.xes_pieces import PIECE
from engine.logs.xes_scanning import scan_xes
from tests.awkward_xes import Writer, damaged
from tests.shared_data import DATA, shared

PLAIN = ReadOptions()
PIECES = (PIECE, 1, 13, 100)


def cut(document: bytes, size: int) -> list[bytes]:
    return [document[at : at + size] for at in range(0, len(document), size)]


def scanned(
    document: bytes, size: int = 4096, limits: Limits = DEFAULT_LIMITS, options: ReadOptions = PLAIN
) -> Log | None:
    return scan_xes(cut(document, size), name="log", options=options, limits=limits)


def parsed(document: bytes, limits: Limits = DEFAULT_LIMITS, options: ReadOptions = PLAIN) -> Log | None:
    try:
        return parse_xes(cut(document, 4096), name="log", options=options, limits=limits)
    except InputRefused:
        return None


def assert_same(one: Log, other: Log | None) -> None:
    assert other is not None
    assert one.activities == other.activities
    assert_frame_equal(one.events, other.events, check_exact=True)
    assert_frame_equal(one.cases, other.cases, check_exact=True)
    assert one.warnings == other.warnings


@pytest.fixture(params=PIECES)
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many bytes the kernels are given at a time: all, one, or so many that tags are cut anywhere."""
    monkeypatch.setattr(xes_scanning, "PIECE", request.param)
    size: int = request.param
    return size


@pytest.mark.parametrize("block", range(10))
def test_well_formed_documents_read_the_same_and_are_not_left(block: int, piece: int) -> None:
    read = 0
    for seed in range(block * 30, block * 30 + (30 if piece > 1 else 6)):
        document = Writer(seed).document().encode()
        expected, found = parsed(document), scanned(document)
        if expected is None:
            assert found is None
        elif expected.cases.height:
            assert found is not None
        if found is not None:
            assert_same(found, expected)
            read += 1
    assert read > 3


@pytest.mark.parametrize("seed", range(200))
def test_what_is_wrong_in_its_words_is_read_by_neither_or_by_both_alike(seed: int) -> None:
    document = Writer(seed, wrong=0.05).document().encode()
    found = scanned(document, size=seed % 50 + 1)
    if found is not None:
        assert_same(found, parsed(document))


@pytest.mark.parametrize("seed", range(60))
def test_damaged_documents_are_read_by_neither_or_by_both_alike(seed: int) -> None:
    chance = random.Random(seed)
    document = Writer(seed).document().encode()
    for _ in range(20):
        broken = damaged(document, chance)
        found = scanned(broken, size=chance.choice([9, 4096]))
        if found is not None:
            assert_same(found, parsed(broken))


OFFSET = re.compile(r"(T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)(?:Z|[+-][0-9]{2}:?[0-9]{2})")


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "+08:00"])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_times_without_an_offset_are_put_into_a_zone_alike(zone: str, share: float) -> None:
    """All times without an offset: the scanner places them; some without: it leaves the document."""
    options = ReadOptions(timezone=zone)
    moved = left = 0
    for seed in range(60):
        chance = random.Random(seed)
        text = OFFSET.sub(lambda m: m[1] if chance.random() < share else m[0], Writer(seed).document())  # noqa: B023 - called at once
        document = text.encode()
        found, expected = scanned(document, options=options), parsed(document, options=options)
        left += found is None and expected is not None and bool(expected.cases.height)
        if found is not None:
            assert_same(found, expected)
            moved += any(warning.code == "log.times-of-zone" for warning in found.warnings)
    assert moved > 3
    assert left > 3 or share == 1.0


@pytest.mark.parametrize(
    ("clocks", "read"),
    [
        (["2024-07-01T09:30:00", "2024-12-01T09:30:00"], True),
        (["2024-07-01T09:30:00", "2024-10-27T02:30:00"], False),
        (["2024-07-01T09:30:00", "2024-03-31T02:30:00"], False),
        (["2024-07-01T09:30:00", "2024-03-31T02:30:00Z"], False),
        (["2024-07-01T09:30:00Z", "2024-03-31T02:30:00Z"], True),
    ],
)
def test_the_scanner_leaves_what_has_no_one_place_in_a_zone(clocks: list[str], *, read: bool) -> None:
    events = "".join(
        f"<event><string key='concept:name' value='a'/><date key='time:timestamp' value='{clock}'/></event>"
        for clock in clocks
    )
    document = f"<log><trace>{events}</trace></log>".encode()
    options = ReadOptions(timezone="Europe/Berlin")
    found = scanned(document, options=options)
    assert (found is not None) == read
    if found is not None:
        assert_same(found, parsed(document, options=options))


SPECIAL = {
    "a comment that looks like the first trace": (
        b"<log><string key='a' value='b'/><!-- <trace> --><global><int key='n' value='1'/></global>%s</log>"
    ),
    "a comment after the log": b"<log>%s</log><!-- done -->\r",
    "a prefix": b"<x:log xmlns:x='urn:x'>%s</x:log>",
    "a prefix named log": b"<log:log xmlns:log='urn:x'>%s</log:log>",
    "another namespace from here on": b"<log xmlns='urn:x'><trace xmlns='urn:y'/>%s</log>",
    "a doctype": b"<!DOCTYPE log>\n<log>%s</log>",
    "an instruction": b"<?xml version='1.0'?><?note x?><log>%s</log>",
    "two documents": b"<log>%s</log><log/>",
    "text after the log": b"<log>%s</log>x",
    "no end": b"<log>%s",
    "Latin-1": (
        b"<?xml version='1.0' encoding='ISO-8859-1'?>"
        b"<log>%s<trace><string key='concept:name' value='\xfc'/></trace></log>"
    ),
    "an encoding that expat lacks": b"<?xml version='1.0' encoding='Big5'?><log>%s</log>",
    "no encoding": b"<?xml version='1.0' encoding='u--tf-8'?><log>%s</log>",
    "a character cut off at the end": b"<log>%s</log><!-- \xe7\x99",
    "a wide space between elements": b"<log>%s\xe3\x80\x80</log>",
    "a key of a wide space": b"<log><trace><int key='\xe3\x80\x80' value='1'/></trace>%s</log>",
}
TRACE = b"<trace><string key='concept:name' value='c'/><event><string key='concept:name' value='a'/></event></trace>"


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("size", [1, 4096])
def test_special_documents_are_read_by_neither_or_by_both_alike(name: str, size: int) -> None:
    document = SPECIAL[name].replace(b"%s", TRACE)
    found, expected = scanned(document, size), parsed(document)
    assert found is None or expected is not None
    if found is not None:
        assert_same(found, expected)


LIMITS = [
    dataclasses.replace(DEFAULT_LIMITS, nesting=5),
    dataclasses.replace(DEFAULT_LIMITS, attribute_keys=4),
    dataclasses.replace(DEFAULT_LIMITS, attribute_bytes=12),
    dataclasses.replace(DEFAULT_LIMITS, label_characters=8),
    dataclasses.replace(DEFAULT_LIMITS, log_cells=20),
]


@pytest.mark.parametrize("limits", LIMITS)
def test_limits_are_the_same(limits: Limits) -> None:
    outcomes = set()
    for seed in range(40):
        document = Writer(seed).document().encode()
        found, expected = scanned(document, limits=limits), parsed(document, limits)
        outcomes.add(found is not None)
        assert (found is not None) == (expected is not None) or (expected is not None and not expected.cases.height)
        if found is not None:
            assert_same(found, expected)
    assert outcomes == {True, False}


@pytest.mark.parametrize("pool", [1_000, 60_000])
def test_many_distinct_values_keep_their_numbers(pool: int) -> None:
    chance = random.Random(pool)
    events = "".join(
        f'<event><string key="concept:name" value="a{chance.randrange(pool)}"/><id key="i" value="{chance.random()}"/>'
        f'<float key="f" value="{chance.random()}"/></event>\n'
        for _ in range(pool)
    )
    document = f"<log><trace>{events}</trace></log>".encode()
    found = scanned(document, size=262_144)
    assert found is not None
    assert_same(found, parsed(document))


def test_a_tag_longer_than_a_piece_is_left_and_a_large_one_is_read() -> None:
    for size, left in ((50_000, False), (3 * PIECE, True)):
        document = b"<log>" + TRACE + b"<!--" + b" " * size + b"-->" + TRACE + b"</log>"
        found = scanned(document, size=262_144)
        assert (found is None) == left
        if found is not None:
            assert_same(found, parsed(document))


def real_logs() -> list[str]:
    return sorted(str(path.relative_to(DATA)) for path in DATA.glob("**/*.xes*"))


def outcome(name: str, *, scan: bool) -> Log | None:
    chunks = ByteSource(shared(name), limits=DEFAULT_LIMITS).open()[1]
    if scan:
        return scan_xes(chunks, name=name, options=ReadOptions(), limits=DEFAULT_LIMITS)
    try:
        return parse_xes(chunks, name=name, options=ReadOptions(), limits=DEFAULT_LIMITS)
    except InputRefused:
        return None


LARGE = ("roadtraffic_fines", "bpic2012", "bpic2013")
CASES = [
    pytest.param(name, marks=[pytest.mark.slow] if any(part in name for part in LARGE) else []) for name in real_logs()
]


@pytest.mark.parametrize("name", CASES)
def test_real_logs_and_malformed_files_read_the_same(name: str) -> None:
    found, expected = outcome(name, scan=True), outcome(name, scan=False)
    if "malformed" not in name:
        assert found is not None
    if found is not None:
        assert_same(found, expected)
