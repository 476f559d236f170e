"""Logs as files by HTTP: what comes back is the log, or those of its cases that a filter means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from engine.logs.log import Log
from engine.logs.reading import read_log
from tests.api.http import judged
from tests.api.http.service import Service
from tests.api.http.test_events import event, live_log, send

FORMS = ("csv", "xes", "parquet")
TYPES = {"csv": "text/csv; charset=utf-8", "xes": "application/xml", "parquet": "application/vnd.apache.parquet"}
STARTS = """\
case,activity,timestamp,lifecycle,channel
a,Greet,2026-03-01T09:00:00Z,start,phone
a,Greet,2026-03-01T09:05:00Z,complete,phone
a,Serve,2026-03-01T09:10:00Z,complete,phone
b,Serve,2026-03-01T10:00:00Z,complete,=1+1
"""


def export(service: Service, log: int, form: str, **asked: str | list[str]) -> httpx.Response:
    return service.client.get(f"/logs/{log}/export", params={"format": form, **asked})


def back(answer: httpx.Response, folder: Path, form: str) -> Log:
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    path = folder / f"back.{form}"
    path.write_bytes(answer.content)
    return read_log(path)


def content(log: Log) -> list[tuple[str, list[tuple[str, object]]]]:
    """Ids of the cases, each with activities and times."""
    found: list[tuple[str, list[tuple[str, object]]]] = [(name, []) for name in log.cases["case_id"]]
    for case, activity, time in log.events.select("case", "activity", "time").iter_rows():
        found[case][1].append((log.activities[activity], time))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_log_comes_back_as_it_was(service: Service, tmp_path: Path, form: str) -> None:
    number = service.upload_log(judged.LOG, name="三月 维修.csv")
    answer = export(service, number, form)
    source = tmp_path / "source.csv"
    source.write_text(judged.LOG, encoding="utf-8")
    assert content(back(answer, tmp_path, form)) == content(read_log(source))
    assert answer.headers["content-type"] == TYPES[form]
    assert f"filename*=UTF-8''{quote('三月 维修')}.{form}" in answer.headers["content-disposition"]
    assert answer.content == export(service, number, form).content
    assert "trueline-warnings" not in answer.headers


@pytest.mark.parametrize("form", FORMS)
def test_live_log_is_written_as_it_is_now(service: Service, tmp_path: Path, form: str) -> None:
    log = live_log(service)
    assert send(service, log, event(1), event(2)).status_code == 201
    assert back(export(service, log, form), tmp_path, form).events.height == 2
    assert send(service, log, event(3)).status_code == 201
    assert back(export(service, log, form), tmp_path, form).events.height == 3


@pytest.mark.parametrize("form", FORMS)
def test_empty_live_log_is_a_file_without_events(service: Service, form: str) -> None:
    answer = export(service, live_log(service), form)
    assert (answer.status_code, len(answer.content) > 0) == (200, True)


@pytest.mark.parametrize("form", FORMS)
def test_cases_that_a_filter_means_keep_all_their_events(service: Service, tmp_path: Path, form: str) -> None:
    log = service.upload_log(STARTS)
    found = back(export(service, log, form, attribute="channel=phone", follows="Greet->Serve"), tmp_path, form)
    assert [name for name, _ in content(found)] == ["a"]
    assert found.events.height == 3
    rest = back(export(service, log, form, **{"case-id": "a", "invert": "true"}), tmp_path, form)
    assert [name for name, _ in content(rest)] == ["b"]
    several = back(export(service, log, form, **{"case-id": ["a", "b"]}), tmp_path, form)
    assert len(content(several)) == 2


def test_formula_stays_text(service: Service) -> None:
    text = export(service, service.upload_log(STARTS), "csv").text
    assert "'=1+1" in text
    assert ",=1+1" not in text


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"wit": "Greet"}, "filter.unknown-name"),
        ({"with": "Gret"}, "filter.unknown-activity"),
        ({"attribute": "colour=red"}, "filter.unknown-attribute"),
        ({"from": "yesterday"}, None),
        ({"format": "doc"}, None),
    ],
)
def test_wrong_filter_is_refused(service: Service, asked: dict[str, str], code: str | None) -> None:
    log = service.upload_log()
    answer = service.client.get(f"/logs/{log}/export", params={"format": "csv"} | asked)
    assert answer.status_code == 422
    assert code in (None, answer.json()["code"])


def test_filter_that_no_case_meets_gives_an_empty_log(service: Service, tmp_path: Path) -> None:
    answer = export(service, service.upload_log(), "xes", before="2020-01-01T00:00:00Z")
    path = tmp_path / "none.xes"
    path.write_bytes(answer.content)
    assert (answer.status_code, b"<trace>" in answer.content) == (200, False)


def test_what_a_table_cannot_hold_is_said(service: Service) -> None:
    xes = '<log><trace><string key="concept:name" value="empty"/></trace><trace><string key="concept:name" value="a"/>'
    xes += '<event><string key="concept:name" value="Greet"/></event></trace></log>'
    number = service.client.post("/logs", params={"name": "x.xes"}, content=xes.encode()).json()["id"]
    assert export(service, number, "csv").headers["trueline-warnings"] == "log.empty-cases-not-written;count=1"
    assert "trueline-warnings" not in export(service, number, "xes").headers


def test_nothing_is_left_in_the_folder(service: Service) -> None:
    log = service.upload_log()
    for form in FORMS:
        assert export(service, log, form).status_code == 200
    incoming = service.running.files.path("00").parents[2] / "incoming"
    assert incoming.is_dir()
    assert list(incoming.iterdir()) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_quality_is_the_report_of_the_log(service: Service, lang: str) -> None:
    stored = service.upload_log("case,activity,timestamp\na,Greet,2026-03-01T09:00:00Z\na,Serve,\n", name="到店.csv")
    for log in (stored, live_log(service)):
        found = service.client.get(f"/logs/{log}/quality", params={"lang": lang})
        assert found.json() == service.client.get(f"/logs/{log}", params={"lang": lang}).json()["report"]
        assert found.status_code == 200
    assert service.client.get("/logs/99/quality").status_code == 404
    assert service.client.get("/logs/99/export?format=csv").status_code == 404
