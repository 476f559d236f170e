from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from api.accounts.keys import secret_hash
from api.accounts.sessions import COOKIE, MOST_SESSIONS, from_here
from api.accounts.sign_in import HOME, local
from api.http.gate import FORM
from engine.storage.accounts import note_use, sign_out
from engine.storage.database import Session
from tests.api.accounts.test_keys import Clock
from tests.api.http.service import FLOW, NOW, PATIENCE, Service, service_in

PAGE = {"Accept": "text/html,application/xhtml+xml"}


def browser(service: Service, **headers: str) -> httpx.Client:
    """A browser that opened a page of the service."""
    return httpx.Client(base_url=service.url, headers={"Origin": service.url, **PAGE, **headers}, timeout=PATIENCE)


def sign_in(client: httpx.Client, key: str, **fields: str) -> httpx.Response:
    return client.post("/sign-in", data={"key": key, **fields})


def csrf(client: httpx.Client) -> str:
    token: str = client.get("/api/v1/me").json()["csrf"]
    return token


def test_key_opens_a_session(service: Service) -> None:
    with browser(service) as client:
        answer = sign_in(client, service.key, next="/api/v1/flows?limit=3")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/api/v1/flows?limit=3")
        cookie = SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "lax", "/", "")
        me = client.get("/api/v1/me").json()
    assert (me["name"], me["role"], me["how"]) == ("console", "administrator", "session")


def test_cookie_is_kept_as_a_hash_alone(tmp_path: Path) -> None:
    with service_in(tmp_path / "d") as service, browser(service) as client:
        sign_in(client, service.key)
        token = client.cookies[COOKIE]
    kept = [path.read_bytes() for path in (tmp_path / "d").rglob("*") if path.is_file()]
    assert len(token) == 43
    assert all(token.encode() not in content for content in kept)


def test_cookie_is_secure_behind_https(service: Service) -> None:
    with browser(service, **{"X-Forwarded-Proto": "https"}) as client:
        assert "; Secure" in sign_in(client, service.key).headers["Set-Cookie"]


def test_wrong_key_opens_nothing_and_says_so(service: Service) -> None:
    with browser(service) as client:
        for key in ("", "wrong", service.key + "x", "\ud800".encode("utf-8", "surrogatepass").hex()):
            answer = sign_in(client, key)
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (401, False)
            assert 'role="alert"' in answer.text


def test_page_leads_a_stranger_to_the_sign_in_page_and_back(service: Service) -> None:
    with browser(service) as client:
        answer = client.get("/board?log=1&x=%2Fa b")
        assert answer.status_code == 303
        page = client.get(answer.headers["Location"])
        target = re.search(r'name="next" value="([^"]*)"', page.text)
        assert target
        back = sign_in(client, service.key, next=target[1].replace("&amp;", "&"))
    assert back.headers["Location"] == "/board?log=1&x=%2Fa%20b"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/api/v1/flows", {}),
        ("POST", "/board", {}),
        ("GET", "/board", {"Accept": "*/*"}),
        ("GET", "/board", {"Authorization": "Bearer wrong"}),
    ],
)
def test_all_else_is_refused_as_ever(service: Service, method: str, path: str, headers: dict[str, str]) -> None:
    with browser(service, **headers) as client:
        assert client.request(method, path).status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: x=y",
        "/ü",
        "evil.example",
        "",
    ],
)
def test_nobody_is_led_to_another_site(service: Service, target: str) -> None:
    with browser(service) as client:
        assert sign_in(client, service.key, next=target).headers["Location"] == HOME == local(target)


def test_text_in_an_address_stays_text(service: Service) -> None:
    with browser(service) as client:
        page = client.get("/sign-in", params={"next": '/"><script>', "token": '"><script>'})
    assert page.status_code == 200
    assert "<script>" not in page.text


@pytest.mark.parametrize(("language", "word"), [("en", "Your key"), ("zh", "您的密钥")])
def test_page_speaks_both_languages_and_asks_nothing_of_others(service: Service, language: str, word: str) -> None:
    with browser(service, **{"Accept-Language": language}) as client:
        page = client.get("/sign-in")
    assert word in page.text
    assert "//" not in page.text
    assert "<style" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert policy.replace("style-src-attr 'unsafe-inline'", "").count("unsafe") == 0
    assert page.headers["Referrer-Policy"] == "same-origin"  # else browsers say Origin: null
    assert page.headers["Cache-Control"] == "no-store"


def test_signing_out_ends_the_session_itself(service: Service) -> None:
    with browser(service) as client:
        sign_in(client, service.key)
        token = client.cookies[COOKIE]
        page = client.get("/sign-in").text
        assert "console" in page
        field = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
        assert field
        assert client.post("/sign-out", data={"csrf": field[1]}).status_code == 303
        assert COOKIE not in client.cookies
        client.cookies.set(COOKIE, token)
        assert client.get("/api/v1/me").status_code == 401


def test_signing_in_again_ends_the_session_before(service: Service) -> None:
    with browser(service) as client:
        sign_in(client, service.key)
        before = client.cookies[COOKIE]
        sign_in(client, service.key)
        assert client.cookies[COOKIE] != before
    with browser(service, Cookie=f"{COOKIE}={before}") as thief:
        assert thief.get("/api/v1/me").status_code == 401


def test_revoking_a_key_ends_its_sessions(service: Service) -> None:
    number, key = service.new_key("reviewer")
    with browser(service) as client:
        sign_in(client, key)
        assert client.get("/api/v1/me").status_code == 200
        service.client.delete(f"/keys/{number}")
        assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(("minutes", "statuses"), [([59, 118], [200, 200]), ([60], [401]), ([59, 119], [200, 401])])
def test_session_ends_when_nobody_uses_it(tmp_path: Path, minutes: list[int], statuses: list[int]) -> None:
    clock, found = Clock(), []
    with service_in(tmp_path / "d", clock=clock) as service, browser(service) as client:
        sign_in(client, service.key)
        for minute in minutes:
            clock.now = NOW + timedelta(minutes=minute)
            found.append(client.get("/api/v1/me").status_code)
            service.running.writer.submit(lambda _: None).result()
    assert found == statuses


def test_session_ends_however_much_it_is_used(tmp_path: Path) -> None:
    clock, folder = Clock(), tmp_path / "d"
    with service_in(folder, clock=clock, session_hours=1, idle_minutes=999) as service, browser(service) as client:
        sign_in(client, service.key)
        clock.now = NOW + timedelta(minutes=59, seconds=59)
        assert client.get("/api/v1/me").status_code == 200
        clock.now = NOW + timedelta(hours=1)
        assert client.get("/api/v1/me").status_code == 401


def test_key_that_expires_ends_its_sessions(tmp_path: Path) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock) as service, browser(service) as client:
        sign_in(client, service.new_key("reviewer", expires="2026-04-01T09:10:00Z")[1])
        clock.now = NOW + timedelta(minutes=10)
        assert client.get("/api/v1/me").status_code == 401


def test_more_sessions_of_a_key_end_the_oldest(tmp_path: Path) -> None:
    clock, tokens = Clock(), []
    with service_in(tmp_path / "d", clock=clock) as service:
        for second in range(MOST_SESSIONS + 1):
            clock.now = NOW + timedelta(seconds=second)
            with browser(service) as client:
                sign_in(client, service.key)
                tokens.append(client.cookies[COOKIE])
        found = []
        for token in tokens[:2]:
            with browser(service, Cookie=f"{COOKIE}={token}") as client:
                found.append(client.get("/api/v1/me").status_code)
    assert found == [401, 200]


def test_link_signs_in_once_and_only_by_its_button(service: Service) -> None:
    token = service.running.accounts.links.make(1, now=NOW)
    with browser(service) as client:
        for _ in range(2):  # whoever opens it, a preview or another site, uses nothing up
            page = client.get("/sign-in", params={"token": token})
            assert (page.status_code, "Set-Cookie" in page.headers) == (200, False)
        assert f'value="{token}"' in page.text
        answers = [client.post("/sign-in", data={"token": token}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 401]


def test_link_grows_old(tmp_path: Path) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock) as service, browser(service) as client:
        token = service.running.accounts.links.make(1, now=NOW)
        clock.now = NOW + timedelta(minutes=15)
        assert client.post("/sign-in", data={"token": token}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://[evil"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_change_nothing(service: Service, headers: dict[str, str]) -> None:
    with browser(service) as client:
        sign_in(client, service.key)
        sent = {**headers, "X-CSRF-Token": csrf(client)}
        refused = client.post("/api/v1/flows?name=x.yaml", content=FLOW.encode(), headers=sent)
        assert (refused.status_code, refused.json()["code"]) == (403, "account.csrf")
        entering = client.post("/sign-in", data={"key": service.key}, headers=headers)
        assert (entering.status_code, "account.other-site" in entering.text) == (403, True)
    assert service.client.get("/flows").json()["items"] == []


def test_session_changes_something_with_its_own_token_alone(service: Service) -> None:
    with browser(service) as other:
        sign_in(other, service.key)
        foreign = csrf(other)
    with browser(service) as client:
        sign_in(client, service.key)
        own = csrf(client)
        statuses = [
            client.post("/api/v1/flows?name=x.yaml", content=FLOW.encode(), headers=headers).status_code
            for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": foreign}, {"X-CSRF-Token": own})
        ]
    assert statuses == [403, 403, 403, 201]


def test_token_in_a_form_leaves_the_form_to_the_route(service: Service) -> None:
    with browser(service) as client:
        sign_in(client, service.key)
        answers = [
            client.post("/api/v1/assessments", content=body, headers={"Content-Type": FORM})
            for body in (f"csrf={csrf(client)}&x=1", f"csrf={'0' * 64}", b"csrf=\xff", "x=" + "y" * 70_000)
        ]
        whole = client.post("/api/v1/flows?name=x.yaml", content=f"csrf={csrf(client)}", headers={"Content-Type": FORM})
    assert [answer.status_code for answer in answers] == [415, 403, 403, 403]
    assert whole.json()["problems"][0]["code"] != "service.empty-body"


def test_request_by_key_needs_no_token(service: Service) -> None:
    with browser(service, Authorization=f"Bearer {service.key}", Origin="http://evil.example") as client:
        assert client.post("/api/v1/flows?name=x.yaml", content=FLOW.encode()).status_code == 201


def test_key_goes_before_a_session(service: Service) -> None:
    with browser(service) as client:
        sign_in(client, service.key)
        answers = [client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}) for key in ("x", service.key)]
    assert [answer.status_code for answer in answers] == [401, 200]
    assert answers[1].json()["how"] == "key"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://a", "host": "a"}, False),
        ({"origin": "https://a:8443", "host": "A:8443"}, True),
        ({"origin": "https://a", "host": "a:8443"}, False),
        ({"origin": "file://", "host": ""}, False),
        ({"host": "a"}, False),
        ({}, False),
    ],
)
def test_where_a_request_comes_from(headers: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    assert from_here(headers) is expected


def test_form_that_is_none_is_refused(service: Service) -> None:
    with browser(service) as client:
        json = client.post("/sign-in", json={"key": service.key})
        large = client.post("/sign-in", content="key=" + "x" * 70_000, headers={"Content-Type": FORM})
    assert (json.status_code, "account.not-a-form" in json.text) == (415, True)
    assert large.status_code == 413


def test_key_is_revoked_beside_what_is_noted_of_its_sessions(service: Service) -> None:
    """What the writer commits together ends a session first and locks its key later: it is not waited for crosswise."""
    number, key = service.new_key("reviewer")
    with browser(service) as client:
        assert sign_in(client, key).status_code == 303
        digest = secret_hash(client.cookies[COOKIE])
    begun, may_go_on = threading.Event(), threading.Event()

    def together(session: Session) -> None:
        sign_out(session, digest)
        begun.set()
        may_go_on.wait(PATIENCE)
        note_use(session, number, now=NOW)

    with ThreadPoolExecutor(1) as pool:
        noted = service.running.writer.submit(together)
        assert begun.wait(PATIENCE)
        revoked = pool.submit(service.client.delete, f"/keys/{number}")
        with suppress(TimeoutError):
            revoked.result(0.5)  # it has come as far as it comes
        may_go_on.set()
        assert noted.exception(PATIENCE) is None
        assert revoked.result(PATIENCE).status_code == 204
    with service.client_with(key) as client:
        assert client.get("/me").status_code == 401


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        ({"Referer": "{url}/keys?lang=zh"}, "/keys%3Flang%3Dzh"),
        ({"Referer": "{url}/assessments/1/cases/%E6%A1%88"}, "/assessments/1/cases/%25E6%25A1%2588"),
        ({"Referer": "http://evil.example/keys"}, "/"),
        ({"Referer": "{url}/sign-in?next=/keys"}, "/"),
        ({"Referer": "http://[evil"}, "/"),
        ({}, "/"),
    ],
)
def test_form_of_a_session_that_has_ended_leads_to_the_sign_in_page_and_back(
    service: Service, sent: dict[str, str], target: str
) -> None:
    """Not to JSON, which a browser would show in the page's place; and nothing of the form is done."""
    headers = {name: value.format(url=service.url) for name, value in sent.items()}
    with browser(service) as client:
        sign_in(client, service.key)
        fields = {"name": "Li", "role": "reviewer", "csrf": csrf(client)}
        client.post("/sign-out", data=fields)
        answer = client.post("/keys", data=fields, headers=headers)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next={target}")
        assert client.get(answer.headers["Location"]).status_code == 200
    assert len(service.client.get("/keys").json()["items"]) == 1


def test_scripts_of_a_page_whose_session_has_ended_are_told_where_to_go(service: Service) -> None:
    page = f"{service.url}/live/1?after=2"
    with browser(service, Accept="*/*") as client:
        for method, headers in (
            ("GET", {"HX-Request": "true", "HX-Current-URL": page}),
            ("POST", {"X-CSRF-Token": "x", "Referer": page}),
        ):
            answer = client.request(method, "/live/1", headers=headers)
            assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/live/1%3Fafter%3D2")
        for headers in ({"X-CSRF-Token": "x"}, {"HX-Request": "true"}):
            assert "HX-Redirect" not in client.get("/api/v1/me", headers=headers).headers
