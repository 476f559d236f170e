"""Flows and assessments made by hand, so that drawing is tested apart from finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import polars as pl

from engine.assessment.assess import assess
from engine.assessment.assessment import Assessment
from engine.calendars import CalendarChoice
from engine.definitions.flow import Edge, Flow, Node, NodeKind, Plan, Stage, Trigger, TriggerKind
from engine.definitions.rules import Response, TimeSpan, TimeUnit
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from engine.logs.log import EVENT_COLUMNS, Log
from engine.nets.process import process_of_flow
from engine.vocabulary import Dimension

NOTHING = Title("", "")


def step(id_: str, en: str, zh: str, role: str | None = None, *, optional: bool = False) -> Node:
    return Node(id_, NodeKind.STEP, Title(en, zh), role, optional=optional)


def gateway(id_: str, kind: NodeKind, en: str = "", zh: str = "") -> Node:
    return Node(id_, kind, Title(en, zh))


def chain(*ids: str) -> tuple[Edge, ...]:
    return tuple(Edge(source, target) for source, target in pairwise(ids))


START = Node("start", NodeKind.START, NOTHING)
END = Node("end", NodeKind.END, NOTHING)


def survey_flow(*, title: str = "Customer satisfaction survey") -> Flow:
    """Three steps, a loop and a plan."""
    return Flow(
        id="satisfaction_survey",
        title=Title(title, "客户满意度调查"),
        stage=Stage.AFTER_SALE,
        calendar=None,
        roles={"analyst": Title("Analyst", "分析员"), "caller": Title("Caller", "回访员")},
        nodes=(
            START,
            step("conduct", "Conduct the survey", "开展调查活动", "caller"),
            step("collect", "Collect the answers", "回收调查资料", "caller"),
            gateway("worth", NodeKind.EXCLUSIVE, "Enough answers?", "回收是否足够？"),
            step("analyse", "Analyse the answers", "分析资料", "analyst"),
            step("remind", "Remind the customers", "提醒客户", "caller"),
            END,
        ),
        edges=(
            *chain("start", "conduct", "collect", "worth"),
            Edge("worth", "analyse", when="case.answers >= 30"),
            Edge("worth", "conduct", otherwise=True),
            *chain("analyse", "end"),
        ),
        plans=(
            Plan(
                "few-answers",
                Title("Too few answers", "回收不足"),
                "collect",
                Trigger(TriggerKind.TIMER, "7d"),
                ("remind",),
                "collect",
            ),
        ),
    )


_CAR_STEPS = (
    step("book", "Book an appointment", "预约", "desk"),
    step("greet", "Greet and introduce the advisor", "引导接待", "guide"),
    step("inquire", "Ask about the customer's needs", "问诊", "advisor"),
    step("ask_support", "Ask the workshop's technical support", "请教车间技术支持", "advisor", optional=True),
    step("cover", "Put on the protective covers", "铺三件套", "advisor"),
    step("inspect", "Inspect the vehicle", "查验车辆", "advisor"),
    step("valuables", "Lock away valuables", "寄存贵重物品", "desk", optional=True),
    step("ask_parts", "Ask about parts in stock and their arrival", "询问配件库存与到货时间", "parts"),
    step("items", "Confirm the service items", "确认服务项目", "advisor"),
    step("estimate", "Confirm the estimated total", "确认预估总价", "advisor"),
    step("duration", "Confirm the time needed", "确认所需时间", "advisor"),
    step("old_parts", "Confirm what happens to replaced parts", "确认旧件处理", "advisor"),
    step("wash", "Confirm the car wash", "确认是否洗车", "advisor"),
    step("sign", "Customer signs the work order", "客户签字确认工单", "advisor"),
    step("repair", "Repair", "维修作业", "technician"),
    step("progress", "Ask the control room about progress", "向调度室询问进度", "advisor"),
    step("extra", "Explain the additional estimate", "说明追加估价单", "advisor"),
    step("approve", "Customer approves", "客户同意追加", "advisor"),
    step("final_check", "Final inspection against the check sheet", "对照查车单终检", "advisor"),
    step("explain", "Explain the hand-over sheet", "交车说明", "advisor"),
    step("settle", "Explain the bill and take the customer to pay", "讲解结算预览单并陪同付款", "advisor"),
    step("uncover", "Remove the protective covers", "撤三件套", "advisor"),
    step("see_off", "Lead the car to the gate and see off", "送至门口道别", "guide"),
    step("feedback", "Collect feedback", "信息反馈", "desk"),
    step("apologise", "Explain the delay and apologise", "说明原因并致歉", "advisor"),
    step("lend_car", "Offer a replacement car", "提供代步车", "desk"),
)


def car_flow() -> Flow:
    """The eight-step service-advisor flow in some detail: 36 nodes, three kinds of gateways, two plans."""
    confirm = ("items", "estimate", "duration", "old_parts", "wash")
    return Flow(
        id="car_service",
        title=Title("Car service advisor, eight steps", "汽车服务顾问八步流程"),
        stage=Stage.IN_SALE,
        calendar=CalendarChoice("china-office"),
        roles={
            "desk": Title("Front desk", "前台"),
            "guide": Title("Guide", "引导员"),
            "advisor": Title("Service advisor", "服务顾问"),
            "parts": Title("Parts", "配件部"),
            "technician": Title("Technician", "技师"),
        },
        nodes=(
            START,
            gateway("booked", NodeKind.EXCLUSIVE, "Booked?", "是否预约？"),
            *_CAR_STEPS,
            gateway("booked_join", NodeKind.EXCLUSIVE),
            gateway("needs", NodeKind.INCLUSIVE, "Uncommon items?", "是否特殊项目？"),
            gateway("needs_join", NodeKind.INCLUSIVE),
            gateway("five", NodeKind.PARALLEL, "Five confirmations", "五项确认"),
            gateway("five_join", NodeKind.PARALLEL),
            gateway("more", NodeKind.EXCLUSIVE, "More to repair?", "是否有追加项目？"),
            END,
        ),
        edges=(
            Edge("start", "booked"),
            Edge("booked", "book", when="case.booked == true"),
            Edge("booked", "booked_join", otherwise=True),
            *chain("book", "booked_join", "greet", "inquire", "ask_support", "cover", "inspect", "needs"),
            Edge("needs", "valuables", when="case.valuables > 0"),
            Edge("needs", "ask_parts", when="case.uncommon_item == true"),
            Edge("needs", "needs_join", otherwise=True),
            *chain("valuables", "needs_join"),
            *chain("ask_parts", "needs_join", "five"),
            *(edge for name in confirm for edge in chain("five", name, "five_join")),
            *chain("five_join", "sign", "repair", "progress", "more"),
            Edge("more", "extra", when="case.additional_estimate > 0"),
            *chain("extra", "approve", "repair"),
            Edge("more", "final_check", otherwise=True),
            *chain("final_check", "explain", "settle", "uncover", "see_off", "feedback", "end"),
        ),
        plans=(
            Plan(
                "late-delivery",
                Title("The car will not be ready in time", "不能按时交车"),
                "repair",
                Trigger(TriggerKind.CONDITION, "case.projected_finish > case.promised"),
                ("apologise",),
                "progress",
            ),
            Plan(
                "overnight",
                Title("The car stays overnight", "车辆需过夜维修"),
                "repair",
                Trigger(TriggerKind.TIMER, "1d"),
                ("lend_car",),
                "final_check",
            ),
        ),
    )


MINUTE = timedelta(minutes=1)
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)

ANALYSED_IN_TIME = Standard(
    id="analysed-in-time",
    title=Title("Analysed within half an hour", "半小时内分析完"),
    rule=Response("collect", "analyse", TimeSpan("30m", TimeUnit.CLOCK, 30 * 60 * 1_000_000)),
    share=Fraction(96, 100),
    tolerance=Fraction(4, 100),
    dimension=Dimension.EFFICIENCY,
)

CASES = (
    *[("conduct", "collect", "analyse")] * 6,
    *[("conduct", "collect", "conduct", "collect", "analyse")] * 2,
    ("conduct", "analyse"),
    ("conduct", "analyse", "collect"),
    ("conduct", "collect", "remind", "collect", "analyse"),
    ("conduct", "collect", "tea", "analyse", "analyse"),
    ("conduct", "collect"),
)
"""Thirteen cases of the survey flow: eight as planned, then one each: skipped, misplaced, answered by the plan,
unplanned and repeated, unfinished."""


def make_log(cases: Sequence[Sequence[str]] = CASES, *, name: str = "survey.xes", minutes: int = 20) -> Log:
    """A log in which each event takes five minutes and follows the last one after ``minutes``."""
    activities = tuple(dict.fromkeys(activity for case in cases for activity in case))
    rows = [
        (case, activities.index(activity), begin, begin + 5 * MINUTE, "Wang", None)
        for case, sequence in enumerate(cases)
        for begin, activity in (
            (MORNING + timedelta(days=case) + minutes * place * MINUTE, activity)
            for place, activity in enumerate(sequence)
        )
    ]
    return Log(
        name=name,
        activities=activities,
        cases=pl.DataFrame(
            {"case_id": [f"C{case + 1:03}" for case in range(len(cases))]}, schema={"case_id": pl.String}
        ),
        events=pl.DataFrame(rows, schema=EVENT_COLUMNS, orient="row"),
        source_hash="ab" * 32,
    )


def survey_assessment(flow: Flow | None = None, log: Log | None = None) -> Assessment:
    """The survey flow held against the thirteen cases."""
    judged = flow or replace(survey_flow(), standards=(ANALYSED_IN_TIME,), source_hash="cd" * 32)
    return assess(process_of_flow(judged), log or make_log())
