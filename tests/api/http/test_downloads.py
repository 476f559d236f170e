"""How files are called that are taken away."""

from __future__ import annotations

import io
from urllib.parse import unquote

import pytest

from api.http.downloads import NAME_CHARACTERS, chunks_of, disposition, file_name


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("到店", 12), "到店-12.pdf"),
        (("a/b:c\\d", 1), "a_b_c_d-1.pdf"),
        (("line\r\nbreak\x00", 1), "line__break_-1.pdf"),
        (("..", 3), "3.pdf"),
        (("", 3), "3.pdf"),
        (("...",), "trueline.pdf"),
        ((" visits. ",), "visits.pdf"),
        (("\u202efdp", 1), "_fdp-1.pdf"),
    ],
)
def test_name_is_one_that_every_system_takes(parts: tuple[str | int, ...], name: str) -> None:
    assert file_name(*parts, ending="pdf") == name


def test_long_name_is_cut_and_keeps_its_number_and_ending() -> None:
    name = file_name("访" * 500, 1234, ending="xlsx")
    assert name.endswith("访-1234.xlsx")
    assert len(name) <= NAME_CHARACTERS + len("-.xlsx")


@pytest.mark.parametrize("name", ["到店-1.pdf", 'quo"te-1.pdf', "100%-1.pdf", "naïve café-1.csv", "a;b=c-1.pdf"])
def test_header_holds_the_name_in_utf8_and_one_in_ascii(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert "\n" not in header
    plain, encoded = header.removeprefix('attachment; filename="').split("\"; filename*=UTF-8''")
    assert unquote(encoded) == name
    assert not set(plain) & set('"\\%')
    assert len(plain) == len(name)


def test_page_is_shown_and_not_stored() -> None:
    assert disposition("a.html", attached=False).startswith("inline; ")


def test_file_is_closed_at_its_end() -> None:
    file = io.BytesIO(b"x" * 600_000)
    assert b"".join(chunks_of(file)) == b"x" * 600_000
    assert file.closed
