"""Lists: all of their items, each part when its turn comes."""

from __future__ import annotations

from itertools import islice

import pytest

from api.client import EventRequest, RequestRefused
from tests.api.client.unreliable import way_to
from tests.api.client.world import EARLY, World, event
from tests.api.http.service import Service

CASES = ["a/b", "a b", ".", "..", "%41", "a?b#c", "a\nb", "汽车", "a+b", "", "x" * 200]


@pytest.fixture(scope="module")
def grown(one_service: Service, world: World) -> int:
    client = one_service.typed
    log = client.make_live_log(name="many", flow=world.flow).id
    for first in range(0, 250, 50):
        _ = client.append_events(log, [event(number, case=f"c{number}") for number in range(first, first + 50)])
    return log


def test_every_item_once_and_in_order(one_service: Service, grown: int) -> None:
    listing = one_service.typed.events(grown)
    assert [one.sequence for one in listing] == list(range(1, 251))
    assert [one.sequence for one in listing] == list(range(1, 251))  # and again


def test_nothing_is_asked_for_before_its_turn(one_service: Service, grown: int) -> None:
    with way_to(one_service) as (client, way):
        listing = client.events(grown)
        assert way.came == []
        assert [one.sequence for one in islice(listing, 100)] == list(range(1, 101))
        assert len(way.came) == 1
        assert [one.sequence for one in islice(listing, 101)][-1] == 101
        assert len(way.came) == 3


def test_parts_say_more_than_their_items(one_service: Service, world: World) -> None:
    cases = one_service.typed.cases(world.assessment)
    assert [(page.total, len(page.items)) for page in cases.pages(limit=1)] == [(2, 1), (2, 1)]
    assert cases.first(limit=1).next is not None
    deviations = one_service.typed.deviations(world.assessment).first()
    assert sum(one.lost for one in deviations.dimensions.values()) > 0


def test_list_goes_on_behind_a_place(one_service: Service, grown: int) -> None:
    events = one_service.typed.events(grown)
    assert [one.sequence for one in events.after(248)] == [249, 250]
    assert list(events.after(250)) == []


def test_places_may_be_text(one_service: Service, grown: int) -> None:
    client = one_service.typed
    pages = list(client.deadlines(grown, within=527_040).pages(limit=100))
    whole = [one.case for page in pages for one in page.items]
    assert whole == [one.case for one in client.deadlines(grown, within=527_040)]
    with pytest.raises(RequestRefused, match=r"live\.bad-cursor"):
        _ = client.deadlines(grown).after("x").first()


def test_lists_without_parts_are_gone_through_alike(one_service: Service, world: World) -> None:
    client = one_service.typed
    assert [one.id for one in client.hooks(world.live)] == [world.hook]
    assert world.schedule in [one.id for one in client.schedules()]
    assert [one.standard for one in client.key_figures(world.assessment) if one.standard] == ["quick", "order"]


@pytest.mark.parametrize("case", CASES, ids=ascii)
def test_case_is_found_whatever_its_id_holds(one_service: Service, world: World, case: str) -> None:
    client = one_service.typed
    log = client.make_live_log(name="odd", flow=world.flow).id
    sent = EventRequest(id="1", case=case or "x", activity="Greet", time=EARLY)
    _ = client.append_events(log, [sent])
    if not case:
        with pytest.raises(RequestRefused):
            client.live_case(log, case)
        return
    assert client.live_case(log, case).case == case
    assert [one.case for one in client.case_events(log, case)] == [case]
    assert client.close_case(log, case).closed is not None
