from __future__ import annotations

import hashlib
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import InputRefused, LimitExceeded
from engine.storage.files import DamagedFile, FileStore


def all_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_file_lies_under_its_hash(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    stored = store.add(b"hello")
    assert stored.hash == hashlib.sha256(b"hello").hexdigest()
    assert store.path(stored.hash).read_bytes() == b"hello"
    assert stored.size == 5


def test_same_bytes_are_stored_once(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert store.add(b"x") == store.add(b"x")
    assert len(all_files(tmp_path / "files")) == 1


def test_what_is_not_kept_is_gone(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with store.incoming(limit=10) as incoming:
        incoming.write(b"x")
    assert all_files(tmp_path) == ["lock"]


def test_upload_past_its_limit_is_refused_and_gone(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with store.incoming(limit=10) as incoming:
        incoming.write(b"12345678")
        with pytest.raises(LimitExceeded):
            incoming.write(b"901")
    assert all_files(tmp_path) == ["lock"]


def test_remains_of_a_crash_are_cleared_at_the_next_start(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    stored = store.add(b"kept")
    (tmp_path / "incoming" / "half").write_bytes(b"half")
    store.close()
    assert FileStore(tmp_path).path(stored.hash).exists()
    assert all_files(tmp_path) == sorted(["lock", stored.hash])


def test_folder_belongs_to_one_service_at_a_time(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    code = f"from engine.storage.files import *; from pathlib import Path; FileStore(Path({str(tmp_path)!r}))"
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    store.close()
    assert "service.data-in-use" in second.stderr
    FileStore(tmp_path).close()


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputRefused) as refused:
        FileStore(tmp_path / "file" / "folder")
    assert refused.value.problems[0].code == "service.data-unusable"


@pytest.mark.parametrize("content", [None, b"", b"conten", b"Content", b"content!"])
def test_file_that_is_no_longer_what_it_was_is_not_given_out(content: bytes | None, tmp_path: Path) -> None:
    with closing(FileStore(tmp_path)) as files:
        stored = files.add(b"content")
        path = files.checked(stored.hash)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        with pytest.raises(DamagedFile) as caught:
            files.checked(stored.hash)
        assert caught.value.problem.values["file"] == path.relative_to(tmp_path).as_posix()
        files.add(b"content")  # whoever brings it again repairs it
        assert files.checked(stored.hash).read_bytes() == b"content"
