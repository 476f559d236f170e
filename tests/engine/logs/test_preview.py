"""The first rows of a table, whatever the table is like."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from engine.logs.preview import CELL_CHARACTERS, LOOKED_AT, ROWS, Preview, preview_table

HEADER = "工单号,步骤,完成时间,备注\n"


def preview(folder: Path, content: bytes) -> Preview | None:
    (folder / "log.csv").write_bytes(content)
    return preview_table(folder / "log.csv")


def shown(folder: Path, content: bytes) -> Preview:
    found = preview(folder, content)
    assert found is not None
    return found


def test_columns_rows_and_what_their_names_say(tmp_path: Path) -> None:
    found = shown(tmp_path, (HEADER + '1,接待,2026-03-01 09:00,\n1,"维修, 换油",2026-03-01 10:00,x\n').encode())
    assert found.columns == ("工单号", "步骤", "完成时间", "备注")
    assert found.rows == (("1", "接待", "2026-03-01 09:00", ""), ("1", "维修, 换油", "2026-03-01 10:00", "x"))
    assert found.guesses["case"] == "工单号"


@pytest.mark.parametrize("rows", [0, 3, 20_000])
def test_a_long_file_is_cut_at_a_line_and_a_short_one_is_whole(rows: int, tmp_path: Path) -> None:
    content = (HEADER + "".join(f"{at},接待,2026-03-01 09:00,{'x' * 20}\n" for at in range(rows))).encode()
    assert (len(content) > LOOKED_AT) == (rows == 20_000)
    found = shown(tmp_path, content)
    assert [row[0] for row in found.rows] == [str(at) for at in range(min(rows, ROWS))]


def test_a_gzipped_file_and_a_long_cell_are_shown(tmp_path: Path) -> None:
    content = gzip.compress((HEADER + f"1,{'x' * 500},2026-03-01 09:00,\n").encode())
    assert len(shown(tmp_path, content).rows[0][1]) == CELL_CHARACTERS


@pytest.mark.parametrize("content", [b"", b"<log/>", b'{"case": 1}', b"\x00\x01\x02", b"only a title\n\n"])
def test_what_is_no_table_has_no_rows_to_show(content: bytes, tmp_path: Path) -> None:
    found = preview(tmp_path, content)
    assert found is None or found.rows == ()
