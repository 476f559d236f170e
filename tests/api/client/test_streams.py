"""Streams: nothing is lost, nothing comes twice."""

from __future__ import annotations

from contextlib import closing
from itertools import islice

import pytest

from api.client import NoticeKind, NotUnderstood, RequestRefused, Role, Unreachable
from api.client.answers import notices
from api.schemas.watching import SeenShape
from tests.api.client.unreliable import CUT, LOST, refused, way_to
from tests.api.client.world import World, event
from tests.api.http.service import Service, until


@pytest.fixture
def live(one_service: Service, world: World) -> int:
    return one_service.typed.make_live_log(name="followed", flow=world.flow).id


def test_what_is_said_comes_typed_and_in_order(one_service: Service, live: int) -> None:
    client = one_service.typed
    _ = client.append_events(live, [event(1, activity="Serve"), event(2, activity="A\u2028B")])
    _ = client.close_case(live, "a")
    with closing(client.follow(live, after=0)) as stream:
        found = list(islice(stream, 3))
    assert [(one.number, one.kind) for one in found] == [
        (1, NoticeKind.VERDICT),
        (2, NoticeKind.VERDICT),
        (3, NoticeKind.CLOSED),
    ]
    said = [one.said for one in found]
    assert [(one.activity, one.closed) for one in said if isinstance(one, SeenShape)] == [
        ("Serve", False),
        ("A\u2028B", False),
        (None, True),
    ]
    with closing(client.follow(live, after=2)) as stream:
        assert next(stream).number == 3


def test_stream_that_breaks_off_goes_on_behind_the_last_one_seen(one_service: Service, live: int) -> None:
    client = one_service.typed
    _ = client.append_events(live, [event(number) for number in range(3)])
    with way_to(one_service) as (reader, way), closing(reader.follow(live, after=1)) as stream:
        way.plan += [LOST, refused(503, "service.too-busy", after=7)]
        assert [one.number for one in islice(stream, 2)] == [2, 3]
        assert [target.rpartition("?")[2] for _, target, _ in way.came] == ["after=1"] * 3
        assert way.slept == [0.25, 7.0]


def test_nothing_is_lost_before_anything_was_said(one_service: Service, live: int) -> None:
    client = one_service.typed
    _ = client.append_events(live, [event(number) for number in range(3)])

    def meanwhile(_seconds: float) -> None:
        _ = client.append_events(live, [event(3)])

    with way_to(one_service) as (reader, way), closing(reader.follow(live)) as stream:
        way.plan += [CUT]
        reader._transport.sleep = meanwhile
        assert next(stream).number == 4
        assert [target.rpartition("/")[2] for _, target, _ in way.came] == ["stream", "stream?after=3"]


def test_attempts_are_bounded(one_service: Service, live: int) -> None:
    with way_to(one_service, retries=2) as (reader, way):
        way.plan += [LOST] * 9
        with pytest.raises(Unreachable):
            next(reader.follow(live, after=0))
        assert len(way.came) == 3


def test_stream_of_a_revoked_key_ends(one_service: Service, live: int) -> None:
    client = one_service.typed
    made = client.make_key(name="reader", role=Role.REVIEWER)
    with one_service.typed_with(made.key) as reader:
        stream = reader.follow(live, after=0)
        _ = client.append_events(live, [event(1)])
        assert next(stream).number == 1
        client.revoke_key(made.id)
        _ = client.append_events(live, [event(2)])
        with pytest.raises(RequestRefused) as caught:
            next(stream)
        assert caught.value.status == 401


def test_leaving_a_stream_gives_its_place_back(one_service: Service, live: int) -> None:
    client = one_service.typed
    _ = client.append_events(live, [event(1)])
    with closing(client.follow(live, after=0)) as stream:
        next(stream)
        assert one_service.running.live.streams.taken == 1
    until(lambda: one_service.running.live.streams.taken == 0)
    assert one_service.running.live.streams.taken == 0


def test_log_that_is_not_there_is_refused_at_once(one_service: Service) -> None:
    with pytest.raises(RequestRefused, match="no-such-log"):
        next(one_service.typed.follow(7_777))


def test_events_may_come_in_any_pieces() -> None:
    text = (
        b":\nid: 4\n\n:\n\nid: 5\nevent: deadline-near\ndata: "
        b'{"case": "a", "standard": "s", "title": {"en": "Soon", "zh": "\xe5\xbf\xab"}, "tier": 1, "step": null,'
        b' "act_by": "2026-03-01T09:00:00Z", "due": "2026-03-01T09:00:00Z"}\n\nid: 6\nevent: verd'
    )
    for size in (1, 2, 3, 7, len(text)):
        found = list(notices(text[at : at + size] for at in range(0, len(text), size)))
        assert [(number, notice is None) for number, notice in found] == [(4, True), (5, False)]
    assert found[1][1] is not None
    assert found[1][1].said.case == "a"


def test_what_is_no_notice_is_told(one_service: Service, live: int) -> None:
    with way_to(one_service) as (reader, way):
        way.plan += [(200, {"content-type": "text/event-stream"}, b"id: 1\nevent: dance\ndata: {}\n\n")]
        with pytest.raises(NotUnderstood):
            next(reader.follow(live, after=0))
