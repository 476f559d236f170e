"""Files as streams: hash, gzip, limits, progress, and what is no log at all."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS, MEBIBYTE
from engine.logs.reading import read_log
from tests.engine.logs.making import EVENT, codes, packed, read_bytes, refusal, sequences, xes

LOG = xes(*[EVENT] * 2000)


def test_gzip_is_told_by_content(tmp_path: Path) -> None:
    assert sequences(read_bytes(packed(LOG), tmp_path)) == sequences(read_bytes(LOG, tmp_path))


def test_several_gzip_members_and_padding_are_one_file(tmp_path: Path) -> None:
    content = packed(LOG[:1000]) + packed(LOG[1000:]) + b"\0" * 512
    assert len(sequences(read_bytes(content, tmp_path))) == 2000


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated_gzip_is_refused(share: float, tmp_path: Path) -> None:
    content = packed(LOG)
    assert codes(refusal(content[: int(len(content) * share)], tmp_path)) == [("gzip-truncated", None)]


@pytest.mark.parametrize("place", [-1, -5])
def test_wrong_checksum_or_length_is_refused(place: int, tmp_path: Path) -> None:
    content = bytearray(packed(LOG))
    content[place] ^= 0xFF
    assert codes(refusal(bytes(content), tmp_path)) == [("gzip-damaged", None)]


def test_anything_after_the_gzip_member_is_refused(tmp_path: Path) -> None:
    assert codes(refusal(packed(LOG) + b"more", tmp_path)) == [("gzip-damaged", None)]


def test_a_bomb_stops_at_the_unpacked_size(tmp_path: Path) -> None:
    content = gzip.compress(b"<log>" + b" " * (30 * MEBIBYTE))
    limits = dataclasses.replace(DEFAULT_LIMITS, unpacked_bytes=MEBIBYTE)
    (problem,) = refusal(content, tmp_path, limits=limits)
    assert (problem.code, problem.values["limit"], problem.values["allowed"]) == (
        "limit.exceeded",
        "unpacked_bytes",
        MEBIBYTE,
    )


def test_a_bomb_stops_at_the_ratio(tmp_path: Path) -> None:
    (problem,) = refusal(gzip.compress(b"<log>" + b" " * (30 * MEBIBYTE)), tmp_path)
    assert (problem.code, problem.values["limit"]) == ("limit.exceeded", "unpacked_ratio")


def test_a_small_file_may_pack_well(tmp_path: Path) -> None:
    content = gzip.compress(b"<log>" + b" " * (5 * MEBIBYTE) + b"</log>")
    assert read_bytes(content, tmp_path).cases.height == 0


def test_the_hash_is_that_of_the_file_as_it_lies_on_disk(tmp_path: Path) -> None:
    for content in (LOG.encode(), packed(LOG), b"case,activity\n1,a\n"):
        assert read_bytes(content, tmp_path).source_hash == hashlib.sha256(content).hexdigest()


def test_progress_ends_with_all_bytes(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(packed(xes(*[EVENT] * 20_000)))
    told: list[tuple[int, int]] = []
    read_log(path, progress=lambda done, size: told.append((done, size)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert told == sorted(told)


OTHERS = {
    "spreadsheet": b"\xd0\xcf\x11\xe0rest",
    "binary": b"\x7fELF\0\0\0",
    "is-json": b' [{"a": 1}]',
    "is-a-flow": "# 调查\n\ntrueline: 1\nflow: x\n".encode(),
    "packed-twice": gzip.compress(gzip.compress(b"x")),
    "parquet-damaged": b"PAR1 and nothing else",
}


@pytest.mark.parametrize("code", OTHERS)
def test_other_formats_are_named(code: str, tmp_path: Path) -> None:
    assert codes(refusal(OTHERS[code], tmp_path)) == [(code, None)]


def test_a_report_in_pdf_is_no_table(tmp_path: Path) -> None:
    assert codes(refusal(b"%PDF-1.4\n1 0 obj\n", tmp_path)) == [("binary", None)]


def test_a_mark_of_utf_8_before_another_encoding_is_refused(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + LOG.replace("UTF-8", "x-unknown").encode()
    assert codes(refusal(content, tmp_path)) == [("encoding-unknown", 1)]


@pytest.mark.parametrize("line", [b"1,a\n", b'{"case": "1", "activity": "a"}\n'])
def test_a_packed_table_that_is_too_large_is_refused_before_it_is_held(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(packed(b"case,activity\n" * line.startswith(b"1") + line * 1_000_000))
    with pytest.raises(InputRefused) as caught:
        read_log(path, limits=dataclasses.replace(DEFAULT_LIMITS, unpacked_bytes=3_000_000, unpacked_ratio=10**6))
    assert caught.value.problems[0].values["limit"] == "unpacked_bytes"


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none", "log.file-missing"), (tmp_path, "log.file-not-a-file")):
        with pytest.raises(InputRefused) as caught:
            read_log(path)
        assert [problem.code for problem in caught.value.problems] == [code]


def test_the_name_is_the_files_without_its_folder(tmp_path: Path) -> None:
    assert read_bytes(LOG, tmp_path).name == "file"
    assert refusal("<log>", tmp_path)[0].place.source == "file"
