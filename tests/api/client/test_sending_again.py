"""What is sent again, and what is not: nothing is done twice, and nobody waits for ever."""

from __future__ import annotations

import json

import pytest

from api.client import Client, NotUnderstood, RequestRefused, Role, Unreachable
from tests.api.client.unreliable import LOST, refused, way_to
from tests.api.client.world import World, event
from tests.api.http.service import FLOW, Service

BUSY = refused(503, "service.too-busy", after=2)
NOT_CERTAIN = refused(503, "event.not-certain", after=1)
GATEWAY = (502, {"content-type": "text/html"}, b"<h1>Bad Gateway</h1>")


def test_lost_answer_of_what_was_made_is_given_again(one_service: Service) -> None:
    with way_to(one_service) as (client, way):
        before = len(list(client.flows()))
        way.plan += [LOST, LOST]
        flow = client.upload_flow(FLOW.encode(), name="once.yaml")
        assert [one.id for one in client.flows()][before:] == [flow.id]
        keys = {headers["idempotency-key"] for method, _, headers in way.came if method == "POST"}
        assert len(keys) == 1


def test_each_call_makes_something_of_its_own(one_service: Service) -> None:
    client = one_service.typed
    assert client.upload_flow(FLOW.encode(), name="a.yaml").id != client.upload_flow(FLOW.encode(), name="a.yaml").id


def test_a_key_of_one_s_own_makes_it_once_from_anywhere(one_service: Service) -> None:
    made = [
        client.upload_flow(FLOW.encode(), name="a.yaml", idempotency_key="import-4711").id
        for _ in range(2)
        for client in [one_service.typed]
    ]
    assert made[0] == made[1]


def test_batch_is_stored_once_and_uses_up_no_kept_answer(one_service: Service, world: World) -> None:
    with way_to(one_service) as (client, way):
        way.plan += [LOST]
        answer = client.append_events(world.live, [event(100, case="again")])
        assert (answer.accepted, answer.duplicates) == (0, 1)
        assert [event.id for event in client.case_events(world.live, "again")] == ["again-100"]
        assert not any("idempotency-key" in headers for _, _, headers in way.came)


def test_it_is_waited_as_long_as_the_service_says(one_service: Service, world: World) -> None:
    with way_to(one_service) as (client, way):
        way.plan += [BUSY, refused(503, "service.too-busy", after=0), GATEWAY, LOST]
        with pytest.raises(Unreachable):
            client.flow(world.flow)
        assert way.slept == [2.0, 0.0, 1.0]  # the third failure says nothing: four times the first wait


def test_who_is_to_come_again_much_later_is_told_so(one_service: Service, world: World) -> None:
    with way_to(one_service) as (client, way):
        way.plan += [refused(503, "service.too-busy", after=3_600)]
        with pytest.raises(RequestRefused) as caught:
            client.flow(world.flow)
        assert (caught.value.retry_after, way.slept, len(way.came)) == (3_600.0, [], 1)


def test_attempts_are_bounded(one_service: Service, world: World) -> None:
    with way_to(one_service, retries=2) as (client, way):
        way.plan += [BUSY] * 9
        with pytest.raises(RequestRefused) as caught:
            client.flow(world.flow)
        assert (caught.value.code, len(way.came)) == ("service.too-busy", 3)


def test_what_would_be_refused_the_second_time_is_not_sent_again(one_service: Service, world: World) -> None:
    with way_to(one_service) as (client, way):
        hook = client.add_hook(world.live, url="http://127.0.0.1:9/").id
        way.plan += [LOST]
        with pytest.raises(Unreachable) as caught:
            client.remove_hook(world.live, hook)
        assert caught.value.may_be_done
        assert hook not in [one.id for one in client.hooks(world.live)]
        other = client.add_hook(world.live, url="http://127.0.0.1:9/").id
        way.plan += [BUSY]
        client.remove_hook(world.live, other)  # it surely was not done the first time
        last = client.add_hook(world.live, url="http://127.0.0.1:9/").id
        way.plan += [NOT_CERTAIN]
        with pytest.raises(RequestRefused):
            client.remove_hook(world.live, last)


def test_change_that_depends_on_what_was_seen_is_told_as_done(one_service: Service, world: World) -> None:
    with way_to(one_service) as (client, way):
        seen = client.schedule(world.schedule)
        way.plan += [LOST]
        assert client.pause_schedule(world.schedule, if_match=seen).paused
        assert not client.resume_schedule(world.schedule).paused
        action = client.action(world.flow, world.action)
        way.plan += [LOST]
        with pytest.raises(Unreachable):  # no idempotency key for a PUT: the second one would be refused
            client.change_action(
                world.flow,
                world.action,
                answers=action.answers,
                action="x",
                owner="Li",
                due=action.due,
                state=action.state,
                if_match=action,
            )


def test_request_that_is_still_being_answered_is_asked_for_again(one_service: Service) -> None:
    with way_to(one_service) as (client, way):
        way.plan += [refused(409, "service.request-in-progress", after=1)]
        assert client.make_key(name="Li", role=Role.REVIEWER).role is Role.REVIEWER
        assert way.slept == [1.0]


def test_what_a_proxy_says_is_told_apart(one_service: Service, world: World) -> None:
    with way_to(one_service) as (client, way):
        way.plan += [(404, {"content-type": "text/html"}, b"<h1>no such site</h1>")]
        with pytest.raises(NotUnderstood) as caught:
            client.flow(world.flow)
        assert (caught.value.status, len(way.came)) == (404, 1)
        way.plan += [(200, {"content-type": "text/html"}, b"<h1>Sign in</h1>")]
        with pytest.raises(NotUnderstood):
            client.flow(world.flow)
        way.plan += [(400, {"content-type": "application/problem+json"}, json.dumps({"title": "?"}).encode())]
        with pytest.raises(NotUnderstood):
            client.flow(world.flow)
        way.plan += [(302, {"location": "/sign-in"}, b"")]
        with pytest.raises(NotUnderstood):
            client.flow(world.flow)


def test_whether_it_is_ready_is_asked_once(one_service: Service) -> None:
    with way_to(one_service) as (client, way):
        way.plan += [refused(503, "service.not-done", after=5)]
        with pytest.raises(RequestRefused):
            client.ready()
        assert (len(way.came), way.slept) == (1, [])


def test_nobody_listens(one_service: Service) -> None:
    slept: list[float] = []
    with Client("http://127.0.0.1:9", one_service.key) as client:
        client._transport.sleep = slept.append
        with pytest.raises(Unreachable) as caught:
            client.remove_hook(1, 1)
    assert not caught.value.may_be_done
    assert slept == [0.25, 0.5, 1.0]
