from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.assessments.progress import Stage, TellStage
from engine.limits import Limits
from engine.storage.repository import artefact, find
from engine.storage.tables import AssessmentRow, Status
from engine.vocabulary import Phase
from tests.api.http.service import FLOW, LOG, NOW, PATIENCE, Service, service_in


def nobody_works(_name: str) -> None:
    """Take a job and leave it."""


def test_assessment_finds_what_is_missing(service: Service) -> None:
    answer = service.finished(service.assess())
    assert answer["status"] == "done", answer
    assert [deviation["steps"] for deviation in answer["result"]["deviations"]] == [["greet"]]
    assert answer["result"]["dimensions"]["completeness"]["denominator"] == 4
    assert answer["result"]["log"] == "visits.csv"


def test_request_is_answered_before_the_work_is_done(service: Service) -> None:
    body = {"flow": service.upload_flow(), "log": service.upload_log()}
    answer = service.client.post("/assessments", json=body)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["location"] == f"/api/v1/assessments/{answer.json()['id']}"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_report_is_one_page_that_needs_nothing_else(service: Service, lang: str) -> None:
    number = service.assess()
    service.finished(number)
    answer = service.client.get(f"/assessments/{number}/report", params={"lang": lang})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert ("接待" in answer.text) == (lang == "zh")


@pytest.mark.parametrize("show", ["deviations", "frequency", "time"])
def test_charts_show_what_happened(service: Service, show: str) -> None:
    number = service.assess()
    service.finished(number)
    answer = service.client.get(f"/assessments/{number}/chart", params={"show": show, "lang": "zh"})
    assert answer.text.startswith("<svg")
    assert "接待" in answer.text


def test_result_of_a_waiting_assessment_is_not_there_yet(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.running.work.queue, "submit", nobody_works)
    number = service.assess()
    answer = service.client.get(f"/assessments/{number}/report")
    assert (answer.status_code, answer.json()["code"]) == (409, "service.not-done")
    assert service.client.get(f"/assessments/{number}").json()["result"] is None


def test_too_many_waiting_assessments_are_sent_away(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(waiting_assessments=2)
    with service_in(tmp_path / "data", database=database_url, limits=limits) as service:
        monkeypatch.setattr(service.running.work.queue, "submit", nobody_works)
        body = {"flow": service.upload_flow(), "log": service.upload_log()}
        answers = [service.client.post("/assessments", json=body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 503]
        assert (answers[2].json()["code"], answers[2].headers["retry-after"]) == ("service.too-busy", "30")
        assert len(service.client.get("/assessments").json()["items"]) == 2
        service.client.post("/assessments/1/cancellation")
        assert service.client.post("/assessments", json=body).status_code == 202


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"closed": "sometimes"}, "assess.unknown-closed-rule"),
        ({"calendar": "mars"}, "service.not-a-choice"),
        ({"now": "2026-03-01T09:00:00"}, "service.moment-without-zone"),
        ({"now": "0001-01-01T00:00:00+14:00"}, "service.moment-out-of-range"),
        ({"now": "9999-12-31T23:59:59-14:00"}, "service.moment-out-of-range"),
        ({"now": "yesterday"}, "service.not-a-moment"),
        ({"lifecycle": "some"}, "service.not-a-choice"),
        ({"speed": 3}, "service.unknown-field"),
        ({"period": {"since": "2026-03-02T09:00:00Z"}}, "service.missing-field"),
        ({"period": {"since": "2026-03-02T09:00:00Z", "until": "2026-03-02T09:00:00Z"}}, "service.empty-period"),
        ({"period": {"since": "2026-03-02T09:00:00", "until": "2026-03-02T09:00:00Z"}}, "service.moment-without-zone"),
        ({"closed": 1}, "service.bad-field"),
    ],
)
def test_options_are_checked_at_once(shared_service: Service, options: dict[str, object], code: str) -> None:
    answer = shared_service.client.post("/assessments", json={"flow": 1, "log": 1, **options})
    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.json()["problems"]] == [code]


@pytest.mark.parametrize(("flow", "log", "missing"), [(9, 1, "service.no-such-flow"), (1, 9, "service.no-such-log")])
def test_what_is_assessed_must_be_there(service: Service, flow: int, log: int, missing: str) -> None:
    service.upload_flow()
    service.upload_log()
    answer = service.client.post("/assessments", json={"flow": flow, "log": log})
    assert (answer.status_code, answer.json()["code"]) == (404, missing)


def test_options_are_used(service: Service) -> None:
    answer = service.finished(service.assess(now="2026-03-02T09:00:00+08:00", closed="ended", calendar="china-dealer"))
    assert answer["options"]["now"] == "2026-03-02T01:00:00Z"
    assert (answer["result"]["closed"], answer["result"]["calendar"]) == ("ended", "china-dealer")
    assert answer["result"]["now"] == "2026-03-02T01:00:00Z"


def test_assessment_that_ran_when_the_process_ended_is_done_after_a_restart(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        key = service.key
        number = left_running(service, attempts=1)
    with service_in(tmp_path / "data", key=key) as service:
        assert service.finished(number)["status"] == "done"
        with service.running.database.reading() as session:
            row = find(session, AssessmentRow, number)
            assert row is not None
            assert row.attempts == 2


def test_assessment_that_ends_the_process_each_time_is_given_up(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        key = service.key
        number = left_running(service, attempts=3)
    with service_in(tmp_path / "data", key=key) as service:
        answer = service.finished(number)
        assert (answer["status"], answer["problems"][0]["code"]) == ("failed", "service.gave-up")
        assert answer["problems"][0]["values"] == {"attempts": 3}
        assert service.client.get(f"/assessments/{number}/chart").status_code == 409


def left_running(service: Service, *, attempts: int) -> int:
    """An assessment as the sudden end of the process leaves one that is worked on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service.running.work.queue, "submit", nobody_works)
        number = service.assess()
    with service.running.database.writing() as session:
        row = find(session, AssessmentRow, number)
        assert row is not None
        row.status, row.attempts, row.started = Status.RUNNING.value, attempts, NOW
    return number


def test_waiting_assessment_is_done_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with service_in(tmp_path / "data") as service:
        key = service.key
        with monkeypatch.context() as patch:
            patch.setattr(service.running.work.queue, "submit", nobody_works)
            number = service.assess()
    with service_in(tmp_path / "data", key=key) as service:
        assert service.finished(number)["status"] == "done"


def test_waiting_assessment_is_cancelled(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(service.running.work.queue, "submit", nobody_works)
        number = service.assess()
    for _ in range(2):  # cancelling what is cancelled changes nothing
        answer = service.client.post(f"/assessments/{number}/cancellation")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    service.running.work.submit(number)
    service.finished(service.assess())  # the queue came past the other one
    answer = service.client.get(f"/assessments/{number}").json()
    assert (answer["status"], answer["started"], answer["result"]) == ("cancelled", None, None)
    report = service.client.get(f"/assessments/{number}/report")
    assert (report.status_code, report.json()["code"]) == (409, "service.assessment-cancelled")


def test_running_assessment_is_cancelled_at_its_next_piece(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def compute(_shelf: object, _number: int, tell: TellStage) -> dict[str, bytes]:
        try:
            tell(Stage(Phase.ALIGNING, 1, 4))
            reached.set()
            assert go_on.wait(PATIENCE)
            tell(Stage(Phase.ALIGNING, 2, 4))
        finally:
            ended.set()
        return {"note.txt": b"found"}

    with monkeypatch.context() as patch:
        patch.setattr(service.running.work.computer, "_compute", compute)
        number = service.assess()
        assert reached.wait(PATIENCE)
        answer = service.client.get(f"/assessments/{number}", params={"lang": "en"}).json()
        assert answer["progress"] == {"phase": "aligning", "sentence": "comparing cases with the flow", "share": 0.208}
        assert service.client.post(f"/assessments/{number}/cancellation").json()["status"] == "cancelled"
        go_on.set()
        assert ended.wait(PATIENCE)
    assert service.finished(service.assess())["status"] == "done"
    answer = service.client.get(f"/assessments/{number}").json()
    assert (answer["status"], answer["progress"], answer["result"]) == ("cancelled", None, None)


def test_result_that_comes_after_the_cancellation_is_dropped(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def compute(_shelf: object, _number: int, _tell: TellStage) -> dict[str, bytes]:
        reached.set()
        assert go_on.wait(PATIENCE)
        return {"note.txt": b"found"}

    with monkeypatch.context() as patch:
        patch.setattr(service.running.work.computer, "_compute", compute)
        number = service.assess()
        assert reached.wait(PATIENCE)
        service.client.post(f"/assessments/{number}/cancellation")
        go_on.set()
        service.finished(service.assess())
    assert service.client.get(f"/assessments/{number}").json()["status"] == "cancelled"
    with service.running.database.reading() as session:
        assert artefact(session, number, "note.txt") is None


def test_what_is_done_cannot_be_cancelled(service: Service) -> None:
    number = service.assess()
    service.finished(number)
    answer = service.client.post(f"/assessments/{number}/cancellation")
    assert (answer.status_code, answer.json()["code"]) == (409, "service.not-cancellable")
    assert service.client.post("/assessments/99/cancellation").status_code == 404
    assert service.client.get(f"/assessments/{number}").json()["status"] == "done"


def test_only_cases_that_started_in_the_period_are_assessed(service: Service) -> None:
    period = {"since": "2026-03-01T17:00:00+08:00", "until": "2026-03-01T18:00:00+08:00"}  # b starts at its end
    answer = service.finished(service.assess(period=period))
    assert (answer["status"], answer["result"]["cases"]) == ("done", 1)
    assert answer["options"]["period"] == {"since": "2026-03-01T09:00:00Z", "until": "2026-03-01T10:00:00Z"}


def test_period_without_cases_is_assessed_too(service: Service) -> None:
    period = {"since": "2027-03-01T17:00:00+08:00", "until": "2027-04-01T18:00:00+08:00"}
    answer = service.finished(service.assess(period=period))
    assert (answer["status"], answer["result"]["cases"]) == ("done", 0)


def test_crash_of_an_assessment_is_kept_and_the_next_one_runs(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the house")

    with monkeypatch.context() as patch:
        patch.setattr("api.assessments.service.assess_log_with_cases", crash)
        failed = service.finished(service.assess())
    assert [problem["code"] for problem in failed["problems"]] == ["service.our-fault"]
    assert "secret" not in str(failed)
    assert service.finished(service.assess())["status"] == "done"


def test_versions_judge_the_cases_that_started_in_their_time(service: Service) -> None:
    turned = FLOW.replace("greet -> serve -> end", "serve -> greet -> end")
    old, new = service.upload_flow(), service.upload_flow(turned)
    headers = {"Content-Type": "application/json"}
    for flow, day in ((old, "2026-01-01"), (new, "2026-03-02")):
        service.client.post(f"/flows/{flow}/activations", content=f'{{"effective": "{day}"}}', headers=headers)
    later = LOG + "c,Serve,2026-03-02T10:00:00Z\nc,Greet,2026-03-02T11:00:00Z\n"
    answer = service.client.post("/assessments", json={"flow": old, "log": service.upload_log(later), "versions": True})
    found = service.finished(answer.json()["id"])
    assert found["status"] == "done", found["problems"]
    assert [(part["effective"], part["cases"]) for part in found["versions"]["versions"]] == [
        ("2026-01-01", 2),
        ("2026-03-02", 1),
    ]
    completeness = found["versions"]["dimensions"]["completeness"]
    assert (completeness["numerator"], completeness["denominator"], found["result"]) == (5, 6, None)
    chosen = [(one["flow"], one["effective"]) for one in found["options"]["versions"]]
    assert chosen == [(old, "2026-01-01"), (new, "2026-03-02")]
    assert "<iframe" in service.client.get(f"/assessments/{found['id']}/report").text
    assert service.client.get(f"/assessments/{found['id']}/chart").content.startswith(b"<svg")


def test_versions_are_those_in_force_when_it_was_asked_for(service: Service) -> None:
    flow, log = service.upload_flow(), service.upload_log()
    answer = service.client.post("/assessments", json={"flow": flow, "log": log, "versions": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "service.no-versions")
