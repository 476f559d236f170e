"""Files of the data folder that somebody else has changed: named, never read, and needed for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from engine.storage.event_tables import SealRow
from engine.storage.repository import artefact
from tests.api.http.service import Service, service_in
from tests.api.http.test_events import event, items, live_log, send
from tests.api.http.test_sealed_events import sealed, until


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize("damage", [flipped, cut, Path.unlink])
def test_damaged_sealed_file_is_named_and_events_still_come(damage: Callable[[Path], None], tmp_path: Path) -> None:
    with service_in(tmp_path / "data", seal_events=100) as service:
        service.client.headers["connection"] = "close"  # which an answer of 500 makes it
        flow = service.upload_flow()
        log = live_log(service, flow=flow)
        for first in (0, 100):
            assert send(service, log, *map(event, range(first, first + 100))).status_code == 201
            until(lambda first=first: sealed(service, log) == first + 100)  # type: ignore[misc]  # bound now
        with service.running.database.reading() as session:
            digest = session.exec(select(SealRow.file).order_by(SealRow.first)).all()[1]  # type: ignore[arg-type]
        path = service.running.files.path(digest)
        before = path.read_bytes()
        damage(path)
        for address in (f"/logs/{log}/events?after=120", f"/logs/{log}/cases/a/events?after=120", f"/logs/{log}"):
            answer = service.client.get(address)
            assert (answer.status_code, answer.json()["code"]) == (500, "service.file-damaged")
            assert digest in answer.text
        assert service.client.get(f"/logs/{log}/events?limit=50").json()["next"] == 50
        assert send(service, log, event(200), event(150)).json()["duplicates"] == 1
        failed = service.finished(_asked(service, flow, log))
        assert [problem["code"] for problem in failed["problems"]] == ["service.file-damaged"]
        path.write_bytes(before)
        assert len(items(service, f"/logs/{log}/events")) == 201


@pytest.mark.parametrize("damage", [flipped, cut, Path.unlink])
@pytest.mark.parametrize("name", ["book.cases.parquet", "judged.events.parquet", "book.summaries.parquet"])
def test_damaged_case_book_is_named(damage: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    """Also once it was read: what is asked for with every click is looked at again when it was touched."""
    with service_in(tmp_path / "data") as service:
        service.client.headers["connection"] = "close"
        number = service.assess()
        service.finished(number)
        key = service.client.get(f"/assessments/{number}/deviations").json()["items"][0]["key"]
        assert service.client.get(f"/assessments/{number}/cases/a").status_code == 200
        with service.running.database.reading() as session:
            digest = artefact(session, number, name)
        assert digest is not None
        damage(service.running.files.path(digest))
        answer = service.client.get(f"/assessments/{number}/cases/a")
        assert (answer.status_code, answer.json()["code"]) == (500, "service.file-damaged")
        assert digest in answer.text
        if name.startswith("book"):
            accepted = service.client.post("/flows/1/acceptances", json={"key": key, "reason": "agreed"})
            assert (accepted.status_code, accepted.json()["code"]) == (500, "service.file-damaged")


def test_damaged_upload_is_named(service: Service) -> None:
    flow, log = service.upload_flow(), service.upload_log()
    digest = service.client.get(f"/logs/{log}").json()["sha256"]
    flipped(service.running.files.path(digest))
    failed = service.finished(_asked(service, flow, log))
    assert [problem["code"] for problem in failed["problems"]] == ["service.file-damaged"]
    assert service.upload_log() != log
    assert service.finished(_asked(service, flow, log))["status"] == "done"


def _asked(service: Service, flow: int, log: int) -> int:
    number: int = service.client.post("/assessments", json={"flow": flow, "log": log}).json()["id"]
    return number
