"""Reports by HTTP: their forms and names, what they are compared with, and the actions that they list."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import fastexcel
import httpx
import pytest

from engine.storage.repository import artefact
from tests.api.http import judged
from tests.api.http.service import FLOW, LOG, Service
from tests.api.http.test_damaged_files import flipped

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTION = {"answers": "skipped:greet", "action": "交接时核对清单", "owner": "王芳", "due": "2026-02-01"}
APRIL = LOG.replace("2026-03", "2026-04")


def report(service: Service, number: int, **asked: str) -> httpx.Response:
    return service.client.get(f"/assessments/{number}/report", params=asked)


def assessed(service: Service, flow: int, log: str, **options: Any) -> dict[str, Any]:
    body = {"flow": flow, "log": service.upload_log(log), **options}
    answer = service.client.post("/assessments", json=body)
    assert answer.status_code == 202, answer.text
    return service.finished(answer.json()["id"])


@pytest.mark.parametrize(
    ("form", "kind", "begins", "shown"),
    [
        ("html", "text/html; charset=utf-8", b"<!doctype html>", "inline"),
        ("pdf", "application/pdf", b"%PDF-", "attachment"),
        ("xlsx", XLSX, b"PK", "attachment"),
    ],
)
@pytest.mark.parametrize(("lang", "title"), [("en", "Visit"), ("zh", "到店")])
def test_forms_have_their_types_and_names(
    service: Service, *, form: str, kind: str, begins: bytes, shown: str, lang: str, title: str
) -> None:
    number = service.assess()
    service.finished(number)
    answer = report(service, number, format=form, lang=lang)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.content.lower().startswith(begins.lower())
    plain = title if title.isascii() else "__"
    expected = f"{shown}; filename=\"{plain}-{number}.{form}\"; filename*=UTF-8''{quote(title)}-{number}.{form}"
    assert answer.headers["content-disposition"] == expected
    assert answer.headers["content-language"] == lang
    assert report(service, number, format=form, lang=lang).content == answer.content


def test_report_is_a_page_unless_another_form_is_asked_for(service: Service) -> None:
    number = service.assess()
    service.finished(number)
    assert report(service, number).headers["content-security-policy"].startswith("sandbox")
    assert report(service, number, format="docx").status_code == 422


def test_workbook_has_the_cases_by_their_ids(service: Service) -> None:
    flow = service.upload_flow(judged.FLOW)
    number = assessed(service, flow, judged.LOG)["id"]
    book = fastexcel.read_excel(report(service, number, format="xlsx", lang="zh").content)
    cells = book.load_sheet("案例", header_row=None).to_polars()
    assert set(cells[:, 0].drop_nulls()) >= {"工单 1", "a/b", "c", "d", "e"}


def test_net_has_all_forms(service: Service) -> None:
    number = assessed(service, service.upload_flow(judged.PNML, name="到店.pnml"), LOG)["id"]
    for form in ("html", "pdf", "xlsx"):
        answer = report(service, number, format=form)
        assert (answer.status_code, f"-{number}.{form}" in answer.headers["content-disposition"]) == (200, True)


def test_versions_have_a_page_alone(service: Service) -> None:
    flow = service.upload_flow()
    service.client.post(f"/flows/{flow}/activations", json={"effective": "2026-01-01"})
    number = assessed(service, flow, LOG, versions=True)["id"]
    assert report(service, number).status_code == 200
    for path in ("report?format=pdf", "report?format=xlsx", "export?format=csv", f"comparison/{number}"):
        answer = service.client.get(f"/assessments/{number}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "service.judged-by-versions")
    assert service.client.get(f"/assessments/{number}/export?format=json").json()["versions"]
    answer = service.client.post("/assessments", json={"flow": flow, "log": 1, "against": number})
    assert (answer.status_code, answer.json()["code"]) == (422, "service.judged-by-versions")
    answer = service.client.post("/assessments", json={"flow": flow, "log": 1, "against": number, "versions": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "service.against-with-versions")


@pytest.mark.parametrize("path", ["report?format=pdf", "export?format=csv", "export?format=json", "comparison/1"])
def test_what_is_not_done_has_nothing_to_take_away(
    service: Service, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.running.work.queue, "submit", lambda _name: None)
    number = service.assess()
    answer = service.client.get(f"/assessments/{number}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (409, "service.not-done")
    assert answer.headers["retry-after"] == "1"
    service.client.post(f"/assessments/{number}/cancellation")
    answer = service.client.get(f"/assessments/{number}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (409, "service.assessment-cancelled")
    assert service.client.get(f"/assessments/99/{path}").status_code == 404


@pytest.mark.parametrize("form", ["html", "pdf", "xlsx"])
def test_actions_stand_in_the_report_as_they_are_when_it_is_fetched(service: Service, form: str) -> None:
    flow = service.upload_flow()
    first = assessed(service, flow, LOG, against=None)["id"]
    before = report(service, first, format=form, lang="zh").content
    made = service.client.post(f"/flows/{flow}/actions", json=ACTION).json()
    second = assessed(service, flow, LOG, against=None)["id"]
    after = report(service, first, format=form, lang="zh").content
    assert after != before
    assert after == report(service, second, format=form, lang="zh").content
    if form == "html":
        assert "交接时核对清单" in after.decode()
    service.client.put(f"/flows/{flow}/actions/{made['id']}", json=ACTION | {"state": "done"})
    changed = report(service, first, format=form, lang="zh").content
    assert changed not in (before, after)
    service.client.delete(f"/flows/{flow}/actions/{made['id']}")
    assert report(service, first, format=form, lang="zh").content == before


def test_actions_hold_for_every_version_of_the_flow_and_no_other(service: Service) -> None:
    flow, newer = service.upload_flow(), service.upload_flow(FLOW.replace("Serve", "Help"))
    other = service.upload_flow(FLOW.replace("flow: visit", "flow: another"))
    service.client.post(f"/flows/{flow}/actions", json=ACTION)
    found = [report(service, assessed(service, one, LOG)["id"], lang="zh").text for one in (flow, newer, other)]
    assert ["交接时核对清单" in text for text in found] == [True, True, False]


def test_last_period_is_the_one_whose_log_ends_latest_before(service: Service) -> None:
    flow = service.upload_flow()
    march = assessed(service, flow, LOG)
    may = assessed(service, flow, LOG.replace("2026-03", "2026-05"))
    april = assessed(service, flow, APRIL)
    assert (march["against"], may["against"], april["against"]) == (None, march["id"], march["id"])
    assert assessed(service, flow, LOG.replace("2026-03", "2026-06"))["against"] == may["id"]
    assert assessed(service, flow, APRIL)["against"] == march["id"]
    assert (march["options"]["against"], "2026-03-01" in report(service, april["id"]).text) == ("last", True)


def test_another_version_is_compared_with_and_another_flow_is_not(service: Service) -> None:
    first = assessed(service, service.upload_flow(), LOG)
    newer = assessed(service, service.upload_flow(FLOW.replace("en: Serve", "en: Help")), APRIL)
    other = assessed(service, service.upload_flow(FLOW.replace("flow: visit", "flow: another")), APRIL)
    assert (newer["against"], other["against"]) == (first["id"], None)


def test_logs_without_times_are_told_by_when_they_were_asked_for(service: Service) -> None:
    flow, timeless = service.upload_flow(), "case,activity\na,Greet\na,Serve\n"
    first = assessed(service, flow, timeless)
    assert (first["result"]["period"], first["against"]) == (None, None)
    assert assessed(service, flow, timeless + "b,Serve\n")["against"] == first["id"]
    assert assessed(service, flow, LOG)["against"] is not None


def test_another_one_or_none_may_be_compared_with(service: Service) -> None:
    flow = service.upload_flow()
    march, april = assessed(service, flow, LOG), assessed(service, flow, APRIL)
    may = LOG.replace("2026-03", "2026-05")
    chosen = assessed(service, flow, may, against=march["id"])
    none = assessed(service, flow, may, against=None)
    last = assessed(service, flow, may)
    assert [one["against"] for one in (chosen, none, last)] == [march["id"], None, april["id"]]
    pages = {report(service, one["id"]).text for one in (chosen, none, last)}
    assert len(pages) == 3
    for wrong, code in ((99, "service.no-such-assessment"), (0, None), ("first", None), (True, None)):
        answer = service.client.post("/assessments", json={"flow": flow, "log": 1, "against": wrong})
        assert answer.status_code == 422
        assert code in (None, answer.json()["code"])


def test_schedule_says_what_is_compared_with(service: Service) -> None:
    flow, log = service.upload_flow(), service.upload_log()
    asked = {"name": "月报", "flow": flow, "log": log, "daily": {"at": "08:00", "timezone": "Asia/Shanghai"}}
    made = service.client.post("/schedules", json=asked).json()
    assert made["options"]["against"] == "last"
    assert service.client.post("/schedules", json=asked | {"options": {"against": None}}).status_code == 201
    answer = service.client.post("/schedules", json=asked | {"options": {"against": 99}})
    assert (answer.status_code, answer.json()["code"]) == (422, "service.no-such-assessment")


def test_report_that_is_made_anew_reads_no_damaged_file(service: Service) -> None:
    number = service.assess()
    service.finished(number)
    service.client.headers["connection"] = "close"  # which an answer of 500 makes it
    with service.running.database.reading() as session:
        digest = artefact(session, number, "explained.npz")
    assert digest is not None
    flipped(service.running.files.path(digest))
    answer = report(service, number, format="pdf")
    assert (answer.status_code, answer.json()["code"]) == (500, "service.file-damaged")
    assert report(service, number).status_code == 200


def test_assessment_of_before_explanations_were_kept_has_its_page(service: Service) -> None:
    number = service.assess()
    service.finished(number)
    before = report(service, number).content
    service.client.post("/flows/1/actions", json=ACTION)
    with service.running.database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM artefact WHERE name = 'explained.npz'")
    assert report(service, number).content == before
    answer = report(service, number, format="pdf")
    assert (answer.status_code, answer.json()["code"]) == (409, "service.report-not-kept")


def test_two_are_compared(service: Service) -> None:
    flow = service.upload_flow()
    march = assessed(service, flow, LOG)
    april = assessed(service, flow, APRIL.replace("b,Serve", "b,Greet,2026-04-01T09:30:00Z\nb,Serve"))
    found = service.client.get(f"/assessments/{april['id']}/comparison/{march['id']}").json()
    assert (found["before"]["cases"], found["now"]["cases"], found["reasons"]) == (2, 2, [])
    scores = [one["result"]["dimensions"]["completeness"]["score"] for one in (march, april)]
    shift = found["dimensions"]["completeness"]
    assert [shift["before"], shift["now"]] == scores
    assert shift["change"] == pytest.approx(scores[1] - scores[0])
    assert [(one["key"], one["gone"]) for one in found["deviations"]] == [("skipped:greet", True)]
    back = service.client.get(f"/assessments/{march['id']}/comparison/{april['id']}").json()
    assert back["dimensions"]["completeness"]["change"] == pytest.approx(-shift["change"])


def test_two_flows_stand_side_by_side_and_are_not_compared(service: Service) -> None:
    one = assessed(service, service.upload_flow(), LOG)
    other = assessed(service, service.upload_flow(FLOW.replace("flow: visit", "flow: another")), LOG)
    found = service.client.get(f"/assessments/{one['id']}/comparison/{other['id']}").json()
    assert found["reasons"]
    assert found["dimensions"]["completeness"]["trend"] == "not-comparable"
    assert service.client.get(f"/assessments/{one['id']}/comparison/99").status_code == 404


def test_empty_log_has_every_form(service: Service) -> None:
    period = {"since": "2027-03-01T17:00:00+08:00", "until": "2027-04-01T18:00:00+08:00"}
    number = service.assess(period=period)
    assert service.finished(number)["result"]["cases"] == 0
    for form in ("html", "pdf", "xlsx"):
        assert report(service, number, format=form).status_code == 200
    for form in ("json", "csv", "html", "pdf", "xlsx"):
        assert service.client.get(f"/assessments/{number}/export", params={"format": form}).status_code == 200
