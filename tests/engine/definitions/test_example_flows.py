"""The flows that are shipped: readable, without a warning, and holding what the service documents ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.flow import Flow, NodeKind, Stage
from engine.definitions.lint import lint
from engine.definitions.rules import AllOf
from engine.definitions.standards import Domain, StandardKind
from engine.definitions.yaml_reader import read_flow
from engine.definitions.yaml_writer import write_flow
from engine.errors import Severity
from engine.nets.compile import compile_flow
from engine.nets.soundness import Verdict, check_soundness

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "flows"
NAMES = (
    "after_sale",
    "car_service_advisor",
    "complaint_handling",
    "contact_centre",
    "customer_community",
    "feedback_management",
    "flow_design",
    "in_sale",
    "key_customer_data",
    "on_site_repair",
    "peak_handling",
    "phone_answering",
    "pre_sale",
    "reception",
    "satisfaction_survey",
    "service_evaluation",
    "standard_execution",
    "standard_setting",
)


def example(name: str) -> Flow:
    return read_flow(FOLDER / f"{name}.yaml")


def after(flow: Flow, node: str) -> set[str]:
    return {edge.target for edge in flow.edges if edge.source == node}


def test_every_file_is_tested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_reviewer_would_object(name: str) -> None:
    assert [problem.code for problem in lint(example(name)) if problem.severity is not Severity.INFO] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_named_after_the_flow(name: str) -> None:
    assert example(name).id == name


@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_titled_in_both_languages_and_has_a_role(name: str) -> None:
    flow = example(name)
    steps = [node for node in flow.nodes if node.kind is NodeKind.STEP]
    assert [step.id for step in steps if step.title.en == step.title.zh or step.role is None] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_has_standards_and_a_plan(name: str) -> None:
    flow = example(name)
    assert flow.plans
    assert {standard.kind for standard in flow.standards} >= {StandardKind.PRECEDENCE, StandardKind.RESPONSE}


@pytest.mark.parametrize("name", NAMES)
def test_no_case_gets_stuck_and_the_net_stays_small(name: str) -> None:
    report = check_soundness(compile_flow(example(name)))
    assert (report.verdict, report.markings < 500) == (Verdict.SOUND, True)


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_written_again(name: str) -> None:
    assert write_flow(example(name)).startswith(f"trueline: 1\nflow: {name}\n")


@pytest.mark.parametrize(
    ("name", "stage", "titles"),
    [
        ("pre_sale", Stage.PRE_SALE, ("市场调查", "产品设计", "提供使用说明书", "咨询服务")),
        ("in_sale", Stage.IN_SALE, ("接待服务", "商品包装服务")),
        ("after_sale", Stage.AFTER_SALE, ("维修", "护理")),
        ("satisfaction_survey", Stage.AFTER_SALE, ("开展调查活动", "回收调查资料", "分析资料")),
        ("flow_design", None, ("从客户角度思考", "设立服务步骤", "修订流程", "绘制流程图")),
        ("service_evaluation", None, ("确定目标", "选择指标", "制定改进计划", "实施改进", "监控结果", "定期回顾")),
        ("standard_setting", None, ("确定客户认为重要的方面", "确定要改变的方面", "确立可衡量标准", "成为公司文化")),
        ("standard_execution", None, ("培训员工", "定期检查", "通报检查成果", "奖励", "重新评估")),
        ("customer_community", Stage.AFTER_SALE, ("搜索", "讨论板发帖", "即时通讯沟通细节", "内容创建与管理")),
    ],
)
def test_stages_and_their_steps(name: str, stage: Stage | None, titles: tuple[str, ...]) -> None:
    flow = example(name)
    assert flow.stage is stage
    assert {step.title.zh for step in flow.steps} >= set(titles)


def test_survey_material_needs_a_survey_and_an_analysis() -> None:
    rules = {(s.kind, s.steps) for s in example("satisfaction_survey").standards}
    assert (StandardKind.PRECEDENCE, ("conduct", "collect")) in rules
    assert (StandardKind.RESPONSE, ("collect", "analyse")) in rules


def test_the_eight_steps_of_the_advisor() -> None:
    flow = example("car_service_advisor")
    names = {name for node in flow.nodes for name in (node.title.zh, *node.aliases)}
    assert names >= {"预约", "接待/问诊", "打印工单", "实时监控", "终检", "交车说明", "送人", "信息反馈"}


def test_the_inquiry_takes_seven_minutes() -> None:
    (rule,) = [s for s in example("car_service_advisor").standards if s.kind is StandardKind.DURATION]
    assert rule.at_least is not None
    assert rule.at_least.amount == 7 * 60 * 1_000_000


def test_five_confirmations_come_before_the_signature_in_any_order() -> None:
    flow = example("car_service_advisor")
    assert flow.by_id["confirmations"].kind is NodeKind.PARALLEL
    assert len(after(flow, "confirmations")) == 5
    assert after(flow, "confirmed") == {"sign"}
    (rule,) = [s.rule for s in flow.standards if s.id == "five-confirmations"]
    assert isinstance(rule, AllOf)
    assert set(rule.members) == after(flow, "confirmations")


def test_the_final_inspection_checks_three_things() -> None:
    assert len(after(example("car_service_advisor"), "final-inspection")) == 3


def test_intake_weighs_three_and_delivery_seven() -> None:
    assert [(g.id, g.weight) for g in example("car_service_advisor").weights] == [("intake", 3), ("delivery", 7)]


def test_a_delay_is_explained_before_the_pickup_is_agreed() -> None:
    (late,) = [plan for plan in example("car_service_advisor").plans if plan.id == "late"]
    assert (late.at, late.path, late.rejoin) == ("ask-progress", ("remind-advisor", "apologise"), "agree-pickup")


def test_the_self_check_form_has_one_statement_for_each_of_the_fourteen_domains() -> None:
    form = [s for s in example("standard_execution").standards if s.id.startswith("self-check-")]
    assert [s.domain for s in form] == list(Domain)
    assert {s.kind for s in form} == {StandardKind.RATING}


def test_the_evaluation_goes_round() -> None:
    flow = example("service_evaluation")
    assert after(flow, "next-round") == {"round"}
    assert after(flow, "adjust") == {"improve"}


def test_other_standards_are_in_force_around_the_spring_festival() -> None:
    standards = example("peak_handling").standards
    assert {s.id for s in standards if s.season and not s.out_of_season} >= {"all-tills-open", "nobody-off"}
    assert {s.id for s in standards if s.out_of_season} >= {"leave-on-working-days"}
