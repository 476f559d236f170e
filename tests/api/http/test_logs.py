from __future__ import annotations

import gzip

from tests.api.http.service import LOG, Service


def test_uploaded_log_is_described(service: Service) -> None:
    answer = service.client.get(f"/logs/{service.upload_log()}").json()
    assert (answer["name"], answer["cases"], answer["events"]) == ("visits.csv", 2, 3)
    assert answer["report"]["variants"] == 2
    assert answer["report"]["activities"] == [{"name": "Serve", "count": 2}, {"name": "Greet", "count": 1}]
    assert answer["report"]["last"] == "2026-03-01T10:00:00Z"


def test_packed_log_is_taken_as_it_is(service: Service) -> None:
    body = gzip.compress(LOG.encode())
    answer = service.client.post("/logs", params={"name": "visits.csv.gz"}, content=body)
    assert answer.json()["events"] == 3


def test_columns_can_be_named(service: Service) -> None:
    text = LOG.replace("case,activity,timestamp", "Fall,Was,Wann")
    parameters = {"name": "visits.csv", "case": "Fall", "activity": "Was", "timestamp": "Wann"}
    answer = service.client.post("/logs", params=parameters, content=text.encode()).json()
    assert answer["columns"]["activity"] == "Was"
    assert answer["report"]["variants"] == 2


def test_oddities_are_told_in_the_language_asked_for(service: Service) -> None:
    number = service.upload_log(LOG.replace("Z\n", "\n"))
    english, chinese = (service.client.get(f"/logs/{number}", params={"lang": lang}).json() for lang in ("en", "zh"))
    assert english["report"]["warnings"]
    assert english["report"]["warnings"][0]["code"] == chinese["report"]["warnings"][0]["code"]
    assert english["report"]["warnings"][0]["sentence"] != chinese["report"]["warnings"][0]["sentence"]


def test_bad_log_is_refused_under_its_own_name(service: Service) -> None:
    answer = service.client.post("/logs", params={"name": "page.csv"}, content=b"<!DOCTYPE html><html></html>")
    [problem] = answer.json()["problems"]
    assert answer.status_code == 422
    assert problem["place"].startswith("page.csv")
    assert service.client.get("/logs").json()["items"] == []


def test_list_leaves_the_content_out(service: Service) -> None:
    service.upload_log()
    [listed] = service.client.get("/logs").json()["items"]
    assert "report" not in listed
    assert listed["cases"] == 2
