"""What a sender may send, and that every event that is wrong is named by its index."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS, Limits
from engine.storage.event_reading import read_batch
from engine.storage.events import canonical, event_of

GOOD = {"id": "e1", "case": "a", "activity": "Greet", "time": "2026-03-01T09:00:00Z"}


def spelt(**members: str) -> str:
    """An event with some members spelt as given, the others as they should be."""
    said = {name: json.dumps(value) for name, value in GOOD.items()} | members
    return "{" + ",".join(f'"{name}":{value}' for name, value in said.items()) + "}"


def batch(*events: str) -> bytes:
    return f'{{"events":[{",".join(events)}]}}'.encode()


def problems(body: bytes, **limits: int) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as refused:
        read_batch(body, limits=Limits(**limits))
    return [(problem.code, problem.place.element) for problem in refused.value.problems]


def form(**members: str) -> str:
    (event,) = read_batch(batch(spelt(**members)), limits=DEFAULT_LIMITS)
    return canonical(event)


@pytest.mark.parametrize(
    ("member", "spelling", "code"),
    [
        ("case", '"\\ud800"', "event.bad-text"),
        ("case", '"a\\u0000"', "event.bad-text"),
        ("case", "7", "event.not-text"),
        ("case", '" "', "event.blank"),
        ("case", "null", "event.missing-member"),
        ("case", json.dumps("x" * 201), "limit.exceeded"),
        ("id", "true", "event.not-text"),
        ("id", '""', "event.blank"),
        ("activity", "[]", "event.not-text"),
        ("resource", "{}", "event.not-text"),
        ("lifecycle", "NaN", "event.not-text"),
        ("time", '"2026-03-01T09:00:00"', "event.moment-without-zone"),
        ("time", '"2026-03-01"', "event.not-a-moment"),
        ("time", '"2026-02-30T09:00:00Z"', "event.not-a-moment"),
        ("time", '"2026-03-01T09:00:60Z"', "event.not-a-moment"),
        ("time", '"2026-03-01T24:00:00Z"', "event.not-a-moment"),
        ("time", '"2026-03-01T09:00:00+15:00"', "event.not-a-moment"),
        ("time", '"0001-01-01T00:00:00Z"', "event.moment-out-of-range"),
        ("time", '"0001-01-01T00:00:00+14:00"', "event.moment-out-of-range"),
        ("time", '"9999-12-31T23:59:59-14:00"', "event.moment-out-of-range"),
        ("time", "1772355600", "event.not-a-moment"),
        ("time", "1e999", "event.not-a-moment"),
        ("time", '"\\ud800"', "event.not-a-moment"),
        ("start", '"2026-03-01T09:00:00"', "event.moment-without-zone"),
        ("attributes", "[]", "event.not-attributes"),
        ("colour", '"red"', "event.unknown-member"),
        ("\\ud800", '"red"', "event.unknown-member"),
    ],
)
def test_wrong_member_is_named(member: str, spelling: str, code: str) -> None:
    [(found, place)] = problems(batch(spelt(), spelt(**{member: spelling})))
    assert found == code
    assert place.startswith("events.1.")


@pytest.mark.parametrize(
    ("key", "spelling", "code"),
    [
        ("n", "9223372036854775808", "event.bad-number"),
        ("n", "9007199254740993", "event.bad-number"),
        ("n", "9" * 5000, "event.bad-number"),
        ("n", "NaN", "event.bad-number"),
        ("n", "-Infinity", "event.bad-number"),
        ("n", "1e999", "event.bad-number"),
        ("n", "[1]", "event.not-a-value"),
        ("n", "{}", "event.not-a-value"),
        ("n", '"\\udfff"', "event.bad-text"),
        ("n", '"\\u0000"', "event.bad-text"),
        ("n", json.dumps("客" * 21_846), "limit.exceeded"),
        ("", "1", "event.blank"),
        ("\\ud800", "1", "event.bad-text"),
        ("x" * 201, "1", "limit.exceeded"),
        ("time", "1", "event.key-reserved"),
        ("case:", "1", "event.key-reserved"),
    ],
)
def test_wrong_attribute_is_named(key: str, spelling: str, code: str) -> None:
    [(found, place)] = problems(batch(spelt(attributes=f'{{"{key}":{spelling}}}')))
    assert found == code
    assert place.startswith("events.0.attributes.")


@pytest.mark.parametrize("twice", ['{"id":"a","id":"b"}', spelt(attributes='{"a":1,"a":2}')])
def test_key_that_is_said_twice_is_refused(twice: str) -> None:
    assert problems(batch(twice))[0][0] == "event.key-twice"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "service.bad-json"),
        (b"\xff", "service.bad-json"),
        (b"\xef\xbb\xbf{}", "service.bad-json"),
        (b"[" * 100_000, "service.bad-json"),
        (b'{"events": [] } x', "service.bad-json"),
        (b"[]", "event.not-a-batch"),
        (b"null", "event.not-a-batch"),
        (b'{"events": {}}', "event.not-a-batch"),
        (b'{"events": [], "more": 1}', "event.not-a-batch"),
        (b'{"events": [], "events": []}', "event.not-a-batch"),
        (b'{"events": []}', "event.empty-batch"),
    ],
)
def test_what_is_no_batch_is_refused(body: bytes, code: str) -> None:
    assert problems(body) == [(code, "")]


def test_all_mistakes_of_a_batch_are_named_at_once() -> None:
    found = problems(batch("1", spelt(), "{}", spelt(case="7", time="8")))
    assert [place for _, place in found] == [
        "events.0",
        *(f"events.2.{member}" for member in ("id", "case", "activity", "time")),
        "events.3.case",
        "events.3.time",
    ]


def test_every_wrong_event_is_named_when_there_are_too_many_mistakes() -> None:
    found = problems(batch(*["{}"] * 90), problems=200)
    assert found == [("event.missing-member", f"events.{index}.id") for index in range(90)]


@pytest.mark.parametrize(
    ("limits", "events"),
    [({"batch_events": 1}, 2), ({"event_bytes": 50}, 1), ({"label_characters": 1}, 1), ({"attribute_bytes": 3}, 1)],
)
def test_limits_are_those_that_are_set(limits: dict[str, int], events: int) -> None:
    found = problems(batch(*[spelt(attributes='{"k":"long"}')] * events), **limits)
    assert {code for code, _ in found} == {"limit.exceeded"}


@pytest.mark.parametrize("number", ["9e15", "-9e15", "1e15", "1e-7", "1e22", "5e-324", "0.1e1", "-0e0"])
def test_canonical_form_is_at_most_four_times_as_long_as_what_was_sent(number: str) -> None:
    """Only then it need not be measured for every event of a small batch."""
    attributes = "{" + ",".join(f'"{key}":{number}' for key in range(200)) + "}"
    sent, size = spelt(attributes=attributes), len(form(attributes=attributes).encode())
    assert size <= 4 * len(sent.encode())
    assert len(read_batch(batch(sent), limits=Limits(event_bytes=size))) == 1
    assert problems(batch(sent), event_bytes=size - 1) == [("limit.exceeded", "events.0")]


def test_canonical_form_is_the_same_however_an_event_is_spelt() -> None:
    one = form(time='"2026-03-01T09:00:00Z"', attributes='{"b":1,"a":"\\u00e9","c":null,"d":-0.0}')
    other = form(time='"2026-03-01t17:00:00.0000009+08:00"', start="null", attributes='{"d":0,"a":"é","b":1.0}')
    assert one == other
    assert one == (
        '{"activity":"Greet","attributes":{"a":"é","b":1,"d":0},"case":"a","id":"e1",'
        '"time":"2026-03-01T09:00:00.000000Z"}'
    )


@pytest.mark.parametrize(
    "members",
    [
        {"attributes": '{"a":1}'},
        {"attributes": '{"a":true}'},
        {"attributes": '{"a":"1"}'},
        {"attributes": '{"a":"e\\u0301"}'},
        {"attributes": '{"a":"\\u00e9"}'},
        {"time": '"2026-03-01T09:00:00.000001Z"'},
        {"start": '"2026-03-01T09:00:00Z"'},
        {"resource": '"a"'},
        {"lifecycle": '"a"'},
    ],
)
def test_canonical_form_tells_apart_what_differs(members: dict[str, str]) -> None:
    others: list[dict[str, str]] = [{}, {"attributes": '{"a":0.5}'}, {"attributes": '{"b":1}'}]
    assert form(**members) not in [form(**other) for other in others]


def test_keys_stand_in_the_order_of_their_utf16_units() -> None:
    assert '"\U0001f600":1,"ﬀ":1' in form(attributes='{"ﬀ":1,"\U0001f600":1}')


def test_canonical_form_can_be_read_again() -> None:
    attributes: dict[str, Any] = {"a": 1, "b": 0.1, "c": True, "d": "x", "e": 1e300}
    (event,) = read_batch(batch(spelt(attributes=json.dumps(attributes), resource='"Li"')), limits=DEFAULT_LIMITS)
    assert event_of(canonical(event)) == event
    assert event.attributes == attributes
