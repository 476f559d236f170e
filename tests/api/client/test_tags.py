"""What was seen: it is not sent twice, and changes may depend on it."""

from __future__ import annotations

import gc
from datetime import date

import pytest

from api.client import RequestRefused
from tests.api.client.unreliable import way_to
from tests.api.client.world import World, event
from tests.api.http.service import Service


def test_what_is_the_same_is_the_same_object(one_service: Service, world: World) -> None:
    client = one_service.typed
    seen = client.log(world.live)
    assert client.log(world.live, if_none_match=seen) is seen
    _ = client.append_events(world.live, [event(500)])
    now = client.log(world.live, if_none_match=seen)
    assert (now is seen, now.events) == (False, seen.events + 1)
    chart = client.flow_chart(world.flow)
    assert client.flow_chart(world.flow, if_none_match=chart) is chart
    assert client.flow_chart(world.flow, format="png", if_none_match=chart).media_type == "image/png"


def test_it_is_the_service_that_says_so(one_service: Service, world: World) -> None:
    with way_to(one_service) as (client, way):
        seen = client.flow(world.flow)
        _ = client.flow(world.flow, if_none_match=seen)
        assert way.came[-1][2]["if-none-match"] == client.etag(seen)


def test_change_is_refused_where_the_thing_has_changed(one_service: Service, world: World) -> None:
    client = one_service.typed
    seen = client.schedule(world.schedule)
    assert client.pause_schedule(world.schedule, if_match=seen).paused
    with pytest.raises(RequestRefused) as caught:
        client.resume_schedule(world.schedule, if_match=seen)
    assert (caught.value.status, caught.value.code) == (412, "service.precondition-failed")
    tag = client.etag(client.schedule(world.schedule))
    assert not client.resume_schedule(world.schedule, if_match=tag).paused


def test_every_kind_of_change_may_depend_on_it(one_service: Service, world: World) -> None:
    client = one_service.typed
    versions = client.versions(world.flow)
    assert client.activate_flow(world.flow, effective=date(2026, 2, 1), if_match=versions).flow == world.flow
    with pytest.raises(RequestRefused, match="412"):
        client.activate_flow(world.flow, effective=date(2026, 3, 1), if_match=versions)
    log = client.make_live_log(name="desk").id
    empty = client.log(log)
    _ = client.append_events(log, [event(1)], if_match=empty)
    with pytest.raises(RequestRefused, match="412"):
        client.append_events(log, [event(2)], if_match=empty)
    case = client.live_case(log, "a")
    assert client.close_case(log, "a", if_match=case).closed
    with pytest.raises(RequestRefused, match="412"):
        client.close_log(log, if_match=empty)
    assert client.close_log(log, if_match=client.log(log)).closed
    hook = client.hook(world.live, world.hook)
    client.remove_hook(world.live, world.hook, if_match=hook)


def test_what_was_not_read_by_itself_has_no_tag(one_service: Service, world: World) -> None:
    client = one_service.typed
    listed = next(iter(client.schedules()))
    for seen in (listed, client.schedule(world.schedule).model_copy(), client.export_log(world.log, format="csv")):
        with pytest.raises(ValueError, match="read it again"):
            client.etag(seen)


def test_tags_go_with_their_answers(one_service: Service, world: World) -> None:
    client = one_service.typed
    gc.collect()
    before = len(client._tags._known)
    kept = [client.flow(world.flow) for _ in range(3)]
    assert len(client._tags._known) == before + 3
    del kept
    gc.collect()
    assert len(client._tags._known) == before
