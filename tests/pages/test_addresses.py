"""Addresses that pages make of their own: of a case with any name they lead back to it, in either language."""

from __future__ import annotations

import csv
import html
import io
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from urllib.parse import quote

import httpx
import pytest

from api.pages.environment import case_path
from tests.api.accounts.test_sign_in import browser, csrf, sign_in
from tests.api.http.service import NOW, Service, service_in

CASES = ("案例 1", "a#b", "a?b=c&d", "a/b%2Fc", "line\nbreak", "..", "a;b,c+d")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with an assessment of cases of awkward names, all of which lack a step."""
    ticks = count()  # so that of many sessions of one key it is the oldest that ends
    folder = tmp_path_factory.mktemp("addresses") / "data"
    with service_in(folder, clock=lambda: NOW + timedelta(microseconds=next(ticks))) as running:
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(["case", "activity", "timestamp"])
        rows.writerows([name, "Serve", "2026-03-01T10:00:00Z"] for name in CASES)
        rows.writerow(["sang", "Sing", "2026-03-01T10:00:00Z"])
        number = running.assess(log=running.upload_log(text.getvalue()))
        assert running.finished(number)["status"] == "done"
        yield running


@pytest.fixture
def seen(service: Service) -> Iterator[httpx.Client]:
    with browser(service) as client:
        assert sign_in(client, service.key).status_code == 303
        yield client


def shown(answer: httpx.Response) -> str:
    """The case that a page shows."""
    assert answer.status_code == 200, answer.text
    found = re.search(r"<header><h2>(.*?)</h2>", answer.text, re.DOTALL)
    assert found
    return html.unescape(found[1])


def attribute(page: str, pattern: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found, pattern
    return html.unescape(found[1])


@pytest.mark.parametrize("case", CASES)
def test_page_of_a_case_leads_back_to_it(seen: httpx.Client, service: Service, case: str) -> None:
    path = f"/assessments/1/{case_path(case)}"
    page = seen.get(path)
    assert shown(page) == case
    assert shown(seen.get(attribute(page.text, r'<a href="([^"]*)" hreflang="zh"'))) == case
    fields = {name: attribute(page.text, rf'name="{name}" value="([^"]*)"') for name in ("key", "back", "case")}
    sent = {**fields, "csrf": csrf(seen), "reason": "agreed", "scope": "one"}
    answer = seen.post("/assessments/1/acceptances", data=sent)
    assert answer.status_code == 303, answer.text
    assert shown(seen.get(answer.headers["Location"])) == case
    [accepted] = [one for one in service.client.get("/flows/1/acceptances").json()["items"] if one["case"] == case]
    service.client.delete(f"/flows/1/acceptances/{accepted['id']}")


@pytest.mark.parametrize("case", CASES)
def test_a_stranger_who_signs_in_comes_to_the_case(service: Service, case: str) -> None:
    with browser(service) as client:
        asked = client.get(f"/assessments/1/{case_path(case)}")
        page = client.get(asked.headers["Location"])
        target = attribute(page.text, r'name="next" value="([^"]*)"')
        assert shown(client.get(sign_in(client, service.key, next=target).headers["Location"])) == case


def test_a_query_that_is_no_text_is_no_fault_of_ours(service: Service) -> None:
    url = service.client.base_url
    for method, path in (("GET", "/flows"), ("GET", "/api/v1/flows"), ("POST", "/sign-in"), ("POST", "/flows/uploads")):
        head = f"{method} {path}?x=\xff HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        with socket.create_connection((url.host, url.port or 0), timeout=20) as connection:
            connection.sendall(head.encode("latin-1"))
            assert connection.recv(100).split()[1] in {b"303", b"400", b"401", b"403"}, (method, path)


def test_another_case_is_another_request_under_the_same_key(service: Service) -> None:
    log = service.client.post("/logs", json={"name": "desk"}).json()["id"]
    cases = ("a#b", "a%23b", "a\nb", "ab")
    for number, case in enumerate(cases):
        event = {"id": str(number), "case": case, "activity": "Greet", "time": "2026-03-01T09:00:00Z"}
        assert service.client.post(f"/logs/{log}/events", json={"events": [event]}).is_success
    for case in cases:
        path = f"/logs/{log}/cases/{quote(case, safe='')}"
        answer = service.client.post(f"{path}/close", headers={"Idempotency-Key": '"same"'})
        assert "idempotent-replayed" not in answer.headers
        assert answer.json()["case"] == case
        assert service.client.get(path).json()["closed"] is not None


@pytest.mark.parametrize("case", CASES)
def test_what_is_refused_on_the_page_of_a_case_is_mended_there(seen: httpx.Client, case: str) -> None:
    path = f"/assessments/1/{case_path(case)}"
    page = seen.get(path)
    fields = {name: attribute(page.text, rf'name="{name}" value="([^"]*)"') for name in ("key", "back", "case")}
    sent = {**fields, "csrf": csrf(seen), "reason": "agreed", "scope": "one", "until": "2020-01-01"}
    refused = seen.post("/assessments/1/acceptances", data=sent)
    assert refused.status_code == 422
    found = re.search(r"<header><h2>(.*?)</h2>", refused.text, re.DOTALL)
    assert found
    assert html.unescape(found[1]) == case
    assert refused.text.count('<details class="accept" open>') == 1
    assert refused.text.count('id="wrong-until"') == 1
    assert refused.text.count(">agreed</textarea>") == 1
    assert attribute(refused.text, r'name="back" value="([^"]*)"') == fields["back"]
    assert shown(seen.get(attribute(refused.text, r'<a href="([^"]*)" hreflang="zh"'))) == case


def test_what_is_refused_on_a_later_page_of_deviations_is_mended_there(
    seen: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the form was, with what it said: on the first page nothing of it would be seen."""
    monkeypatch.setattr("api.pages.deviations.ON_A_PAGE", 1)
    first = seen.get("/assessments/1/deviations")
    second = seen.get(attribute(first.text, r'class="further"><a class="button" href="([^"]*)"'))
    opened = seen.get(attribute(second.text, r'<a href="([^"]*)#d-'))
    fields = {name: attribute(opened.text, rf'name="{name}" value="([^"]*)"') for name in ("key", "back")}
    sent = {**fields, "csrf": csrf(seen), "reason": "agreed", "until": "2020-01-01"}
    refused = seen.post("/assessments/1/acceptances", data=sent)
    assert refused.status_code == 422
    assert f'id="d-{fields["key"]}"' in refused.text
    assert refused.text.count(">agreed</textarea>") == 1
    language = attribute(refused.text, r'<a href="([^"]*)" hreflang="zh"')
    assert f'id="d-{fields["key"]}"' in seen.get(language).text
