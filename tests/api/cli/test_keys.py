"""``trueline keys``: the console makes, lists and revokes keys while the service is stopped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.api.cli.making import run
from tests.api.http.service import service_in


def folder(tmp_path: Path) -> str:
    """The data folder of a service that ran once."""
    with service_in(tmp_path / "data"):
        return str(tmp_path / "data")


def test_key_that_was_made_opens_the_service_until_it_is_revoked(tmp_path: Path) -> None:
    data = folder(tmp_path)
    made = run("keys", "create", "--name", "front desk", "--role", "operator", "--data", data)
    assert made.exit_code == 0
    key = re.search(r"trueline_[\w-]{43}", made.stdout)
    assert key
    with service_in(tmp_path / "data", key=key[0]) as service:
        me = service.client.get("/me").json()
    assert (me["id"], me["name"], me["role"]) == (2, "front desk", "operator")
    assert run("keys", "revoke", "2", "--data", data).exit_code == 0
    with service_in(tmp_path / "data", key=key[0]) as service:
        assert service.client.get("/me").status_code == 401


def test_list_shows_every_key_and_no_secret(tmp_path: Path) -> None:
    data = folder(tmp_path)
    run(
        "keys", "create", "--name", "Li", "--role", "reviewer", "--expires", "2199-01-01T00:00:00+08:00", "--data", data
    )
    run("keys", "create", "--name", "Wang", "--role", "designer", "--data", data)
    run("keys", "revoke", "3", "--data", data)
    listed = run("keys", "list", "--data", data)
    rows = [
        [cell.strip() for cell in line.strip("│┃ ").split("│")] for line in listed.stdout.splitlines() if "│" in line
    ]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("1", "console", "administrator"),
        ("2", "Li", "reviewer"),
        ("3", "Wang", "designer"),
    ]
    assert (rows[0][5], rows[1][5]) == ("in force", "in force until 2198-12-31T16:00+00:00")
    assert rows[2][5].startswith("revoked 20")
    assert "trueline_" not in listed.stdout


def test_running_service_holds_its_folder(tmp_path: Path) -> None:
    with service_in(tmp_path / "data"):
        result = run("keys", "list", "--data", str(tmp_path / "data"))
    assert result.exit_code == 2
    assert "another service" in result.stderr.lower() or "in use" in result.stderr.lower()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["create"], "--name"),
        (["create", "--name", "Li"], "--role"),
        (["create", "--name", "Li", "--role", "king"], "reviewer, operator, designer, administrator"),
        (["create", "--name", "Li", "--role", "reviewer", "--expires", "2020-01-01T00:00:00Z"], "passed already"),
        (["create", "--name", "Li", "--role", "reviewer", "--expires", "soon"], "not a moment"),
        (["revoke"], "trueline keys list"),
        (["revoke", "9"], "no key 9"),
        (["revoke", "0"], "KEY"),
        (["forget"], "create, list, revoke"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path: Path, arguments: list[str], word: str) -> None:
    result = run("keys", *arguments, "--data", folder(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert word in result.stderr


def test_number_that_no_row_can_have_is_no_key_on_any_database(database_url: str, tmp_path: Path) -> None:
    with service_in(tmp_path / "data", database=database_url):
        pass
    for number in (2**31 - 1, 2**31, 2**53 - 1):
        result = run("keys", "revoke", str(number), "--data", str(tmp_path / "data"), "--database", database_url)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"no key {number}" in result.stderr.replace(",", "")


def test_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert run("keys", "list", "--data", str(tmp_path / "typo")).exit_code == 2
    assert list(tmp_path.iterdir()) == []
