from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from api.accounts import attempts
from api.accounts.attempts import BURST, SECONDS_EACH, Attempts
from tests.api.accounts.test_keys import Clock
from tests.api.accounts.test_sign_in import browser, sign_in
from tests.api.http.service import NOW, service_in


def failed(times: int, address: str = "192.0.2.1") -> Attempts:
    """Attempts of an address that failed at once."""
    made = Attempts()
    for _ in range(times):
        made.failed(address, now=NOW)
    return made


def test_wait_begins_with_the_last_attempt_that_is_free_and_ends() -> None:
    assert failed(BURST - 1).wait("192.0.2.1", now=NOW) == 0
    assert failed(BURST).wait("192.0.2.1", now=NOW) == SECONDS_EACH
    assert failed(BURST).wait("192.0.2.1", now=NOW + timedelta(seconds=SECONDS_EACH)) == 0
    assert failed(100 * BURST).wait("192.0.2.1", now=NOW) == SECONDS_EACH


def test_addresses_wait_on_their_own() -> None:
    assert failed(BURST).wait("192.0.2.2", now=NOW) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("", "", True),
        ("socket", "pipe", False),
    ],
)
def test_one_subscriber_is_one_address(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    assert (failed(BURST, one).wait(other, now=NOW) > 0) is same


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_ADDRESSES", 2)
    made = failed(BURST)
    for address in ("192.0.2.2", "192.0.2.3"):
        made.failed(address, now=NOW)
    assert made.wait("192.0.2.1", now=NOW) == 0


def test_clock_that_goes_back_forgives_nothing_and_punishes_nobody() -> None:
    assert failed(BURST).wait("192.0.2.1", now=NOW - timedelta(days=1)) == SECONDS_EACH


def test_who_guesses_has_to_wait(tmp_path: Path) -> None:
    clock = Clock()
    with service_in(tmp_path / "d", clock=clock) as service, browser(service) as client:
        assert [sign_in(client, "wrong").status_code for _ in range(BURST)] == [401] * BURST
        refused = sign_in(client, service.key)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(SECONDS_EACH))
        with service.client_with("wrong") as other:
            answer = other.get("/me")
        assert (answer.status_code, answer.json()["code"]) == (429, "account.too-many-attempts")
        assert answer.headers["Retry-After"] == str(SECONDS_EACH)
        assert service.client.get("/me").status_code == 200  # a neighbour's mistakes lock nobody out who has a key
        clock.now = NOW + timedelta(seconds=SECONDS_EACH)
        assert sign_in(client, service.key).status_code == 303
