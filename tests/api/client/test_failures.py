"""What callers are told when something is wrong."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from api.client import (
    AssessmentFailed,
    Client,
    ClientError,
    Dimension,
    Language,
    RequestRefused,
    Role,
    Status,
    Unreachable,
    WaitedTooLong,
)
from engine.errors import Problem, Severity
from engine.storage.repository import problems_to_json
from engine.storage.tables import AssessmentRow
from tests.api.accounts.things import let_wait
from tests.api.client.world import World
from tests.api.http.service import FLOW, Service


def test_refusal_says_all_that_the_service_said(one_service: Service) -> None:
    with pytest.raises(RequestRefused) as caught:
        one_service.typed.flow(7_777)
    error = caught.value
    assert (error.status, error.code) == (404, "service.no-such-flow")
    assert (error.title, error.remedy) == ("There is no flow 7777", "GET /api/v1/flows lists those that are there")
    assert [(one.code, one.severity, one.values) for one in error.problems] == [
        ("service.no-such-flow", Severity.ERROR, {"id": 7_777})
    ]
    assert len(error.request) == 32
    assert error.retry_after is None
    assert error.request in str(error)
    assert "There is no flow 7777" in str(error)


def test_every_problem_of_a_file_is_told(one_service: Service) -> None:
    broken = FLOW.replace("greet -> serve", "greet -> nowhere -> serve -> elsewhere")
    with pytest.raises(RequestRefused) as caught:
        one_service.typed.upload_flow(broken.encode(), name="broken.yaml")
    assert caught.value.status == 422
    assert len(caught.value.problems) >= 2
    assert all(one.place.startswith("broken.yaml:") for one in caught.value.problems)


def test_language_of_the_client_is_that_of_its_errors(one_service: Service) -> None:
    chinese = Client(one_service.url, one_service.key, language=Language.ZH)
    with chinese as client, pytest.raises(RequestRefused, match=r"7777"):
        client.flow(7_777)
    with Client("http://127.0.0.1:9", "", language=Language.ZH, retries=0) as client:
        with pytest.raises(Unreachable, match="无法连接") as caught:
            client.health()
        assert caught.value.problem.code == "client.unreachable"


def test_wrong_key_is_refused(one_service: Service) -> None:
    with Client(one_service.url, "trueline_wrong", retries=0) as client:
        with pytest.raises(RequestRefused) as caught:
            client.me()
        assert (caught.value.status, caught.value.code) == (401, "service.key-wrong")
        assert client.health().status == "ok"


def test_key_is_shown_nowhere(one_service: Service) -> None:
    assert one_service.key not in repr(one_service.typed)


@pytest.mark.parametrize("ending", ["", "/", "/api/v1", "/api/v1/"])
def test_address_is_taken_with_and_without_its_version(one_service: Service, ending: str) -> None:
    with Client(one_service.url + ending, one_service.key) as client:
        assert (client.me().role, client.address) == (Role.ADMINISTRATOR, one_service.url)


def test_wait_says_how_far_it_is_and_answers_what_was_found(one_service: Service, world: World) -> None:
    client = one_service.typed
    found = client.wait(client.assess(world.flow, world.log).id)
    assert found.status is Status.DONE
    assert found.result is not None
    assert found.result.dimensions[Dimension.COMPLETENESS].score is not None


def test_wait_raises_for_a_cancelled_one(one_service: Service, world: World) -> None:
    client = one_service.typed
    number = client.wait(client.assess(world.flow, world.log).id).id
    let_wait(one_service, str(number))
    with pytest.raises(WaitedTooLong) as late:
        client.wait(number, timeout=0)
    assert isinstance(late.value, TimeoutError)
    assert late.value.assessment.status is Status.QUEUED
    assert client.cancel_assessment(number).status is Status.CANCELLED
    with pytest.raises(AssessmentFailed, match="was cancelled") as caught:
        client.wait(number)
    assert (caught.value.assessment.status, caught.value.problems) == (Status.CANCELLED, ())


def test_wait_raises_for_a_failed_one_with_its_problems(one_service: Service, world: World) -> None:
    client = one_service.typed
    number = client.wait(client.assess(world.flow, world.log).id).id
    with one_service.running.database.writing() as session:
        row = session.get_one(AssessmentRow, number)
        row.status, row.failure = (
            Status.FAILED.value,
            problems_to_json([Problem("service.gave-up", values={"id": number, "attempts": 3})]),
        )
    with pytest.raises(AssessmentFailed) as caught:
        client.wait(number, lang=Language.ZH)
    assert caught.value.assessment.status is Status.FAILED
    assert caught.value.problems
    assert caught.value.problems[0].sentence in str(caught.value)


def test_errors_go_from_one_process_to_another(one_service: Service) -> None:
    with pytest.raises(RequestRefused) as refused:
        one_service.typed.flow(7_777)
    with Client("http://127.0.0.1:9", "", retries=0) as client, pytest.raises(Unreachable) as lost:
        client.health()
    for error in (refused.value, lost.value):
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert isinstance(again, ClientError)
        assert (str(again), again.__dict__) == (str(error), error.__dict__)


def test_files_are_sent_from_where_they_lie(one_service: Service, tmp_path: Path) -> None:
    (tmp_path / "visit.yaml").write_text(FLOW, encoding="utf-8")
    assert one_service.typed.upload_flow(tmp_path / "visit.yaml").name == "visit.yaml"
    with pytest.raises(RequestRefused) as caught:
        one_service.typed.upload_flow(FLOW.encode())
    assert caught.value.code == "service.missing-field"
