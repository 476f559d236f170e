"""A backup holds everything, is whole or none, and fills a service of either database."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import InputRefused
from engine.storage.backup import MANIFEST, back_up, restore
from engine.storage.database import Database, open_engine
from engine.storage.files import FileStore
from tests.api.http.service import Service, service_in
from tests.databases import BACKENDS, url_of

EVENT = {
    "id": "e1",
    "case": "案例/1",
    "activity": "Greet",
    "time": "2026-03-02T09:30:00.123456+08:00",
    "resource": "李",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A backup of a service on SQLite that has something in most tables, taken while it runs."""
    folder = tmp_path_factory.mktemp("kept")
    with service_in(folder / "data") as service:
        fill(service)
        back_up(open_engine(f"sqlite:///{folder / 'data' / 'trueline.db'}"), folder / "data", folder / "kept.tar")
        yield folder / "kept.tar"


def fill(service: Service) -> None:
    """Put something into most tables."""
    number = service.assess(closed="ended")
    service.finished(number)
    service.client.post("/flows/1/activations", json={"effective": "2026-01-01"})
    log = service.client.post("/logs", json={"name": "desk", "flow": 1}).json()["id"]
    assert service.client.post(f"/logs/{log}/events", json={"events": [EVENT]}).status_code == 201
    assert service.client.post(f"/logs/{log}/hooks", json={"url": "https://desk.example/x"}).status_code == 201


def rows_of(archive: Path) -> dict[str, list[str]]:
    """Table → its rows as they stand in a backup."""
    with tarfile.open(archive) as opened:
        return {
            member.name: opened.extractfile(member).read().decode().splitlines()  # type: ignore[union-attr]
            for member in opened
            if member.name.startswith("tables/")
        }


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of an empty database, and a data folder that is not there yet."""
    with url_of(request, tmp_path) as url:
        yield url, tmp_path / "new"


def refill(archive: Path, url: str, folder: Path) -> None:
    """Restore a backup."""
    database, files = Database(url), FileStore(folder)
    try:
        restore(archive, database=database, files=files)
    finally:
        files.close()
        database.close()


def test_a_service_goes_on_from_its_backup_on_either_database(kept: Path, empty: tuple[str, Path]) -> None:
    url, folder = empty
    refill(kept, url, folder)
    with service_in(folder, database=url, key="old") as service:
        back_up(service.running.database.engine, folder, folder.parent / "again.tar")
        assert service.running.clock() is not None
    assert rows_of(folder.parent / "again.tar") == rows_of(kept)


def test_what_comes_after_is_counted_on(kept: Path, empty: tuple[str, Path]) -> None:
    url, folder = empty
    refill(kept, url, folder)
    with service_in(folder, database=url, new_key=True) as service:
        assert service.client.get("/assessments/1").json()["result"]["cases"] == 2
        assert service.upload_flow(name="again.yaml") == 2
        again = service.client.post("/logs/2/events", json={"events": [EVENT]}).json()
        assert (again["accepted"], again["duplicates"]) == (0, 1)


def test_a_service_that_has_something_is_left_alone(kept: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'db'}"
    refill(kept, url, tmp_path / "data")
    with pytest.raises(InputRefused, match=r"backup\.not-empty"):
        refill(kept, url, tmp_path / "data")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_an_archive_that_was_cut_short_is_refused_and_nothing_is_written(
    share: float, kept: Path, tmp_path: Path
) -> None:
    with tarfile.open(kept) as opened:
        manifest = opened.getmember(MANIFEST)
    whole = manifest.offset_data + manifest.size
    short = tmp_path / "short.tar"
    short.write_bytes(kept.read_bytes()[: int((whole - 1) * share)])
    url = f"sqlite:///{tmp_path / 'db'}"
    with pytest.raises(InputRefused, match=r"backup\.(unreadable|damaged)"):
        refill(short, url, tmp_path / "data")
    assert [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()] == []
    refill(kept, url, tmp_path / "data")


def test_a_changed_byte_of_any_member_is_refused(kept: Path, tmp_path: Path) -> None:
    with tarfile.open(kept) as opened:
        places = [(member.name, member.offset_data) for member in opened if member.size]
    for name, offset in places:
        content = bytearray(kept.read_bytes())
        content[offset] ^= 1
        wrong = tmp_path / "wrong.tar"
        wrong.write_bytes(content)
        with pytest.raises(InputRefused, match=r"backup\.(unreadable|damaged|newer)"):
            refill(wrong, f"sqlite:///{tmp_path / 'db'}", tmp_path / "data")
        assert name


def test_a_backup_of_a_newer_version_is_left_alone(kept: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.tar"
    with tarfile.open(kept) as source, tarfile.open(newer, "w") as target:
        for member in source:
            content = source.extractfile(member)
            assert content is not None
            if member.name == MANIFEST:
                said = json.loads(content.read()) | {"revision": "9999"}
                path = tmp_path / "manifest"
                path.write_text(json.dumps(said))
                target.add(path, MANIFEST)
            else:
                target.addfile(member, content)
    with pytest.raises(InputRefused, match=r"backup\.newer"):
        refill(newer, f"sqlite:///{tmp_path / 'db'}", tmp_path / "data")


def test_a_missing_file_is_named_and_no_backup_is_left(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        service.upload_flow()
        (file,) = [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]
        file.unlink()
        with pytest.raises(InputRefused, match=r"backup\.file-missing"):
            back_up(service.running.database.engine, tmp_path / "data", tmp_path / "kept.tar")
    assert not list(tmp_path.glob("*kept.tar*"))


def test_a_database_without_a_service_has_nothing_to_keep(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"backup\.no-service"):
        back_up(open_engine(f"sqlite:///{tmp_path / 'nothing.db'}"), tmp_path, tmp_path / "kept.tar")
