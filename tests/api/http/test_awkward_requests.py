"""What a service is sent sooner or later. Nothing of it may be answered with 500, or taken for what it is not."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import httpx
import pytest

from engine.limits import MEBIBYTE, Limits
from tests.api.http.service import FLOW, LOG, Service, service_in

HUGE = 10**400

JSON_BODIES = [
    b'{"flow": 1, "log": 1, "now": "\\ud800"}',
    b'{"flow": 1, "log": 1, "\\udfff": 1}',
    b'{"flow": 9223372036854775808, "log": 1}',
    f'{{"flow": {HUGE}, "log": 1}}'.encode(),
    b'{"flow": NaN, "log": 1}',
    b'{"flow": Infinity, "log": 1}',
    b'{"flow": 1e999, "log": 1}',
    b'{"flow": 1.5, "log": 1}',
    b'{"flow": true, "log": 1}',
    b'{"flow": "1", "log": 1}',
    b'{"flow": -1, "log": 1}',
    b'{"flow": 0, "log": 1}',
    b'{"flow": null, "log": 1}',
    b'{"log": 1}',
    b'{"flow": 1, "log": 1, "closed": "\\u0000"}',
    b'{"flow": 1, "log": 1, "calendar": "' + b"x" * 5000 + b'"}',
    b'{"flow": 1, "log": 1, "now": "0001-01-01T00:00:00Z"}',
    b'{"flow": 1, "log": 1, "now": "2026-02-30T00:00:00Z"}',
    b'{"flow": 1, "log": 1, "now": "2026-03-01"}',
    b'{"flow": 1, "log": 1, "closed": "idle:99999999999999999999d"}',
    b'{"flow": 1, "log": 1, "closed": "idle:-1d"}',
    b"[" * 50_000,
    b"[]",
    b"null",
    b'"text"',
    b"",
    b"\xff\xfe\x00",
    b"\x00",
    b"{",
    b'{"flow": 1, "log": 1} trailing',
]

QUERIES = [
    "limit=-1",
    "limit=0",
    "limit=101",
    "limit=99999999999999999999",
    "limit=NaN",
    "limit=1.5",
    "limit=%00",
    "limit=%ED%A0%80",
    "limit=",
    "after=-1",
    "after=9223372036854775808",
    "after=x",
]

NUMBERS = ["0", "-1", "9223372036854775808", "9" * 400, "x", "%00", "%ED%A0%80", "1.0", "NaN", "1e3", "%2e%2e"]


def is_refusal(answer: httpx.Response) -> bool:
    """Whether an answer is a complete refusal in the agreed form."""
    body = answer.json()
    whole = body["status"] == answer.status_code and body["problems"] and body["title"] and body["detail"]
    return 400 <= answer.status_code < 500 and answer.headers["content-type"] == "application/problem+json" and whole


@pytest.mark.parametrize("body", JSON_BODIES, ids=lambda body: body[:40].decode("latin-1"))
def test_awkward_json_is_refused(shared_service: Service, body: bytes) -> None:
    answer = shared_service.client.post("/assessments", content=body, headers={"Content-Type": "application/json"})
    assert is_refusal(answer)
    assert answer.status_code == 422


@pytest.mark.parametrize("query", QUERIES)
def test_awkward_pages_are_refused(shared_service: Service, query: str) -> None:
    for resource in ("flows", "logs", "assessments"):
        assert is_refusal(shared_service.client.get(f"/{resource}?{query}"))


@pytest.mark.parametrize("number", NUMBERS)
def test_awkward_numbers_are_refused(shared_service: Service, number: str) -> None:
    for address in (f"/flows/{number}", f"/logs/{number}", f"/assessments/{number}", f"/flows/{number}/chart"):
        assert shared_service.client.get(address).status_code in (404, 422)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00\x01",
        b"\x00" * 100,
        b"flow: \xed\xa0\x80",
        FLOW.replace("en: Visit", 'en: "\\ud800"').encode(),
        FLOW.replace("Visit", "V\x00").encode(),
        FLOW.replace("trueline: 1", f"trueline: {HUGE}").encode(),
        b"&a [*a, *a]",
        b"{" * 50_000,
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><pnml>&e;</pnml>",
        b"\x1f\x8b\x08\x00",
    ],
    ids=range(10),
)
def test_awkward_flows_are_refused(shared_service: Service, content: bytes) -> None:
    answer = shared_service.client.post("/flows", params={"name": "x.yaml"}, content=content)
    assert is_refusal(answer)
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00\x01",
        LOG.encode().replace(b"Greet", b"\xed\xa0\x80"),
        b"\x1f\x8b\x08\x00\x00\x00",
        b"case,activity\n" + b'"' * 1001,
        b"PAR1PAR1",
        b"<log><trace><event>",
        b"{}",
        b'{"case": "1", "activity": "\\ud800"}\n',
        b'{"case": "1", "activity": "a", "n": NaN}\n',
        b'{"objectTypes": [], "eventTypes": [], "objects": [{"id": "\\udfff", "type": "x"}], "events": []}',
    ],
    ids=range(10),
)
def test_awkward_logs_are_refused(shared_service: Service, content: bytes) -> None:
    assert is_refusal(shared_service.client.post("/logs", params={"name": "x.csv"}, content=content))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1e999", "NaN"])
def test_awkward_moments_of_a_log_are_no_fault_of_ours(shared_service: Service, moment: str) -> None:
    body = LOG.replace("2026-03-01T09:10:00Z", moment).encode()
    assert shared_service.client.post("/logs", params={"name": "x.csv"}, content=body).status_code in (201, 422)


@pytest.mark.parametrize("name", ["", "..", "/", "%00", "%ED%A0%80", "x" * 201, "a%0d%0ab:%20c/"])
def test_awkward_names_are_refused(shared_service: Service, name: str) -> None:
    assert is_refusal(shared_service.client.post(f"/flows?name={name}", content=FLOW.encode()))


def test_name_loses_its_folders(service: Service) -> None:
    number = service.upload_flow(name="C:\\flows\\../x.yaml")
    assert service.client.get(f"/flows/{number}").json()["name"] == "x.yaml"


@pytest.mark.parametrize("body", [b"x" * (64 * 1024 + 1), b'{"flow": 1, "now": "' + b"x" * (3 * MEBIBYTE) + b'"}'])
def test_large_json_is_refused(shared_service: Service, body: bytes) -> None:
    answer = shared_service.client.post("/assessments", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "service.body-too-large")


def test_upload_past_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with service_in(tmp_path / "data", limits=Limits(upload_bytes=1000)) as service:
        for body in (b"x" * 1001, b"x" * 100_000, iter([b"x" * 600, b"x" * 600])):
            answer = service.client.post("/logs", params={"name": "x.csv"}, content=body)
            assert (answer.status_code, answer.json()["code"]) == (413, "limit.exceeded")
            assert answer.json()["problems"][0]["values"]["limit"] == "upload_bytes"
        assert list((tmp_path / "data" / "incoming").iterdir()) == []


def test_announced_size_is_refused_before_a_byte_is_read(shared_service: Service) -> None:
    url = shared_service.client.base_url
    head = (
        f"POST /api/v1/logs?name=x.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_service.key}\r\n"
        f"Content-Length: {10**15}\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 0), timeout=20) as connection:
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(100)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Type": "multipart/form-data; boundary=x"}, "service.form-body"),
        ({"Content-Encoding": "gzip"}, "service.encoded-body"),
    ],
)
def test_bodies_of_another_kind_are_refused(shared_service: Service, headers: dict[str, str], code: str) -> None:
    answer = shared_service.client.post("/logs", params={"name": "x.csv"}, content=b"x", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, code)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_json_has_to_be_declared(shared_service: Service, media_type: str) -> None:
    body = json.dumps({"flow": 1, "log": 1}).encode()
    answer = shared_service.client.post("/assessments", content=body, headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "service.not-json")


def test_empty_upload_is_refused(shared_service: Service) -> None:
    answer = shared_service.client.post("/flows", params={"name": "x.yaml"})
    assert (answer.status_code, answer.json()["code"]) == (422, "service.empty-body")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/flows", 405)])
def test_wrong_addresses_and_methods_are_problems_too(
    shared_service: Service, method: str, path: str, status: int
) -> None:
    answer = shared_service.client.request(method, path)
    assert answer.status_code == status
    assert is_refusal(answer)
    assert ("allow" in answer.headers) == (status == 405)


def test_client_that_leaves_in_the_middle_does_no_harm(
    shared_service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    url = shared_service.client.base_url
    head = (
        f"POST /api/v1/flows?name=x.yaml HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_service.key}\r\n"
        f"Content-Length: {len(FLOW.encode())}\r\n\r\n"
    )
    with socket.create_connection((url.host, url.port or 0), timeout=20) as connection:
        connection.sendall(head.encode() + b"trueline: 1")
    assert shared_service.client.get("/flows").status_code == 200
    assert "Traceback" not in caplog.text


def test_our_own_fault_is_a_problem_without_details(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("api.flows.service.read_process_bytes", crash)
    answer = service.client.post("/flows", params={"name": "x.yaml"}, content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (500, "service.our-fault")
    assert "secret" not in answer.text


def test_failed_commit_is_no_success(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("engine.storage.database.Session.commit", fail)
    assert service.client.post("/flows", params={"name": "x.yaml"}, content=FLOW.encode()).status_code == 500
