"""One thing of each kind, made with the client, and a call of every method with everything that it can be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from api.client import (
    Action,
    ActionState,
    Client,
    Daily,
    DateOrder,
    DeviationKind,
    Dimension,
    EventRequest,
    HookKind,
    Language,
    Listing,
    LogFilter,
    Period,
    ReadOptions,
    Role,
    ScheduledOptions,
)
from api.hooks.schemas import HookAnswer
from api.logs.schemas import LogAnswer
from api.schedules.schemas import ScheduleAnswer
from api.schemas.cases import VariantRowShape, VariantsShape
from engine.logs.attribute_matching import NumberRange
from tests.api.http.service import FLOW, LOG, NOW

EARLY = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATE = datetime(2027, 1, 1, tzinfo=UTC)
STANDARD = "standards:\n  quick: {response: [greet, serve], within: 1h}\n  order: {precedence: [greet, serve]}\n"
ZH = Language.ZH
EVERYWHERE = LogFilter(
    started_from=EARLY,
    started_before=LATE,
    lasting_from=0,
    lasting_below=86_400,
    with_activities=frozenset({"Greet"}),
    paths=frozenset({("Greet", "Serve")}),
    resources=frozenset({"Li"}),
    cases=frozenset({"a"}),
    inverted=True,
)
COLUMNS = ReadOptions(
    case="case", activity="activity", timestamp="timestamp", date_order=DateOrder.DAY_FIRST, timezone="UTC"
)


@dataclass(frozen=True, slots=True)
class World:
    """Numbers of things that are there.

    Attributes:
        flow: A flow with two standards, which is in force.
        log: A file.
        live: A log that grows, and follows the flow; its case is "a".
        assessment: One that is done.
        earlier: Another one.
        hook: Of the live log.
        acceptance: Of the flow.
        action: Of the flow.
        schedule: One.
        key: One that may read.
    """

    flow: int
    log: int
    live: int
    assessment: int
    earlier: int
    hook: int
    acceptance: int
    action: int
    schedule: int
    key: int


def event(number: int, case: str = "a", activity: str = "Serve") -> EventRequest:
    """An event of a live log."""
    return EventRequest(id=f"{case}-{number}", case=case, activity=activity, time=EARLY, attributes={"minutes": 4.5})


def made(client: Client) -> World:
    """One thing of each kind."""
    flow = client.upload_flow((FLOW + STANDARD).encode(), name="visit.yaml").id
    log = client.upload_log(
        (LOG.replace("Z\n", "Z,Li\n").replace("timestamp", "timestamp,resource")).encode(), name="visits.csv"
    ).id
    live = client.make_live_log(name="desk", flow=flow).id
    _ = client.append_events(live, [event(1)])
    earlier, assessment = (client.wait(client.assess(flow, log).id).id for _ in range(2))
    return World(
        flow=flow,
        log=log,
        live=live,
        assessment=assessment,
        earlier=earlier,
        hook=client.add_hook(live, url="http://127.0.0.1:9/").id,
        acceptance=client.accept_deviation(flow, reason="agreed", kind=DeviationKind.SKIPPED, steps=["greet"]).id,
        action=client.add_action(flow, answers="skipped:greet", action="a list", owner="Li", due=date(2026, 4, 30)).id,
        schedule=client.add_schedule(name="notice", flow=flow, log=log, daily=Daily(at="08:00", timezone="UTC")).id,
        key=client.make_key(name="Li", role=Role.REVIEWER).id,
    )


Call = Callable[[Client, World], object]


def _removable_hook(client: Client, world: World) -> HookAnswer:
    kinds = [HookKind.CASE_CLOSED]
    return client.add_hook(world.live, url="http://127.0.0.1:9/", kinds=kinds, idempotency_key="a-hook")


def _made_live_log(client: Client, world: World) -> LogAnswer:
    key = f"a-desk-of-{world.flow}"
    return client.make_live_log(name="another", flow=world.flow, lifecycle="pair", lang=ZH, idempotency_key=key)


def _grown(client: Client, world: World) -> int:
    live = client.make_live_log(name="growing", flow=world.flow).id
    _ = client.append_events(live, [event(1), event(2)])
    return live


def _action_again(client: Client, world: World) -> object:
    return client.change_action(
        world.flow,
        world.action,
        answers="skipped:greet",
        action="another list",
        owner="Wang",
        due=date(2026, 5, 1),
        state=ActionState.DONE,
    )


def _assessed(client: Client, world: World) -> object:
    return client.assess(
        world.flow,
        world.log,
        now=NOW,
        closed="ended",
        calendar="china-office",
        lifecycle="all",
        period=(EARLY, LATE),
        versions=False,
        against=None,
        lang=ZH,
    )


def _scheduled(client: Client, world: World, name: str = "weekly") -> ScheduleAnswer:
    return client.add_schedule(
        name=name,
        flow="visit",
        log=world.log,
        daily=Daily(at="08:00", timezone="Asia/Shanghai"),
        period=Period.WHOLE,
        options=ScheduledOptions(closed="all", against=None),
        lang=ZH,
    )


def _which_cases(client: Client, world: World) -> Listing[VariantsShape, VariantRowShape]:
    return client.variants(
        world.assessment,
        deviation="skipped:greet",
        kind=DeviationKind.SKIPPED,
        step="greet",
        standard="order",
        dimension=Dimension.COMPLETENESS,
        finding=0,
        variant=1,
        closed=True,
        min_cost=1,
        text="b",
    )


CALLS: dict[str, Call] = {
    "health": lambda client, _: client.health(),
    "ready": lambda client, _: client.ready(),
    "metrics": lambda client, _: client.metrics(),
    "me": lambda client, _: client.me(),
    "make_key": lambda client, _: client.make_key(name="Wang", role=Role.OPERATOR, expires=LATE),
    "keys": lambda client, _: client.keys(),
    "key": lambda client, world: client.key(world.key),
    "revoke_key": lambda client, _: client.revoke_key(client.make_key(name="Wu", role=Role.REVIEWER).id),
    "audit": lambda client, world: client.audit(
        key=1, action=Action.UPLOAD_FLOW, resource="flow", id=str(world.flow), since=EARLY
    ),
    "upload_flow": lambda client, _: client.upload_flow(FLOW.encode(), name="another.yaml"),
    "flows": lambda client, _: client.flows(),
    "flow": lambda client, world: client.flow(world.flow),
    "flow_source": lambda client, world: client.flow_source(world.flow),
    "check_flow": lambda client, world: client.check_flow(world.flow, lang=ZH),
    "activate_flow": lambda client, world: client.activate_flow(world.flow, effective=date(2026, 1, 1)),
    "versions": lambda client, world: client.versions(world.flow),
    "compare_flows": lambda client, world: client.compare_flows(world.flow, world.flow),
    "flow_chart": lambda client, world: client.flow_chart(world.flow, format="png", lang=ZH),
    "accept_deviation": lambda client, world: client.accept_deviation(
        world.flow,
        reason="the lift is being repaired",
        kind=DeviationKind.OUT_OF_PLACE,
        steps=["serve"],
        other_branch=True,
        case="b",
        expires=LATE,
    ),
    "acceptances": lambda client, world: client.acceptances(world.flow),
    "acceptance": lambda client, world: client.acceptance(world.flow, world.acceptance),
    "withdraw_acceptance": lambda client, world: client.withdraw_acceptance(world.flow, world.acceptance),
    "add_action": lambda client, world: client.add_action(
        world.flow, answers="skipped:serve", action="b", owner="Wu", due=date(2026, 6, 1), state=ActionState.IN_PROGRESS
    ),
    "actions": lambda client, world: client.actions(world.flow),
    "action": lambda client, world: client.action(world.flow, world.action),
    "change_action": _action_again,
    "remove_action": lambda client, world: client.remove_action(
        world.flow, client.add_action(world.flow, answers="x", action="c", owner="Li", due=date(2026, 6, 1)).id
    ),
    "upload_log": lambda client, _: client.upload_log(LOG.encode(), name="more.csv", options=COLUMNS, lang=ZH),
    "make_live_log": _made_live_log,
    "logs": lambda client, _: client.logs(),
    "log": lambda client, world: client.log(world.log, lang=ZH),
    "log_quality": lambda client, world: client.log_quality(world.log, lang=ZH),
    "export_log": lambda client, world: client.export_log(world.log, format="csv", chosen=EVERYWHERE),
    "append_events": lambda client, world: client.append_events(world.live, [event(2), event(3)], lang=ZH),
    "events": lambda client, world: client.events(world.live),
    "live_cases": lambda client, world: client.live_cases(world.live),
    "live_case": lambda client, world: client.live_case(world.live, "a", lang=ZH),
    "case_events": lambda client, world: client.case_events(world.live, "a"),
    "close_case": lambda client, world: client.close_case(_grown(client, world), "a"),
    "close_log": lambda client, world: client.close_log(_grown(client, world)),
    "verdicts": lambda client, world: client.verdicts(world.live),
    "deadlines": lambda client, world: client.deadlines(world.live, within=60, lang=ZH),
    "follow": lambda client, world: list(islice(client.follow(world.live, after=0), 1)),
    "add_hook": _removable_hook,
    "hooks": lambda client, world: client.hooks(world.live),
    "hook": lambda client, world: client.hook(world.live, world.hook),
    "deliveries": lambda client, world: client.deliveries(world.live, world.hook),
    "remove_hook": lambda client, world: client.remove_hook(world.live, _removable_hook(client, world).id),
    "assess": _assessed,
    "assessments": lambda client, _: client.assessments(lang=ZH),
    "assessment": lambda client, world: client.assessment(world.assessment, lang=ZH),
    "assessment_chart": lambda client, world: client.assessment_chart(
        world.assessment, show="time", format="pdf", lang=ZH
    ),
    "report": lambda client, world: client.report(world.assessment, format="xlsx", lang=ZH),
    "export_assessment": lambda client, world: client.export_assessment(world.assessment, format="csv", lang=ZH),
    "compare_assessments": lambda client, world: client.compare_assessments(world.assessment, world.earlier),
    "cases": lambda client, world: client.cases(world.assessment, sort="longest"),
    "case": lambda client, world: client.case(world.assessment, "b", number=2, lang=ZH),
    "variants": lambda client, world: client.variants(world.assessment, text="b"),
    "deviations": lambda client, world: client.deviations(
        world.assessment,
        kind=DeviationKind.SKIPPED,
        step="greet",
        dimension=Dimension.COMPLETENESS,
        accepted=True,
    ),
    "standards": lambda client, world: client.standards(world.assessment),
    "key_figures": lambda client, world: client.key_figures(world.assessment, lang=ZH),
    "add_schedule": _scheduled,
    "schedules": lambda client, _: client.schedules(lang=ZH),
    "schedule": lambda client, world: client.schedule(world.schedule, lang=ZH),
    "pause_schedule": lambda client, world: client.pause_schedule(world.schedule, lang=ZH),
    "resume_schedule": lambda client, world: client.resume_schedule(world.schedule, lang=ZH),
    "delete_schedule": lambda client, world: client.delete_schedule(_scheduled(client, world, "for a day").id),
    "cancel_assessment": lambda client, world: client.cancel_assessment(world.earlier, lang=ZH),
}
"""Method → a call of it that succeeds. A new one gets a line here."""

FULL: dict[str, Call] = {
    "cases": lambda client, world: client.cases(
        world.assessment,
        deviation="skipped:greet",
        kind=DeviationKind.SKIPPED,
        step="greet",
        standard="order",
        dimension=Dimension.COMPLETENESS,
        finding=0,
        variant=1,
        closed=True,
        min_cost=1,
        text="b",
    ),
    "variants": _which_cases,
    "deviations": lambda client, world: client.deviations(world.assessment, standard="order"),
    "upload_log": lambda client, _: client.upload_log(
        LOG.encode(), name="x.csv", options=ReadOptions(start="x", resource="x", sheet="x", object_type="x")
    ),
    "export_log": lambda client, world: client.export_log(
        world.log,
        format="csv",
        chosen=LogFilter(
            without_activities=frozenset({"Greet"}),
            variants=frozenset({"0" * 16}),
            attributes=frozenset({("channel", "phone")}),
            ranges=frozenset({NumberRange("amount", 1, 2)}),
            cases=frozenset(),
        ),
    ),
}
"""Method → a call with the other options, which find nothing, or are refused together."""
