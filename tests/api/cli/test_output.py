"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from api.cli.output import write_output, write_with
from engine.errors import InputRefused


def test_an_older_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    path.chmod(0o600)
    write_output(path, "新")
    assert path.read_text("utf-8") == "新"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    write_output(tmp_path / "ours", "x")
    (tmp_path / "theirs").touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "theirs").stat().st_mode


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputRefused, match=r"cli\.cannot-write"):
        write_with(path, fail)
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("a.json", "old")]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_output(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_a_device_is_written_to_directly() -> None:
    write_output(Path(os.devnull), "x")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("name", ["no/such/folder/a.json", "."])
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputRefused, match=r"cli\.cannot-write"):
        write_output(tmp_path / name, "x")


def test_the_temporary_file_keeps_the_ending(tmp_path: Path) -> None:
    seen: list[str] = []
    write_with(tmp_path / "log.xes.gz", lambda path: seen.append(path.name))
    assert seen[0].endswith("log.xes.gz")
